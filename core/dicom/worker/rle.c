/* DICOM RLE: up to 15 PackBits segments, one for each byte plane. */
#include "core/dicom/worker/rle.h"

#include <string.h>

#include "core/dicom/worker/bytes.h"

enum { HEADER_BYTES = 64, SEGMENTS_MAX = 15 };

/* Unpack one byte plane to out[0], out[stride], ...; returns how many bytes of it were there. */
static size_t
unpack(const uint8_t *in, const uint8_t *end, uint8_t *out, size_t pixels, size_t stride)
{
	size_t done = 0;

	while (done < pixels && in < end) {
		unsigned code = *in++;
		size_t run = code < 128 ? code + 1u : 257u - code;

		if (code == 128)
			continue;
		if (run > pixels - done)
			run = pixels - done; /* padding of the segment */
		if (code > 128) {
			if (in == end)
				break;
			for (size_t i = 0; i < run; i++)
				out[(done + i) * stride] = *in;
			in++;
		} else {
			if (run > (size_t)(end - in))
				run = (size_t)(end - in);
			for (size_t i = 0; i < run; i++)
				out[(done + i) * stride] = in[i];
			in += run;
		}
		done += run;
	}
	return done;
}

/* Segment k of the most significant byte first (G.2): its place in a little endian sample. */
static size_t
place_of(unsigned k, unsigned bytes)
{
	return (size_t)(k / bytes) * bytes + (bytes - 1 - k % bytes);
}

enum rc
rle_decode(const uint8_t *in, size_t n, size_t pixels, unsigned samples, unsigned bytes,
	uint8_t *out, struct err *e)
{
	unsigned segments = samples * bytes;

	if (n < HEADER_BYTES)
		return err_set(e, RC_CORRUPT, "RLE frame of %zu bytes has no header", n);
	if (segments > SEGMENTS_MAX || bytes_u32(in, false) != segments)
		return err_set(e, RC_CORRUPT, "RLE frame has %u segments, %u are needed",
			bytes_u32(in, false), segments);
	for (unsigned k = 0; k < segments; k++) {
		uint32_t from = bytes_u32(in + 4 + 4 * (size_t)k, false);
		size_t to = k + 1 < segments ? bytes_u32(in + 8 + 4 * (size_t)k, false) : n;
		size_t got;

		if (from < HEADER_BYTES || to > n || from > to)
			return err_set(e, RC_CORRUPT, "RLE segment %u lies outside its frame", k + 1);
		got = unpack(in + from, in + to, out + place_of(k, bytes), pixels, segments);
		if (got < pixels)
			return err_set(e, RC_CORRUPT, "RLE segment %u ends at pixel %zu of %zu",
				k + 1, got, pixels);
	}
	return RC_OK;
}
