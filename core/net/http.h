/* The one door to libcurl: sending a few bytes to an address.  Nothing of the answer but its status is used.  Any thread. */
#ifndef CORE_NET_HTTP_H
#define CORE_NET_HTTP_H

#include <stddef.h>

#include "core/base/err.h"

struct http_post {
	const char *url, *type; /* of the body */
	const void *body;
	size_t n;
	long connect_ms, total_ms; /* at most */
};

/* RC_OK where the answer is 2xx.  Certificates are verified, redirects are not followed, nothing but http and https is
 * spoken, and the texts of errors name neither address nor body. */
enum rc http_post(const struct http_post *p, struct err *e);

const char *http_library(void); /* libcurl and what it was built with */

#endif
