/* Where a source is.  An address holds no password and no user: those are secrets (secret.h).  Any thread. */
#ifndef CORE_SOURCE_ADDRESS_H
#define CORE_SOURCE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

enum address_kind { ADDRESS_DICOMWEB, ADDRESS_ORTHANC, ADDRESS_DIMSE, ADDRESS_FOLDER };

enum { ADDRESS_TEXT = 400 };

/*   dicomweb+https://host[:port]/path     the root that /studies is below; also dicomweb+http
 *   orthanc+https://host[:port][/path]    the root of the REST interface; also orthanc+http
 *   dimse://OURAET@host:port/CALLEDAET    AE titles of 1 to 16 characters (PS3.5 6.2), no backslash, no control characters
 *   folder:///path                        absolute; looked through again and again */
struct address {
	enum address_kind kind;
	char text[ADDRESS_TEXT]; /* as it was given, for people */
	char url[ADDRESS_TEXT]; /* http://... or https://..., without a slash at the end; "" for the others */
	bool tls;
	char host[256];
	unsigned port; /* 1..65535; 0 none */
	char our_ae[17], their_ae[17];
	char path[ADDRESS_TEXT]; /* of a folder */
};

/* RC_INVALID says what is wrong with it, and how the kind that was meant is written; user and password in the address are
 * refused, with a word where they belong. */
enum rc address_parse(struct address *out, const char *text, struct err *e);

/* "dicomweb", "orthanc", "dimse", "folder". */
const char *address_kind_name(enum address_kind k);

#endif
