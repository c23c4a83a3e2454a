/* The verifier's door to nettle. */
#include "core/verify/digest.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void
digest_begin(struct digest *d)
{
	sha256_init(&d->st);
}

void
digest_add(struct digest *d, const void *bytes, size_t n)
{
	sha256_update(&d->st, n, bytes);
}

void
digest_tag(struct digest *d, const char *tag)
{
	sha256_update(&d->st, strlen(tag) + 1, (const unsigned char *)tag);
}

void
digest_end(struct digest *d, unsigned char raw[32])
{
	sha256_digest(&d->st, 32, raw);
}

void
digest_end_hex(struct digest *d, char hex[65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[32];

	digest_end(d, raw);
	for (int i = 0; i < 32; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[64] = '\0';
}

bool
digest_file(const char *path, char hex[65])
{
	static unsigned char chunk[1 << 17];
	struct digest d;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	hex[0] = '\0';
	if (fd < 0)
		return false;
	digest_begin(&d);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		digest_add(&d, chunk, (size_t)n);
	close(fd);
	if (n == 0)
		digest_end_hex(&d, hex);
	return n == 0;
}
