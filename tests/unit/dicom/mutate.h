/* Damage by a seed: the same number always makes the same file.  For test_mutants.c. */
#ifndef TESTS_UNIT_DICOM_MUTATE_H
#define TESTS_UNIT_DICOM_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* A sound file to start from. */
struct source {
	uint8_t *bytes;
	size_t size;
	size_t pixels_at; /* where the element of the pixel data may begin; size where nobody knows */
};

struct mutant {
	uint8_t *bytes;
	size_t size, room;
	size_t pixels_at; /* of its source: damage comes mostly around here and before */
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t
mutate_next(struct mutant *m)
{
	uint64_t z = m->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0..n-1; 0 for n 0 */
static inline size_t
mutate_below(struct mutant *m, size_t n)
{
	return n > 0 ? mutate_next(m) % n : 0;
}

/* A third each: in the header, in the first bytes of the pixel data (the codestream's own header), anywhere. */
static inline size_t
mutate_place(struct mutant *m)
{
	size_t kind = mutate_below(m, 3);

	if (kind == 0 && m->pixels_at < m->size)
		return mutate_below(m, m->pixels_at);
	if (kind == 1 && m->pixels_at + 1024 < m->size)
		return m->pixels_at + mutate_below(m, 1024);
	return mutate_below(m, m->size);
}

static inline size_t
mutate_chunk(struct mutant *m, size_t at)
{
	size_t n = 1 + mutate_below(m, mutate_below(m, 4) == 0 ? 65536 : 64);

	return n < m->size - at ? n : m->size - at;
}

static inline void
mutate_flip(struct mutant *m)
{
	size_t n = 1 + mutate_below(m, 8);

	for (size_t i = 0; i < n; i++)
		m->bytes[mutate_place(m)] ^=
			(uint8_t)(mutate_below(m, 2) == 0 ? 1u << mutate_below(m, 8)
							  : 1 + mutate_below(m, 255));
}

static inline void
mutate_cut(struct mutant *m)
{
	m->size = 1 + mutate_place(m);
}

static inline void
mutate_remove(struct mutant *m)
{
	size_t at = mutate_place(m), n = mutate_chunk(m, at);

	if (n == m->size)
		return;
	memmove(m->bytes + at, m->bytes + at + n, m->size - at - n);
	m->size -= n;
}

static inline void
mutate_duplicate(struct mutant *m)
{
	size_t at = mutate_place(m), n = mutate_chunk(m, at);

	if (m->size + n > m->room)
		n = m->room - m->size;
	memmove(m->bytes + at + n, m->bytes + at, m->size - at);
	m->size += n;
}

static inline void
mutate_swap(struct mutant *m)
{
	size_t a = mutate_place(m), b = mutate_place(m), n = mutate_chunk(m, a > b ? a : b);

	for (size_t i = 0; i < n; i++) {
		uint8_t c = m->bytes[a + i];

		m->bytes[a + i] = m->bytes[b + i];
		m->bytes[b + i] = c;
	}
}

/* An element with its VR written out, from a random place on: the offset of the VR; 0 for none.  group 0: any. */
static inline size_t
mutate_find(struct mutant *m, unsigned group)
{
	size_t end = m->pixels_at + 8 < m->size ? m->pixels_at + 8 : m->size;
	size_t start = mutate_below(m, end);

	for (size_t i = 0; i + 12 < end; i++) {
		size_t at = (start + i) % (end - 12);
		const uint8_t *p = m->bytes + at;

		if (p[4] >= 'A' && p[4] <= 'U' && p[5] >= 'A' && p[5] <= 'W' &&
			(group == 0 || (p[0] | p[1] << 8) == (int)group))
			return at + 4;
	}
	return 0;
}

static inline uint32_t
mutate_number(struct mutant *m)
{
	static const uint32_t nasty[] = { 0, 1, 2, 7, 8, 16, 32, 64, 255, 256, 0x7fff, 0x8000,
		0xfffe, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };

	return mutate_below(m, 4) == 0 ? (uint32_t)mutate_next(m)
				       : nasty[mutate_below(m, MEM_COUNT(nasty))];
}

static inline void
mutate_length(struct mutant *m)
{
	size_t at = mutate_find(m, 0);
	uint32_t v = mutate_number(m);

	if (at == 0)
		return;
	if (memchr("OSU", m->bytes[at], 3) != NULL && memchr("BWQNTF", m->bytes[at + 1], 6) != NULL)
		memcpy(m->bytes + at + 4, &v, 4);
	else
		memcpy(m->bytes + at + 2, &v, 2);
}

static inline void
mutate_vr(struct mutant *m)
{
	static const char vrs[] =
		"AEASATCSDADSDTFLFDISLOLTOBODOFOLOVOWPNSHSLSQSSSTSVTMUCUIULUNURUSUTUVzz";
	size_t at = mutate_find(m, 0);

	if (at != 0)
		memcpy(m->bytes + at, vrs + 2 * mutate_below(m, (sizeof(vrs) - 1) / 2), 2);
}

/* Rows, bits allocated, photometric interpretation and their like. */
static inline void
mutate_image(struct mutant *m)
{
	size_t at = mutate_find(m, 0x0028);
	uint32_t v = mutate_number(m);

	if (at != 0)
		memcpy(m->bytes + at + 4, &v, 2);
}

/* Another transfer syntax in place of the one that is declared, which stays as long as it was. */
static inline void
mutate_syntax(struct mutant *m)
{
	static const char *const syntaxes[] = { "1.2.840.10008.1.2", "1.2.840.10008.1.2.1",
		"1.2.840.10008.1.2.2", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.99",
		"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57",
		"1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81",
		"1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203" };
	static const uint8_t head[] = { 0x02, 0x00, 0x10, 0x00, 'U', 'I' };
	const char *other = syntaxes[mutate_below(m, MEM_COUNT(syntaxes))];
	uint8_t *at = memmem(m->bytes, m->size < 1024 ? m->size : 1024, head, sizeof(head));
	size_t length;

	if (at == NULL || (size_t)(m->bytes + m->size - at) < 8 + 64)
		return;
	length = at[6];
	for (size_t i = 0; i < length && i < 64; i++)
		at[8 + i] = i < strlen(other) ? (uint8_t)other[i] : 0;
}

/* Damage number `state` of `s`; m->bytes is used again where it is there already, and the caller's to free. */
static inline void
mutate(const struct source *s, uint64_t state, struct mutant *m)
{
	static void (*const ways[])(struct mutant *) = { mutate_flip, mutate_flip, mutate_cut,
		mutate_remove, mutate_duplicate, mutate_swap, mutate_length, mutate_vr,
		mutate_image, mutate_syntax };
	size_t times;

	if (m->room < s->size + 65536) {
		free(m->bytes);
		m->room = s->size + 65536;
		m->bytes = mem_alloc(m->room);
	}
	memcpy(m->bytes, s->bytes, s->size);
	m->size = s->size;
	m->pixels_at = s->pixels_at;
	m->state = state;
	times = 1 + mutate_below(m, 2);
	for (size_t i = 0; i < times; i++)
		ways[mutate_below(m, MEM_COUNT(ways))](m);
}

#endif
