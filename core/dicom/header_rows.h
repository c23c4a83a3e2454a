/* A header, kept as DICOM JSON, as rows that a person reads: every element, private ones and items of sequences too; or
 * only what differs between two headers.  Pure, any thread. */
#ifndef CORE_DICOM_HEADER_ROWS_H
#define CORE_DICOM_HEADER_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEADER_NO_ROW SIZE_MAX

enum header_difference {
	HEADER_SAME,
	HEADER_LEFT_ONLY,
	HEADER_RIGHT_ONLY,
	HEADER_DIFFERENT, /* its value, or something below it */
};

struct header_row {
	char *path;    /* "00081140/2/00081150": the same place in every header */
	uint32_t tag;  /* 0: an item of a sequence, or a heading */
	int depth;     /* 0 at the top */
	size_t parent; /* HEADER_NO_ROW at the top */
	size_t below;  /* how many rows follow that lie below this one */
	char vr[3];
	char *name;  /* keyword, "[CREATOR]" of a private one, "item 2"; "" unknown */
	char *value; /* one line of clean UTF-8, several values joined with a backslash; "" empty */
	char *other; /* of the right header; NULL where nothing is compared */
	enum header_difference difference;
};

struct header_rows {
	struct header_row *row;
	size_t n;
	bool truncated; /* the index has not kept all of a header this large */
};

/* What the two headers are of: says which elements need not be looked at first. */
enum header_kinship {
	HEADER_SLICES, /* two images of a series: their SOP Instance UIDs always differ */
	HEADER_SERIES, /* of two series: Series Instance UIDs too */
};

enum { HEADER_DIGEST = 65 };

struct header_how {
	/* of a binary value, as 64 digits and a NUL; a function, since hashing is not this folder's */
	void (*digest)(const void *bytes, size_t n, char hex[HEADER_DIGEST]);
	enum header_kinship kinship;
};

/* Every element of a header.  Release *out. */
void header_rows_all(const json_t *header, const struct header_how *how, struct header_rows *out);
/* What is in one of them only or has another value; what always differs comes last, below a heading of its own.  The
 * work grows with the number of elements.  Release *out. */
void header_rows_compare(const json_t *left, const json_t *right, const struct header_how *how,
	struct header_rows *out);
void header_rows_release(struct header_rows *r);

#endif
