/* A subject of a small trial, complete and as asked for, and what came made wrong on purpose. */
#ifndef TESTS_UNIT_STUDY_COMPLY_MAKE_H
#define TESTS_UNIT_STUDY_COMPLY_MAKE_H

#include <math.h>

#include "core/study/comply.h"
#include "core/study/place.h"
#include "tests/unit/study/study_make.h"

#define RANGE(attribute, more) "{\"attribute\": \"" attribute "\"" more "}"
static const char trial[] =
	"{\"wetread_study\": 1, \"id\": \"T\", \"version\": 1, \"title\": \"t\",\n"
	"\"visits\": [{\"id\": \"BL\", \"title\": \"b\", \"series\": [\n"
	"{\"id\": \"t1\", \"label\": \"AX T1 PRE (FS)\"},\n"
	"{\"id\": \"post\", \"label\": \"POST AX t1\", \"same_frame_as\": \"t1\", "
	"\"after_contrast\": [4, 10]},\n"
	"{\"id\": \"t2\", \"label\": \"AX T2\", \"parameters\": [\n" RANGE("echo_time",
		", \"soft\": [80, 110], \"hard\": [60, 140]") ",\n" RANGE("slice_thickness",
		", \"hard\": [1, 5]") ",\n" RANGE("slices",
		", \"soft\": [20, 30]") "]},\n"
					"{\"id\": \"flair\", \"label\": \"AX FLAIR\", "
					"\"parameters\": [\n" RANGE("inversion_time",
						", \"soft\": [2200, 2500], \"scanner\": "
						"{\"field_strength\": [2.5, 3.5]}") ",\n" RANGE("in"
												"ve"
												"rs"
												"io"
												"n_"
												"ti"
												"m"
												"e",
						", \"soft\": [1900, 2100], \"scanner\": "
						"{\"manufacturer\": "
						"\"acme\"}") "]},\n"
							     "{\"id\": \"dwi\", \"label\": \"AX "
							     "DWI\", \"required\": false, "
							     "\"most\": 2}]},\n"
							     "{\"id\": \"V2\", \"title\": \"v\", "
							     "\"after\": \"BL\", \"day\": 28, "
							     "\"early\": 3, \"late\": 3,\n"
							     "\"hard_early\": 7, \"hard_late\": "
							     "10, \"series\": [\n"
							     "{\"id\": \"t2\", \"label\": \"AX "
							     "T2\"}]}]}";
#undef RANGE

enum { T1, POST, T2, FLAIR, OTHER, V2_T2, CAME };

/* What came; each test changes what it is about. */
struct came {
	const char *value[CAME][ATTR_COUNT];
	struct comply_series series[CAME];
	struct comply_exam exam[2];
	struct comply_subject subject;
};

static inline int64_t
day(const char *dicom)
{
	return (int64_t)place_date(dicom).low;
}

static inline void
series_make(struct came *c, int i, const char *label)
{
	const char **v = c->value[i];

	v[ATTR_MODALITY] = "MR";
	v[ATTR_FRAME_OF_REFERENCE] = "1.2.3";
	v[ATTR_MANUFACTURER] = "Elsewhere";
	v[ATTR_FIELD_STRENGTH] = "3";
	v[ATTR_TE] = "98";
	v[ATTR_TI] = "2300";
	v[ATTR_SLICE_THICKNESS] = "3.000";
	v[ATTR_CONTRAST_TIME] = "100000";
	v[ATTR_ACQUISITION_TIME] = "100600.25";
	v[ATTR_SERIES_TIME] = "100600";
	c->series[i] = (struct comply_series){ .id = i + 1,
		.label = label,
		.state = "quarantined",
		.value = v,
		.slices = 24,
		.spacing = 3.3,
		.coverage = NAN };
}

/* Everything is there but OTHER, which tests add by raising exam[0].n. */
static inline void
came_make(struct came *c)
{
	memset(c, 0, sizeof(*c));
	series_make(c, T1, "AX T1 PRE FS");
	series_make(c, POST, "AX T1 POST");
	series_make(c, T2, "AX T2");
	series_make(c, FLAIR, "AX FLAIR");
	series_make(c, OTHER, "AX DWI");
	series_make(c, V2_T2, "AX T2");
	c->exam[0] = (struct comply_exam){ 11, "BL", "20240205", &c->series[T1], OTHER };
	c->exam[1] = (struct comply_exam){ 12, "V2", "20240304", &c->series[V2_T2], 1 };
	c->subject = (struct comply_subject){ c->exam, 2, day("20240401") };
}

#endif
