/* Passwords under a stretch that costs nothing, for tests of thousands of signatures.  The linker puts it in the place of
 * libsodium's (Makefile, CHEAP): the product has no way to ask for less than it does. */
#ifndef TESTS_UNIT_LEDGER_CHEAP_MAKE_H
#define TESTS_UNIT_LEDGER_CHEAP_MAKE_H

#include <sodium.h>

/* The sanitizers make wetread-verify, which runs after each trial, ten times slower: they take a smaller share. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { CHEAP_SHARE = 4 };
#else
enum { CHEAP_SHARE = 1 };
#endif

int __wrap_crypto_pwhash(unsigned char *out, unsigned long long n, const char *password,
	unsigned long long length, const unsigned char *salt, unsigned long long ops, size_t mem,
	int alg);

int
__wrap_crypto_pwhash(unsigned char *out, unsigned long long n, const char *password,
	unsigned long long length, const unsigned char *salt, unsigned long long ops, size_t mem,
	int alg)
{
	(void)ops, (void)mem, (void)alg;
	return crypto_generichash(out, n, (const unsigned char *)password, length, salt, 16);
}

#endif
