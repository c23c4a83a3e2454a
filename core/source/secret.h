/* What opens a source, in a file of its own of mode 0600: never in the ledger, an address, a log or a command line.
 * Any thread. */
#ifndef CORE_SOURCE_SECRET_H
#define CORE_SOURCE_SECRET_H

#include <stdbool.h>

#include "core/base/err.h"

enum { SECRET_TEXT = 256, SECRET_PATH = 1024 };

/* Lines "name value" of the file, # begins a comment.  Empty where a line is not there. */
struct secret {
	char user[SECRET_TEXT], password[SECRET_TEXT]; /* Basic */
	char token[2048];                              /* Bearer, instead of them */
	char ca[SECRET_PATH]; /* PEM file of the authorities to trust instead of the system's */
	char pin[SECRET_TEXT]; /* "sha256//BASE64" of the server's public key (CURLOPT_PINNEDPUBKEY) */
	char certificate[SECRET_PATH], key[SECRET_PATH]; /* of this client, PEM files */
	char key_password[SECRET_TEXT];
};

/* RC_NOT_FOUND: there is no such file.  RC_DENIED: others could read it (told with the mode it has to have) or it is not the
 * caller's.  RC_INVALID: a line is none of the above, told by its number and without its text. */
enum rc secret_read(struct secret *out, const char *path, struct err *e);

/* Written whole or not at all, mode 0600; what was there is replaced. */
enum rc secret_write(const struct secret *s, const char *path, struct err *e);

/* Overwrites it in memory. */
void secret_forget(struct secret *s);

#endif
