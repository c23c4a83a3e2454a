/* All that is taken from GDCM, in C: the codecs of compressed pixel data and the data dictionary.
 * gdcm.cc is the one file that sees GDCM; no exception leaves it, an assertion of GDCM's ends the
 * worker, which the client expects. */
#ifndef CORE_DICOM_WORKER_CODEC_H
#define CORE_DICOM_WORKER_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One compressed frame.  What the codestream itself says has been checked against the header. */
struct codec_job {
	const char *syntax; /* transfer syntax UID */
	const uint8_t *data;
	size_t size;
	uint32_t width, height;
	uint16_t samples;   /* 1 or 3 */
	uint16_t bits;      /* of a sample in the output: 8, 16 or 32 */
	uint16_t precision; /* of the codestream */
	bool is_signed;
	const char *photometric; /* as the header has it; only asked for with three samples */
};

struct codec_result {
	uint16_t bits;  /* of a sample as GDCM gave it */
	bool by_plane;  /* all of red, then green, then blue */
	bool luminance; /* three samples that still are Y, Cb, Cr (full range, 4:4:4) */
};

/* Decode into `out`, which holds `room` bytes: samples in the machine's byte order.  False where GDCM
 * refuses. */
bool codec_decode(const struct codec_job *job, uint8_t *out, size_t room, struct codec_result *result);

/* The two letters of the VR of a public tag as one number; "UN" where unknown. */
uint16_t codec_dictionary_vr(uint16_t group, uint16_t element);

/* Load what GDCM loads on first use, before no file can be opened any more. */
void codec_warm(void);

#ifdef __cplusplus
}
#endif

#endif
