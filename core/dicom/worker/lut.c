/* Look-up tables of the header. */
#include "core/dicom/worker/lut.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/dicom/worker/bytes.h"
#include "core/dicom/worker/value.h"

struct descriptor {
	uint32_t count, bits;
	int32_t first;
};

/* Three 16-bit numbers whose VR writers do not agree on. */
static bool
read_descriptor(const struct element *el, bool signed_input, struct descriptor *out)
{
	uint16_t n[3];

	if (el == NULL || el->length < 6)
		return false;
	for (int i = 0; i < 3; i++)
		n[i] = bytes_u16(el->value + 2 * i, el->big);
	out->count = n[0] == 0 ? 65536 : n[0];
	out->first = signed_input || el->vr == VR('S', 'S') ? (int16_t)n[1] : n[1];
	out->bits = n[2];
	return out->bits >= 1 && out->bits <= 16;
}

/* Entry i of table data: a 16-bit word, or a byte where the data are too short for words. */
static uint16_t
entry(const struct element *el, uint32_t i, bool bytes)
{
	if (!bytes)
		return bytes_u16(el->value + 2 * (size_t)i, el->big);
	return el->value[el->big && el->vr == VR('O', 'W') ? i ^ 1u : i];
}

static bool
data_fit(const struct element *el, uint32_t count, bool *bytes)
{
	if (el == NULL || el->length < count)
		return false;
	*bytes = el->length < 2 * (uint64_t)count;
	return !*bytes || el->length >= count + (count & 1 && el->big);
}

void
lut_read(const struct dicom *d, const struct image_shape *s, uint32_t first, bool signed_input,
	struct wire_lut *out, uint8_t *values)
{
	const struct element *el;
	struct descriptor t;
	bool bytes;

	(void)s;
	memset(out, 0, sizeof(*out));
	if (first == 0 || !read_descriptor(dicom_find(d, first, TAG(0x0028, 0x3002)), signed_input, &t))
		return;
	el = dicom_find(d, first, TAG(0x0028, 0x3006));
	if (!data_fit(el, t.count, &bytes))
		return;
	for (uint32_t i = 0; i < t.count; i++) {
		uint16_t v = entry(el, i, bytes);

		memcpy(values + 2 * (size_t)i, &v, sizeof(v));
	}
	out->first = t.first;
	out->count = t.count;
	out->bits = t.bits;
}

/* ---- palette ---------------------------------------------------------------------------------- */

/* Segmented tables (C.7.9.2): discrete, linear and indirect segments into `to`; how many came out. */
struct segments {
	const struct element *el;
	bool bytes;
	uint32_t words; /* in the data */
	uint16_t *to;
	uint32_t n, count;
};

static uint16_t
word(const struct segments *g, uint32_t i)
{
	return i < g->words ? entry(g->el, i, g->bytes) : 0;
}

static void
put(struct segments *g, uint32_t v)
{
	if (g->n < g->count)
		g->to[g->n++] = (uint16_t)v;
}

/* One segment at word `at`; returns where the next begins, 0 to stop. */
static uint32_t
segment(struct segments *g, uint32_t at, bool inside)
{
	uint32_t op = word(g, at), len = word(g, at + 1);

	if (at + 2 > g->words)
		return 0;
	if (op == 0) {
		for (uint32_t i = 0; i < len && g->n < g->count; i++)
			put(g, word(g, at + 2 + i));
		return at + 2 + len;
	}
	if (op == 1 && g->n > 0) {
		int32_t from = g->to[g->n - 1], to = word(g, at + 2);

		for (uint32_t i = 1; i <= len && g->n < g->count; i++)
			put(g, (uint32_t)(from + (int64_t)(to - from) * i / len));
		return at + 3;
	}
	if (op == 2 && !inside) {
		uint32_t from = word(g, at + 2) | (uint32_t)word(g, at + 3) << 16;

		if (!g->bytes)
			from /= 2; /* the offset counts bytes */
		for (uint32_t i = 0; i < len && from < g->words; i++) {
			from = segment(g, from, true);
			if (from == 0)
				return 0;
		}
		return at + 4;
	}
	return 0;
}

static bool
read_segmented(const struct element *el, const struct descriptor *t, uint16_t *to)
{
	struct segments g = { .el = el, .to = to, .count = t->count };
	uint32_t at = 0;

	if (el == NULL)
		return false;
	g.bytes = t->bits <= 8 && el->vr == VR('O', 'B');
	g.words = g.bytes ? el->length : el->length / 2;
	do {
		at = segment(&g, at, false);
	} while (at != 0 && at < g.words && g.n < g.count);
	return g.n == g.count;
}

static bool
read_colour(const struct dicom *d, unsigned channel, const struct descriptor *t, uint16_t *to)
{
	const struct element *el = dicom_find(d, d->root, TAG(0x0028, 0x1201 + channel));
	bool bytes;

	if (el == NULL)
		return read_segmented(dicom_find(d, d->root, TAG(0x0028, 0x1221 + channel)), t, to);
	if (!data_fit(el, t->count, &bytes))
		return false;
	for (uint32_t i = 0; i < t->count; i++)
		to[i] = entry(el, i, bytes);
	return true;
}

/* 16-bit tables carry 8-bit colours in either half, whatever the descriptor says: look. */
static unsigned
shift_of(const uint16_t *values, uint32_t count, uint32_t bits)
{
	uint16_t greatest = 0;

	for (uint32_t i = 0; i < count; i++)
		greatest = values[i] > greatest ? values[i] : greatest;
	if (greatest <= 255)
		return 0;
	return bits > 8 ? bits - 8 : 8;
}

enum rc
palette_read(const struct dicom *d, const struct image_shape *s, struct palette *p, struct err *e)
{
	struct descriptor t[3];
	uint16_t *values;
	uint32_t bits = 0;
	unsigned shift;
	bool good = true;

	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i < 3; i++)
		good = good &&
			read_descriptor(dicom_find(d, d->root, TAG(0x0028, 0x1101 + i)),
				s->is_signed, &t[i]) &&
			t[i].count == t[0].count;
	if (!good)
		return err_set(e, RC_CORRUPT, "the palette is not described");
	p->first = t[0].first;
	p->count = t[0].count;
	values = mem_zero(3 * (size_t)p->count, sizeof(*values));
	for (unsigned i = 0; i < 3 && good; i++) {
		good = read_colour(d, i, &t[i], values + i * (size_t)p->count);
		bits = t[i].bits > bits ? t[i].bits : bits;
	}
	if (!good) {
		free(values);
		return err_set(e, RC_CORRUPT, "the palette is shorter than it says");
	}
	shift = shift_of(values, 3 * p->count, bits);
	p->rgb = mem_alloc(3 * (size_t)p->count);
	for (uint32_t i = 0; i < p->count; i++)
		for (unsigned k = 0; k < 3; k++)
			p->rgb[3 * (size_t)i + k] =
				(uint8_t)(values[k * (size_t)p->count + i] >> shift);
	free(values);
	return RC_OK;
}
