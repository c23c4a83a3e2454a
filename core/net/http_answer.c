/* What comes of a request: headers and body as libcurl hands them on, and how it ended, in our words. */
#include "core/net/http_in.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum { LINE_MOST = 8192, WORDS_MOST = 4096 };

/* ---- the answer as it comes ---- */

static bool
header_is(const char *line, const char *name, const char **value)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return false;
	*value = line + n + 1 + strspn(line + n + 1, " \t");
	return true;
}

static unsigned
seconds_of(const char *text)
{
	long n;
	time_t at;

	if (str_int(text, 0, INT_MAX, &n))
		return n > HTTP_PATIENCE_MOST ? HTTP_PATIENCE_MOST : (unsigned)n;
	at = curl_getdate(text, NULL);
	if (at == -1)
		return 0;
	n = (long)(at - time(NULL));
	return n < 0 ? 0 : n > HTTP_PATIENCE_MOST ? HTTP_PATIENCE_MOST : (unsigned)n;
}

static void
keep_header(struct http_answer *a, char *line)
{
	const char *v;
	long n;

	line[strcspn(line, "\r\n")] = '\0';
	str_clean(line);
	if (header_is(line, "Content-Type", &v))
		str_copy(a->type, sizeof(a->type), v);
	else if (header_is(line, "ETag", &v))
		str_copy(a->etag, sizeof(a->etag), v);
	else if (header_is(line, "Server", &v))
		str_copy(a->server, sizeof(a->server), v);
	else if (header_is(line, "Content-Length", &v) && str_int(v, 0, LONG_MAX, &n))
		a->length = n;
	else if (header_is(line, "Retry-After", &v))
		a->retry_after = seconds_of(v);
	else if (header_is(line, "Keep-Alive", &v) && strncasecmp(v, "timeout=", 8) == 0)
		a->keep_alive = strtol(v + 8, NULL, 10);
	else if (header_is(line, "Date", &v))
		a->date = curl_getdate(v, NULL);
}

void
http_answer_clear(struct http_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->length = a->date = a->keep_alive = -1;
}

/* A header line; a status line begins the headers of another answer (after 100 Continue). */
size_t
http_on_header(char *bytes, size_t size, size_t n, void *ctx)
{
	struct lane *lane = ctx;
	char line[LINE_MOST];
	size_t most = size * n;

	lane->header_bytes += most;
	if (lane->header_bytes > HTTP_HEADER_MOST) {
		err_set(&lane->r->err, RC_LIMIT, "more headers than %d KiB",
			HTTP_HEADER_MOST / 1024);
		return 0;
	}
	if (most > 5 && strncmp(bytes, "HTTP/", 5) == 0)
		http_answer_clear(&lane->r->answer);
	if (most < sizeof(line)) {
		memcpy(line, bytes, most);
		line[most] = '\0';
		keep_header(&lane->r->answer, line);
	}
	return most;
}

static bool
is_right(int status)
{
	return status / 100 == 2;
}

/* What a server says about a failure: its start is kept for who knows what to look for in it, the rest is nobody's. */
static size_t
keep_words(struct http_request *r, const char *bytes, size_t n)
{
	size_t room = WORDS_MOST - (r->text.len < WORDS_MOST ? r->text.len : WORDS_MOST);

	if (r->bytes > HTTP_BODY_MOST) {
		err_set(&r->err, RC_LIMIT, "a refusal of more than %d MiB", HTTP_BODY_MOST >> 20);
		return 0;
	}
	buf_add(&r->text, bytes, n < room ? n : room);
	return n;
}

size_t
http_on_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct lane *lane = ctx;
	struct http_request *r = lane->r;
	int64_t most = r->most > 0 ? r->most : HTTP_BODY_MOST;
	size_t n = size * count;
	long status = 0;

	if (r->answer.status == 0) {
		curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &status);
		r->answer.status = (int)status;
	}
	r->bytes += (int64_t)n;
	if (!is_right(r->answer.status))
		return keep_words(r, bytes, n);
	if (r->bytes > most) {
		err_set(&r->err, RC_LIMIT, "more than the %lld bytes that we take", (long long)most);
		return 0;
	}
	if (r->take == NULL)
		buf_add(&r->text, bytes, n);
	else if (r->take(r, bytes, n, &r->err) != RC_OK)
		return 0;
	return n;
}

/* ---- how it ended ---- */

/* What curl says and what it means for us; the words are ours, since curl's name hosts. */
static const struct ending {
	CURLcode code;
	enum rc rc;
	const char *words;
} endings[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, RC_OFFLINE, "the name of the server is not known" },
	{ CURLE_COULDNT_RESOLVE_PROXY, RC_OFFLINE, "the name of the proxy is not known" },
	{ CURLE_COULDNT_CONNECT, RC_OFFLINE, "nobody answers" },
	{ CURLE_OPERATION_TIMEDOUT, RC_OFFLINE, "it took too long" },
	{ CURLE_GOT_NOTHING, RC_OFFLINE, "the connection was closed without an answer" },
	{ CURLE_SEND_ERROR, RC_OFFLINE, "the line broke" },
	{ CURLE_RECV_ERROR, RC_OFFLINE, "the line broke" },
	{ CURLE_HTTP2, RC_OFFLINE, "the line broke" },
	{ CURLE_HTTP2_STREAM, RC_OFFLINE, "the line broke" },
	{ CURLE_PARTIAL_FILE, RC_CORRUPT, "less came than was announced" },
	{ CURLE_BAD_CONTENT_ENCODING, RC_CORRUPT, "what came cannot be decompressed" },
	{ CURLE_WEIRD_SERVER_REPLY, RC_CORRUPT, "the answer is no HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, RC_CORRUPT, "the answer is no HTTP" },
	{ CURLE_SSL_CONNECT_ERROR, RC_DENIED, "the server speaks no TLS here, or none that we do" },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, RC_DENIED,
		"the server has another key than the pinned one" },
	{ CURLE_SSL_CACERT_BADFILE, RC_DENIED, "the file of trusted authorities cannot be read" },
	{ CURLE_SSL_CERTPROBLEM, RC_DENIED, "our own certificate or its key cannot be used" },
	{ CURLE_SSL_ISSUER_ERROR, RC_DENIED, "the certificate is not one that we trust" },
	{ CURLE_LOGIN_DENIED, RC_DENIED, "user or password are refused" },
};

/* What OpenSSL says of a certificate that curl refuses with one code for all (X509_V_ERR_*); 0 or 1 where it had
 * nothing against it, or was not asked any more: then it was the name, which curl compares. */
static const struct {
	long verdict;
	const char *words;
} certificates[] = {
	{ 0, "the host name is not the certificate's" },
	{ 1, "the host name is not the certificate's" },
	{ 62, "the host name is not the certificate's" },
	{ 9, "the certificate is not valid yet" },
	{ 10, "the certificate has run out" },
	{ 23, "the certificate was revoked" },
};

static enum rc
refused_certificate(struct lane *lane, struct err *e)
{
	const char *words = "the certificate is not one that we trust";
	long verdict = 0;

	curl_easy_getinfo(lane->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
	for (size_t i = 0; i < MEM_COUNT(certificates); i++)
		if (certificates[i].verdict == verdict)
			words = certificates[i].words;
	return err_set(e, RC_DENIED, "%s", words);
}

/* A handshake that was cut off is a broken line, one that could not agree is not. */
static bool
was_cut(const struct lane *lane)
{
	long error = 0;

	curl_easy_getinfo(lane->easy, CURLINFO_OS_ERRNO, &error);
	return error == ECONNRESET || error == EPIPE || strstr(lane->why, "SYSCALL") != NULL ||
		strstr(lane->why, "unexpected eof") != NULL;
}

static enum rc
broken(struct lane *lane, CURLcode code, struct err *e)
{
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return refused_certificate(lane, e);
	if (code == CURLE_SSL_CONNECT_ERROR && was_cut(lane))
		return err_set(e, RC_OFFLINE, "the line broke");
	for (size_t i = 0; i < MEM_COUNT(endings); i++)
		if (endings[i].code == code)
			return err_set(e, endings[i].rc, "%s", endings[i].words);
	return err_set(e, RC_FAILED, "libcurl ends with %d", (int)code);
}

static const struct meaning {
	int status;
	enum rc rc;
	const char *words;
} meanings[] = {
	{ 400, RC_UNSUPPORTED, "the server does not understand" },
	{ 401, RC_DENIED, "user or password are refused" },
	{ 403, RC_DENIED, "the server does not allow it" },
	{ 404, RC_NOT_FOUND, "the server does not have it" },
	{ 405, RC_UNSUPPORTED, "the server does not do that" },
	{ 406, RC_UNSUPPORTED, "the server does not have it in this form" },
	{ 407, RC_DENIED, "the proxy refuses us" },
	{ 409, RC_CONFLICT, "it was changed meanwhile" },
	{ 410, RC_NOT_FOUND, "the server does not have it any more" },
	{ 412, RC_CONFLICT, "it was changed meanwhile" },
	{ 413, RC_LIMIT, "too large for the server" },
	{ 415, RC_UNSUPPORTED, "the server does not take this form" },
	{ 429, RC_BUSY, "the server asks for patience" },
	{ 501, RC_UNSUPPORTED, "the server does not do that" },
	{ 502, RC_OFFLINE, "nobody answers behind the gateway" },
	{ 503, RC_BUSY, "the server asks for patience" },
	{ 504, RC_OFFLINE, "nobody answers behind the gateway" },
};

static enum rc
judged(int status, struct err *e)
{
	if (is_right(status))
		return RC_OK;
	for (size_t i = 0; i < MEM_COUNT(meanings); i++)
		if (meanings[i].status == status)
			return err_set(e, meanings[i].rc, "%s (%d)", meanings[i].words, status);
	if (status / 100 == 3)
		return err_set(
			e, RC_CORRUPT, "the server sends us elsewhere (%d): not followed", status);
	return err_set(e, RC_FAILED, "the server answers %d", status);
}

static void
take_times(CURL *c, struct http_answer *a)
{
	curl_off_t first = 0, total = 0, connected = 0, secured = 0;
	long opened = 0, version = 0;

	curl_easy_getinfo(c, CURLINFO_STARTTRANSFER_TIME_T, &first);
	curl_easy_getinfo(c, CURLINFO_TOTAL_TIME_T, &total);
	curl_easy_getinfo(c, CURLINFO_CONNECT_TIME_T, &connected);
	curl_easy_getinfo(c, CURLINFO_APPCONNECT_TIME_T, &secured);
	curl_easy_getinfo(c, CURLINFO_NUM_CONNECTS, &opened);
	curl_easy_getinfo(c, CURLINFO_HTTP_VERSION, &version);
	a->first_us = first;
	a->total_us = total;
	a->connect_us = opened == 0 ? 0 : secured > 0 ? secured : connected;
	a->http2 = version == CURL_HTTP_VERSION_2_0;
}

void
http_settle(struct lane *lane, CURLcode code)
{
	struct http_request *r = lane->r;
	long status = 0;

	curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &status);
	r->answer.status = (int)status;
	take_times(lane->easy, &r->answer);
	if (r->err.rc != RC_OK) /* a cap, or whoever takes the body */
		r->rc = r->err.rc;
	else if (code == CURLE_WRITE_ERROR)
		r->rc = err_set(&r->err, RC_FAILED, "what came was not taken");
	else
		r->rc = code == CURLE_OK ? judged(r->answer.status, &r->err)
					 : broken(lane, code, &r->err);
	if (r->answer.status != 0)
		lane->http->patience = r->rc != RC_BUSY ? 0
			: r->answer.retry_after > 0     ? r->answer.retry_after
							: 1;
}
