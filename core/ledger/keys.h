/* Signatures and sealed keys (libsodium), digests (nettle; digest.c); STANDARDS 1.3.  Every input to a hash or a signature
 * starts with a tag of its own, so that nothing signed for one purpose can serve another. */
#ifndef CORE_LEDGER_KEYS_H
#define CORE_LEDGER_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
	KEY_PUBLIC_HEX = 65, /* 32 bytes as hexadecimal and a NUL */
	KEY_SIGNATURE_HEX = 129,
	DIGEST_HEX = 65,
	KEY_PASSWORD_LEAST = 12, /* R-14, characters */
	KEY_PASSWORD_MOST = 256
};

/* An Ed25519 key pair.  The secret lies in locked memory that is wiped by key_free. */
struct sign_key {
	unsigned char *secret;    /* 64 bytes, sodium_malloc */
	char kid[KEY_PUBLIC_HEX]; /* the public key in hexadecimal: the key's name everywhere */
};

/* Before anything else here; ends the program where libsodium cannot work. */
void keys_init(void);

const char *key_library(void); /* the version of libsodium */

enum rc key_new(struct sign_key *k, struct err *e);
enum rc key_from_seed(struct sign_key *k, const unsigned char seed[32], struct err *e);
void key_free(struct sign_key *k); /* a zeroed struct is allowed */

/* Wipe the secret where it lies, so that copies of the struct have it no more either; still to be freed. */
void key_clear(struct sign_key *k);
/* Put the secret of `from` where that of `k` was cleared, and take its name over; `from` is freed. */
void key_renew(struct sign_key *k, struct sign_key *from);
/* Is the secret there, and that of this key?  Not after key_clear. */
bool key_there(const struct sign_key *k);

/* A user's secret, sealed under the password: Argon2id and XChaCha20-Poly1305 with the user id and public
 * key as associated data, so that a row cannot be moved to another user. */
struct sealed_key {
	char public_key[KEY_PUBLIC_HEX];
	char sealed[97]; /* 32 + 16 bytes in hexadecimal */
	char nonce[49];
	char salt[33];
	int64_t ops, mem; /* Argon2id parameters */
	/* Of the same run of Argon2id, and as slow to test: shows later that a password is this one.  Opens nothing.
	 * Set by key_seal only. */
	char proof[DIGEST_HEX];
};

/* 12 to 256 characters; RC_INVALID says what is wrong. */
enum rc key_password_check(const char *password, struct err *e);
enum rc key_seal(const struct sign_key *k, const char *user, const char *password,
	struct sealed_key *out, struct err *e);
/* RC_DENIED: the password is wrong or the row is not this user's.  Takes about 0.1 s. */
enum rc key_open(const struct sealed_key *s, const char *user, const char *password,
	struct sign_key *out, struct err *e);

/* hex(SHA256(tag NUL Argon2id(text, salt, ops, mem))): a value that takes one run of Argon2id to test. */
struct key_stretch {
	const char *salt; /* 32 hexadecimal digits */
	int64_t ops, mem; /* 0: as key_seal has them */
	const char *tag;
};
enum rc key_stretch(
	const struct key_stretch *s, const char *text, char value[DIGEST_HEX], struct err *e);
#define KEY_PROOF_TAG "PASSWORD-v1"

/* hex(Ed25519(tag NUL bytes)) */
void key_sign(const struct sign_key *k, const char *tag, const void *bytes, size_t n,
	char sig[KEY_SIGNATURE_HEX]);

/* Is it one?  `kid` the public key; anything that is no key or no signature is none. */
bool key_verify(const char *kid, const char *sig, const char *tag, const void *bytes, size_t n);

/* SHA-256 piece by piece, hexadecimal at the end. */
struct digest {
	_Alignas(16) unsigned char state[128];
};
void digest_begin(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t n);
void digest_end(struct digest *d, char hex[DIGEST_HEX]);

/* MD5, for nothing but comparing with what a server tells about its own copy: accidents, not attacks. */
struct digest_md5 {
	_Alignas(16) unsigned char state[128];
};
void digest_md5_begin(struct digest_md5 *d);
void digest_md5_add(struct digest_md5 *d, const void *bytes, size_t n);
void digest_md5_end(struct digest_md5 *d, char hex[33]);

/* Add n bytes to each of eight, side by side: several times as fast as one after the other.  n is a multiple of 64, and so is all
 * that was added before. */
enum { DIGEST_LANES = 8 };
void digest_md5_add_lanes(
	struct digest_md5 d[DIGEST_LANES], const unsigned char *const p[DIGEST_LANES], size_t n);

void key_hex(char *to, const unsigned char *bytes, size_t n); /* 2n + 1 characters */
bool key_unhex(unsigned char *to, size_t n, const char *hex);
void key_random_hex(char *to, size_t bytes);
/* Overwrite a password or the like so that no compiler leaves it out. */
void key_wipe(void *p, size_t n);

/* ---- pieces of a file under a key of its owner's: XChaCha20-Poly1305 ---- */

enum { KEY_PIECE_KEY = 32, KEY_PIECE_FILE = 16, KEY_PIECE_OVER = 16 };

/* Which piece it is: bound into it, with the file's name, so that none can stand in for another. */
struct key_piece {
	const unsigned char *key;  /* KEY_PIECE_KEY bytes */
	const unsigned char *file; /* KEY_PIECE_FILE random bytes, of this file */
	uint64_t number;           /* under 2^63 */
	bool last;
	const char *name;
};
/* n + KEY_PIECE_OVER bytes to `out`. */
void key_piece_seal(const struct key_piece *p, const void *in, size_t n, unsigned char *out);
/* n - KEY_PIECE_OVER bytes to `out`; false where it is not what was sealed as this piece. */
bool key_piece_open(
	const struct key_piece *p, const unsigned char *in, size_t n, unsigned char *out);

void key_random(void *to, size_t n);

#endif
