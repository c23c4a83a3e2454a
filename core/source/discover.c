/* What a source has. */
#include "core/source/discover.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/remote.h"
#include "core/source/headers.h"
#include "core/source/kos.h"

enum {
	PENDING_MOST = 16384, /* new series kept in memory before their headers are asked for */
	BATCH = 256
};

struct pending {
	struct remote_series s; /* with the header that the sweep told */
	bool whole_header;
};

/* UIDs of the series of our own rejections, as a source that takes them has them. */
struct own_objects {
	char (*uid)[KOS_UID];
	size_t n;
	bool read;
};

struct looking {
	const struct discover_config *c;
	struct discover_counts *n;
	struct source_use use;
	struct pending *pending;
	size_t pending_count;
	bool overflown; /* there is more: look again */
	int64_t touched[BATCH];
	size_t touched_count;
	struct own_objects own;
};

static bool
is_stopped(const struct looking *k)
{
	return k->c->stopped != NULL && k->c->stopped(k->c->ctx);
}

static void
tell(const struct looking *k)
{
	if (k->c->progress != NULL)
		k->c->progress(k->c->ctx, k->n->seen, k->n->fresh);
}

static struct header *
copy_header(const struct header *h)
{
	struct header *copy = mem_zero(1, sizeof(*copy));

	for (int a = 0; h != NULL && a < ATTR_COUNT; a++)
		copy->value[a] = mem_string(h->value[a]);
	copy->json = mem_string(h != NULL && h->json != NULL ? h->json : "{}");
	return copy;
}

static enum rc
touch(struct looking *k, struct err *e)
{
	enum rc rc = k->touched_count > 0
		? remote_touch(k->c->ledger, k->touched, k->touched_count, e)
		: RC_OK;

	k->touched_count = 0;
	return rc;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
read_own(struct looking *k)
{
	struct stmt *s = db_query(ledger_db(k->c->ledger),
		"SELECT id FROM decision WHERE verdict = 'fail' ORDER BY id");

	k->own.read = true;
	while (stmt_step(s, NULL) == RC_OK) {
		k->own.uid = mem_grow(k->own.uid, k->own.n + 1, sizeof(*k->own.uid));
		kos_uid(k->own.uid[k->own.n++], KOS_SERIES_KIND, ledger_id(k->c->ledger),
			stmt_get_int(s, 0));
	}
	stmt_done(s);
	qsort(k->own.uid, k->own.n, sizeof(*k->own.uid), by_text);
}

/* What we gave it ourselves is nothing to review. */
static bool
is_own(struct looking *k, const struct remote_series *s)
{
	const char *modality = s->header != NULL ? header_text(s->header, ATTR_MODALITY) : "";
	char key[KOS_UID];

	if (strcmp(modality, "KO") != 0 && *modality != '\0')
		return false;
	if (!k->own.read)
		read_own(k);
	str_copy(key, sizeof(key), s->series_uid);
	return k->own.n > 0 &&
		bsearch(key, k->own.uid, k->own.n, sizeof(*k->own.uid), by_text) != NULL;
}

/* Known and the same: only that it was there.  The others wait for their headers. */
static enum rc
on_series(void *ctx, const struct remote_series *s, struct err *e)
{
	struct looking *k = ctx;
	int64_t known;
	struct pending *p;

	if (is_stopped(k))
		return err_set(e, RC_CANCELLED, "stopped");
	if (str_empty(s->series_uid) || str_empty(s->study_uid)) {
		k->n->odd++;
		return RC_OK;
	}
	k->n->seen++;
	if (k->n->seen % 64 == 0)
		tell(k);
	known = remote_same(k->c->ledger, k->use.source.id, s->series_uid, s->images);
	if (known != 0) {
		k->touched[k->touched_count++] = known;
		return k->touched_count == BATCH ? touch(k, e) : RC_OK;
	}
	if (is_own(k, s)) {
		k->n->seen--;
		return RC_OK;
	}
	if (k->pending_count == PENDING_MOST) {
		k->overflown = true;
		return err_set(e, RC_LIMIT, "more than can be held at once");
	}
	k->pending = mem_grow(k->pending, k->pending_count + 1, sizeof(*k->pending));
	p = &k->pending[k->pending_count++];
	p->s = *s;
	p->s.header = copy_header(s->header);
	p->whole_header = false;
	return RC_OK;
}

/* ---- entering ---- */

/* The UIDs are those that were asked by, whatever the header of the image says. */
static bool
complete(struct pending *p)
{
	struct header *h = p->s.header;

	if (h == NULL)
		return false;
	if (!str_empty(header_text(h, ATTR_SERIES_UID)) &&
		strcmp(header_text(h, ATTR_SERIES_UID), p->s.series_uid) != 0)
		return false;
	free(h->value[ATTR_SERIES_UID]);
	h->value[ATTR_SERIES_UID] = mem_string(p->s.series_uid);
	free(h->value[ATTR_STUDY_UID]);
	h->value[ATTR_STUDY_UID] = mem_string(p->s.study_uid);
	return true;
}

static enum rc
enter_one(struct looking *k, struct catalog_batch *b, struct pending *p, struct err *e)
{
	struct catalog_known known = { .header = p->s.header,
		.whole_header = p->whole_header,
		.source = k->use.source.id,
		.source_name = k->use.source.name,
		.address = p->s.address,
		.images = p->s.images };
	enum known_outcome outcome = KNOWN_SAME;
	enum rc rc;

	if (!complete(p)) {
		k->n->odd++;
		return RC_OK;
	}
	rc = catalog_know(b, &known, &outcome, e);
	k->n->fresh += rc == RC_OK && outcome == KNOWN_NEW;
	k->n->changed += rc == RC_OK && outcome == KNOWN_CHANGED;
	return rc;
}

static enum rc
enter_batch(struct looking *k, struct pending *p, size_t n, struct err *e)
{
	struct catalog_batch *b;
	enum rc rc = catalog_batch_begin(&b, k->c->ledger, k->c->who, e);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = enter_one(k, b, &p[i], e);
	rc = catalog_batch_end(b, rc, e);
	tell(k);
	return rc;
}

static void
forget_pending(struct looking *k)
{
	for (size_t i = 0; i < k->pending_count; i++)
		header_free(k->pending[i].s.header);
	k->pending_count = 0;
}

/* The headers of one image each say what the index does not: trial, site, what is burned in.  Without one a series comes in by
 * what the index tells.  *answered: how many from the first on. */
static enum rc
ask_headers(struct looking *k, struct pending *p, size_t n, size_t *answered, struct err *e)
{
	struct header_wish *wishes = mem_zero(n + 1, sizeof(*wishes));
	enum rc rc;

	for (size_t i = 0; i < n; i++)
		wishes[i].series = &p[i].s;
	rc = headers_ask(k->c->sources, &k->use, wishes, n, e);
	for (*answered = 0; *answered < n && wishes[*answered].rc != RC_CANCELLED; ++*answered)
		p[*answered].whole_header = wishes[*answered].rc == RC_OK;
	free(wishes);
	return rc;
}

/* In batches, so that what was asked for is not lost when the line breaks. */
static enum rc
enter_pending(struct looking *k, struct err *e)
{
	size_t from = 0;
	enum rc rc = RC_OK;

	while (rc == RC_OK && from < k->pending_count) {
		size_t left = k->pending_count - from, answered = 0;
		struct err later = { 0 };
		enum rc entered;

		rc = is_stopped(k) ? err_set(e, RC_CANCELLED, "stopped")
				   : ask_headers(k, k->pending + from, left < BATCH ? left : BATCH,
					     &answered, e);
		entered = enter_batch(k, k->pending + from, answered, &later);
		if (rc == RC_OK && entered != RC_OK)
			rc = err_set(e, entered, "%s", later.text);
		from += answered;
	}
	forget_pending(k);
	return rc;
}

static void
looking_end(struct looking *k)
{
	forget_pending(k);
	free(k->pending);
	free(k->own.uid);
}

/* ---- looking ---- */

static enum rc
sweep_once(struct looking *k, const struct remote_query *q, struct err *e)
{
	struct err why = { 0 };
	enum rc rc;

	k->overflown = false;
	k->n->seen = 0;
	rc = k->use.ops->sweep(k->use.driver, q, on_series, k, &why);
	if (k->overflown)
		rc = RC_OK;
	if (rc == RC_OK)
		rc = touch(k, &why);
	if (rc == RC_OK)
		rc = enter_pending(k, &why);
	return rc == RC_OK ? RC_OK : err_set(e, rc, "%s", why.text);
}

static enum rc
sweep_all(struct looking *k, const struct remote_query *q, struct err *e)
{
	static const struct remote_query everything;
	int64_t began = ledger_now(k->c->ledger);
	bool all = q == NULL;
	enum rc rc;

	do
		rc = sweep_once(k, all ? &everything : q, e);
	while (rc == RC_OK && k->overflown);
	k->n->all = all;
	if (rc == RC_OK && all)
		rc = remote_note_gone(k->c->ledger, k->use.source.id, began, &k->n->gone, e);
	return rc;
}

enum rc
discover_sweep(const struct discover_config *c, int64_t source, const struct remote_query *q,
	struct discover_counts *out, struct err *e)
{
	struct looking k = { .c = c, .n = out };
	struct err own = { 0 }, *why = e != NULL ? e : &own;
	char token[REMOTE_TOKEN] = "";
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = sources_use(c->sources, c->ledger, source, &k.use, why);
	/* from before the sweep on, so that nothing falls between the two */
	if (rc == RC_OK && q == NULL && k.use.ops->changes != NULL)
		rc = k.use.ops->changes(k.use.driver, token, on_series, &k, why);
	if (rc == RC_OK)
		rc = sweep_all(&k, q, why);
	looking_end(&k);
	sources_note(c->ledger, source, rc, why);
	if (rc == RC_OK && q == NULL)
		rc = source_note_swept(c->ledger, source, token, why);
	return rc;
}

static enum rc
follow_changes(struct looking *k, struct err *e)
{
	char token[REMOTE_TOKEN];
	enum rc rc;

	str_copy(token, sizeof(token), k->use.source.token);
	do {
		k->overflown = false;
		rc = k->use.ops->changes(k->use.driver, token, on_series, k, e);
		if (k->overflown) {
			rc = RC_OK;
			err_clear(e);
		}
		if (rc == RC_OK)
			rc = touch(k, e);
		if (rc == RC_OK)
			rc = enter_pending(k, e);
	} while (rc == RC_OK && k->overflown);
	if (rc == RC_OK && strcmp(token, k->use.source.token) != 0)
		rc = source_note_token(k->c->ledger, k->use.source.id, token, e);
	return rc;
}

enum rc
discover_look(
	const struct discover_config *c, int64_t source, struct discover_counts *out, struct err *e)
{
	struct looking k = { .c = c, .n = out };
	struct err own = { 0 }, *why = e != NULL ? e : &own;
	int64_t age;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = sources_use(c->sources, c->ledger, source, &k.use, why);
	if (rc != RC_OK) {
		sources_note(c->ledger, source, rc, why);
		return rc;
	}
	age = ledger_now(c->ledger) - k.use.source.swept;
	if (k.use.ops->changes == NULL || k.use.source.token[0] == '\0' ||
		age > (int64_t)DISCOVER_ALL_S * 1000000 || age < 0)
		return discover_sweep(c, source, NULL, out, e);
	rc = follow_changes(&k, why);
	looking_end(&k);
	if (rc == RC_NOT_FOUND) { /* its list began anew: the server was set up again */
		err_clear(why);
		return discover_sweep(c, source, NULL, out, e);
	}
	sources_note(c->ledger, source, rc, why);
	return rc;
}
