/* Value representations of PS3.5 6.2, what the parser and the texts need of them. */
#ifndef CORE_DICOM_WORKER_VR_H
#define CORE_DICOM_WORKER_VR_H

#include <stdbool.h>
#include <stdint.h>

#define VR(a, b) ((uint16_t)((a) << 8 | (b)))

enum vr_kind {
	VR_KIND_BYTES,     /* opaque */
	VR_KIND_CODE,      /* ASCII, several values */
	VR_KIND_NUMBER,    /* ASCII numbers: IS, DS */
	VR_KIND_STRING,    /* text of the declared character set, several values */
	VR_KIND_PARAGRAPH, /* text, one value, line breaks belong to it */
	VR_KIND_NAME,
	VR_KIND_UNSIGNED,
	VR_KIND_SIGNED,
	VR_KIND_REAL,
	VR_KIND_TAG,
	VR_KIND_SEQUENCE
};

struct vr_info {
	uint16_t code;
	enum vr_kind kind;
	bool wide;    /* explicit: two reserved bytes and a 32-bit length */
	uint8_t size; /* bytes of one binary number */
};

/* NULL for one that PS3.5 does not know. */
const struct vr_info *vr_find(uint16_t code);

/* The VR of a tag in the data dictionary, "UN" where it is private or unknown. */
uint16_t vr_of_tag(uint32_t tag);

#endif
