/* The study file: what a data manager asks for, read into plain structs.  docs/man/wetread-study.7 tells every key.
 * A study that was read does not change any more; any thread may look at it. */
#ifndef CORE_STUDY_STUDY_H
#define CORE_STUDY_STUDY_H

#include "core/study/expr.h"
#include "core/study/pattern.h"
#include "core/study/shape.h"

enum {
	STUDY_FORMAT = 1,
	STUDY_BYTES = 4 * 1024 * 1024,
	STUDY_FIELDS = 10000,
	STUDY_ID = 65,
	STUDY_LIST = 200 /* values of IN and NOTIN */
};

/* Every struct begins with its place in the outline (shape.h).  Words are places in the tables below, -1 where one that
 * may be left out was.  Texts that were left out are NULL. */

struct study_contact {
	uint32_t at;
	const char *name, *email;
};
struct study_site {
	uint32_t at;
	const char *id, *name, *time_zone;
	struct study_contact *contact;
};

/* A series that a visit should have. */
struct study_scanner { /* what is given must fit, capital letters or not */
	uint32_t at;
	const char *manufacturer, *model, *station, *device_serial;
	struct shape_span field_strength;
};
struct study_parameter {
	uint32_t at;
	const char *attribute; /* a column of core/dicom/attr.def, or slices, spacing, coverage */
	struct shape_span soft, hard;  /* outside soft: asked about; outside hard: not as planned */
	struct study_scanner *scanner; /* NULL: every one */
};
struct study_series {
	uint32_t at;
	const char *id, *title, *label, *modality;
	bool required;
	int least, most;
	struct shape_span after_contrast; /* minutes */
	const char *same_frame_as;        /* another series of the visit */
	struct study_parameter *parameter;
	size_t parameters;
};

struct study_visit {
	uint32_t at;
	const char *id, *title,
		*after;       /* after: the visit that days count from; NULL: it is one itself */
	int day, early, late; /* a query outside day - early to day + late */
	int hard_early, hard_late; /* refused outside of these; -1 no limit */
	struct study_series *series;
	size_t series_n;
};

/* From the header of an exam to its site, subject and visit (place.h). */
enum study_part { STUDY_SITE, STUDY_SUBJECT, STUDY_VISIT, STUDY_PARTS };
struct study_reach {
	uint32_t at;
	const char *id, *attribute, *matches;
	const char **gives; /* words of study_parts, one for each group */
	struct shape_pair *as;
	size_t gives_n, as_n;
	struct pattern *pattern; /* `matches` */
	int part[STUDY_PARTS];   /* what each group gives */
	int attr;                /* enum attr */
};
struct study_mapping {
	uint32_t at;
	struct study_reach *rule;
	size_t rules;
	bool visit_by_date;
};

/* A rule that goes before those of the classifier. */
struct study_rule {
	uint32_t at;
	const char *id, *when, *base;
	int klass, contrast, plane, dimension, fat, confidence;
	struct expr *holds;
};

struct study_code {
	uint32_t at;
	const char *code, *label;
};
struct study_codes {
	uint32_t at;
	const char *id, *title;
	struct study_code *code;
	size_t codes;
};

enum study_type {
	STUDY_INTEGER,
	STUDY_FLOAT,
	STUDY_TEXT,
	STUDY_DATE,
	STUDY_TIME,
	STUDY_DATETIME,
	STUDY_BOOLEAN,
	STUDY_PARTIAL_DATE,
	STUDY_CODE
};
enum study_kind { STUDY_SOFT, STUDY_HARD };

struct study_range {
	uint32_t at;
	int comparator, kind;
	json_t *given;
	const char *message;
	struct value *value; /* `given`, as values of the field's type */
	size_t values;
};
struct study_field {
	uint32_t at;
	const char *id, *label, *unit, *codes, *help, *skip, *header;
	int type, length, digits; /* length 0, digits -1: not said */
	bool required;
	double tolerance; /* how far `header` may be from what is entered */
	struct study_range *range;
	size_t ranges;
	struct expr *skipped;
	const struct study_codes *list;
};
struct study_group {
	uint32_t at;
	const char *id, *title, *skip;
	struct study_field *field;
	size_t fields;
	struct expr *skipped;
};
struct study_check {
	uint32_t at;
	const char *id, *that, *message;
	int kind;
	struct expr *holds;
};
enum study_level { STUDY_OF_VISIT, STUDY_OF_EXAM, STUDY_OF_SERIES };
struct study_form {
	uint32_t at;
	const char *id, *title;
	int level;
	bool double_entry;
	const char **visit; /* at these; none: at every one */
	size_t visits;
	struct study_group *group;
	size_t groups;
	struct study_check *check;
	size_t checks;
};

/* A reject reason beside those of the program. */
struct study_reason {
	uint32_t at;
	const char *code, *meaning, *group;
	const char **modality;
	size_t modalities;
	int level, action;
	bool phi;
};
struct study_step {
	uint32_t at;
	const char *id, *title;
	const char **role, **needs;
	size_t roles, needs_n;
	double double_read_percent;
};
struct study_blinding {
	uint32_t at;
	const char *role;
	const char **field;
	size_t fields;
};
struct study_grade {
	uint32_t at;
	const char *code, *scheme, *meaning;
};
struct study_rating {
	uint32_t at;
	const char *title;
	struct study_grade *grade;
	size_t grades;
};
struct study_terminal {
	uint32_t at;
	int columns, rows, greys;
};

/* A field by its form and id, in their order. */
struct study_named {
	const struct study_form *form;
	const struct study_group *group;
	const struct study_field *field;
};

struct study {
	uint32_t at;
	int format, version;
	const char *id, *title, *note;
	struct study_site *site;
	struct study_visit *visit;
	struct study_mapping *mapping; /* NULL: the trial's own attributes say it */
	struct study_rule *rule;
	struct study_codes *list;
	struct study_form *form;
	struct study_reason *reason;
	struct study_step *step;
	struct study_blinding *blinding;
	size_t sites, visits, rules, lists, forms, reasons, steps, blindings;
	struct study_rating *rating;
	struct study_terminal *terminal;

	struct outline outline; /* texts above lie in it */
	struct study_named *named;
	size_t fields;
};

extern const char *const study_types[], *const study_kinds[], *const study_levels[];
extern const char *const study_parts[];
extern const char *const study_actions[], *const study_reason_levels[];
extern const struct shape study_shape;

/* Read a study file of `n` bytes.  RC_INVALID with every mistake in *m, in the order of lines, and *out NULL.  m is zeroed
 * before; mistakes_free in any case. */
enum rc study_read(struct study **out, const char *text, size_t n, struct mistakes *m);
void study_free(struct study *s); /* NULL is allowed */

/* NULL where there is none. */
const struct study_visit *study_find_visit(const struct study *s, const char *id);
/* The visit's place in `visit`, which is the order of the schedule; SIZE_MAX where there is none. */
size_t study_visit_place(const struct study *s, const char *id);
const struct study_site *study_find_site(const struct study *s, const char *id);
const struct study_codes *study_find_list(const struct study *s, const char *id);
const struct study_named *study_find_field(
	const struct study *s, const char *form, const char *field);
/* Whether the form is asked for at this visit; one that names none is for all. */
bool study_form_is_asked(const struct study_form *f, const char *visit);
bool study_has_code(const struct study_codes *list, const char *code);

/* What values of a type of field are to a comparison. */
enum value_type study_value_type(enum study_type t);
/* Does `v` keep to the range?  Unknown where it is missing. */
enum truth study_range_holds(const struct study_range *r, struct value v);

/* The numbers of names in expressions. */
struct study_name {
	enum { STUDY_NAME_FIELD, STUDY_NAME_HEADER } what;
	size_t which; /* of study->named; or an enum attr */
	enum { STUDY_HERE, STUDY_PREVIOUS, STUDY_AT } where;
	size_t visit; /* STUDY_AT: of study->visit */
};
struct study_name study_name(int64_t id);

/* The published JSON Schema of the file; owned by the caller. */
json_t *study_schema(void);

/* Worked examples, made from docs/study-*.json by the Makefile. */
extern const char study_example_brain[], study_example_chest[];

#endif
