/* What a study file may hold, as tables: each key with its kind, its limits and where its value goes.  The reader, the
 * published schema and the freeing go by the same rows. */
#ifndef CORE_STUDY_SHAPE_H
#define CORE_STUDY_SHAPE_H

#include <stdbool.h>

#include "core/study/mistake.h"

enum shape_kind {
	SHAPE_TEXT,    /* const char * */
	SHAPE_ID,      /* const char *: letters, digits and _, beginning with a letter */
	SHAPE_RULE,    /* const char *: an expression */
	SHAPE_WORD,    /* int: its place in words */
	SHAPE_INTEGER, /* int */
	SHAPE_NUMBER,  /* double */
	SHAPE_FLAG,    /* bool */
	SHAPE_SPAN,    /* struct shape_span: [low, high] */
	SHAPE_VALUE,   /* json_t *, lent: one value, or an array of them */
	SHAPE_TEXTS,   /* const char **, and how many */
	SHAPE_MAP,     /* struct shape_pair *, and how many: an object of texts */
	SHAPE_OBJECT,  /* a pointer to the struct of `of`, NULL where it is not there */
	SHAPE_LIST     /* a pointer to structs of `of`, and how many */
};

struct shape_span {
	bool given;
	double low, high;
};

/* A member of an object whose keys are the writer's own. */
struct shape_pair {
	uint32_t at;
	const char *from, *to;
};

struct shape_key {
	const char *name; /* NULL ends a table */
	enum shape_kind kind;
	bool required;
	size_t at, count_at;      /* offsets; count_at: a size_t, of TEXTS, MAP and LIST */
	double least, most;       /* of numbers; characters of texts; how many of lists */
	double otherwise;         /* of INTEGER, NUMBER, FLAG and WORD where it is not given */
	const char *const *words; /* of WORD, NULL at the end */
	const struct shape *of;
	const char *help;
};

/* Every struct of a shape begins with a uint32_t: its place in the outline. */
struct shape {
	size_t size;
	const struct shape_key *keys;
};

/* Read node `at` into *to, zeroed.  Mistakes are added and the rest is read all the same; what is wrong stays as it is
 * where it is not given.  Texts are lent by the outline. */
void shape_read(
	const struct shape *s, const struct outline *o, uint32_t at, void *to, struct mistakes *m);
/* What *from points to, not *from. */
void shape_free(const struct shape *s, void *from);

/* The JSON Schema (draft 2020-12) of a shape, with the words of `title`; owned by the caller. */
json_t *shape_schema(const struct shape *s, const char *title);

/* Can `s` be an id?  1 to 64 letters, digits and _, beginning with a letter. */
bool shape_id_valid(const char *s);

#endif
