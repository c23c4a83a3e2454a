/* libFuzzer target: the RLE decoder.  The first byte chooses samples and bytes of a sample, the second
 * the number of pixels.  Build with -fsanitize=fuzzer,address against libdecode.a and libcore.a. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/dicom/worker/rle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	unsigned samples, sample_bytes;
	size_t pixels;
	uint8_t *out;

	if (size < 2)
		return 0;
	samples = bytes[0] & 1 ? 3 : 1;
	sample_bytes = 1u << (bytes[0] >> 1 & 3);
	pixels = (size_t)bytes[1] * 4 + 1;
	out = mem_alloc(pixels * samples * sample_bytes); /* exact, so that one byte too many is seen */
	rle_decode(bytes + 2, size - 2, pixels, samples, sample_bytes, out, NULL);
	free(out);
	return 0;
}
