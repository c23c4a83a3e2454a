/* Checks of the mapping: patterns, what their groups give, and that what is meant exists. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/dicom/attr.h"
#include "core/study/study_in.h"

static void
check_source(struct checking *c, struct study_reach *r)
{
	if (r->attribute == NULL)
		return;
	if (!check_attribute(r->attribute, &r->attr))
		MISTAKE(c, r, "attribute",
			"'%.40s' is no attribute; see wetread-study(7) for those there are",
			r->attribute);
	else if (attr_table[r->attr].level == ATTR_LEVEL_IMAGE)
		MISTAKE(c, r, "attribute",
			"'%.40s' is of single images; of the exam or its series it must be",
			r->attribute);
}

static void
check_pattern(struct checking *c, struct study_reach *r)
{
	struct err e = { 0 };

	if (r->matches == NULL)
		return;
	if (pattern_make(r->matches, &r->pattern, &e) != RC_OK)
		MISTAKE(c, r, "matches", "%s", e.text);
	else if (pattern_groups(r->pattern) != r->gives_n && r->gives_n > 0)
		MISTAKE(c, r, "matches", "has %zu groups in ( ), but gives %zu things",
			pattern_groups(r->pattern), r->gives_n);
}

static void
check_gives(struct checking *c, struct study_reach *r)
{
	for (size_t i = 0; i < r->gives_n && i < STUDY_PARTS; i++) {
		int part = 0;

		while (study_parts[part] != NULL && strcmp(study_parts[part], r->gives[i]) != 0)
			part++;
		r->part[i] = part;
		if (study_parts[part] == NULL)
			MISTAKE(c, r, "gives", "'%.40s' is none of site, subject and visit",
				r->gives[i]);
	}
}

static bool
gives(const struct study_reach *r, enum study_part part)
{
	for (size_t i = 0; i < r->gives_n && i < STUDY_PARTS; i++)
		if (r->part[i] == (int)part)
			return true;
	return false;
}

/* What is meant must be there, where it can only be a site or a visit. */
static void
check_as(struct checking *c, const struct study_reach *r)
{
	bool site = gives(r, STUDY_SITE), visit = gives(r, STUDY_VISIT);

	for (size_t i = 0; i < r->as_n; i++) {
		const struct shape_pair *p = &r->as[i];

		for (size_t j = 0; j < i; j++)
			if (strcasecmp(r->as[j].from, p->from) == 0)
				mistakes_add(c->m, c->o, p->at,
					"stands here already, in line %u: capital letters do not "
					"count",
					c->o->node[r->as[j].at].line);
		if (gives(r, STUDY_SUBJECT) || (visit && study_find_visit(c->s, p->to) != NULL) ||
			(site && study_find_site(c->s, p->to) != NULL))
			continue;
		mistakes_add(c->m, c->o, p->at, "there is no %s '%.64s'",
			!visit          ? "site"
				: !site ? "visit"
					: "site or visit",
			p->to);
	}
}

/* A window says which visit; without one no date does. */
static void
check_by_date(struct checking *c, const struct study_mapping *m)
{
	for (size_t i = 0; i < c->s->visits; i++)
		if (c->s->visit[i].after != NULL)
			return;
	if (m->visit_by_date)
		MISTAKE(c, m, "visit_by_date", "no visit has a window: none is after another one");
}

void
check_map(struct checking *c)
{
	struct study_mapping *m = c->s->mapping;

	if (m == NULL)
		return;
	CHECK_ONCE(c, m->rule, m->rules, study_reach, id, "id", "a rule");
	for (size_t i = 0; i < m->rules; i++) {
		check_source(c, &m->rule[i]);
		check_gives(c, &m->rule[i]);
		check_pattern(c, &m->rule[i]);
		check_as(c, &m->rule[i]);
	}
	check_by_date(c, m);
	if (m->rules == 0 && !m->visit_by_date)
		MISTAKE(c, m, "rules", "says nothing: neither rules nor visit_by_date");
}
