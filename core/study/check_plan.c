/* Checks of the plan: the study itself, sites, visits and their windows, the series that are expected. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/zone.h"
#include "core/dicom/attr.h"
#include "core/study/study_in.h"

/* ---- things that may stand once ---- */

struct once {
	const char *id;
	uint32_t at;
};

static int
by_id(const void *a, const void *b)
{
	const struct once *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order != 0 ? order : x->at < y->at ? -1 : 1;
}

void
check_once(struct checking *c, const struct check_once *all)
{
	struct once *once = mem_zero(all->n + 1, sizeof(*once));
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const char *item = (const char *)all->items + i * all->size;

		memcpy(&once[n].id, item + all->id_at, sizeof(once[n].id));
		memcpy(&once[n].at, item, sizeof(once[n].at));
		n += once[n].id != NULL;
	}
	qsort(once, n, sizeof(*once), by_id);
	for (size_t i = 1; i < n; i++)
		if (strcmp(once[i].id, once[i - 1].id) == 0)
			MISTAKE(c, &once[i], all->key, "there is %s '%.64s' already, in line %u",
				all->what, once[i].id, c->o->node[once[i - 1].at].line);
	free(once);
}

bool
check_attribute(const char *name, int *attr)
{
	for (int a = 0; a < ATTR_COUNT; a++)
		if (strcmp(attr_table[a].column, name) == 0) {
			*attr = a;
			return true;
		}
	return false;
}

void
check_study(struct checking *c)
{
	const char *id = c->s->id;

	for (; id != NULL && *id != '\0'; id++)
		if (!isalnum((unsigned char)*id) && strchr("-_.", *id) == NULL) {
			MISTAKE(c, c->s, "id", "holds more than letters, digits, - _ and .");
			return;
		}
}

/* ---- sites ---- */

/* Where this machine knows time zones the zone must be one of them. */
static bool
zone_known(const char *zone)
{
	char path[120] = "/usr/share/zoneinfo/";
	size_t n = strlen(path);

	if (!zone_name_valid(zone))
		return false;
	if (access(path, X_OK) != 0 || strcmp(zone, "UTC") == 0)
		return true;
	snprintf(path + n, sizeof(path) - n, "%.64s", zone);
	return access(path, R_OK) == 0;
}

static bool
email_valid(const char *s)
{
	const char *at = strchr(s, '@');

	return at != NULL && at != s && strchr(at + 1, '@') == NULL && at[1] != '\0' &&
		at[1] != '.' && s[strlen(s) - 1] != '.' && strpbrk(s, " ,;:<>()\"\\[]") == NULL;
}

static void
check_site(struct checking *c, const struct study_site *site)
{
	if (site->id != NULL && strlen(site->id) >= STUDY_ID)
		MISTAKE(c, site, "id", "is longer than %d bytes", STUDY_ID - 1);
	if (site->time_zone != NULL && !zone_known(site->time_zone))
		MISTAKE(c, site, "time_zone",
			"'%.40s' is no time zone; such are Europe/Berlin, Asia/Tokyo, UTC",
			site->time_zone);
	if (site->contact != NULL && site->contact->email != NULL &&
		!email_valid(site->contact->email))
		MISTAKE(c, site->contact, "email", "is no e-mail address: name@place");
}

/* ---- series ---- */

static void
check_parameter(struct checking *c, const struct study_parameter *p)
{
	static const char *const computed[] = { "slices", "spacing", "coverage" };
	bool known = p->attribute == NULL;
	int a = 0;

	for (size_t i = 0; !known && i < MEM_COUNT(computed); i++)
		known = strcmp(computed[i], p->attribute) == 0;
	if (!known && !check_attribute(p->attribute, &a))
		MISTAKE(c, p, "attribute",
			"'%.40s' is no attribute; see wetread-study(7) for those there are",
			p->attribute);
	else if (!known && attr_table[a].kind != ATTR_KIND_REAL &&
		attr_table[a].kind != ATTR_KIND_INT)
		MISTAKE(c, p, "attribute", "'%.40s' is no number and has no range", p->attribute);
	if (!p->soft.given && !p->hard.given)
		MISTAKE(c, p, "attribute", "has neither a soft nor a hard range");
	if (p->soft.given && p->hard.given &&
		(p->soft.low < p->hard.low || p->soft.high > p->hard.high))
		MISTAKE(c, p, "soft", "is not within the hard range [%.6g, %.6g]", p->hard.low,
			p->hard.high);
}

static bool
visit_has_series(const struct study_visit *v, const char *id)
{
	for (size_t i = 0; i < v->series_n; i++)
		if (v->series[i].id != NULL && strcmp(v->series[i].id, id) == 0)
			return true;
	return false;
}

/* Words with single blanks or one in parentheses; at least one that must be there. */
static void
check_label(struct checking *c, const struct study_series *x)
{
	const char *p = x->label;
	size_t must = 0, words = 0;

	while (p != NULL && *p != '\0') {
		bool may = *p == '(';
		size_t n = strcspn(p + may, " ()");

		if (n == 0 || (may && p[1 + n] != ')') ||
			(!may && strchr("()", p[n]) != NULL && p[n] != '\0')) {
			MISTAKE(c, x, "label", "is no label: words, of which some may stand in ( )");
			return;
		}
		words++;
		must += !may;
		p += n + 2 * may;
		p += strspn(p, " ");
	}
	if (p != NULL && must == 0)
		MISTAKE(c, x, "label", "has no word that must be there");
	if (words > 12)
		MISTAKE(c, x, "label", "has more than 12 words");
}

static void
check_series(struct checking *c, const struct study_visit *v, const struct study_series *x)
{
	check_label(c, x);
	if (x->label == NULL && x->modality == NULL)
		MISTAKE(c, x, "id", "has neither label nor modality: which series would it be?");
	if (x->least > x->most)
		MISTAKE(c, x, "least", "at least %d, but at most %d", x->least, x->most);
	if (x->after_contrast.given && x->after_contrast.low < 0)
		MISTAKE(c, x, "after_contrast", "begins before the injection");
	if (x->same_frame_as != NULL && !visit_has_series(v, x->same_frame_as))
		MISTAKE(c, x, "same_frame_as", "the visit has no series '%.64s'", x->same_frame_as);
	else if (x->same_frame_as != NULL && x->id != NULL && strcmp(x->same_frame_as, x->id) == 0)
		MISTAKE(c, x, "same_frame_as", "is the series itself");
	for (size_t i = 0; i < x->parameters; i++)
		check_parameter(c, &x->parameter[i]);
}

/* ---- visits ---- */

static void
check_window(struct checking *c, const struct study_visit *v)
{
	if (v->hard_early >= 0 && v->hard_early < v->early)
		MISTAKE(c, v, "hard_early", "is %d, within the %d days of early", v->hard_early,
			v->early);
	if (v->hard_late >= 0 && v->hard_late < v->late)
		MISTAKE(c, v, "hard_late", "is %d, within the %d days of late", v->hard_late,
			v->late);
	if (v->after == NULL &&
		(v->day != 0 || v->early != 0 || v->late != 0 || v->hard_early >= 0 ||
			v->hard_late >= 0))
		MISTAKE(c, v, "day", "has a day or window, but does not say after which visit");
}

/* `after` leads to a visit without it, in at most as many steps as there are visits. */
static void
check_after(struct checking *c, const struct study_visit *v)
{
	const struct study_visit *to = v;

	if (v->after != NULL && study_find_visit(c->s, v->after) == NULL) {
		MISTAKE(c, v, "after", "there is no visit '%.64s'", v->after);
		return;
	}
	for (size_t i = 0; to != NULL && to->after != NULL; i++) {
		if (i == c->s->visits) {
			MISTAKE(c, v, "after", "goes in a circle");
			return;
		}
		to = study_find_visit(c->s, to->after);
		if (to == v) {
			MISTAKE(c, v, "after", "goes in a circle");
			return;
		}
	}
}

/* Are both counted from the same visit?  That one itself counts as its day 0. */
static bool
comparable(const struct study_visit *a, const struct study_visit *b)
{
	if (a->id == NULL || b->id == NULL || b->after == NULL)
		return false;
	return strcmp(b->after, a->id) == 0 ||
		(a->after != NULL && strcmp(a->after, b->after) == 0);
}

static void
check_overlap(struct checking *c, const struct study_visit *a, const struct study_visit *b)
{
	bool origin = a->id != NULL && b->after != NULL && strcmp(b->after, a->id) == 0;
	int first = origin ? 0 : a->day - a->early, last = origin ? 0 : a->day + a->late;

	if (comparable(a, b) && b->day - b->early <= last && first <= b->day + b->late)
		MISTAKE(c, b, "day",
			"days %d to %d overlap with days %d to %d of visit '%.64s': an image could "
			"be of both",
			b->day - b->early, b->day + b->late, first, last, a->id);
}

static void
check_visits(struct checking *c)
{
	const struct study *s = c->s;

	CHECK_ONCE(c, s->visit, s->visits, study_visit, id, "id", "a visit");
	for (size_t i = 0; i < s->visits; i++) {
		const struct study_visit *v = &s->visit[i];

		if (v->id != NULL && strcmp(v->id, "previous") == 0)
			MISTAKE(c, v, "id", "'previous' means the visit before in expressions");
		check_window(c, v);
		check_after(c, v);
		for (size_t j = 0; j < s->visits; j++)
			if (j < i ||
				(j > i && s->visit[j].id != NULL && v->after != NULL &&
					strcmp(v->after, s->visit[j].id) == 0))
				check_overlap(c, &s->visit[j], v);
		CHECK_ONCE(c, v->series, v->series_n, study_series, id, "id", "a series");
		for (size_t j = 0; j < v->series_n; j++)
			check_series(c, v, &v->series[j]);
	}
}

void
check_plan(struct checking *c)
{
	CHECK_ONCE(c, c->s->site, c->s->sites, study_site, id, "id", "a site");
	for (size_t i = 0; i < c->s->sites; i++)
		check_site(c, &c->s->site[i]);
	check_visits(c);
}
