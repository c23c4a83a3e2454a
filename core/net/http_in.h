/* What the files behind http.h share. */
#ifndef CORE_NET_HTTP_IN_H
#define CORE_NET_HTTP_IN_H

#include <curl/curl.h>

#include "core/net/http.h"

/* An easy handle and the request that it is at. */
struct lane {
	CURL *easy;
	struct http *http;
	struct http_request *r; /* NULL: free */
	struct curl_slist *head;
	size_t header_bytes;
	char why[CURL_ERROR_SIZE];
};

struct http {
	CURLM *multi;
	struct lane lane[HTTP_PARALLEL_MOST];
	unsigned lanes; /* made so far */
	char *root, *user, *password, *token, *ca, *pin, *certificate, *key, *key_password;
	long connect_ms, total_ms, quiet_s;
	bool tls;
	bool (*stopped)(void *ctx);
	void *ctx;
	unsigned patience;
};

/* libcurl's callbacks for what comes: `ctx` is the lane. */
size_t http_on_header(char *bytes, size_t size, size_t n, void *ctx);
size_t http_on_body(char *bytes, size_t size, size_t n, void *ctx);

void http_answer_clear(struct http_answer *a);

/* The lane's request is over, with that code: its result, words, times. */
void http_settle(struct lane *lane, CURLcode code);

#endif
