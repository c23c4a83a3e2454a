/* Between the files of compliance. */
#ifndef CORE_STUDY_COMPLY_IN_H
#define CORE_STUDY_COMPLY_IN_H

#include "core/study/comply.h"

enum { COMPLY_WORDS = 12 };

/* The words of a label, lent. */
struct comply_label {
	size_t n;
	struct {
		const char *at;
		size_t length;
		bool optional;
	} word[COMPLY_WORDS];
};
struct comply_label comply_label_read(const char *text);
/* Every word of one that need not be left out is in the other, and the other way round. */
bool comply_label_fits(const struct comply_label *wanted, const struct comply_label *got);
/* Could `got` become it by words that are not told yet? */
bool comply_label_could(const struct comply_label *wanted, const struct comply_label *got);
/* What is no acquisition: never extra, and no series that only a modality asks for. */
bool comply_label_aside(const struct comply_label *got);

enum { COMPLY_SLICES = -1, COMPLY_SPACING = -2, COMPLY_COVERAGE = -3 };
struct comply_row {
	int attr;   /* enum attr, or one of the above */
	bool first; /* of its attribute */
};
struct comply_expected {
	const struct study_series *series;
	struct comply_label label;
	struct comply_row *row; /* as series->parameter */
	size_t frame;           /* place in its visit of same_frame_as; SIZE_MAX none */
};
struct comply_visit_plan {
	const struct study_visit *visit;
	size_t after; /* SIZE_MAX: none */
	struct comply_expected *expected;
};
struct comply {
	const struct study *study;
	struct comply_visit_plan *visit;
};

/* A series of the visit in hand. */
struct comply_item {
	const struct comply_series *series;
	int64_t exam;
	struct comply_label label;
	size_t slot;    /* SIZE_MAX: none */
	int hard, soft; /* values out of range, of its slot */
	bool unsure, kept;
};

/* How many values are out of range. */
void comply_count(
	const struct comply_expected *x, const struct comply_series *s, int *hard, int *soft);

struct comply_finding *comply_add(
	struct comply_report *r, enum comply_kind kind, const struct study_visit *v);

/* Findings of one series that counts: its values, contrast. */
void comply_values(struct comply_report *r, const struct study_visit *v,
	const struct comply_expected *x, const struct comply_item *item);
/* Series to expected ones, and every finding about them. */
void comply_series_of_visit(
	const struct comply_visit_plan *p, struct comply_report *r, size_t items, bool came);

#endif
