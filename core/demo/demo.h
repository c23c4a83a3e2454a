/* The demonstration archive's images: generated phantoms of invented people in two trials, with
 * faults whose place is known.  The same bytes on every run. */
#ifndef CORE_DEMO_DEMO_H
#define CORE_DEMO_DEMO_H

#include <stddef.h>

#include "core/base/err.h"

enum demo_fault {
	DEMO_FINE,
	DEMO_TEXT_PLAIN,     /* a name in plain sight on every picture */
	DEMO_TEXT_FAINT,     /* a name 1 to 2 % from what is behind it */
	DEMO_TEXT_ONE_SLICE, /* a name on slice `first` only */
	DEMO_TEXT_CORNER,    /* a name in the air, which the default window shows black */
	DEMO_GHOST,          /* motion in the phase direction (rows) */
	DEMO_GAP,            /* slices first..last were not sent */
	DEMO_MATRIX,         /* slice `first` has a matrix of its own */
	DEMO_TAGS,           /* SeriesDescription, PatientID and PixelSpacing are missing */
	DEMO_COPY,           /* the pixels are those of `of` under other UIDs */
	DEMO_CONFLICT,       /* slice `first` came again with other bytes, as DEMO_RESENT */
	DEMO_TRUNCATED,      /* the file of slice `first` ends early */
	DEMO_FAULTS
};

/* Where the second file of DEMO_CONFLICT is, below the folder: sorted last. */
#define DEMO_RESENT "zz-resent/IM0001.dcm"

struct demo_series {
	const char *folder; /* below the demonstration's; files IM0001.dcm, ... by slice */
	const char *trial, *site, *subject, *visit;
	const char *modality, *description;
	int images;         /* files in the folder */
	int slices;         /* positions, or frames where one file has several */
	const char *burned; /* BurnedInAnnotation; NULL: absent */
	const char *name;   /* PatientName; NULL: the subject's id */
	enum demo_fault fault;
	int first, last; /* slices that the fault is about, from 1; 0: all of them */
	/* Burned in, with its box in stored pixels, from 0, edges included; NULL: none. */
	const char *text;
	int scale; /* stored pixels a dot of the letters */
	int x0, y0, x1, y1;
	const char *of;      /* DEMO_COPY: the folder of the original */
	const char *te, *ti; /* ms, where they are not as usual; NULL */
};

/* What its trials ask for: study files, made from core/demo/study-*.json by the Makefile. */
extern const char demo_study_neuro[], demo_study_lung[];

/* What compliance with them finds, and nothing else: one row for each fault (demo_truth.c). */
struct demo_finding {
	const char *trial, *subject, *visit;
	const char *kind;   /* as core/study calls it: "missing", "extra", ... */
	const char *series; /* the last part of its folder, of one that is missing where it would be; "": the visit as a whole */
};
size_t demo_finding_count(void);
const struct demo_finding *demo_finding_at(size_t i); /* asserts i < count; static */

size_t demo_series_count(void);
const struct demo_series *demo_series_at(size_t i); /* asserts i < count; static */

/* Write the files of all series below `folder`, which is made if need be; files of the same
 * names are replaced. `workers` threads draw (0: one).  `progress` may be NULL; it is called on
 * the calling thread after each series. Fails with RC_FAILED where the disk does; files written
 * until then stay. */
enum rc demo_write(const char *folder, unsigned workers,
	void (*progress)(void *ctx, int done, int total), void *ctx, struct err *e);

/* Write one series below `folder`, its resent file included.  For tests, and the threads of
 * demo_write. */
enum rc demo_write_series(const char *folder, const struct demo_series *s, struct err *e);

#endif
