/* The frame headers of JPEG, JPEG-LS (SOF) and JPEG 2000 (SIZ). */
#include "core/dicom/worker/codestream.h"

#include <string.h>

#include "core/dicom/worker/bytes.h"

static bool
is_frame_marker(uint8_t m)
{
	return (m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc) || m == 0xf7;
}

static bool
read_jpeg(const uint8_t *in, size_t n, struct codestream *out)
{
	size_t at = 2;

	if (n < 4 || in[0] != 0xff || in[1] != 0xd8)
		return false;
	while (n - at >= 4 && in[at] == 0xff) {
		uint8_t m = in[at + 1];
		size_t len = bytes_u16(in + at + 2, true);

		if (m == 0xff) {
			at++; /* fill byte */
			continue;
		}
		if (is_frame_marker(m)) {
			if (n - at < 10)
				return false;
			out->precision = in[at + 4];
			out->height = bytes_u16(in + at + 5, true);
			out->width = bytes_u16(in + at + 7, true);
			out->components = in[at + 9];
			return true;
		}
		if (m == 0xda || m == 0xd9 || len < 2 || len + 2 > n - at)
			return false;
		at += len + 2;
	}
	return false;
}

static bool
read_j2k(const uint8_t *in, size_t n, struct codestream *out)
{
	static const uint8_t start[] = { 0xff, 0x4f, 0xff, 0x51 };
	const uint8_t *p = memmem(in, n < 4096 ? n : 4096, start, sizeof(start));
	uint32_t right, bottom, left, top;

	/* SOC, SIZ: Lsiz 4..5, Rsiz 6..7, Xsiz 8, Ysiz 12, XOsiz 16, YOsiz 20, ..., Csiz 40, Ssiz 42 */
	if (p == NULL || (size_t)(in + n - p) < 43)
		return false;
	right = bytes_u32(p + 8, true);
	bottom = bytes_u32(p + 12, true);
	left = bytes_u32(p + 16, true);
	top = bytes_u32(p + 20, true);
	if (left >= right || top >= bottom)
		return false;
	out->width = right - left;
	out->height = bottom - top;
	out->components = bytes_u16(p + 40, true);
	out->precision = (p[42] & 0x7fu) + 1;
	out->is_signed = (p[42] & 0x80) != 0;
	return true;
}

bool
codestream_read(enum syntax_kind kind, const uint8_t *in, size_t n, struct codestream *out)
{
	memset(out, 0, sizeof(*out));
	return kind == SYNTAX_J2K ? read_j2k(in, n, out) : read_jpeg(in, n, out);
}
