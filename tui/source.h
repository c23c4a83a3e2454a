/* Where a command or a login comes from, for the record (11.10(h)). */
#ifndef TUI_SOURCE_H
#define TUI_SOURCE_H

#include <stddef.h>

enum { SOURCE_ADDRESS = 64, SOURCE_KEY = 64 };

/* The other end of the SSH connection as sshd tells it, "local" without one. */
void source_address(char to[SOURCE_ADDRESS]);

/* " SHA256:..." of the key that opened the SSH session, as ssh-keygen -l shows it: where sshd tells it (ExposeAuthInfo),
 * "" elsewhere.  Like the address it is told by the session's environment. */
void source_key(char to[SOURCE_KEY]);

#endif
