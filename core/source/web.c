/* The line to a server that speaks HTTP. */
#include "core/source/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/json.h"

enum { AT_ONCE = 2 }; /* pages */

static bool
is_stopped(void *ctx)
{
	const struct web *w = ctx;

	if (w->stopped != NULL && w->stopped(w->ctx))
		return true;
	return w->sink != NULL && w->sink->stopped != NULL && w->sink->stopped(w->sink->ctx);
}

enum rc
web_open(struct web *w, const struct driver_config *c, struct err *e)
{
	static const struct secret none;
	const struct secret *s = c->secret != NULL ? c->secret : &none;
	struct http_config h = {
		.user = s->user,
		.password = s->password,
		.token = s->token,
		.ca = s->ca,
		.pin = s->pin,
		.certificate = s->certificate,
		.key = s->key,
		.key_password = s->key_password,
		.stopped = is_stopped,
		.ctx = w,
	};

	w->address = *c->address;
	if (c->facts != NULL)
		w->facts = *c->facts;
	w->parallel = c->parallel > 0 ? c->parallel : 8;
	w->stopped = c->stopped;
	w->ctx = c->ctx;
	h.root = w->address.url;
	return http_open(&w->http, &h, e);
}

void
web_close(struct web *w)
{
	http_close(w->http);
}

bool
web_is_far(const struct web *w)
{
	return w->facts.round_trip_us > 3000;
}

bool
web_can(const struct web *w, uint64_t quirks)
{
	return (w->facts.quirks & quirks) == quirks;
}

enum rc
web_run(struct web *w, const struct http_work *work, struct err *e)
{
	enum rc rc = http_run(w->http, work, e);

	w->common.patience = http_patience(w->http);
	return rc;
}

enum rc
web_ask(struct web *w, struct http_request *r, struct err *e)
{
	enum rc rc = http_ask(w->http, r, e);

	w->common.patience = http_patience(w->http);
	return rc;
}

enum rc
web_json(struct web *w, const char *path, const char *body, json_t **out, struct err *e)
{
	struct http_request r = {
		.path = path,
		.headers = { "Accept: application/dicom+json, application/json;q=0.9",
			body != NULL ? "Content-Type: application/json" : NULL },
		.body = body,
		.n = body != NULL ? strlen(body) : 0,
		.gzip = web_is_far(w),
	};
	enum rc rc = web_ask(w, &r, e);

	*out = NULL;
	if (rc == RC_OK && r.answer.status == 204)
		*out = json_null();
	else if (rc == RC_OK)
		rc = json_read(out, r.text.data != NULL ? r.text.data : "", r.text.len, e);
	http_request_release(&r);
	return rc;
}

struct both {
	struct http_request r[2];
	int next;
};

static struct http_request *
next_of_both(void *ctx)
{
	struct both *b = ctx;

	return b->next < 2 ? &b->r[b->next++] : NULL;
}

static enum rc
one_of_both(void *ctx, struct http_request *r, struct err *e)
{
	(void)ctx;
	return r->rc == RC_OK ? RC_OK : err_set(e, r->rc, "%s", r->err.text);
}

enum rc
web_json_both(struct web *w, const char *const path[2], json_t *out[2], struct err *e)
{
	struct both b = { .next = 0 };
	struct http_work work = {
		.next = next_of_both, .done = one_of_both, .ctx = &b, .parallel = 2
	};
	enum rc rc;

	for (int i = 0; i < 2; i++) {
		out[i] = NULL;
		b.r[i].path = path[i];
		b.r[i].headers[0] = "Accept: application/json";
		b.r[i].gzip = web_is_far(w);
	}
	rc = web_run(w, &work, e);
	for (int i = 0; i < 2; i++) {
		if (rc == RC_OK)
			rc = json_read(&out[i], b.r[i].text.data != NULL ? b.r[i].text.data : "",
				b.r[i].text.len, e);
		http_request_release(&b.r[i]);
	}
	return rc;
}

/* ---- pages ---- */

struct reading;

struct page {
	struct http_request r;
	struct reading *reading;
	struct json_reader *rows;
	char path[WEB_PATH];
	size_t count, fresh;
	bool busy;
};

struct reading {
	const struct web_pages *p;
	struct page page[AT_ONCE];
	size_t from,
		step; /* where the next page begins; rows that a page really has, 0 not known yet */
	size_t pages;
	bool over, gzip;
};

static enum rc
on_row(void *ctx, const json_t *row, struct err *e)
{
	struct page *page = ctx;
	bool fresh = false;
	enum rc rc = page->reading->p->each(page->reading->p->ctx, row, &fresh, e);

	page->count++;
	page->fresh += fresh;
	return rc;
}

static enum rc
on_bytes(struct http_request *r, const void *bytes, size_t n, struct err *e)
{
	struct page *page = r->ctx;

	return json_reader_add(page->rows, bytes, n, e);
}

static struct http_request *
next_page(void *ctx)
{
	struct reading *g = ctx;
	struct page *page = &g->page[0];

	if (g->over || (g->step == 0 && page->busy)) /* the first page tells how large they are */
		return NULL;
	for (size_t i = 0; i < AT_ONCE && page->busy; i++)
		page = &g->page[i];
	if (page->busy)
		return NULL;
	*page = (struct page){ .reading = g, .busy = true };
	page->rows = json_reader_new(on_row, page);
	page->r.take = on_bytes;
	page->r.ctx = page;
	page->r.gzip = g->gzip;
	page->r.most = (int64_t)1 << 32;
	page->r.path = page->path;
	g->p->ask(g->p->ctx, g->from, g->p->count, &page->r, page->path);
	if (g->step > 0)
		g->from += g->step;
	return &page->r;
}

static void
release_page(struct page *page)
{
	json_reader_free(page->rows);
	http_request_release(&page->r);
	free((void *)(uintptr_t)page->r.body);
	page->rows = NULL;
	page->r.body = NULL;
	page->busy = false;
}

static enum rc
page_done(void *ctx, struct http_request *r, struct err *e)
{
	struct reading *g = ctx;
	struct page *page = r->ctx;
	enum rc rc = r->rc != RC_OK ? err_set(e, r->rc, "%s", r->err.text) : RC_OK;

	if (rc == RC_OK && (r->bytes > 0 || r->answer.status != 204))
		rc = json_reader_end(page->rows, e);
	if (rc == RC_OK) {
		g->over = g->over || page->fresh == 0 || g->from > WEB_SERIES_MOST;
		g->pages += page->count > 0;
		if (g->step == 0)
			g->step = g->from = page->count;
	}
	release_page(page);
	return rc;
}

enum rc
web_pages(struct web *w, const struct web_pages *p, size_t *pages, struct err *e)
{
	struct reading *g = mem_zero(1, sizeof(*g));
	struct http_work work = {
		.next = next_page, .done = page_done, .ctx = g, .parallel = AT_ONCE
	};
	enum rc rc;

	g->p = p;
	g->gzip = web_is_far(w);
	rc = web_run(w, &work, e);
	*pages = g->pages;
	free(g);
	return rc;
}

void
web_facts(const struct http_answer *a, struct server_facts *f)
{
	int64_t ahead = a->date - clock_now(NULL) / 1000000;

	if (a->http2)
		f->quirks |= QUIRK(HTTP2);
	if (a->keep_alive >= 0 && a->keep_alive <= 2)
		f->quirks |= QUIRK(CLOSES_SOON);
	if (a->date > 0)
		f->clock_ahead_s = ahead < -2 || ahead > 2 ? ahead : 0;
	if (a->connect_us == 0 && (f->round_trip_us == 0 || a->total_us < f->round_trip_us))
		f->round_trip_us = a->total_us;
	if (f->server[0] == '\0')
		str_copy(f->server, sizeof(f->server), a->server);
}

/* ---- text for a URL ---- */

static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		(c != '\0' && strchr("-._~", c) != NULL);
}

bool
web_is_plain(const char *s)
{
	while (is_unreserved(*s))
		s++;
	return *s == '\0';
}

void
web_escape(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from != '\0' && n + 4 <= size; from++) {
		if (is_unreserved(*from))
			to[n++] = *from;
		else
			n += (size_t)snprintf(to + n, size - n, "%%%02X", (unsigned char)*from);
	}
	to[n] = '\0';
}
