/* Requests by libcurl: a multi handle with as many easy ones as run at once, each used again and again. */
#include "core/net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/net/http_in.h"

enum { BUFFER = 256 * 1024, POLL_MS = 100 };

/* ---- setting up ---- */

static void
option_text(CURL *c, CURLoption o, const char *s)
{
	if (!str_empty(s))
		curl_easy_setopt(c, o, s);
}

static void
set_trust(CURL *c, const struct http *h)
{
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	if (!str_empty(h->ca)) {
		curl_easy_setopt(c, CURLOPT_CAINFO, h->ca);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL); /* instead of the system's, not besides */
	}
	option_text(c, CURLOPT_PINNEDPUBLICKEY, h->pin);
	option_text(c, CURLOPT_SSLCERT, h->certificate);
	option_text(c, CURLOPT_SSLKEY, h->key);
	option_text(c, CURLOPT_KEYPASSWD, h->key_password);
}

static void
set_author(CURL *c, const struct http *h)
{
	if (!str_empty(h->token)) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, h->token);
	} else if (!str_empty(h->user)) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(c, CURLOPT_USERNAME, h->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, h->password != NULL ? h->password : "");
	}
}

static void
set_line(CURL *c, const struct http *h)
{
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)BUFFER);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, h->connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, h->total_ms);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 100L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, h->quiet_s);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(c, CURLOPT_PIPEWAIT, h->tls ? 1L : 0L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "wetread/" WETREAD_VERSION);
}

static struct lane *
lane_new(struct http *h)
{
	struct lane *lane = &h->lane[h->lanes];
	CURL *c = curl_easy_init();

	if (c == NULL)
		return NULL;
	h->lanes++;
	lane->easy = c;
	lane->http = h;
	set_trust(c, h);
	set_author(c, h);
	set_line(c, h);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, lane->why);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, http_on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, lane);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, http_on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, lane);
	curl_easy_setopt(c, CURLOPT_PRIVATE, lane);
	return lane;
}

static struct lane *
lane_free(struct http *h)
{
	for (unsigned i = 0; i < h->lanes; i++)
		if (h->lane[i].r == NULL)
			return &h->lane[i];
	return h->lanes < HTTP_PARALLEL_MOST ? lane_new(h) : NULL;
}

static struct curl_slist *
header_list(const struct http_request *r)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; i < MEM_COUNT(r->headers) && r->headers[i] != NULL; i++)
		list = curl_slist_append(list, r->headers[i]);
	return list;
}

static void
set_request(struct lane *lane, const struct http_request *r)
{
	CURL *c = lane->easy;
	char *url = mem_format("%s%s", lane->http->root, r->path != NULL ? r->path : "");

	lane->head = header_list(r);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	if (r->body != NULL) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->n);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)r->body);
	}
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, lane->head);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, r->gzip ? "gzip" : NULL);
	free(url);
}

/* ---- running ---- */

static enum rc
start(struct http *h, struct http_request *r, struct err *e)
{
	struct lane *lane = lane_free(h);

	if (lane == NULL)
		return err_set(e, RC_FAILED, "libcurl does not start");
	r->rc = RC_OK;
	err_clear(&r->err);
	buf_clear(&r->text);
	http_answer_clear(&r->answer);
	r->bytes = 0;
	lane->r = r;
	lane->header_bytes = 0;
	lane->why[0] = '\0';
	set_request(lane, r);
	if (curl_multi_add_handle(h->multi, lane->easy) != CURLM_OK)
		return err_set(e, RC_FAILED, "libcurl does not start a request");
	return RC_OK;
}

/* The request leaves its lane, which is free for another. */
static struct http_request *
leave(struct lane *lane)
{
	struct http_request *r = lane->r;

	curl_multi_remove_handle(lane->http->multi, lane->easy);
	curl_easy_setopt(lane->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(lane->head);
	lane->head = NULL;
	lane->r = NULL;
	return r;
}

static void
abandon(struct http *h, const struct http_work *w)
{
	for (unsigned i = 0; i < h->lanes; i++) {
		struct http_request *r = h->lane[i].r;

		if (r == NULL)
			continue;
		leave(&h->lane[i]);
		r->rc = RC_CANCELLED;
		err_clear(&r->err);
		err_set(&r->err, RC_CANCELLED, "stopped");
		w->done(w->ctx, r, NULL);
	}
}

static enum rc
fill(struct http *h, const struct http_work *w, unsigned *under_way, struct err *e)
{
	unsigned most = w->parallel < 1            ? 1
		: w->parallel > HTTP_PARALLEL_MOST ? HTTP_PARALLEL_MOST
						   : w->parallel;

	while (*under_way < most) {
		struct http_request *r = w->next(w->ctx);
		enum rc rc;

		if (r == NULL)
			break;
		rc = start(h, r, e);
		if (rc != RC_OK) {
			r->rc = rc;
			w->done(w->ctx, r, NULL);
			return rc;
		}
		++*under_way;
	}
	return RC_OK;
}

static enum rc
collect(struct http *h, const struct http_work *w, unsigned *under_way, struct err *e)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		struct lane *lane;
		CURLcode code = m->data.result;
		enum rc rc;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&lane);
		http_settle(lane, code);
		--*under_way;
		rc = w->done(w->ctx, leave(lane), e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
turn(struct http *h, const struct http_work *w, unsigned *under_way, struct err *e)
{
	int running;
	enum rc rc;

	if (h->stopped != NULL && h->stopped(h->ctx))
		return err_set(e, RC_CANCELLED, "stopped");
	if (curl_multi_perform(h->multi, &running) != CURLM_OK)
		return err_set(e, RC_FAILED, "libcurl does not go on");
	rc = collect(h, w, under_way, e);
	if (rc == RC_OK)
		rc = fill(h, w, under_way, e);
	if (rc == RC_OK && (unsigned)running == *under_way && running > 0)
		curl_multi_poll(h->multi, NULL, 0, POLL_MS, NULL);
	return rc;
}

enum rc
http_run(struct http *h, const struct http_work *w, struct err *e)
{
	unsigned under_way = 0;
	enum rc rc = fill(h, w, &under_way, e);

	while (rc == RC_OK && under_way > 0)
		rc = turn(h, w, &under_way, e);
	if (rc != RC_OK)
		abandon(h, w);
	return rc;
}

static struct http_request *
once(void *ctx)
{
	struct http_request **one = ctx, *r = *one;

	*one = NULL;
	return r;
}

static enum rc
enough(void *ctx, struct http_request *r, struct err *e)
{
	(void)ctx, (void)r, (void)e;
	return RC_OK;
}

enum rc
http_ask(struct http *h, struct http_request *r, struct err *e)
{
	struct http_request *one = r;
	struct http_work w = { .next = once, .done = enough, .ctx = &one, .parallel = 1 };
	enum rc rc = http_run(h, &w, e);

	if (rc != RC_OK)
		return rc;
	return r->rc == RC_OK ? RC_OK : err_set(e, r->rc, "%s", r->err.text);
}

void
http_request_release(struct http_request *r)
{
	buf_release(&r->text);
}

unsigned
http_patience(const struct http *h)
{
	return h->patience;
}

/* ---- opening and closing ---- */

static void
forget(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

enum rc
http_open(struct http **out, const struct http_config *c, struct err *e)
{
	struct http *h;

	*out = NULL;
	if (strncasecmp(c->root, "http:", 5) != 0 && strncasecmp(c->root, "https:", 6) != 0)
		return err_set(e, RC_INVALID, "nothing but http and https is spoken");
	h = mem_zero(1, sizeof(*h));
	h->multi = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_multi_init() : NULL;
	if (h->multi == NULL) {
		free(h);
		return err_set(e, RC_FAILED, "libcurl does not start");
	}
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)HTTP_PARALLEL_MOST);
	h->root = mem_string(c->root);
	h->tls = strncasecmp(c->root, "https:", 6) == 0;
	h->user = mem_string(c->user);
	h->password = mem_string(c->password);
	h->token = mem_string(c->token);
	h->ca = mem_string(c->ca);
	h->pin = mem_string(c->pin);
	h->certificate = mem_string(c->certificate);
	h->key = mem_string(c->key);
	h->key_password = mem_string(c->key_password);
	h->connect_ms = c->connect_ms > 0 ? c->connect_ms : 10000;
	h->total_ms = c->total_ms;
	h->quiet_s = c->quiet_s > 0 ? c->quiet_s : 30;
	h->stopped = c->stopped;
	h->ctx = c->ctx;
	*out = h;
	return RC_OK;
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	for (unsigned i = 0; i < h->lanes; i++)
		curl_easy_cleanup(h->lane[i].easy);
	curl_multi_cleanup(h->multi);
	free(h->root);
	free(h->ca);
	free(h->pin);
	free(h->certificate);
	free(h->key);
	forget(h->user);
	forget(h->password);
	forget(h->token);
	forget(h->key_password);
	free(h);
}

/* ---- once ---- */

enum rc
http_post(const struct http_post *p, struct err *e)
{
	struct http_config c = {
		.root = p->url, .connect_ms = p->connect_ms, .total_ms = p->total_ms
	};
	char type[100];
	struct http_request r = { .headers = { type }, .body = p->body, .n = p->n };
	struct err why = { 0 };
	struct http *h;
	enum rc rc = http_open(&h, &c, &why);

	if (rc != RC_OK)
		return err_set(e, RC_FAILED, "%s", why.text);
	snprintf(type, sizeof(type), "Content-Type: %s", p->type);
	if (http_ask(h, &r, &why) != RC_OK)
		rc = err_set(e, RC_FAILED, "%s", why.text);
	http_request_release(&r);
	http_close(h);
	return rc;
}

const char *
http_library(void)
{
	return curl_version();
}
