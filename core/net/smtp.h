/* One message to one server by SMTP, never without TLS: smtps:// from the first byte, smtp:// only with STARTTLS.  Certificates
 * are verified.  Any thread; the program ignores SIGPIPE (http.h). */
#ifndef CORE_NET_SMTP_H
#define CORE_NET_SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

/* All lent.  NULL and "" are the same: none. */
struct smtp_config {
	const char *address;         /* smtps://host:port or smtp://host:port, nothing behind it */
	const char *user, *password; /* what the server offers of SASL, inside TLS */
	const char *token;           /* OAuth 2, instead of the password */
	const char *ca, *pin, *certificate, *key, *key_password; /* as http.h */
	long connect_ms, total_ms; /* 0: 10 s, 60 s; of the whole conversation */
};
struct smtp_message {
	const char *from, *to; /* addresses: mail_address_valid */
	const char *text;      /* mail_build */
	size_t n;
};

/* Is it such an address, without user, password or path? */
bool smtp_address_valid(const char *address);

/* RC_OK: the server has taken it.  RC_DENIED: the certificate, the login, sender or recipient is refused; RC_OFFLINE: nobody
 * answers, or not in time; RC_BUSY: the server says to come again (4xx); RC_UNSUPPORTED: it has no TLS; RC_INVALID.
 * After RC_OFFLINE it may or may not have the message.  Texts name no address, user or value. */
enum rc smtp_send(const struct smtp_config *c, const struct smtp_message *m, struct err *e);

#endif
