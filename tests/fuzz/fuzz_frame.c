/* libFuzzer target: the way from a file to a frame that is our own code: fragments, RLE, unpacking, colours,
 * palettes, look-up tables, overlay planes.  What GDCM would decode goes as far as the codestream's header: an
 * assertion of GDCM's ends a decoder, which is expected and not our find (tests/unit/dicom/test_mutants.c has it).
 * Build with -fsanitize=fuzzer,address against libdecode.a and libcore.a. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/dicom/wire.h"
#include "core/dicom/worker/codestream.h"
#include "core/dicom/worker/pixels.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { LIMIT = 1 << 18 };

static void
read_codestream(struct picture *p)
{
	uint8_t *joined = NULL;
	struct codestream c;
	const uint8_t *at;
	size_t n;

	if (fragments_read(p->d, &p->shape, &p->fragments, NULL) == RC_OK &&
		fragments_frame(&p->fragments, 0, &at, &n, &joined, NULL) == RC_OK)
		codestream_read(p->d->syntax->kind, at, n, &c);
	free(joined);
}

static void
read_frames(struct picture *p, const struct charsets *charsets)
{
	static uint8_t *memory;

	if (memory == NULL)
		memory = mem_zero(WIRE_PIXELS_AT + LIMIT + WIRE_OVERLAY_ROOM, 1);
	pixels_frame(p, charsets, 0, LIMIT, memory, NULL);
	pixels_frame(p, charsets, p->shape.frames - 1, LIMIT, memory, NULL);
	pixels_check(p, clock_mono_us() + 1000000, LIMIT, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct charsets *charsets;
	struct picture p = { 0 };
	struct dicom d;

	if (charsets == NULL)
		charsets = charsets_open();
	if (dicom_parse(&d, bytes, size, NULL) == RC_OK) {
		p.d = &d;
		image_shape(&d, &p.shape);
		if (d.syntax->kind == SYNTAX_NATIVE || d.syntax->kind == SYNTAX_RLE)
			read_frames(&p, charsets);
		else if (d.pixel.encapsulated)
			read_codestream(&p);
	}
	fragments_free(&p.fragments);
	dicom_release(&d);
	return 0;
}
