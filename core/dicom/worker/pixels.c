/* Frames: find the bytes, decompress, unpack. */
#include "core/dicom/worker/pixels.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/dicom/worker/bytes.h"
#include "core/dicom/worker/codec.h"
#include "core/dicom/worker/codestream.h"
#include "core/dicom/worker/colour.h"
#include "core/dicom/worker/overlay.h"
#include "core/dicom/worker/rle.h"
#include "core/dicom/worker/summary.h"
#include "core/dicom/worker/unpack.h"
#include "core/dicom/worker/vr.h"

enum {
	/* A blank 5120 x 4864 picture in JPEG 2000 takes about one byte for 5 000 pixels; a large frame
	 * with fewer is a bomb that would only cost time and memory. */
	BOMB_PIXELS = 16 << 20,
	BOMB_RATIO = 20000
};

/* ---- uncompressed ----------------------------------------------------------------------------- */

static enum rc
measure(const struct picture *p, uint64_t frames, struct err *e)
{
	uint64_t need = (p->shape.frame_bits * frames + 7) / 8;
	const struct pixel_place *at = &p->d->pixel;

	if (p->shape.frame_bits == 0)
		return err_set(e, RC_CORRUPT, "bits allocated, rows or columns are missing");
	if (need <= at->present)
		return RC_OK;
	return err_set(e, RC_CORRUPT, "pixel data end at byte %llu of %llu",
		(unsigned long long)at->present, (unsigned long long)need);
}

/* More than the frames need may be declared, but what is declared must be there. */
static enum rc
measure_declared(const struct picture *p, struct err *e)
{
	const struct pixel_place *at = &p->d->pixel;

	if (at->present >= at->declared)
		return RC_OK;
	return err_set(e, RC_CORRUPT, "pixel data end at byte %llu of %llu",
		(unsigned long long)at->present, (unsigned long long)at->declared);
}

/* Bytes in 16-bit words of a big endian file lie crosswise (PS3.5 8.1.2 and Annex A.3). */
static uint8_t *
uncross(const uint8_t *at, size_t n)
{
	uint8_t *to = mem_alloc(n + 1);

	for (size_t i = 0; i < n; i++)
		to[i] = at[i ^ 1];
	return to;
}

static enum rc
native_frame(const struct picture *p, uint32_t index, struct raw *raw, uint8_t **owned, struct err *e)
{
	const struct pixel_place *at = &p->d->pixel;
	const struct image_shape *s = &p->shape;
	uint64_t first = s->frame_bits * index;
	size_t bytes = s->frame_bits / 8;
	enum rc rc = measure(p, (uint64_t)index + 1, e);

	if (rc != RC_OK)
		return rc;
	raw->at = at->at + first / 8;
	raw->bit = first % 8;
	raw->bits = s->allocated;
	raw->big = at->big;
	raw->by_plane = s->by_plane;
	raw->luminance = s->photometric >= PHOTO_YBR_FULL && s->photometric <= PHOTO_YBR_PARTIAL_422;
	raw->subsampled =
		raw->luminance && s->frame_bits < (uint64_t)s->width * s->height * 3 * s->allocated;
	if (raw->subsampled && (s->width & 1) != 0)
		return err_set(e, RC_CORRUPT, "4:2:2 pixels in rows of odd length");
	if (at->big && s->allocated == 8 && at->vr == VR('O', 'W') && (first / 8 & 1) == 0 &&
		at->present >= first / 8 + bytes + (bytes & 1)) {
		*owned = uncross(raw->at, bytes);
		raw->at = *owned;
	}
	return RC_OK;
}

/* ---- compressed ------------------------------------------------------------------------------- */

static enum rc
check_codestream(const struct image_shape *s, enum syntax_kind kind, const uint8_t *at, size_t n,
	struct codestream *c, struct err *e)
{
	uint64_t pixels = (uint64_t)s->width * s->height;

	if (!codestream_read(kind, at, n, c))
		return err_set(e, RC_CORRUPT, "the compressed data have no header of their own");
	if (c->width != s->width || c->height != s->height || c->components != s->samples)
		return err_set(e, RC_CORRUPT,
			"compressed data are %u x %u x %u, the header says %u x %u x %u", c->width,
			c->height, c->components, s->width, s->height, s->samples);
	if (c->precision < 1 || c->precision > 16 || c->precision > (s->allocated + 7) / 8 * 8)
		return err_set(e, RC_CORRUPT, "compressed data have %u bits, the header says %u",
			c->precision, s->allocated);
	if (pixels > BOMB_PIXELS && pixels / BOMB_RATIO > n)
		return err_set(e, RC_LIMIT, "%zu bytes say they are %llu pixels", n,
			(unsigned long long)pixels);
	return RC_OK;
}

static enum rc
codec_frame(const struct picture *p, const uint8_t *at, size_t n, struct raw *raw, uint8_t **owned,
	struct err *e)
{
	const struct image_shape *s = &p->shape;
	struct codec_job job = { .syntax = p->d->syntax->uid, .data = at, .size = n };
	struct codec_result result = { 0 };
	struct codestream c;
	size_t room;
	enum rc rc = check_codestream(s, p->d->syntax->kind, at, n, &c, e);

	if (rc != RC_OK)
		return rc;
	job.width = s->width;
	job.height = s->height;
	job.samples = (uint16_t)s->samples;
	job.bits = c.precision <= 8 ? 8 : 16;
	job.precision = (uint16_t)c.precision;
	job.is_signed =
		s->samples == 1 && (p->d->syntax->kind == SYNTAX_J2K ? c.is_signed : s->is_signed);
	job.photometric = s->photometric_name;
	room = (size_t)s->width * s->height * s->samples * (job.bits / 8);
	*owned = mem_zero(room, 1);
	if (!codec_decode(&job, *owned, room, &result))
		return err_set(e, RC_CORRUPT, "the compressed data cannot be decoded");
	if (result.bits != job.bits)
		return err_set(e, RC_CORRUPT, "the compressed data are of another depth than they say");
	raw->at = *owned;
	raw->bits = job.bits;
	raw->by_plane = result.by_plane;
	raw->luminance = result.luminance;
	return RC_OK;
}

static enum rc
rle_frame(const struct picture *p, const uint8_t *at, size_t n, struct raw *raw, uint8_t **owned,
	struct err *e)
{
	const struct image_shape *s = &p->shape;
	size_t pixels = (size_t)s->width * s->height;
	unsigned bytes = s->allocated / 8;

	if (bytes == 0)
		return err_set(e, RC_UNSUPPORTED, "RLE of %u bits", s->allocated);
	/* 64 packed bytes make 4 096 at most: what cannot be there is not allocated. */
	if (pixels * s->samples * bytes / 64 > n)
		return err_set(e, RC_CORRUPT, "RLE frame of %zu bytes is too short for %zu pixels",
			n, pixels);
	*owned = mem_alloc(pixels * s->samples * bytes);
	raw->at = *owned;
	raw->bits = s->allocated;
	raw->luminance = s->photometric == PHOTO_YBR_FULL || s->photometric == PHOTO_YBR_FULL_422;
	return rle_decode(at, n, pixels, s->samples, bytes, *owned, e);
}

static enum rc
compressed_frame(struct picture *p, uint32_t index, struct raw *raw, uint8_t **owned, struct err *e)
{
	uint8_t *joined = NULL;
	const uint8_t *at;
	size_t n;
	enum rc rc = RC_OK;

	if (p->fragments.count == 0)
		rc = fragments_read(p->d, &p->shape, &p->fragments, e);
	if (rc == RC_OK)
		rc = fragments_frame(&p->fragments, index, &at, &n, &joined, e);
	if (rc == RC_OK)
		rc = p->d->syntax->kind == SYNTAX_RLE ? rle_frame(p, at, n, raw, owned, e)
						      : codec_frame(p, at, n, raw, owned, e);
	free(joined);
	return rc;
}

/* ---- both ------------------------------------------------------------------------------------- */

static enum rc
check_syntax(const struct picture *p, struct err *e)
{
	enum syntax_kind kind = p->d->syntax->kind;

	if (kind == SYNTAX_OTHER)
		return err_set(e, RC_UNSUPPORTED, "there is no codec for this transfer syntax");
	if (p->d->pixel.encapsulated && kind == SYNTAX_NATIVE)
		return err_set(e, RC_CORRUPT,
			"pixel data are encapsulated, the transfer syntax says they are not");
	if (!p->d->pixel.encapsulated && kind != SYNTAX_NATIVE)
		return err_set(e, RC_CORRUPT,
			"pixel data are not encapsulated, the transfer syntax says they are");
	return RC_OK;
}

static enum rc
raw_frame(struct picture *p, uint32_t index, struct raw *raw, uint8_t **owned, struct err *e)
{
	unsigned stored = p->shape.stored;
	enum rc rc;

	memset(raw, 0, sizeof(*raw));
	*owned = NULL;
	rc = p->d->pixel.encapsulated ? compressed_frame(p, index, raw, owned, e)
				      : native_frame(p, index, raw, owned, e);
	if (rc != RC_OK) {
		free(*owned);
		*owned = NULL;
		return rc;
	}
	if (stored > raw->bits)
		stored = raw->bits;
	raw->shift = stored > 8 ? stored - 8 : 0;
	return RC_OK;
}

static enum rc
show(const struct picture *p, const struct raw *raw, enum frame_kind kind, uint8_t *to, struct err *e)
{
	struct palette palette;
	enum rc rc;

	if (p->shape.samples == 3) {
		colour_convert(raw, &p->shape, to);
		return RC_OK;
	}
	if (p->shape.photometric != PHOTO_PALETTE) {
		unpack_grey(raw, &p->shape, kind, p->d->pixel.tag, to);
		return RC_OK;
	}
	if (raw->bits != 8 && raw->bits != 16)
		return err_set(e, RC_UNSUPPORTED, "palette of %u bits", raw->bits);
	rc = palette_read(p->d, &p->shape, &palette, e);
	if (rc == RC_OK)
		colour_palette(raw, &p->shape, &palette, to);
	free(palette.rgb);
	return rc;
}

enum rc
pixels_frame(struct picture *p, const struct charsets *all, uint32_t index, size_t limit,
	uint8_t *memory, struct err *e)
{
	struct charset c = summary_charset(p->d, p->d->root, all, NULL);
	struct wire_frame *out = (struct wire_frame *)(void *)memory;
	uint8_t *owned = NULL;
	struct raw raw;
	enum rc rc;

	rc = image_check(p->d, &p->shape, limit, e);
	if (rc == RC_OK)
		rc = check_syntax(p, e);
	if (rc != RC_OK)
		return rc;
	if (index >= p->shape.declared)
		return err_set(e, RC_NOT_FOUND, "frame %u of %u", index + 1, p->shape.declared);
	if (index >= p->shape.frames)
		return err_set(e, RC_CORRUPT, "frame %u of %u is not in the file", index + 1,
			p->shape.declared);
	rc = raw_frame(p, index, &raw, &owned, e);
	if (rc != RC_OK)
		return rc;
	image_info(p->d, &p->shape, index, &c, out, memory);
	rc = show(p, &raw, out->info.kind, memory + WIRE_PIXELS_AT, e);
	if (rc == RC_OK)
		overlay_read(&(struct overlay_job){ p->d, &p->shape, &raw, &c, index }, out, memory);
	free(owned);
	return rc;
}

enum rc
pixels_check(struct picture *p, int64_t deadline, size_t limit, struct err *e)
{
	uint8_t *owned;
	struct raw raw;
	enum rc rc;

	if (p->d->pixel.tag == 0)
		return RC_OK; /* a report, a plan: nothing to decode */
	rc = image_check(p->d, &p->shape, limit, e);
	if (rc == RC_OK)
		rc = check_syntax(p, e);
	if (rc != RC_OK)
		return rc;
	if (!p->d->pixel.encapsulated) {
		rc = measure(p, p->shape.declared, e);
		return rc == RC_OK ? measure_declared(p, e) : rc;
	}
	if (p->shape.frames < p->shape.declared)
		return err_set(e, RC_CORRUPT, "the header says %u frames, %u are there",
			p->shape.declared, p->shape.frames);
	for (uint32_t i = 0; i < p->shape.frames && clock_mono_us() < deadline; i++) {
		rc = raw_frame(p, i, &raw, &owned, e);
		free(owned);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}
