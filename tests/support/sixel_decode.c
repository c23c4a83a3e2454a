/* Owns the tests' own sixel decoder. */
#include "tests/support/sixel_decode.h"

#include <stdlib.h>
#include <string.h>

struct reader {
	const char *p, *end;
	struct sixel_image *im;
	uint32_t x, top;
	int pen;
	bool colour_seen;
};

/* Up to `max` numbers with ';' between; missing ones are 0.  Returns how many were there. */
static int
read_numbers(struct reader *r, long *n, int max)
{
	int count = 0;

	memset(n, 0, (size_t)max * sizeof(*n));
	while (r->p < r->end && count < max) {
		while (r->p < r->end && *r->p >= '0' && *r->p <= '9' && n[count] < 1000000)
			n[count] = n[count] * 10 + (*r->p++ - '0');
		count++;
		if (r->p >= r->end || *r->p != ';')
			break;
		r->p++;
	}
	return count;
}

static bool
read_colour(struct reader *r)
{
	long n[5];
	int count = read_numbers(r, n, 5);

	if (n[0] < 0 || n[0] >= SIXEL_REGISTERS)
		return false;
	r->pen = (int)n[0];
	if (count == 1)
		return r->im->known[r->pen];
	if (count != 5 || n[1] != 2 || n[2] > 100 || n[3] > 100 || n[4] > 100)
		return false;
	for (int c = 0; c < 3; c++)
		r->im->percent[r->pen][c] = (uint8_t)n[2 + c];
	r->im->defined += !r->im->known[r->pen];
	r->im->known[r->pen] = true;
	return true;
}

/* `count` columns of one sixel; painting outside the picture is an error, blanks are not. */
static bool
paint(struct reader *r, char c, long count)
{
	struct sixel_image *im = r->im;
	unsigned bits = (unsigned)(c - '?');

	if (count < 1 || count > 65536 || (bits != 0 && r->pen < 0))
		return false;
	for (long i = 0; i < count; i++, r->x++) {
		for (uint32_t k = 0; k < 6; k++) {
			if ((bits >> k & 1) == 0)
				continue;
			if (r->x >= im->width || r->top + k >= im->height)
				return false;
			im->index[(size_t)(r->top + k) * im->width + r->x] = (uint16_t)r->pen;
		}
	}
	return r->x <= im->width;
}

static bool
read_body(struct reader *r)
{
	while (r->p < r->end) {
		char c = *r->p++;
		long n[1] = { 1 };

		if (c == '#') {
			if (!read_colour(r))
				return false;
			continue;
		}
		if (c == '$' || c == '-') {
			r->x = 0;
			r->top += c == '-' ? 6 : 0;
			r->im->passes += c == '$';
			continue;
		}
		if (c == '!') {
			if (read_numbers(r, n, 1) != 1 || r->p >= r->end)
				return false;
			c = *r->p++;
		}
		if (c < '?' || c > '~' || !paint(r, c, n[0]))
			return false;
	}
	return true;
}

static bool
read_head(struct reader *r)
{
	long n[4];

	if (r->end - r->p < 6 || r->p[0] != '\033' || r->p[1] != 'P' ||
		memcmp(r->end - 2, "\033\\", 2) != 0)
		return false;
	r->p += 2;
	r->end -= 2;
	read_numbers(r, n, 3);
	r->im->transparent = n[1] == 1;
	if (r->end - r->p < 2 || r->p[0] != 'q' || r->p[1] != '"')
		return false;
	r->p += 2;
	if (read_numbers(r, n, 4) != 4 || n[2] < 1 || n[2] > 4096 || n[3] < 1 || n[3] > 4096)
		return false;
	r->im->width = (uint32_t)n[2];
	r->im->height = (uint32_t)n[3];
	return true;
}

static void
colour_pixels(struct sixel_image *im)
{
	size_t n = (size_t)im->width * im->height;

	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < 3 && im->index[i] != SIXEL_UNPAINTED; c++)
			im->rgb[3 * i + c] =
				(uint8_t)((im->percent[im->index[i]][c] * 255 + 50) / 100);
	}
}

bool
sixel_decode_image(const char *data, size_t n, struct sixel_image *out)
{
	struct reader r = { .p = data, .end = data + n, .im = out, .pen = -1 };
	size_t pixels;

	memset(out, 0, sizeof(*out));
	if (!read_head(&r))
		return false;
	pixels = (size_t)out->width * out->height;
	out->index = malloc(pixels * sizeof(*out->index));
	out->rgb = calloc(pixels, 3);
	if (out->index == NULL || out->rgb == NULL)
		return false;
	memset(out->index, 0xff, pixels * sizeof(*out->index));
	if (!read_body(&r))
		return false;
	colour_pixels(out);
	return true;
}

void
sixel_image_release(struct sixel_image *im)
{
	free(im->index);
	free(im->rgb);
	memset(im, 0, sizeof(*im));
}
