/* What the decoder process tells of one file's header. */
#ifndef CORE_DICOM_HEADER_H
#define CORE_DICOM_HEADER_H

#include <stdint.h>

#include "core/dicom/attr.h"

enum header_flag {
	HEADER_PREAMBLE = 1 << 0, /* had the 128 bytes and DICM */
	HEADER_DICOMDIR = 1 << 1, /* Media Storage Directory: no image, politely left out */
	HEADER_PIXELS = 1 << 2, /* has (7FE0,0010), (7FE0,0008) or (7FE0,0009) with rows and columns */
	HEADER_SHORT = 1 << 3,   /* the file ends before what its header declares */
	HEADER_OVERLAY = 1 << 4, /* has a 60xx overlay plane */
	HEADER_CHARSET = 1 << 5, /* text could not all be decoded as declared; '?' stands in */
	HEADER_ENCAPSULATED_DOC = 1 << 6, /* (0042,0011): PDF or the like */
	HEADER_PRIVATE = 1 << 7,          /* has private elements */
	HEADER_CLEANED = 1 << 8,          /* control characters were taken out of some text */
	HEADER_ICON = 1 << 9 /* has an icon image: pixels that the slices do not show */
};

struct header {
	uint32_t flags;    /* of enum header_flag */
	uint32_t frames;   /* 1..; 0 without pixels */
	uint32_t overlays; /* 60xx groups that hold a plane, or say that one is in the pixels */
	uint64_t pixel_offset; /* where the value of the pixel data starts in the file; 0 unknown (deflated) */
	uint64_t pixel_bytes; /* its length up to the end of the file at most; 0 without pixels */
	char *value[ATTR_COUNT]; /* NULL absent, "" present and empty; cleaned UTF-8; owned */
	char *json; /* the whole header as DICOM JSON (PS3.18 F), UTF-8, without bulk values over 1 KiB; owned */
};

void header_free(struct header *h); /* NULL is allowed */

/* The value or "" where absent. */
const char *header_text(const struct header *h, enum attr a);

#endif
