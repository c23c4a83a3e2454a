/* The open sources of one thread. */
#include "core/source/sources.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/str.h"

struct open_source {
	int64_t id;
	char address[ADDRESS_TEXT];
	struct timespec secret_at; /* when its secret was written */
	int64_t probed;            /* the facts it was opened with */
	const struct driver_ops *ops;
	struct driver *driver;
};

struct sources {
	char *folder;
	bool (*stopped)(void *ctx);
	void *ctx;
	struct open_source open[SOURCES_MOST];
	size_t n;
};

struct sources *
sources_new(const struct sources_config *c)
{
	struct sources *s = mem_zero(1, sizeof(*s));

	s->folder = mem_string(c->folder);
	s->stopped = c->stopped;
	s->ctx = c->ctx;
	return s;
}

static void
shut(struct open_source *o)
{
	if (o->driver != NULL)
		o->ops->close(o->driver);
	memset(o, 0, sizeof(*o));
}

void
sources_free(struct sources *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		shut(&s->open[i]);
	free(s->folder);
	free(s);
}

char *
sources_secret(const char *folder, const char *name)
{
	return mem_format("%s/sources/%s.secret", folder, name);
}

void
sources_facts(const struct source *s, struct server_facts *out)
{
	memset(out, 0, sizeof(*out));
	out->known = s->probed != 0;
	out->quirks = (uint64_t)s->quirks;
	out->round_trip_us = s->round_trip_us;
	out->clock_ahead_s = s->clock_ahead_s;
	str_copy(out->server, sizeof(out->server), s->server);
}

static struct open_source *
slot(struct sources *s, int64_t id)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->open[i].id == id)
			return &s->open[i];
	if (s->n == SOURCES_MOST) { /* some were removed meanwhile */
		shut(&s->open[0]);
		return &s->open[0];
	}
	return &s->open[s->n++];
}

static enum rc
open_driver(struct sources *s, const struct source *src, const struct address *address,
	struct open_source *o, struct err *e)
{
	char *path = sources_secret(s->folder, src->name),
	     *scratch = mem_format("%s/objects/tmp", s->folder);
	struct secret secret = { .user = "" };
	struct server_facts facts;
	struct driver_config c = { .address = address,
		.facts = &facts,
		.stopped = s->stopped,
		.ctx = s->ctx,
		.scratch = scratch };
	enum rc rc = secret_read(&secret, path, e);

	if (rc == RC_NOT_FOUND) {
		rc = RC_OK;
		err_clear(e);
	} else {
		c.secret = &secret;
	}
	sources_facts(src, &facts);
	if (rc == RC_OK)
		rc = o->ops->open(&o->driver, &c, e);
	secret_forget(&secret);
	free(path);
	free(scratch);
	return rc;
}

static struct timespec
secret_time(const struct sources *s, const char *name)
{
	char *path = sources_secret(s->folder, name);
	struct stat st = { .st_mode = 0 };

	stat(path, &st);
	free(path);
	return st.st_mtim;
}

/* Is what is open still what it should be? */
static bool
current(const struct sources *s, const struct open_source *o, const struct source *src)
{
	struct timespec now = secret_time(s, src->name);

	return o->driver != NULL && strcmp(o->address, src->address) == 0 &&
		o->probed == src->probed && o->secret_at.tv_sec == now.tv_sec &&
		o->secret_at.tv_nsec == now.tv_nsec;
}

static enum rc
reopen(struct sources *s, const struct source *src, struct open_source *o, struct err *e)
{
	struct address address;
	struct open_source fresh = { .id = src->id, .probed = src->probed };
	enum rc rc = address_parse(&address, src->address, e);

	shut(o);
	if (rc != RC_OK)
		return rc;
	fresh.ops = driver_of(address.kind);
	if (fresh.ops == NULL)
		return err_set(
			e, RC_UNSUPPORTED, "%s is a folder: what is in it is imported", src->name);
	str_copy(fresh.address, sizeof(fresh.address), src->address);
	fresh.secret_at = secret_time(s, src->name);
	rc = open_driver(s, src, &address, &fresh, e);
	*o = fresh;
	return rc;
}

static enum rc
use(struct sources *s, struct ledger *l, int64_t id, struct source_use *out, struct err *e)
{
	struct open_source *o;
	enum rc rc = source_by_id(l, id, &out->source, e);

	if (rc == RC_OK && out->source.removed)
		rc = err_set(e, RC_NOT_FOUND, "the source %s was removed", out->source.name);
	if (rc != RC_OK)
		return rc;
	o = slot(s, id);
	if (!current(s, o, &out->source))
		rc = reopen(s, &out->source, o, e);
	out->ops = o->ops;
	out->driver = o->driver;
	return rc;
}

enum rc
sources_another(struct sources *s, const struct source_use *u, struct driver **out, struct err *e)
{
	struct open_source more = { .ops = u->ops };
	struct address address;
	enum rc rc = address_parse(&address, u->source.address, e);

	if (rc == RC_OK)
		rc = open_driver(s, &u->source, &address, &more, e);
	*out = more.driver;
	return rc;
}

enum rc
sources_probe(
	struct sources *s, struct ledger *l, int64_t id, struct server_facts *out, struct err *e)
{
	struct source_use u;
	enum rc rc = use(s, l, id, &u, e);

	if (rc != RC_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	rc = u.ops->probe(u.driver, out, e);
	sources_note(l, id, rc, e);
	if (rc != RC_OK)
		return rc;
	u.source.quirks = (int64_t)out->quirks;
	u.source.round_trip_us = out->round_trip_us;
	u.source.clock_ahead_s = out->clock_ahead_s;
	str_copy(u.source.server, sizeof(u.source.server), out->server);
	return source_note_facts(l, &u.source, e);
}

enum rc
sources_use(struct sources *s, struct ledger *l, int64_t id, struct source_use *out, struct err *e)
{
	struct server_facts facts;
	enum rc rc = use(s, l, id, out, e);

	if (rc != RC_OK || out->source.probed != 0)
		return rc;
	rc = sources_probe(s, l, id, &facts, e);
	return rc == RC_OK ? use(s, l, id, out, e) : rc; /* opened anew with what was found */
}

void
sources_note(struct ledger *l, int64_t id, enum rc rc, const struct err *why)
{
	const char *text = why != NULL ? why->text : "";

	if (rc == RC_CANCELLED)
		return;
	if (rc == RC_OFFLINE)
		source_note_away(l, id, text, NULL);
	else /* it lets us in, or it does not: it is there */
		source_note_reached(l, id,
			rc == RC_DENIED || rc == RC_BUSY || rc == RC_CORRUPT ? text : NULL, NULL);
}

struct vault *
sources_vault(struct ledger *l, const char *folder)
{
	struct vault_config c = { .folder = folder,
		.memory_most = setting_number(l, SETTING_CACHE_MEMORY) << 20,
		.disk_most = setting_number(l, SETTING_CACHE_DISK) << 20 };

	return db_number(ledger_db(l), "SELECT count(*) FROM source", 0) > 0 ? vault_new(&c) : NULL;
}
