/* What a password must not be.  Rules only: no storage, any thread. */
#ifndef CORE_LEDGER_PASSWORD_H
#define CORE_LEDGER_PASSWORD_H

#include "core/base/err.h"

/* Is it fit for this person?  12 to 256 printable characters in composed form, not among the common ones
 * (password.def), without the user id or the printed name, no walk over the keyboard, at least four different
 * characters.  RC_INVALID says what is wrong, never with the password in it. */
enum rc password_check(const char *password, const char *user, const char *name, struct err *e);

#endif
