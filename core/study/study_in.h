/* The checks of a study file: one function for each part, all run, all mistakes told. */
#ifndef CORE_STUDY_STUDY_IN_H
#define CORE_STUDY_STUDY_IN_H

#include "core/study/study.h"

struct checking {
	struct study *s;
	const struct outline *o;
	struct mistakes *m;
};

#define MISTAKE(c, item, key, ...) mistakes_member((c)->m, (c)->o, (item)->at, key, __VA_ARGS__)

/* Things with a text that may stand once among them; `id_at` is its offset. */
struct check_once {
	const void *items;
	size_t n, size, id_at;
	const char *key, *what;
};
void check_once(struct checking *c, const struct check_once *all);
#define CHECK_ONCE(c, items_, n_, type_, id_, key_, what_) \
	check_once(c, \
		&(struct check_once){ items_, n_, sizeof(struct type_), \
			offsetof(struct type_, id_), key_, what_ })

void check_study(struct checking *c);
void check_plan(struct checking *c);   /* sites, visits, expected series */
void check_map(struct checking *c);    /* from headers to visits */
void check_fields(struct checking *c); /* lists, forms, fields, ranges */
void check_rules(struct checking *c);  /* expressions, and that skips do not go in a circle */
void check_work(struct checking *c);   /* reasons, steps, blinding, rating */

/* "header.NAME" without "header."; true where there is such a column. */
bool check_attribute(const char *name, int *attr);

#endif
