/* Where a command or a login comes from. */
#include "tui/origin.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/ledger/keys.h"

enum { AUTH_MOST = 16384 /* bytes of sshd's file; an RSA key of 16384 bits has 2800 */ };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
origin_address(char to[ORIGIN_ADDRESS])
{
	const char *ssh = getenv("SSH_CONNECTION");

	str_copy(to, ORIGIN_ADDRESS, ssh != NULL && *ssh != '\0' ? ssh : "local");
	to[strcspn(to, " ")] = '\0';
}

/* Base64 up to what is none of it, in place; the number of bytes. */
static size_t
decode(char *text)
{
	unsigned bits = 0, held = 0;
	size_t n = 0;

	for (const char *p = text, *at; *p != '\0' && (at = strchr(letters, *p)) != NULL; p++) {
		held = held << 6 | (unsigned)(at - letters);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			text[n++] = (char)(held >> bits & 0xff);
		}
	}
	return n;
}

/* 32 bytes as 43 letters, without the padding. */
static void
encode(const unsigned char raw[32], char to[44])
{
	unsigned bits = 0, held = 0;
	size_t n = 0;

	for (int i = 0; i < 32; i++) {
		held = held << 8 | raw[i];
		for (bits += 8; bits >= 6; bits -= 6)
			to[n++] = letters[held >> (bits - 6) & 63];
	}
	to[n++] = letters[held << (6 - bits) & 63];
	to[n] = '\0';
}

/* "publickey ssh-ed25519 AAAA..." */
static void
fingerprint(char *line, char to[ORIGIN_KEY])
{
	char *key = strchr(line, ' '), hex[DIGEST_HEX], text[44];
	unsigned char raw[32];
	struct digest d;

	key = key != NULL ? strchr(key + 1, ' ') : NULL;
	if (key == NULL)
		return;
	key++;
	digest_begin(&d);
	digest_add(&d, key, decode(key));
	digest_end(&d, hex);
	key_unhex(raw, sizeof(raw), hex);
	encode(raw, text);
	snprintf(to, ORIGIN_KEY, " SHA256:%s", text);
}

void
origin_key(char to[ORIGIN_KEY])
{
	const char *path = getenv("SSH_USER_AUTH");
	char text[AUTH_MOST], *line = text;
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	to[0] = '\0';
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	while (line != NULL && strncmp(line, "publickey ", 10) != 0) {
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	if (line != NULL)
		fingerprint(line, to);
}
