/* Sending by libcurl. */
#include "core/net/smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/net/mail.h"

enum { CONNECT_MS = 10000, TOTAL_MS = 60000 };

bool
smtp_address_valid(const char *address)
{
	const char *host;
	char *colon;
	size_t n;
	long port;
	bool good;

	if (strncmp(address, "smtps://", 8) == 0)
		host = address + 8;
	else if (strncmp(address, "smtp://", 7) == 0)
		host = address + 7;
	else
		return false;
	n = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	if (n == 0 || n > 253 || host[0] == '-' || host[0] == '.')
		return false;
	if (host[n] == '\0')
		return true;
	colon = mem_string(host + n);
	good = colon[0] == ':' && strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
		str_int(colon + 1, 1, 65535, &port);
	free(colon);
	return good;
}

/* ---- what libcurl is told ---- */

static void
option_text(CURL *c, CURLoption o, const char *s)
{
	if (!str_empty(s))
		curl_easy_setopt(c, o, s);
}

static void
set_trust(CURL *c, const struct smtp_config *s)
{
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	if (!str_empty(s->ca)) {
		curl_easy_setopt(c, CURLOPT_CAINFO, s->ca);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL); /* instead of the system's, not besides */
	}
	option_text(c, CURLOPT_PINNEDPUBLICKEY, s->pin);
	option_text(c, CURLOPT_SSLCERT, s->certificate);
	option_text(c, CURLOPT_SSLKEY, s->key);
	option_text(c, CURLOPT_KEYPASSWD, s->key_password);
	option_text(c, CURLOPT_USERNAME, s->user);
	option_text(c, CURLOPT_PASSWORD, str_empty(s->token) ? s->password : NULL);
	option_text(c, CURLOPT_XOAUTH2_BEARER, s->token);
}

static void
set_line(CURL *c, const struct smtp_config *s)
{
	curl_easy_setopt(c, CURLOPT_URL, s->address);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_PROXY, ""); /* of the environment: none */
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(
		c, CURLOPT_CONNECTTIMEOUT_MS, s->connect_ms > 0 ? s->connect_ms : CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, s->total_ms > 0 ? s->total_ms : TOTAL_MS);
	curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, 30L);
}

struct sending {
	const struct smtp_message *m;
	size_t at;
};

static size_t
on_read(char *to, size_t size, size_t n, void *ctx)
{
	struct sending *s = ctx;
	size_t left = s->m->n - s->at, room = size * n;

	if (left > room)
		left = room;
	memcpy(to, s->m->text + s->at, left);
	s->at += left;
	return left;
}

/* Nothing that a server says is shown. */
static size_t
on_write(char *bytes, size_t size, size_t n, void *ctx)
{
	(void)bytes, (void)ctx;
	return size * n;
}

static struct curl_slist *
set_message(CURL *c, struct sending *s, char *from, size_t size)
{
	char to[MAIL_ADDRESS + 2];
	struct curl_slist *list;

	snprintf(from, size, "<%.254s>", s->m->from);
	snprintf(to, sizeof(to), "<%.254s>", s->m->to);
	list = curl_slist_append(NULL, to);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, list);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(c, CURLOPT_READDATA, s);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_write);
	return list;
}

/* ---- how it ended ---- */

static const struct outcome {
	CURLcode code;
	enum rc rc;
	const char *text;
} outcomes[] = {
	{ CURLE_PEER_FAILED_VERIFICATION, RC_DENIED, "its certificate is not trusted" },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, RC_DENIED, "its key is not the pinned one" },
	{ CURLE_SSL_CACERT_BADFILE, RC_INVALID, "the file of authorities cannot be read" },
	{ CURLE_SSL_CERTPROBLEM, RC_INVALID, "the certificate of this client cannot be used" },
	{ CURLE_SSL_CONNECT_ERROR, RC_DENIED, "TLS is refused" },
	{ CURLE_USE_SSL_FAILED, RC_UNSUPPORTED, "it has no TLS, and nothing is sent without" },
	{ CURLE_LOGIN_DENIED, RC_DENIED, "it refuses the login" },
	{ CURLE_OPERATION_TIMEDOUT, RC_OFFLINE, "it does not answer in time" },
	{ CURLE_COULDNT_RESOLVE_HOST, RC_OFFLINE, "nobody knows its name" },
	{ CURLE_COULDNT_CONNECT, RC_OFFLINE, "nobody answers" },
	{ CURLE_GOT_NOTHING, RC_OFFLINE, "the line broke" },
	{ CURLE_RECV_ERROR, RC_OFFLINE, "the line broke" },
	{ CURLE_SEND_ERROR, RC_OFFLINE, "the line broke" },
};

/* A server's own refusal says more than what libcurl made of it. */
static enum rc
outcome_of(CURL *c, CURLcode code, struct err *e)
{
	long said = 0;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &said);
	if (code == CURLE_OK)
		return RC_OK;
	if (said >= 400 && said <= 599 && code != CURLE_LOGIN_DENIED &&
		code != CURLE_USE_SSL_FAILED && code != CURLE_OPERATION_TIMEDOUT)
		return err_set(e, said < 500 ? RC_BUSY : RC_DENIED,
			"the mail server refuses sender, recipient or letter (%ld)", said);
	for (size_t i = 0; i < MEM_COUNT(outcomes); i++)
		if (outcomes[i].code == code)
			return err_set(e, outcomes[i].rc, "the mail server: %s", outcomes[i].text);
	return err_set(e, RC_FAILED, "the mail server: libcurl's error %d", (int)code);
}

enum rc
smtp_send(const struct smtp_config *s, const struct smtp_message *m, struct err *e)
{
	struct sending sending = { m, 0 };
	char from[MAIL_ADDRESS + 2];
	struct curl_slist *list;
	CURL *c;
	enum rc rc;

	if (!smtp_address_valid(s->address))
		return err_set(
			e, RC_INVALID, "a mail server is smtps://host:port or smtp://host:port");
	if (!mail_address_valid(m->from) || !mail_address_valid(m->to))
		return err_set(e, RC_INVALID, "an e-mail address is name@place");
	c = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
	if (c == NULL)
		return err_set(e, RC_FAILED, "libcurl does not start");
	set_line(c, s);
	set_trust(c, s);
	list = set_message(c, &sending, from, sizeof(from));
	rc = outcome_of(c, curl_easy_perform(c), e);
	curl_easy_cleanup(c);
	curl_slist_free_all(list);
	return rc;
}
