/* Images by HTTP.  An answer is a file itself, whose length was announced, or a multipart one, each of whose parts has to be closed. */
#include "core/source/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/net/multipart.h"
#include "core/source/arrive.h"

/* One answer with files. */
struct answer {
	struct arrivals *all;
	struct arrival *file; /* under way, or come whole where it is no part */
	struct multipart *parts;
	size_t image;
	int64_t expected;
	int64_t file_most;
	bool begun, single;
	size_t whole;          /* parts that were closed */
	struct arrival *first; /* the part that a single image is */
};

static enum rc
part_begin(void *ctx, const struct multipart_part *p, struct err *e)
{
	struct answer *a = ctx;

	if (p->type[0] != '\0' && strncasecmp(p->type, "application/dicom", 17) != 0)
		return err_set(e, RC_CORRUPT, "a part of the answer is no image");
	if (a->single && a->first != NULL)
		return err_set(e, RC_CORRUPT, "more images came than were asked for");
	a->file = arrival_new(a->all, a->image, p->length, e);
	return a->file != NULL ? RC_OK : RC_FAILED;
}

static enum rc
part_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct answer *a = ctx;

	return arrival_add(a->file, p, n, e);
}

static enum rc
part_whole(void *ctx, struct err *e)
{
	struct answer *a = ctx;
	struct arrival *file = a->file;
	enum rc rc;

	a->file = NULL;
	a->whole++;
	if (a->single) {
		a->first = file;
		return RC_OK;
	}
	rc = arrival_take(file, "", e);
	return rc == RC_OK ? arrivals_give(a->all, false, e) : rc;
}

/* The headers are there: what is it? */
static enum rc
answer_begin(struct answer *a, const struct http_answer *h, struct err *e)
{
	struct multipart_sink sink = { part_begin, part_bytes, part_whole, a };

	a->begun = true;
	if (strncasecmp(h->type, "multipart/", 10) == 0)
		return multipart_new(&a->parts, h->type, a->file_most, &sink, e);
	if (!a->single ||
		(strncasecmp(h->type, "application/dicom", 17) != 0 &&
			strncasecmp(h->type, "application/octet-stream", 24) != 0) ||
		strncasecmp(h->type, "application/dicom+", 18) == 0)
		return err_set(e, RC_CORRUPT, "the answer is no image");
	if (h->length >= 0 && a->expected >= 0 && h->length != a->expected)
		return err_set(e, RC_CORRUPT, "an image is not as long as the list says");
	if (h->length >= 0)
		a->expected = h->length;
	a->file = arrival_new(a->all, a->image, a->expected, e);
	return a->file != NULL ? RC_OK : RC_FAILED;
}

static enum rc
answer_add(struct answer *a, const struct http_answer *h, const void *bytes, size_t n, struct err *e)
{
	enum rc rc = a->begun ? RC_OK : answer_begin(a, h, e);

	if (rc != RC_OK)
		return rc;
	return a->parts != NULL ? multipart_add(a->parts, bytes, n, e)
				: arrival_add(a->file, bytes, n, e);
}

/* It ended: RC_OK where it is whole, and then a single image is in a->first. */
static enum rc
answer_end(struct answer *a, bool has_md5, struct err *e)
{
	if (a->parts != NULL)
		return multipart_end(a->parts, e);
	if (a->file == NULL)
		return err_set(e, RC_CORRUPT, "the answer is empty");
	if (a->expected < 0 && !has_md5)
		return err_set(e, RC_CORRUPT, "the server does not say how long an image is");
	a->first = a->file;
	a->file = NULL;
	return RC_OK;
}

static void
answer_release(struct answer *a)
{
	arrival_drop(a->file);
	arrival_drop(a->first);
	multipart_free(a->parts);
	a->file = a->first = NULL;
	a->parts = NULL;
}

/* ---- one by one ---- */

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

/* "d41d8cd98f00b204e9800998ecf8427e" and nothing else. */
static bool
read_md5(const struct http_request *r, char to[33])
{
	if (r->text.len < 32 || strspn(r->text.data, "0123456789abcdefABCDEF") != 32)
		return false;
	memcpy(to, r->text.data, 32);
	to[32] = '\0';
	return true;
}

static void
md5_done(struct ones *o, struct slot *s)
{
	struct coming *c = &o->coming[s->image];

	c->md5_over = true;
	if (s->r.rc != RC_OK)
		failed(o, s->r.rc, s->r.err.text);
	else if (!read_md5(&s->r, c->md5))
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

/* ---- all at once ---- */

static enum rc
on_series(struct http_request *r, const void *bytes, size_t n, struct err *e)
{
	return answer_add(r->ctx, &r->answer, bytes, n, e);
}

enum rc
transfer_series(const struct transfer *t, const char *path, size_t least, struct err *e)
{
	struct answer a = { .image = SIZE_MAX, .expected = -1, .file_most = INT64_MAX };
	struct http_request r = { .path = path,
		.headers = { t->accept },
		.take = on_series,
		.ctx = &a,
		.most = INT64_MAX };
	enum rc rc, last;

	a.all = arrivals_new(t->sink);
	t->web->sink = t->sink;
	rc = web_ask(t->web, &r, e);
	t->web->sink = NULL;
	if (rc == RC_OK)
		rc = answer_end(&a, false, e);
	last = arrivals_give(a.all, true, e);
	rc = rc != RC_OK ? rc : last;
	if (rc == RC_OK && arrivals_given(a.all) < least)
		rc = err_set(e, RC_CORRUPT, "fewer images came than the series has");
	answer_release(&a);
	arrivals_free(a.all);
	http_request_release(&r);
	return rc;
}
