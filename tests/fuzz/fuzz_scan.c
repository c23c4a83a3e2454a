/* libFuzzer target: the verifier's own reader of bodies.  What it takes jansson takes too, and reads the same. */
#include "tests/unit/verify/scan_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	bool taken;

	if (!scan_agrees((const char *)bytes, size, &taken))
		abort();
	return 0;
}
