/* Owns the writing of PNG.  Of the five filters only None and Up are used: None is best where a
 * narrow window leaves much black and white, Up where greys are smooth or enlarged, by up to 30 %
 * of the bytes.  Which it is, a sample of rows decides. */
#include "render/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/mem.h"

enum {
	LEVEL = 4, /* on an enlarged 1024 x 1024, 6 takes 5 times as long for 4 % of the bytes */
	SAMPLE_ROWS = 32,
	SIGNATURE = 8,
	GREY = 0, /* colour types */
	RGB = 2,
	INDEXED = 3
};

enum filter { FILTER_NONE = 0, FILTER_UP = 2 };

static size_t
row_bytes(const struct raster *r)
{
	return (size_t)r->width * (r->colour ? 3 : 1);
}

/* Rows first..first + n, each behind its filter's number. */
static uint8_t *
filtered(const struct raster *r, uint32_t first, uint32_t n, enum filter filter)
{
	size_t bytes = row_bytes(r);
	uint8_t *rows = mem_alloc((bytes + 1) * n), *to = rows;

	for (uint32_t y = first; y < first + n; y++) {
		const uint8_t *row = r->pixels + y * bytes;
		const uint8_t *above = y > 0 ? row - bytes : NULL;

		*to++ = (uint8_t)filter;
		if (filter == FILTER_NONE || above == NULL) { /* above the first row all is 0 */
			memcpy(to, row, bytes);
		} else {
			for (size_t i = 0; i < bytes; i++)
				to[i] = (uint8_t)(row[i] - above[i]);
		}
		to += bytes;
	}
	return rows;
}

/* free() the result.  compressBound makes it large enough, so zlib can only run out of memory,
 * which ends the program as everywhere. */
static uint8_t *
compressed(const struct raster *r, uint32_t first, uint32_t n, enum filter filter, size_t *size)
{
	uLong length = (uLong)((row_bytes(r) + 1) * n);
	uLongf most = compressBound(length);
	uint8_t *rows = filtered(r, first, n, filter), *packed = mem_alloc(most);

	if (compress2(packed, &most, rows, length, LEVEL) != Z_OK)
		abort();
	free(rows);
	*size = most;
	return packed;
}

static enum filter
best_filter(const struct raster *r)
{
	uint32_t n = r->height < SAMPLE_ROWS ? r->height : SAMPLE_ROWS;
	uint32_t first = (r->height - n) / 2;
	size_t none, up;

	free(compressed(r, first, n, FILTER_NONE, &none));
	free(compressed(r, first, n, FILTER_UP, &up));
	return up < none ? FILTER_UP : FILTER_NONE;
}

static void
put_32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
put_chunk(struct buf *out, const char *type, const uint8_t *data, size_t n)
{
	uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);
	uint8_t word[4];

	put_32(word, (uint32_t)n);
	buf_add(out, word, 4);
	buf_add(out, type, 4);
	buf_add(out, data, n);
	if (n > 0) /* without data, crc32 would start anew */
		crc = crc32(crc, data, (uInt)n);
	put_32(word, (uint32_t)crc);
	buf_add(out, word, 4);
}

static void
put_head(struct buf *out, uint32_t width, uint32_t height, uint8_t type)
{
	static const char signature[SIGNATURE + 1] = "\x89PNG\r\n\x1a\n";
	uint8_t header[13] = { [8] = 8, [9] = type };

	put_32(header, width);
	put_32(header + 4, height);
	buf_add(out, signature, SIGNATURE);
	put_chunk(out, "IHDR", header, sizeof(header));
}

void
png_encode_indexed(const uint8_t *index, uint32_t width, uint32_t height, const uint8_t *rgb,
	int colours, struct buf *out)
{
	struct raster r = { .width = width, .height = height, .pixels = (uint8_t *)index };
	size_t n;
	uint8_t *packed = compressed(&r, 0, height, FILTER_NONE, &n);

	put_head(out, width, height, INDEXED);
	put_chunk(out, "PLTE", rgb, 3 * (size_t)colours);
	put_chunk(out, "tRNS", (const uint8_t *)"", 1);
	put_chunk(out, "IDAT", packed, n);
	put_chunk(out, "IEND", (const uint8_t *)"", 0);
	free(packed);
}

void
png_encode(const struct raster *r, struct buf *out)
{
	uint8_t *packed;
	size_t n;

	packed = compressed(r, 0, r->height, best_filter(r), &n);
	put_head(out, r->width, r->height, r->colour ? RGB : GREY);
	put_chunk(out, "IDAT", packed, n);
	put_chunk(out, "IEND", (const uint8_t *)"", 0);
	free(packed);
}
