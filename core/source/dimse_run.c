/* DCMTK's programs and what their words mean (see dimse_in.h). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/source/dimse_in.h"

void
dimse_word(struct dimse_command *c, const char *word)
{
	assert(c->n < DIMSE_ARGS);
	c->argv[c->n++] = word;
	c->argv[c->n] = NULL;
}

static void
own(struct dimse_command *c, char *word)
{
	c->owned[c->owned_n++] = word;
	dimse_word(c, word);
}

void
dimse_begin(struct dimse_command *c, const struct dimse *d, const char *program,
	const char *const words[])
{
	const struct {
		const char *option;
		int seconds;
	} limits[] = { { "-to", DIMSE_CONNECT_S }, { "-ta", DIMSE_ACSE_S },
		{ "-td", DIMSE_MESSAGE_S } };

	memset(c, 0, sizeof(*c));
	dimse_word(c, program);
	for (size_t i = 0; i < MEM_COUNT(limits); i++) {
		dimse_word(c, limits[i].option);
		own(c, mem_format("%d", limits[i].seconds));
	}
	dimse_word(c, "-aet");
	dimse_word(c, d->address.our_ae);
	dimse_word(c, "-aec");
	dimse_word(c, d->address.their_ae);
	for (; *words != NULL; words++)
		dimse_word(c, *words);
}

void
dimse_key(struct dimse_command *c, const char *name, const char *value)
{
	dimse_word(c, "-k");
	own(c,
		value != NULL && value[0] != '\0' ? mem_format("%s=%s", name, value)
						  : mem_string(name));
}

void
dimse_peer(struct dimse_command *c, const struct dimse *d)
{
	dimse_word(c, d->host);
	dimse_word(c, d->port);
}

void
dimse_free(struct dimse_command *c)
{
	for (size_t i = 0; i < c->owned_n; i++)
		free(c->owned[i]);
	c->owned_n = 0;
}

/* What DCMTK 3.6 writes where no association came about or one broke; the first row that is there counts. */
static const struct {
	const char *says;
	enum rc rc;
	const char *told;
} meanings[] = {
	{ "Called AE Title Not Recognized", RC_DENIED,
		"the server does not go by this called AE title" },
	{ "Calling AE Title Not Recognized", RC_DENIED, "the server does not know our AE title" },
	{ "Rejected Transient", RC_BUSY, "the server has no room for another association now" },
	{ "Association Rejected", RC_DENIED, "the server rejected the association" },
	{ "No Acceptable Presentation Contexts", RC_UNSUPPORTED,
		"the server does not offer this service" },
	{ "No adequate Presentation Contexts", RC_UNSUPPORTED,
		"the server does not offer this service" },
	{ "No presentation context", RC_UNSUPPORTED,
		"the server does not take this kind of object" },
	{ "Connection refused", RC_OFFLINE, "nobody listens there" },
	{ "Peer aborted Association", RC_OFFLINE, "the server broke the association off" },
	{ "Association Aborted", RC_OFFLINE, "the association was broken off" },
	{ "Association Request Failed", RC_OFFLINE, "no association could be made" },
	{ "Could not negotiate association", RC_OFFLINE, "no association could be made" },
	{ "TCP Initialization Error", RC_OFFLINE, "the server cannot be reached" },
	{ "No data available (timeout", RC_OFFLINE, "the server fell silent" },
	{ "DUL ", RC_OFFLINE, "the association broke" },
	{ "unknown option", RC_UNSUPPORTED, "this version of DCMTK lacks an option that is needed" },
};

static enum rc
meaning(const struct child *c, struct err *e)
{
	for (size_t i = 0; i < MEM_COUNT(meanings); i++)
		if (child_says(c, meanings[i].says))
			return err_set(e, meanings[i].rc, "%s", meanings[i].told);
	if (c->code != 0)
		return err_set(e, RC_OFFLINE, "the exchange failed (status %d)", c->code);
	return RC_OK;
}

enum rc
dimse_run(struct dimse *d, struct dimse_command *c, struct child *told,
	const struct child_limits *limits, struct err *e)
{
	struct child_config config = { .argv = c->argv, .folder = c->folder, .input = -1 };
	struct child_limits usual = { .seconds = 3600, .stopped = d->stopped, .ctx = d->ctx };
	enum rc rc = child_run(told, &config, limits != NULL ? limits : &usual, e);

	return rc == RC_OK ? meaning(told, e) : rc;
}
