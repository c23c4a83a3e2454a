/* Images one by one, and the MD5 of each where the server tells it. */
#include "core/source/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/transfer_in.h"

/* What is known of an image while it comes: its file and its MD5 may come in any order. */
struct coming {
	char md5[33];
	bool wants_md5, md5_over, file_over;
	struct arrival *file;
};

struct slot {
	struct http_request r;
	struct answer answer;
	char path[WEB_PATH];
	size_t image;
	bool busy, for_md5;
};

struct ones {
	const struct transfer *t;
	struct arrivals *all;
	struct coming *coming;
	struct slot slot[HTTP_PARALLEL_MOST];
	unsigned slots;
	size_t next; /* twice the image, and one where its MD5 is asked for */
	enum rc rc;  /* the first failure */
	struct err *e;
	bool over;
};

/* The next would fail as this did. */
static bool
goes_on(enum rc rc)
{
	return rc != RC_OFFLINE && rc != RC_BUSY && rc != RC_DENIED && rc != RC_CANCELLED &&
		rc != RC_LIMIT;
}

static void
failed(struct ones *o, enum rc rc, const char *words)
{
	if (o->rc == RC_OK)
		o->rc = err_set(o->e, rc, "%s", words);
	if (!goes_on(rc))
		o->over = true;
}

static enum rc
on_bytes(struct http_request *r, const void *bytes, size_t n, struct err *e)
{
	struct slot *s = r->ctx;

	return answer_add(&s->answer, &r->answer, bytes, n, e);
}

static struct slot *
free_slot(struct ones *o)
{
	for (unsigned i = 0; i < o->slots; i++)
		if (!o->slot[i].busy)
			return &o->slot[i];
	return NULL;
}

static void
fill_slot(struct ones *o, struct slot *s)
{
	const struct transfer *t = o->t;
	const struct remote_image *image = &t->images[s->image];

	s->busy = true;
	s->r = (struct http_request){ .path = s->path, .ctx = s };
	if (s->for_md5) {
		t->md5_path(t, image, s->path);
		s->r.most = 100;
		return;
	}
	s->answer = (struct answer){ .all = o->all,
		.image = s->image,
		.expected = image->bytes,
		.file_most = INT64_MAX,
		.single = true };
	t->path(t, image, s->path);
	s->r.headers[0] = t->accept;
	s->r.take = on_bytes;
	s->r.most = INT64_MAX;
}

static struct http_request *
next_one(void *ctx)
{
	struct ones *o = ctx;
	struct slot *s = free_slot(o);

	while (s != NULL && !o->over && o->next < 2 * o->t->n) {
		s->image = o->next / 2;
		s->for_md5 = o->next++ % 2 == 1;
		if (s->for_md5 && !o->coming[s->image].wants_md5)
			continue;
		fill_slot(o, s);
		return &s->r;
	}
	return NULL;
}

static void
md5_done(struct ones *o, struct slot *s)
{
	struct coming *c = &o->coming[s->image];

	c->md5_over = true;
	if (s->r.rc != RC_OK)
		failed(o, s->r.rc, s->r.err.text);
	else if (!transfer_md5(&s->r, c->md5))
		failed(o, RC_CORRUPT, "what should be an MD5 is none");
}

static void
file_done(struct ones *o, struct slot *s)
{
	struct coming *c = &o->coming[s->image];
	struct err e = { 0 };
	enum rc rc = s->r.rc;

	c->file_over = true;
	if (rc != RC_OK)
		err_set(&e, rc, "%s", s->r.err.text);
	else
		rc = answer_end(&s->answer, c->wants_md5, &e);
	if (rc == RC_OK) {
		c->file = s->answer.first;
		s->answer.first = NULL;
	} else {
		failed(o, rc, e.text);
	}
	answer_release(&s->answer);
}

static enum rc
one_done(void *ctx, struct http_request *r, struct err *e)
{
	struct ones *o = ctx;
	struct slot *s = r->ctx;
	struct coming *c = &o->coming[s->image];
	struct err why = { 0 };
	enum rc rc;

	if (s->for_md5)
		md5_done(o, s);
	else
		file_done(o, s);
	http_request_release(&s->r);
	s->busy = false;
	if (!c->file_over || (c->wants_md5 && !c->md5_over))
		return RC_OK;
	if (c->file != NULL && (!c->wants_md5 || c->md5[0] != '\0')) {
		rc = arrival_take(c->file, c->md5, &why);
		if (rc != RC_OK)
			failed(o, rc, why.text);
	} else {
		arrival_drop(c->file);
	}
	c->file = NULL;
	rc = arrivals_give(o->all, false, e);
	return rc == RC_CORRUPT ? RC_OK : rc; /* one that was not the server's: told at the end */
}

static void
prepare(struct ones *o)
{
	const struct transfer *t = o->t;

	o->coming = mem_zero(t->n + 1, sizeof(*o->coming));
	for (size_t i = 0; i < t->n; i++) {
		str_copy(o->coming[i].md5, sizeof(o->coming[i].md5), t->images[i].md5);
		o->coming[i].wants_md5 = t->md5_path != NULL && t->images[i].md5[0] == '\0';
	}
	o->slots = t->md5_path != NULL ? 2 * t->parallel : t->parallel;
	if (o->slots > HTTP_PARALLEL_MOST)
		o->slots = HTTP_PARALLEL_MOST;
}

enum rc
transfer_ones(const struct transfer *t, struct err *e)
{
	struct ones *o = mem_zero(1, sizeof(*o));
	struct http_work work = { .next = next_one, .done = one_done, .ctx = o };
	enum rc rc, last;

	o->t = t;
	o->e = e;
	o->all = arrivals_new(t->sink);
	prepare(o);
	work.parallel = o->slots;
	t->web->sink = t->sink;
	rc = web_run(t->web, &work, e);
	t->web->sink = NULL;
	last = arrivals_give(o->all, true, e);
	rc = rc != RC_OK ? rc : o->rc != RC_OK ? o->rc : last;
	if (rc == RC_OK && arrivals_given(o->all) != t->n)
		rc = err_set(e, RC_CORRUPT, "an image that came is not the server's copy");
	for (size_t i = 0; i < t->n; i++)
		arrival_drop(o->coming[i].file);
	arrivals_free(o->all);
	free(o->coming);
	free(o);
	return rc;
}
