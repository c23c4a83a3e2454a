/* libFuzzer target: the header parser with everything that reads its tree.  Build with
 * -fsanitize=fuzzer,address against libdecode.a and libcore.a. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/dicom/wire.h"
#include "core/dicom/worker/fragments.h"
#include "core/dicom/worker/json.h"
#include "core/dicom/worker/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
read_tree(const struct dicom *d, const struct charsets *charsets)
{
	static uint8_t memory[WIRE_PIXELS_AT];
	struct header h = { 0 };
	struct fragments fragments = { 0 };
	struct image_shape shape;
	struct wire_frame frame;
	struct charset c = summary_charset(d, d->root, charsets, NULL);
	struct buf json = { 0 };

	summary_fill(d, charsets, &h, NULL);
	json_header(d, charsets, WIRE_JSON_MAX, &json, &h.flags);
	if (json.len > WIRE_JSON_MAX)
		abort();
	image_shape(d, &shape);
	if (image_check(d, &shape, 1 << 20, NULL) == RC_OK) {
		image_info(d, &shape, 0, &c, &frame, memory);
		if (d->pixel.encapsulated)
			fragments_read(d, &shape, &fragments, NULL);
		fragments_free(&fragments);
	}
	for (int i = 0; i < ATTR_COUNT; i++)
		free(h.value[i]);
	buf_release(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct charsets *charsets;
	struct dicom d;

	if (charsets == NULL)
		charsets = charsets_open();
	if (dicom_parse(&d, bytes, size, NULL) == RC_OK)
		read_tree(&d, charsets);
	dicom_release(&d);
	return 0;
}
