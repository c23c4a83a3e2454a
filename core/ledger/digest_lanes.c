/* MD5 of eight messages side by side.  One alone waits for itself at every step (0.6 GB/s); eight fill the processor's vectors, and
 * no instruction is needed that every machine does not have: the compiler makes of a vector what there is. */
#include "core/ledger/keys.h"

#include <nettle/md5.h>
#include <string.h>

enum { LANES = DIGEST_LANES, BLOCK = 64 };

typedef uint32_t lanes __attribute__((vector_size(LANES * 4)));

/* RFC 1321 3.4: the constants, and by how much each round turns. */
static const uint32_t sines[64] = {
	0xd76aa478,
	0xe8c7b756,
	0x242070db,
	0xc1bdceee,
	0xf57c0faf,
	0x4787c62a,
	0xa8304613,
	0xfd469501,
	0x698098d8,
	0x8b44f7af,
	0xffff5bb1,
	0x895cd7be,
	0x6b901122,
	0xfd987193,
	0xa679438e,
	0x49b40821,
	0xf61e2562,
	0xc040b340,
	0x265e5a51,
	0xe9b6c7aa,
	0xd62f105d,
	0x02441453,
	0xd8a1e681,
	0xe7d3fbc8,
	0x21e1cde6,
	0xc33707d6,
	0xf4d50d87,
	0x455a14ed,
	0xa9e3e905,
	0xfcefa3f8,
	0x676f02d9,
	0x8d2a4c8a,
	0xfffa3942,
	0x8771f681,
	0x6d9d6122,
	0xfde5380c,
	0xa4beea44,
	0x4bdecfa9,
	0xf6bb4b60,
	0xbebfbc70,
	0x289b7ec6,
	0xeaa127fa,
	0xd4ef3085,
	0x04881d05,
	0xd9d4d039,
	0xe6db99e5,
	0x1fa27cf8,
	0xc4ac5665,
	0xf4292244,
	0x432aff97,
	0xab9423a7,
	0xfc93a039,
	0x655b59c3,
	0x8f0ccc92,
	0xffeff47d,
	0x85845dd1,
	0x6fa87e4f,
	0xfe2ce6e0,
	0xa3014314,
	0x4e0811a1,
	0xf7537e82,
	0xbd3af235,
	0x2ad7d2bb,
	0xeb86d391,
};
static const int turns[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 },
	{ 6, 10, 15, 21 } };

/* One step: a becomes b + ((a + f + word + sine) <<< turn). */
#define STEP(f, a, b, word, i) \
	do { \
		lanes sum_ = (a) + (f) + (word) + sines[i]; \
		int turn_ = turns[(i) / 16][(i) % 4]; \
		(a) = (b) + ((sum_ << turn_) | (sum_ >> (32 - turn_))); \
	} while (0)

/* Four steps, after which a, b, c, d have their places again. */
#define FOUR(F, x0, x1, x2, x3, i) \
	do { \
		STEP(F(b, c, d), a, b, x0, i); \
		STEP(F(a, b, c), d, a, x1, (i) + 1); \
		STEP(F(d, a, b), c, d, x2, (i) + 2); \
		STEP(F(c, d, a), b, c, x3, (i) + 3); \
	} while (0)

#define F1(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define F2(x, y, z) ((y) ^ ((z) & ((x) ^ (y))))
#define F3(x, y, z) ((x) ^ (y) ^ (z))
#define F4(x, y, z) ((y) ^ ((x) | ~(z)))

static uint32_t
word_of(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
load(lanes x[16], const unsigned char *const p[LANES], size_t at)
{
	for (int i = 0; i < 16; i++)
		for (int l = 0; l < LANES; l++)
			x[i][l] = word_of(p[l] + at + 4 * (size_t)i);
}

static void
block(lanes s[4], const lanes x[16])
{
	lanes a = s[0], b = s[1], c = s[2], d = s[3];

	FOUR(F1, x[0], x[1], x[2], x[3], 0);
	FOUR(F1, x[4], x[5], x[6], x[7], 4);
	FOUR(F1, x[8], x[9], x[10], x[11], 8);
	FOUR(F1, x[12], x[13], x[14], x[15], 12);
	FOUR(F2, x[1], x[6], x[11], x[0], 16);
	FOUR(F2, x[5], x[10], x[15], x[4], 20);
	FOUR(F2, x[9], x[14], x[3], x[8], 24);
	FOUR(F2, x[13], x[2], x[7], x[12], 28);
	FOUR(F3, x[5], x[8], x[11], x[14], 32);
	FOUR(F3, x[1], x[4], x[7], x[10], 36);
	FOUR(F3, x[13], x[0], x[3], x[6], 40);
	FOUR(F3, x[9], x[12], x[15], x[2], 44);
	FOUR(F4, x[0], x[7], x[14], x[5], 48);
	FOUR(F4, x[12], x[3], x[10], x[1], 52);
	FOUR(F4, x[8], x[15], x[6], x[13], 56);
	FOUR(F4, x[4], x[11], x[2], x[9], 60);
	s[0] += a;
	s[1] += b;
	s[2] += c;
	s[3] += d;
}

void
digest_md5_add_lanes(
	struct digest_md5 d[DIGEST_LANES], const unsigned char *const p[DIGEST_LANES], size_t n)
{
	struct md5_ctx *ctx[LANES];
	lanes s[4], x[16];

	for (int l = 0; l < LANES; l++) {
		ctx[l] = (struct md5_ctx *)(void *)d[l].state;
		for (int i = 0; i < 4; i++)
			s[i][l] = ctx[l]->state[i];
	}
	for (size_t at = 0; at + BLOCK <= n; at += BLOCK) {
		load(x, p, at);
		block(s, x);
	}
	for (int l = 0; l < LANES; l++) {
		for (int i = 0; i < 4; i++)
			ctx[l]->state[i] = s[i][l];
		ctx[l]->count += n / BLOCK;
	}
}
