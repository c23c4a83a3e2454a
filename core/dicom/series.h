/* The slices of a series: their order, spacing, gaps.  Pure arithmetic, any thread. */
#ifndef CORE_DICOM_SERIES_H
#define CORE_DICOM_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One image as the index knows it. */
struct series_image {
	bool has_plane;        /* position and orientation were both there and sane */
	double position[3];    /* (0020,0032), mm, LPS */
	double orientation[6]; /* (0020,0037), unit row then column direction */
	bool has_number;
	long number;      /* (0020,0013) */
	long acquisition; /* (0020,0012), 0 where absent */
	long temporal;    /* (0020,0100), 0 where absent */
	uint32_t frames;
	uint32_t rows, columns;
	uint32_t id; /* the caller's own, untouched; breaks ties so the order is stable */
};

struct series_geometry {
	bool stacked;     /* parallel planes: `along` and the fields below hold */
	double spacing;   /* median distance of neighbours along the normal, mm; 0 unknown */
	size_t gaps;      /* slices missing between the first and the last, by spacing */
	size_t gap_after; /* first gap: 1-based slice number after which slices are missing; 0 none */
	size_t gap_slices; /* how many are missing there */
	size_t repeats;    /* planes that occur more than once at the same time and acquisition */
	size_t number_gaps; /* instance numbers missing between least and greatest (only where not stacked) */
	bool mixed_matrix; /* rows or columns differ within the series */
	bool mixed_orientation;
};

/* Sort `images` into reading order: temporal position and acquisition first where several of them fill
 * the same plane, then along the slice normal, else by instance number, else as given. Fills *g. */
void series_order(struct series_image *images, size_t n, struct series_geometry *g);

/* Read "x\y\z" and "a\b\c\d\e\f" header values; false unless all numbers are there, finite, and the
 * directions are unit length and perpendicular within 1e-3 (PS3.3 C.7.6.2.1.1). */
bool series_plane(const char *position, const char *orientation, struct series_image *out);

/* Orientation letters at the left, right, top and bottom of the picture: of R L A P H F, up to
 * two each, e.g. "R", "AL"; "" unknown. */
struct series_letters {
	char left[4], right[4], top[4], bottom[4];
};
void series_letters_of(const double orientation[6], struct series_letters *out);
/* From (0020,0020) "L\P" (row direction, column direction) where there is no orientation. */
void series_letters_from(const char *patient_orientation, struct series_letters *out);

/* Position along the slice normal in mm, for the caption. */
double series_along(const struct series_image *image);

#endif
