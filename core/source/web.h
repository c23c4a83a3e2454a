/* What the drivers of servers that speak HTTP share: the line, questions with JSON for an answer, lists in pages. */
#ifndef CORE_SOURCE_WEB_H
#define CORE_SOURCE_WEB_H

#include <jansson.h>

#include "core/net/http.h"
#include "core/source/driver_in.h"

enum {
	WEB_PATH = 1024,     /* of a request */
	WEB_PASSES_MOST = 8, /* over a list that changes while it is read */
	WEB_SERIES_MOST = 2000000
};

/* First member of the drivers' own structs. */
struct web {
	struct driver common;
	struct http *http;
	struct address address;
	struct server_facts facts;
	unsigned parallel;
	bool (*stopped)(void *ctx);
	void *ctx;
	const struct remote_sink *sink; /* of the transfer under way, which may be stopped too */
};

enum rc web_open(struct web *w, const struct driver_config *c, struct err *e);
void web_close(struct web *w);

bool web_can(const struct web *w, uint64_t quirks); /* all of them, as far as is known */

/* Is the line slow enough that compressing, and many requests at once, pay? */
bool web_is_far(const struct web *w);

/* As http_run and http_ask, and how long the server asks us to wait is kept. */
enum rc web_run(struct web *w, const struct http_work *work, struct err *e);
enum rc web_ask(struct web *w, struct http_request *r, struct err *e);

/* Ask for `path`, or post `body` (NULL: GET) as JSON, and read the answer; json_decref(*out).  Null where it has no
 * content. */
enum rc web_json(struct web *w, const char *path, const char *body, json_t **out, struct err *e);

/* Two questions at once, whose lines are both open then. */
enum rc web_json_both(struct web *w, const char *const path[2], json_t *out[2], struct err *e);

/* A list in pages: a page is asked for while the one before is read.  It ends with an empty page, or one with nothing new, which
 * is what servers send that know no pages. */
struct web_pages {
	/* Fill in the request for `count` rows from `from` on; `path` is WEB_PATH bytes, and r->path.  What it puts
	 * into r->body is freed. */
	void (*ask)(void *ctx, size_t from, size_t count, struct http_request *r, char *path);
	/* One row, lent; *fresh: it did not come before in this pass. */
	enum rc (*each)(void *ctx, const json_t *row, bool *fresh, struct err *e);
	void *ctx;
	size_t count; /* rows of a page that are asked for */
};

/* *pages: how many had rows.  An answer without content is an empty page. */
enum rc web_pages(struct web *w, const struct web_pages *p, size_t *pages, struct err *e);

/* What any answer tells about its server: HTTP/2, clock, round trip of an open connection, when it hangs up. */
void web_facts(const struct http_answer *a, struct server_facts *f);

/* ---- text for a URL ---- */

/* Can it stand in a query as it is? */
bool web_is_plain(const char *s);
void web_escape(char *to, size_t size, const char *from); /* %XX; cut at what fits */

#endif
