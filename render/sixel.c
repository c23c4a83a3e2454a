/* Owns all use of libsixel: pictures of indexed pixels with a palette of ours.  Of its
 * interface only what is known to be safe is called; objects are never shared between threads. */
#include "render/sixel.h"

#include <sixel/sixel.h>
#include <stdbool.h>

#include "core/base/mem.h"

struct sink {
	struct buf *out;
	size_t limit;
	bool full;
};

static int
sink_write(char *data, int size, void *priv)
{
	struct sink *s = priv;

	if (size < 0 || (size_t)size > s->limit) {
		s->full = true;
		return size;
	}
	s->limit -= (size_t)size;
	buf_add(s->out, data, (size_t)size);
	return size;
}

static SIXELSTATUS
encode(uint8_t *index, const struct sixel_picture *pic, sixel_dither_t *dither, struct sink *sink)
{
	sixel_output_t *output = NULL;
	SIXELSTATUS status = sixel_output_new(&output, sink_write, sink, NULL);

	if (SIXEL_FAILED(status))
		return status;
	sixel_output_set_encode_policy(output, SIXEL_ENCODEPOLICY_SIZE);
	status = sixel_encode(index, (int)pic->width, (int)pic->height, 8, dither, output);
	sixel_output_unref(output);
	return status;
}

enum rc
sixel_encode_indexed(const struct sixel_picture *pic, size_t limit, struct buf *out, struct err *e)
{
	struct sink sink = { .out = out, .limit = limit };
	sixel_dither_t *dither = NULL;
	SIXELSTATUS status = sixel_dither_new(&dither, pic->colours, NULL);

	if (SIXEL_FAILED(status))
		return err_set(e, RC_FAILED, "libsixel: no palette (status %d)", (int)status);
	sixel_dither_set_palette(dither, (unsigned char *)pic->rgb);
	sixel_dither_set_pixelformat(dither, SIXEL_PIXELFORMAT_PAL8);
	status = encode(pic->index, pic, dither, &sink);
	sixel_dither_unref(dither);
	if (sink.full)
		return err_set(e, RC_LIMIT, "the sixel picture is larger than %zu bytes", limit);
	if (SIXEL_FAILED(status))
		return err_set(e, RC_FAILED, "libsixel: status %d", (int)status);
	return RC_OK;
}
