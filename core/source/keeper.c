/* Looking after sources. */
#include "core/source/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/remote.h"
#include "core/source/deliver.h"
#include "core/source/discover.h"
#include "core/source/fetch.h"
#include "core/source/folder.h"

enum { CHANGED_AT_ONCE = 16 /* series fetched again in a round */ };

static void
say(const struct keeper_config *c, const struct source *s, const char *text)
{
	if (c->said != NULL)
		c->said(c->ctx, s->name, text);
}

static enum rc
look(const struct keeper_config *c, const struct source *s, struct err *e)
{
	struct discover_config d = { .ledger = c->ledger,
		.sources = c->sources,
		.who = c->who,
		.stopped = c->stopped,
		.ctx = c->ctx };
	struct discover_counts n;
	char text[200];
	enum rc rc = discover_look(&d, s->id, &n, e);

	snprintf(text, sizeof(text), "%lld new series, %lld changed, %lld gone", (long long)n.fresh,
		(long long)n.changed, (long long)n.gone);
	if (n.fresh + n.changed + n.gone > 0)
		say(c, s, text);
	return rc;
}

/* ---- folders ---- */

struct folder_run {
	const struct keeper_config *c;
	const struct source *s;
	volatile sig_atomic_t stop;
};

static void
on_rejected(void *ctx, const char *path, const char *reason)
{
	const struct folder_run *r = ctx;
	char text[200];

	(void)path; /* names of files may say who it is */
	snprintf(text, sizeof(text), "a file was rejected: %.160s", reason);
	say(r->c, r->s, text);
}

static void
on_progress(void *ctx, const struct import_counts *so_far, int64_t expected)
{
	struct folder_run *r = ctx;

	(void)so_far, (void)expected;
	r->stop = r->c->stopped != NULL && r->c->stopped(r->c->ctx);
}

enum rc
keeper_folder(const struct keeper_config *c, const struct source *s, struct import_counts *n,
	struct err *e)
{
	struct folder_run r = { .c = c, .s = s };
	struct import_config ic = { .ledger = c->ledger,
		.store = c->store,
		.who = c->who,
		.stop = &r.stop,
		.rejected = on_rejected,
		.progress = on_progress,
		.ctx = &r };
	char *memory = mem_format("%s/sources/%s.seen", c->folder, s->name);
	struct folder *f = NULL;
	struct address a;
	struct err why = { 0 };
	enum rc rc = address_parse(&a, s->address, &why);

	memset(n, 0, sizeof(*n));
	if (rc == RC_OK)
		rc = folder_open(&f, a.path, memory, &why);
	if (rc == RC_OK)
		rc = folder_look(f, &ic, n, &why);
	folder_close(f);
	free(memory);
	sources_note(c->ledger, s->id, rc == RC_NOT_FOUND ? RC_OFFLINE : rc, &why);
	if (rc == RC_OK)
		source_note_swept(c->ledger, s->id, "", NULL);
	return rc == RC_OK ? rc : err_set(e, rc, "%s", why.text);
}

static enum rc
look_into(const struct keeper_config *c, const struct source *s, struct err *e)
{
	struct import_counts n;
	char text[200];
	enum rc rc = keeper_folder(c, s, &n, e);

	snprintf(text, sizeof(text), "%lld new images in %lld series, %lld rejected",
		(long long)n.added, (long long)n.series, (long long)n.rejected);
	if (n.added + n.rejected > 0)
		say(c, s, text);
	return rc;
}

static enum rc
fetch_again(const struct keeper_config *c, const struct source *s, struct err *e)
{
	struct fetch_config f = { .ledger = c->ledger,
		.store = c->store,
		.vault = c->vault,
		.sources = c->sources,
		.who = c->who,
		.told = { .stopped = c->stopped, .ctx = c->ctx } };
	int64_t series[CHANGED_AT_ONCE];
	size_t n = remote_changed(c->ledger, s->id, series, CHANGED_AT_ONCE);
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		struct fetch_counts counts;
		char text[100];

		rc = fetch_series(&f, series[i], &counts, e);
		snprintf(text, sizeof(text), "S-%04lld changed there and was fetched again",
			(long long)series[i]);
		if (rc == RC_OK)
			say(c, s, text);
	}
	return rc;
}

static enum rc
deliver(const struct keeper_config *c, const struct source *s, struct err *e)
{
	struct deliver_config d = { .ledger = c->ledger,
		.sources = c->sources,
		.who = c->who,
		.stopped = c->stopped,
		.ctx = c->ctx };
	struct deliver_counts n;
	char text[100];
	enum rc rc = deliver_due(&d, s->id, &n, e);

	snprintf(text, sizeof(text), "%lld verdict%s delivered, %lld refused",
		(long long)n.confirmed, n.confirmed == 1 ? "" : "s", (long long)n.refused);
	if (n.confirmed + n.refused > 0)
		say(c, s, text);
	return rc;
}

/* A failure is told once, not in each round. */
static void
tell_failure(const struct keeper_config *c, const struct source *s, const struct err *why)
{
	struct source now;

	if (source_by_id(c->ledger, s->id, &now, NULL) == RC_OK && strcmp(now.fault, s->fault) != 0)
		say(c, s, why->text);
}

/* A source's own failures are told and kept with it: they hold up no other. */
static enum rc
keep_one(const struct keeper_config *c, const struct source *s, struct err *e)
{
	struct err why = { 0 };
	bool folder = strncmp(s->address, "folder:", 7) == 0;
	enum rc rc = folder ? look_into(c, s, &why) : deliver(c, s, &why);

	if (rc == RC_OK && !folder)
		rc = look(c, s, &why);
	if (rc == RC_OK && !folder)
		rc = fetch_again(c, s, &why);
	if (rc == RC_READONLY || rc == RC_CANCELLED)
		return err_set(e, rc, "%s", why.text);
	if (rc != RC_OK)
		tell_failure(c, s, &why);
	return RC_OK;
}

enum rc
keeper_round(const struct keeper_config *c, struct err *e)
{
	struct source *s = mem_zero(SOURCES_MOST, sizeof(*s));
	size_t n = 0;
	enum rc rc = source_list(c->ledger, s, &n, e);

	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = c->stopped != NULL && c->stopped(c->ctx) ? err_set(e, RC_CANCELLED, "stopped")
							      : keep_one(c, &s[i], e);
	free(s);
	return rc;
}
