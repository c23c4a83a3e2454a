/* Where a command or a login comes from, for the record (11.10(h)). */
#ifndef TUI_ORIGIN_H
#define TUI_ORIGIN_H

#include <stddef.h>

enum { ORIGIN_ADDRESS = 64, ORIGIN_KEY = 64 };

/* The other end of the SSH connection as sshd tells it, "local" without one. */
void origin_address(char to[ORIGIN_ADDRESS]);

/* " SHA256:..." of the key that opened the SSH session, as ssh-keygen -l shows it: where sshd tells it (ExposeAuthInfo),
 * "" elsewhere.  Like the address it is told by the session's environment. */
void origin_key(char to[ORIGIN_KEY]);

#endif
