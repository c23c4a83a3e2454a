/* What a sheet is made of. */
#ifndef CORE_STUDY_FORM_IN_H
#define CORE_STUDY_FORM_IN_H

#include "core/study/form.h"

struct cell {
	struct form_cell shown;
	struct typed typed, header;
	char *raw;
	bool has_header;
};

struct form_check_state {
	const struct study_check *check;
	struct form_finding finding;
	bool told;
};

/* Numbers of parts: fields in their order, then checks. */
struct form_sheet {
	const struct study *study;
	const struct study_form *form;
	struct form_lookups look;
	struct cell *cell;
	struct form_check_state *check;
	size_t cells, checks;
	uint32_t *own;   /* of study->named: its cell, UINT32_MAX another form's */
	uint32_t *order; /* cells, each after those that decide whether it is asked */
	uint32_t *first; /* of each cell: where its users begin in `user`; the next one's first ends them */
	uint32_t *user; /* parts that use a cell */
	bool *dirty;    /* parts */
};

/* form_graph.c: fills own, order, first and user. */
void form_graph_make(struct form_sheet *s);

/* form_judge.c.  A value as conditions see it: of a name of an expression. */
struct value form_value(void *sheet, int64_t id);
/* What is found of a cell or check now; with `keep` reasons stay with what is found again. */
void form_judge_cell(struct form_sheet *s, struct cell *c, bool keep);
void form_judge_check(struct form_sheet *s, struct form_check_state *k, bool keep);
void form_finding_free(struct form_finding *f);

#endif
