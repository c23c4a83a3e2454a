/* Plain structs of what the workstation talks about, as the catalog reads them.  Text is UTF-8, cleaned.
 * Sizes are those of the DICOM value representations, in characters of at most 4 bytes where they are names. */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include <stdint.h>

#include "core/dicom/attr.h"

/* A series as lists and captions show it. */
struct series {
	int64_t id;       /* shown as S-0042 */
	int64_t revision; /* counts every change of its images */
	char uid[72], exam_uid[72];
	char state[16]; /* quarantined, in-review, query, approved, rejected, released, void */
	char trial[68], site[68], subject[68], visit[68];
	char patient_name[260], patient_id[68];
	char modality[20], description[260];
	uint64_t why;            /* WHY(...) bits */
	int64_t images;          /* SOP instances */
	int64_t slices;          /* frames of all of them */
	char gap[64];            /* e.g. "3 slices missing after 44"; "" none */
	char missing[200];       /* names of attributes that should be there; "" none */
	char spacing[24];        /* between slices, mm; "" unknown */
	char manifest[65];       /* digest of what the series consists of */
	int64_t arrived;         /* microseconds UTC */
	char *value[ATTR_COUNT]; /* series and study attributes; NULL absent; owned */
};

/* One image of a series, in reading order. */
struct image {
	int64_t id;
	char sop_uid[72];
	char digest[65];
	int64_t slices;  /* frames; 0 without pixels */
	char fault[160]; /* why its pixels could not be decoded; "" fine */
	char position[100], orientation[160], patient_orientation[40];
	char pixel_spacing[40], detector_spacing[40]; /* mm, "row\\column"; "" unknown */
	long number; /* instance number, 0 where absent */
};

void series_release(struct series *s);

#endif
