/* Our own bounded reader of DICOM files (PS3.10, PS3.5): bytes in, a tree of elements out.  Nothing is
 * copied and no length in the file is trusted; depth, number of elements and inflated size have caps. */
#ifndef CORE_DICOM_WORKER_PARSE_H
#define CORE_DICOM_WORKER_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
	DICOM_DEPTH_MAX = 32, /* nested sequences */
	DICOM_ELEMENTS_MAX = 1000000,
	DICOM_INFLATED_MAX = 512 << 20 /* bytes of a deflated data set */
};

#define TAG(group, element) ((uint32_t)(group) << 16 | (uint32_t)(element))

/* Elements are numbered from 1; 0 is "none".  Siblings are in the order of their tags, each tag once
 * (the first in the file wins); items are children of their sequence, in file order. */
struct element {
	const uint8_t *value;
	uint32_t length; /* bytes at `value`, all of them there */
	uint32_t tag;
	uint32_t child; /* first item of a sequence, or first element of an item */
	uint32_t next;  /* sibling */
	uint16_t vr;
	bool big; /* byte order of numbers */
};

enum syntax_kind {
	SYNTAX_NATIVE,
	SYNTAX_RLE,
	SYNTAX_JPEG, /* with SOF markers, JPEG-LS too */
	SYNTAX_J2K,
	SYNTAX_OTHER /* no codec */
};

struct syntax {
	const char *uid;
	enum syntax_kind kind;
	bool implicit, big, deflated;
};

/* Where the pixels of the whole object are (not those of icons). */
struct pixel_place {
	uint32_t tag; /* 0: none */
	uint16_t vr;
	bool big;
	bool encapsulated;
	const uint8_t *at; /* the values, or the first item */
	uint64_t declared; /* bytes by the header; 0 when encapsulated */
	uint64_t present;  /* bytes that are there */
	uint64_t file_at;  /* offset in the file (or in the inflated data set) */
};

struct dicom {
	const uint8_t *file; /* borrowed */
	size_t size;
	uint8_t *inflated; /* owned */
	size_t inflated_size;
	struct element *el; /* owned */
	uint32_t count, cap;
	uint32_t root;               /* first top-level element */
	uint32_t flags;              /* of enum header_flag, as far as the structure tells */
	const struct syntax *syntax; /* as declared, or guessed where the file does not say */
	struct pixel_place pixel;
};

/* Parse all of it; `bytes` must stay until dicom_release.  RC_INVALID: not DICOM; RC_CORRUPT: ends or
 * breaks inside the header; RC_LIMIT: over a cap.  A file that ends inside or after its pixel data is
 * RC_OK with HEADER_SHORT.  Call dicom_release whatever comes back. */
enum rc dicom_parse(struct dicom *d, const uint8_t *bytes, size_t size, struct err *e);
void dicom_release(struct dicom *d);

/* The element with `tag` among the siblings that start at `first`; NULL where there is none. */
const struct element *dicom_find(const struct dicom *d, uint32_t first, uint32_t tag);

/* The n-th item (from 0) of the sequence `tag` among the siblings from `first`: its first element, 0
 * where there is none or it is empty. */
uint32_t dicom_item(const struct dicom *d, uint32_t first, uint32_t tag, uint32_t n);

#endif
