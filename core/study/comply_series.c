/* Which series of a visit is which, and what is missing, too many, extra or in another frame of reference. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/study/comply_in.h"

/* The visit in hand. */
struct matching {
	const struct comply_visit_plan *p;
	struct comply_report *r;
	struct comply_item *item;
	struct comply_slot *slot;
	size_t items;
};

static const char *
modality_of(const struct comply_series *s)
{
	return s->value != NULL ? s->value[ATTR_MODALITY] : NULL;
}

/* 2: the label says so; 1: the modality does; 0: no. */
static int
fits(const struct comply_expected *x, const struct comply_item *item)
{
	const char *modality = modality_of(item->series);

	if (x->label.n > 0)
		return 2 * comply_label_fits(&x->label, &item->label);
	return modality != NULL && strcasecmp(modality, x->series->modality) == 0 &&
		!comply_label_aside(&item->label);
}

/* Is there still room, and for how many have come: fewer first. */
static bool
emptier(const struct matching *m, size_t a, size_t b)
{
	return m->slot[a].present < m->slot[b].present;
}

/* The expected series that it is, of several the best one. */
static void
match_one(struct matching *m, struct comply_item *item)
{
	int best = 0, fewest = 0;

	item->slot = SIZE_MAX;
	for (size_t i = 0; i < m->p->visit->series_n; i++) {
		int fit = fits(&m->p->expected[i], item), hard, soft;

		if (fit == 0 || fit < best)
			continue;
		comply_count(&m->p->expected[i], item->series, &hard, &soft);
		if (fit == best && (hard > fewest || (hard == fewest && !emptier(m, i, item->slot))))
			continue;
		best = fit;
		fewest = hard;
		item->slot = i;
		item->hard = hard;
		item->soft = soft;
	}
	if (item->slot != SIZE_MAX)
		m->slot[item->slot].present++;
}

/* Does it fit exactly one expected series with all values within the hard ranges?  Such go first. */
static bool
plain(const struct matching *m, const struct comply_item *item)
{
	int found = 0;

	for (size_t i = 0; i < m->p->visit->series_n; i++) {
		int hard = 0, soft;

		if (fits(&m->p->expected[i], item) == 0)
			continue;
		comply_count(&m->p->expected[i], item->series, &hard, &soft);
		found += hard == 0;
	}
	return found == 1;
}

static void
match(struct matching *m)
{
	for (int plainly = 1; plainly >= 0; plainly--)
		for (size_t i = 0; i < m->items; i++)
			if (!m->item[i].unsure && plain(m, &m->item[i]) == plainly)
				match_one(m, &m->item[i]);
}

/* A series that nobody is sure of may be one that is missing. */
static void
match_unsure(struct matching *m, struct comply_item *item)
{
	struct comply_finding *f;

	item->slot = SIZE_MAX;
	for (size_t i = 0; i < m->p->visit->series_n; i++) {
		const struct comply_expected *x = &m->p->expected[i];

		if ((size_t)x->series->least > m->slot[i].present + m->slot[i].unsure &&
			(comply_label_could(&x->label, &item->label) || fits(x, item) == 1)) {
			m->slot[i].unsure++;
			item->slot = i;
			break;
		}
	}
	f = comply_add(m->r, COMPLY_UNSURE, m->p->visit);
	f->exam = item->exam;
	f->series = item->series->id;
	f->expected = item->slot != SIZE_MAX ? m->p->expected[item->slot].series : NULL;
	f->label = item->series->label;
}

/* ---- of too many, which count ---- */

static bool
passed(const struct comply_series *s)
{
	return s->state != NULL &&
		(strcmp(s->state, "approved") == 0 || strcmp(s->state, "released") == 0);
}

static int
newer(const struct comply_series *a, const struct comply_series *b)
{
	static const enum attr times[] = { ATTR_SERIES_DATE, ATTR_SERIES_TIME,
		ATTR_ACQUISITION_TIME };

	for (size_t i = 0; a->value != NULL && b->value != NULL && i < MEM_COUNT(times); i++) {
		const char *x = a->value[times[i]], *y = b->value[times[i]];
		int order = strcmp(x != NULL ? x : "", y != NULL ? y : "");

		if (order != 0)
			return -order;
	}
	return a->id > b->id ? -1 : a->id < b->id;
}

static int
by_slot(const void *a, const void *b)
{
	const struct comply_item *x = a, *y = b;

	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	if (passed(x->series) != passed(y->series))
		return passed(x->series) ? -1 : 1;
	if (x->hard != y->hard)
		return x->hard - y->hard;
	if (x->soft != y->soft)
		return x->soft - y->soft;
	return newer(x->series, y->series);
}

/* ---- findings ---- */

static void
tell_missing(struct matching *m, size_t i, bool came)
{
	const struct study_series *x = m->p->expected[i].series;
	struct comply_slot *s = &m->slot[i];
	size_t least = (size_t)x->least;
	struct comply_finding *f;

	s->state = s->present > 0 && s->present >= least ? COMPLY_SLOT_PRESENT
		: s->unsure > 0                          ? COMPLY_SLOT_UNSURE
		: !x->required || least == 0             ? COMPLY_SLOT_OPTIONAL
		: came                                   ? COMPLY_SLOT_MISSING
							 : COMPLY_SLOT_AWAITED;
	if (!came || s->present + s->unsure >= least ||
		(!x->required && s->present + s->unsure == 0))
		return;
	s->state = COMPLY_SLOT_MISSING;
	f = comply_add(m->r, COMPLY_MISSING, m->p->visit);
	f->expected = x;
	f->value = (double)s->present;
	f->low = x->least;
	f->high = x->most;
}

static const char *
frame_of(const struct comply_series *s)
{
	const char *v = s->value != NULL ? s->value[ATTR_FRAME_OF_REFERENCE] : NULL;

	return v == NULL || *v == '\0' ? NULL : v;
}

/* One of the series that count of the other slot must have its frame. */
static void
check_frame(struct matching *m, const struct comply_expected *x, const struct comply_item *item)
{
	const char *frame = frame_of(item->series);
	struct comply_finding *f;
	int64_t other = 0;

	for (size_t i = 0; x->frame != SIZE_MAX && i < m->items; i++) {
		const struct comply_item *beside = &m->item[i];

		if (!beside->kept || beside->slot != x->frame)
			continue;
		other = beside->series->id;
		if (frame != NULL && frame_of(beside->series) != NULL &&
			strcmp(frame, frame_of(beside->series)) == 0)
			return;
	}
	if (other == 0)
		return; /* nothing to compare with: that it is missing is told already */
	f = comply_add(m->r, frame != NULL ? COMPLY_FRAME : COMPLY_UNTOLD, m->p->visit);
	f->expected = x->series;
	f->exam = item->exam;
	f->series = item->series->id;
	f->other = other;
	f->attribute = "frame_of_reference";
}

static void
tell_duplicate(struct matching *m, const struct comply_item *item, int64_t first)
{
	struct comply_finding *f = comply_add(m->r, COMPLY_DUPLICATE, m->p->visit);

	f->expected = m->p->expected[item->slot].series;
	f->exam = item->exam;
	f->series = item->series->id;
	f->other = first;
	f->high = f->expected->most;
}

static void
tell_extra(struct matching *m, const struct comply_item *item)
{
	struct comply_finding *f;

	if (item->unsure || comply_label_aside(&item->label))
		return;
	f = comply_add(m->r, COMPLY_EXTRA, m->p->visit);
	f->label = item->series->label;
	f->exam = item->exam;
	f->series = item->series->id;
}

/* Sorted by slot: the first `most` of each count. */
static void
keep(struct matching *m)
{
	size_t slot = SIZE_MAX, n = 0;

	for (size_t i = 0; i < m->items; i++) {
		struct comply_item *item = &m->item[i];

		if (item->slot == SIZE_MAX || item->unsure)
			continue;
		n = item->slot == slot ? n + 1 : 1;
		slot = item->slot;
		item->kept = n <= (size_t)m->p->expected[slot].series->most;
		if (n == 1)
			m->slot[slot].series = item->series->id;
	}
}

static void
tell(struct matching *m)
{
	for (size_t i = 0; i < m->items; i++) {
		const struct comply_item *item = &m->item[i];

		if (item->slot == SIZE_MAX) {
			tell_extra(m, item);
		} else if (item->kept) {
			comply_values(m->r, m->p->visit, &m->p->expected[item->slot], item);
			check_frame(m, &m->p->expected[item->slot], item);
		} else if (!item->unsure) {
			tell_duplicate(m, item, m->slot[item->slot].series);
		}
	}
}

static bool
rejected(const struct comply_series *s)
{
	return s->state != NULL &&
		(strcmp(s->state, "rejected") == 0 || strcmp(s->state, "void") == 0);
}

/* Those that do not count are only counted; the others are moved to the front. */
static void
take_rejected(struct matching *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->items; i++) {
		if (!rejected(m->item[i].series)) {
			m->item[n++] = m->item[i];
			continue;
		}
		for (size_t x = 0; x < m->p->visit->series_n; x++)
			if (fits(&m->p->expected[x], &m->item[i]) > 0) {
				m->slot[x].rejected++;
				break;
			}
	}
	m->items = n;
}

void
comply_series_of_visit(
	const struct comply_visit_plan *p, struct comply_report *r, size_t items, bool came)
{
	struct matching m = { p, r, r->item, r->slot + r->slots - p->visit->series_n, items };

	for (size_t i = 0; i < items; i++)
		m.item[i].label = comply_label_read(m.item[i].series->label);
	take_rejected(&m);
	match(&m);
	for (size_t i = 0; i < m.items; i++)
		if (m.item[i].unsure)
			match_unsure(&m, &m.item[i]);
	if (m.items > 1)
		qsort(m.item, m.items, sizeof(*m.item), by_slot);
	keep(&m);
	for (size_t i = 0; i < p->visit->series_n; i++)
		tell_missing(&m, i, came);
	tell(&m);
}
