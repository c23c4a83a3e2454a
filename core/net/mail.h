/* A letter as a message of RFC 5322: plain text in UTF-8, base64, names and subject in encoded words (RFC 2047).  Pure; any
 * thread. */
#ifndef CORE_NET_MAIL_H
#define CORE_NET_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum { MAIL_ADDRESS = 255, MAIL_NAME = 200, MAIL_TEXT_MOST = 4 * 1024 * 1024 };

/* All lent.  Names may hold anything: control characters and ends of lines become blanks and what is longer than MAIL_NAME is cut,
 * so that no text can make another header.  Addresses must be mail_address_valid. */
struct mail {
	const char *from, *to;           /* addresses */
	const char *from_name, *to_name; /* "" or NULL: none */
	const char *subject;
	const char *id; /* the left side of the Message-ID: letters, digits, dots */
	int64_t date;   /* microseconds UTC */
	const char *text;
};

/* name@place, printable ASCII without blanks and what addresses need quotes for. */
bool mail_address_valid(const char *s);

/* Appended to *out, lines ended by CR LF and at most 78 bytes (998 where an address is longer).  RC_INVALID: an address or the id
 * is none; RC_LIMIT. */
enum rc mail_build(const struct mail *m, struct buf *out, struct err *e);

#endif
