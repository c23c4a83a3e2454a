/* Sending by libcurl. */
#include "core/net/http.h"

#include <curl/curl.h>
#include <stdio.h>

static size_t
drop(char *bytes, size_t size, size_t n, void *ctx)
{
	(void)bytes, (void)ctx;
	return size * n;
}

static void
set_up(CURL *c, const struct http_post *p, struct curl_slist *head)
{
	curl_easy_setopt(c, CURLOPT_URL, p->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, p->connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, p->total_ms);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "wetread/" WETREAD_VERSION);
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)p->n);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)p->body);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, head);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
}

static enum rc
perform(CURL *c, struct err *e)
{
	CURLcode got = curl_easy_perform(c);
	long status = 0;

	if (got != CURLE_OK)
		return err_set(e, RC_FAILED, "%s", curl_easy_strerror(got));
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	return status / 100 == 2 ? RC_OK : err_set(e, RC_FAILED, "the server answers %ld", status);
}

enum rc
http_post(const struct http_post *p, struct err *e)
{
	CURL *c = curl_easy_init();
	struct curl_slist *head = NULL;
	char type[100];
	enum rc rc;

	if (c == NULL)
		return err_set(e, RC_FAILED, "libcurl does not start");
	snprintf(type, sizeof(type), "Content-Type: %s", p->type);
	head = curl_slist_append(curl_slist_append(NULL, type), "Expect:");
	set_up(c, p, head);
	rc = perform(c, e);
	curl_slist_free_all(head);
	curl_easy_cleanup(c);
	return rc;
}

const char *
http_library(void)
{
	return curl_version();
}
