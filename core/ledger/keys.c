/* Digests, signatures and sealed keys.  No state beyond libsodium's own; any thread. */
#include "core/ledger/keys.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/str.h"

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(((struct digest *)0)->state), "digest");

void
keys_init(void)
{
	if (sodium_init() < 0) {
		fputs("wetread: libsodium does not start\n", stderr);
		abort();
	}
}

void
key_hex(char *to, const unsigned char *bytes, size_t n)
{
	sodium_bin2hex(to, 2 * n + 1, bytes, n);
}

bool
key_unhex(unsigned char *to, size_t n, const char *hex)
{
	size_t got = 0;
	const char *end = NULL;

	return sodium_hex2bin(to, n, hex, strlen(hex), NULL, &got, &end) == 0 && got == n &&
		*end == '\0';
}

void
key_random_hex(char *to, size_t bytes)
{
	unsigned char raw[64];

	assert(bytes <= sizeof(raw));
	randombytes_buf(raw, bytes);
	key_hex(to, raw, bytes);
}

void
key_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

enum rc
key_from_seed(struct sign_key *k, const unsigned char seed[32], struct err *e)
{
	unsigned char public[32];

	k->secret = sodium_malloc(crypto_sign_SECRETKEYBYTES);
	if (k->secret == NULL)
		return err_set(e, RC_FAILED, "no locked memory for a key (ulimit -l)");
	crypto_sign_seed_keypair(public, k->secret, seed);
	key_hex(k->kid, public, sizeof(public));
	return RC_OK;
}

const char *
key_library(void)
{
	return sodium_version_string();
}

enum rc
key_new(struct sign_key *k, struct err *e)
{
	unsigned char seed[32];
	enum rc rc;

	randombytes_buf(seed, sizeof(seed));
	rc = key_from_seed(k, seed, e);
	key_wipe(seed, sizeof(seed));
	return rc;
}

void
key_free(struct sign_key *k)
{
	sodium_free(k->secret); /* wipes; NULL is allowed */
	memset(k, 0, sizeof(*k));
}

void
key_clear(struct sign_key *k)
{
	if (k->secret != NULL)
		sodium_memzero(k->secret, crypto_sign_SECRETKEYBYTES);
}

void
key_renew(struct sign_key *k, struct sign_key *from)
{
	memcpy(k->secret, from->secret, crypto_sign_SECRETKEYBYTES);
	strcpy(k->kid, from->kid);
	key_free(from);
}

bool
key_there(const struct sign_key *k)
{
	unsigned char public[32];
	char kid[KEY_PUBLIC_HEX];

	if (k->secret == NULL)
		return false;
	crypto_sign_ed25519_sk_to_pk(public, k->secret);
	key_hex(kid, public, sizeof(public));
	return strcmp(kid, k->kid) == 0;
}

enum rc
key_password_check(const char *password, struct err *e)
{
	size_t characters = 0, n;

	for (const char *p = password; *p != '\0'; p += n) {
		uint32_t c = str_next(p, &n);

		if (c < 0x20 || c == 0x7f || (c == 0xfffd && n == 1))
			return err_set(e, RC_INVALID, "a password takes printable characters only");
		characters++;
	}
	if (characters < KEY_PASSWORD_LEAST)
		return err_set(
			e, RC_INVALID, "a password has at least %d characters", KEY_PASSWORD_LEAST);
	if (characters > KEY_PASSWORD_MOST)
		return err_set(
			e, RC_INVALID, "a password has at most %d characters", KEY_PASSWORD_MOST);
	return RC_OK;
}

static void
associated(struct buf *b, const char *user, const struct sealed_key *s)
{
	buf_format(b, "wetread-key-v1\n%s\n%s\n%lld\n%lld\n", user, s->public_key,
		(long long)s->ops, (long long)s->mem);
}

static enum rc
stretch(const struct sealed_key *s, const char *password, unsigned char out[32], struct err *e)
{
	unsigned char salt[crypto_pwhash_SALTBYTES];

	if (!key_unhex(salt, sizeof(salt), s->salt))
		return err_set(e, RC_CORRUPT, "the account's salt is damaged");
	/* a row that asks for more than SENSITIVE was not written by us */
	if (s->ops < 1 || s->ops > (int64_t)crypto_pwhash_OPSLIMIT_SENSITIVE || s->mem < 8192 ||
		s->mem > (int64_t)crypto_pwhash_MEMLIMIT_SENSITIVE)
		return err_set(e, RC_CORRUPT, "the account's key parameters are damaged");
	if (crypto_pwhash(out, 32, password, strlen(password), salt, (unsigned long long)s->ops,
		    (size_t)s->mem, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(e, RC_FAILED, "no memory to check the password");
	return RC_OK;
}

static void
tagged(const char *tag, const unsigned char under[32], char value[DIGEST_HEX])
{
	struct digest d;

	digest_begin(&d);
	digest_add(&d, tag, strlen(tag) + 1);
	digest_add(&d, under, 32);
	digest_end(&d, value);
}

enum rc
key_stretch(const struct key_stretch *s, const char *text, char value[DIGEST_HEX], struct err *e)
{
	struct sealed_key as = { .ops = s->ops != 0 ? s->ops : crypto_pwhash_OPSLIMIT_INTERACTIVE,
		.mem = s->mem != 0 ? s->mem : crypto_pwhash_MEMLIMIT_INTERACTIVE };
	unsigned char under[32];
	enum rc rc;

	str_copy(as.salt, sizeof(as.salt), s->salt);
	rc = stretch(&as, text, under, e);
	if (rc == RC_OK)
		tagged(s->tag, under, value);
	key_wipe(under, sizeof(under));
	return rc;
}

enum rc
key_seal(const struct sign_key *k, const char *user, const char *password, struct sealed_key *out,
	struct err *e)
{
	unsigned char under[32], nonce[24], seed[32], box[48];
	struct buf ad = { 0 };
	enum rc rc;

	memset(out, 0, sizeof(*out));
	strcpy(out->public_key, k->kid);
	out->ops = crypto_pwhash_OPSLIMIT_INTERACTIVE;
	out->mem = crypto_pwhash_MEMLIMIT_INTERACTIVE;
	key_random_hex(out->salt, 16);
	randombytes_buf(nonce, sizeof(nonce));
	key_hex(out->nonce, nonce, sizeof(nonce));
	rc = stretch(out, password, under, e);
	if (rc != RC_OK)
		return rc;

	crypto_sign_ed25519_sk_to_seed(seed, k->secret);
	associated(&ad, user, out);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box, NULL, seed, sizeof(seed),
		(const unsigned char *)ad.data, ad.len, NULL, nonce, under);
	key_hex(out->sealed, box, sizeof(box));
	tagged(KEY_PROOF_TAG, under, out->proof);
	key_wipe(under, sizeof(under));
	key_wipe(seed, sizeof(seed));
	buf_release(&ad);
	return RC_OK;
}

enum rc
key_open(const struct sealed_key *s, const char *user, const char *password, struct sign_key *out,
	struct err *e)
{
	unsigned char under[32], nonce[24], seed[32], box[48];
	struct buf ad = { 0 };
	enum rc rc;

	if (!key_unhex(nonce, sizeof(nonce), s->nonce) || !key_unhex(box, sizeof(box), s->sealed))
		return err_set(e, RC_CORRUPT, "the account's key is damaged");
	rc = stretch(s, password, under, e);
	if (rc != RC_OK)
		return rc;

	associated(&ad, user, s);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed, NULL, NULL, box, sizeof(box),
		    (const unsigned char *)ad.data, ad.len, nonce, under) != 0)
		rc = err_set(e, RC_DENIED, "user or password is wrong");
	else
		rc = key_from_seed(out, seed, e);
	if (rc == RC_OK && strcmp(out->kid, s->public_key) != 0) {
		key_free(out);
		rc = err_set(e, RC_CORRUPT, "the account's key is not its own");
	}
	key_wipe(under, sizeof(under));
	key_wipe(seed, sizeof(seed));
	buf_release(&ad);
	return rc;
}

void
key_sign(const struct sign_key *k, const char *tag, const void *bytes, size_t n,
	char sig[KEY_SIGNATURE_HEX])
{
	unsigned char raw[crypto_sign_BYTES];
	struct buf b = { 0 };

	buf_add(&b, tag, strlen(tag) + 1);
	buf_add(&b, bytes, n);
	crypto_sign_detached(raw, NULL, (const unsigned char *)b.data, b.len, k->secret);
	key_hex(sig, raw, sizeof(raw));
	buf_release(&b);
}

bool
key_verify(const char *kid, const char *sig, const char *tag, const void *bytes, size_t n)
{
	unsigned char raw[crypto_sign_BYTES], key[crypto_sign_PUBLICKEYBYTES];
	struct buf b = { 0 };
	bool good = key_unhex(key, sizeof(key), kid) && key_unhex(raw, sizeof(raw), sig);

	buf_add(&b, tag, strlen(tag) + 1);
	buf_add(&b, bytes, n);
	good = good &&
		crypto_sign_verify_detached(raw, (const unsigned char *)b.data, b.len, key) == 0;
	buf_release(&b);
	return good;
}

/* ---- pieces of a file ---- */

void
key_random(void *to, size_t n)
{
	randombytes_buf(to, n);
}

static void
piece_nonce(const struct key_piece *p, unsigned char nonce[24])
{
	uint64_t number = p->number << 1 | p->last;

	memcpy(nonce, p->file, KEY_PIECE_FILE);
	for (int i = 0; i < 8; i++)
		nonce[KEY_PIECE_FILE + i] = (unsigned char)(number >> (56 - 8 * i));
}

void
key_piece_seal(const struct key_piece *p, const void *in, size_t n, unsigned char *out)
{
	unsigned char nonce[24];

	_Static_assert(KEY_PIECE_OVER == crypto_aead_xchacha20poly1305_ietf_ABYTES, "its tag");
	piece_nonce(p, nonce);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, in, n, (const unsigned char *)p->name,
		strlen(p->name), NULL, nonce, p->key);
}

bool
key_piece_open(const struct key_piece *p, const unsigned char *in, size_t n, unsigned char *out)
{
	unsigned char nonce[24];

	piece_nonce(p, nonce);
	return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in, n,
		       (const unsigned char *)p->name, strlen(p->name), nonce, p->key) == 0;
}
