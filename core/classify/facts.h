/* What the rules may ask of a series: values of its header, and a few numbers that its images amount to.  Never who
 * somebody is.  Pure; any thread. */
#ifndef CORE_CLASSIFY_FACTS_H
#define CORE_CLASSIFY_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dicom/attr.h"

enum fact_number {
	FACT_TE, /* ms: echo time, or the effective one of enhanced objects */
	FACT_IMAGES,
	FACT_ORIENTATIONS, /* more than 5 degrees from each other; counted up to 4 */
	FACT_VOLUMES,      /* images at the place of the first */
	FACT_TIMES,        /* temporal positions; counted up to 64 */
	FACT_PLANE_X,      /* the normal of the first image, without signs */
	FACT_PLANE_Y,
	FACT_PLANE_Z,
	FACT_PLANE_MOST,
	FACT_NUMBERS
};
extern const char *const fact_number_names[FACT_NUMBERS];

enum { FACTS_TEXT = 600, FACTS_TYPES = 400, FACTS_PLANES = 4, FACTS_TIMES = 64 };

struct facts {
	const char *value[ATTR_COUNT]; /* lent; NULL where the header does not say */
	char text[FACTS_TEXT];         /* a blank at both ends */
	char types[FACTS_TYPES];       /* all values of Image Type that occur */
	bool known[FACT_NUMBERS];
	double number[FACT_NUMBERS];

	/* while images are added */
	double normal[FACTS_PLANES][3];
	long times[FACTS_TIMES];
	char place[100], oriented[160]; /* of the first image; as of the one before */
};

/* One image, as the index has it; each may be "". */
struct fact_image {
	const char *type, *position, *orientation, *temporal;
	long frames;
};

/* Which attributes a rule may name: those of a series, image_type and study_description. */
bool facts_allowed(enum attr a);

/* `value`: by enum attr, lent for the life of f; what facts_allowed refuses is left out. */
void facts_begin(struct facts *f, const char *const value[ATTR_COUNT]);
/* In reading order. */
void facts_image(struct facts *f, const struct fact_image *im);

/* Lower case, punctuation as blanks, a blank at both ends and before each +. */
void facts_words(char *to, size_t size, const char *from);

#endif
