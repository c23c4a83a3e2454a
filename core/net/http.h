/* The one door to libcurl: requests to one server, many at once.  A struct http belongs to one thread at a time; it keeps
 * connections open between requests.
 *
 * Certificates are verified, redirects are not followed, nothing but http and https is spoken, no header asks a server to
 * wait (Expect), and every size has a cap.  Texts of errors name no address, user or value.  The program ignores SIGPIPE: a TLS
 * library writes to lines that may be closed. */
#ifndef CORE_NET_HTTP_H
#define CORE_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum {
	HTTP_HEADER_MOST = 64 * 1024,      /* bytes of all headers of an answer */
	HTTP_BODY_MOST = 64 * 1024 * 1024, /* of an answer whose request says nothing else */
	HTTP_PARALLEL_MOST = 64,
	HTTP_PATIENCE_MOST = 300 /* seconds */
};

/* What all requests to a server have in common.  NULL and "" are the same: none.  Copied. */
struct http_config {
	const char *root; /* http://host:port/path or https://..., without a slash at the end */
	const char *user, *password; /* Basic */
	const char *token;           /* Bearer, instead of them */
	const char *ca;              /* PEM file, instead of the system's authorities */
	const char *pin;             /* sha256//BASE64 of the server's public key */
	const char *certificate, *key, *key_password; /* of this client, PEM files */
	long connect_ms;                              /* 0: 10 s */
	long total_ms; /* of one request with its answer; 0: no end */
	long quiet_s;  /* fewer than 100 bytes a second for so long is a broken line; 0: 30 */
	bool (*stopped)(void *ctx); /* leave off?  Asked at least every 100 ms; may be NULL */
	void *ctx;
};

struct http;
struct http_request;

/* What the server said about its answer; "" and -1 nothing.  Cleaned. */
struct http_answer {
	int status;           /* 0: there was no answer */
	int64_t length;       /* Content-Length as sent */
	char type[256];       /* Content-Type */
	char etag[130];       /* with its quotes */
	char server[100];     /* Server */
	int64_t date;         /* Date, seconds since 1970 */
	unsigned retry_after; /* seconds, at most HTTP_PATIENCE_MOST; 0 not said */
	long keep_alive;      /* seconds that an idle connection is kept (Keep-Alive: timeout=) */
	bool http2;
	int64_t first_us, total_us; /* from the start to the first byte and to the last */
	int64_t connect_us;         /* of the connection, TLS included; 0 one that was open */
};

/* One request.  Zeroed, filled in, run, looked at, and released by http_request_release; it may be run again as it is. */
struct http_request {
	const char *method; /* NULL: GET */
	const char *path; /* after the root, with its own slash, fit for a URL; NULL: the root itself */
	const char *headers[6]; /* "Name: value"; NULL none */
	const void *body;       /* lent while it runs */
	size_t n;
	bool gzip;    /* the answer may come compressed */
	int64_t most; /* bytes of the body, after decompression; 0: HTTP_BODY_MOST */
	/* Takes the body of a 2xx answer as it comes; its result other than RC_OK ends the request.  NULL: into `text`.  The
	 * answer's headers are there by then. */
	enum rc (*take)(struct http_request *r, const void *bytes, size_t n, struct err *e);
	void *ctx; /* the caller's */

	enum rc rc; /* how it ended: see http_run */
	struct err err;
	struct http_answer answer;
	struct buf text; /* the body where nobody takes it; of another answer than 2xx its first 4 KiB */
	int64_t bytes; /* of the body that came */
};

/* Where requests come from and go to. */
struct http_work {
	struct http_request *(*next)(void *ctx); /* lent until it is done; NULL: none now.  Asked
	                                          * again whenever one is done */
	enum rc (*done)(
		void *ctx, struct http_request *r, struct err *e); /* other than RC_OK: end */
	void *ctx;
	unsigned parallel; /* at once, 1..HTTP_PARALLEL_MOST */
};

/* Asks nobody anything yet. */
enum rc http_open(struct http **out, const struct http_config *c, struct err *e);
void http_close(struct http *h); /* NULL is allowed */

/* Run requests until `next` has none and all are done.  Each is done once, however it ended:
 * RC_OK 2xx; RC_OFFLINE nobody answers, or the line broke (502 and 504 too); RC_BUSY 429, 503; RC_DENIED 401, 403, and what TLS
 * refuses; RC_NOT_FOUND 404, 410; RC_CONFLICT 409, 412; RC_UNSUPPORTED 400, 405, 406, 415, 501; RC_LIMIT a cap, 413;
 * RC_CORRUPT less than announced, a redirect, what is no HTTP; RC_CANCELLED stopped; RC_FAILED all else.
 * Returns RC_OK however they ended, RC_CANCELLED where it was stopped, else what `done` returned: what was under way is done with
 * RC_CANCELLED then. */
enum rc http_run(struct http *h, const struct http_work *w, struct err *e);

/* One request; returns r->rc. */
enum rc http_ask(struct http *h, struct http_request *r, struct err *e);

void http_request_release(struct http_request *r);

/* Seconds that the server last asked us to wait, 0 none; the next answer that is not RC_BUSY takes it back. */
unsigned http_patience(const struct http *h);

/* ---- a few bytes to an address, once ---- */

struct http_post {
	const char *url, *type; /* of the body */
	const void *body;
	size_t n;
	long connect_ms, total_ms; /* at most */
};

/* RC_OK where the answer is 2xx, else RC_FAILED. */
enum rc http_post(const struct http_post *p, struct err *e);

const char *http_library(void); /* libcurl and what it was built with */

#endif
