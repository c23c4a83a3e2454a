/* All images of a series in one answer.  Its parts have no names; where the server tells MD5s they are asked for meanwhile, and a
 * part is the image whose MD5 it has. */
#include "core/source/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/transfer_in.h"

enum {
	ASKING_MOST = 32, /* MD5s at once */
	AHEAD_MOST = 256  /* parts that may wait for theirs: each keeps a descriptor open */
};

struct slot {
	struct http_request r;
	char path[WEB_PATH];
	size_t image;
	bool busy;
};

struct whole {
	const struct transfer *t;
	struct answer answer;
	struct http_request series;
	struct slot slot[ASKING_MOST];
	char (*md5)[33]; /* of each image; "" not told yet */
	size_t next;
	bool begun;
	enum rc rc; /* the first failure */
	struct err *e;
};

static void
failed(struct whole *o, const struct http_request *r)
{
	if (o->rc == RC_OK)
		o->rc = err_set(o->e, r->rc, "%s", r->err.text);
}

/* Which image has that MD5? */
static bool
resolve(void *ctx, const char *md5, size_t *image)
{
	struct whole *o = ctx;

	for (size_t i = 0; i < o->next; i++) {
		if (strcasecmp(o->md5[i], md5) == 0) {
			*image = i;
			return true;
		}
	}
	return false;
}

static enum rc
on_series(struct http_request *r, const void *bytes, size_t n, struct err *e)
{
	return answer_add(r->ctx, &r->answer, bytes, n, e);
}

static struct http_request *
next_md5(struct whole *o)
{
	const struct transfer *t = o->t;
	struct slot *s = NULL;

	for (size_t i = 0; i < ASKING_MOST && s == NULL; i++)
		s = o->slot[i].busy ? NULL : &o->slot[i];
	while (s != NULL && o->rc == RC_OK && o->next < t->n) {
		s->image = o->next++;
		str_copy(o->md5[s->image], sizeof(o->md5[0]), t->images[s->image].md5);
		if (o->md5[s->image][0] != '\0')
			continue;
		t->md5_path(t, &t->images[s->image], s->path);
		s->r = (struct http_request){ .path = s->path, .most = 100, .ctx = s };
		s->busy = true;
		return &s->r;
	}
	return NULL;
}

/* The series first, since it takes longest; of a long one when most MD5s were asked for. */
static struct http_request *
next(void *ctx)
{
	struct whole *o = ctx;

	if (!o->begun && (o->t->md5_path == NULL || o->next + AHEAD_MOST >= o->t->n)) {
		o->begun = true;
		return &o->series;
	}
	return o->t->md5_path != NULL ? next_md5(o) : NULL;
}

static enum rc
done(void *ctx, struct http_request *r, struct err *e)
{
	struct whole *o = ctx;
	struct slot *s = r->ctx;
	enum rc rc;

	if (r == &o->series) {
		if (r->rc == RC_OK)
			r->rc = answer_end(&o->answer, false, &r->err);
		if (r->rc != RC_OK)
			failed(o, r);
		return RC_OK;
	}
	s->busy = false;
	if (r->rc == RC_OK && !transfer_md5(r, o->md5[s->image]))
		r->rc = err_set(&r->err, RC_CORRUPT, "what should be an MD5 is none");
	if (r->rc != RC_OK)
		failed(o, r);
	http_request_release(r);
	rc = arrivals_give(o->answer.all, false, e);
	return rc;
}

enum rc
transfer_series(const struct transfer *t, const char *path, size_t least, struct err *e)
{
	struct whole *o = mem_zero(1, sizeof(*o));
	struct http_work work = { .next = next,
		.done = done,
		.ctx = o,
		.parallel = t->md5_path != NULL ? ASKING_MOST + 1 : 1 };
	enum rc rc, last;

	o->t = t;
	o->e = e;
	o->md5 = mem_zero(t->n + 1, sizeof(*o->md5));
	o->answer = (struct answer){ .all = arrivals_new(t->sink),
		.image = SIZE_MAX,
		.expected = -1,
		.file_most = INT64_MAX };
	if (t->md5_path != NULL)
		arrivals_match(o->answer.all, resolve, o);
	o->series = (struct http_request){ .path = path,
		.headers = { t->accept },
		.take = on_series,
		.ctx = &o->answer,
		.most = INT64_MAX };
	t->web->sink = t->sink;
	rc = web_run(t->web, &work, e);
	t->web->sink = NULL;
	last = arrivals_give(o->answer.all, true, e);
	rc = rc != RC_OK ? rc : o->rc != RC_OK ? o->rc : last;
	if (rc == RC_OK && arrivals_given(o->answer.all) < least)
		rc = err_set(e, RC_CORRUPT, "fewer images came than the series has");
	answer_release(&o->answer);
	arrivals_free(o->answer.all);
	http_request_release(&o->series);
	free(o->md5);
	free(o);
	return rc;
}
