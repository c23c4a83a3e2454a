/* Exams to their places. */
#include "core/trial/assign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

enum { BATCH = 500 };

/* ---- by rules ---- */

/* Which rules told it: "r1 r2". */
static char *
rules_of(const struct place *p)
{
	struct buf b = { 0 };

	for (int i = 0; i < STUDY_PARTS; i++)
		if (i == 0 || strcmp(p->part[i].rule, p->part[i - 1].rule) != 0)
			buf_format(&b, "%s%s", i > 0 ? " " : "", p->part[i].rule);
	return buf_take(&b);
}

static struct placing
placing_of(const struct survey *s, const struct survey_exam *x, char *rules)
{
	return (struct placing){ .exam = x->id,
		.trial = s->version.study,
		.site = x->place.part[STUDY_SITE].value,
		.subject = x->place.part[STUDY_SUBJECT].value,
		.visit = x->place.part[STUDY_VISIT].value,
		.rule = rules };
}

static enum rc
write_batch(struct ledger *l, struct placing *list, size_t n, int64_t *changed, struct err *e)
{
	int64_t some = 0;
	enum rc rc = n > 0 ? placing_set(l, NULL, list, n, &some, e) : RC_OK;

	*changed += some;
	for (size_t i = 0; i < n; i++)
		free((char *)list[i].rule);
	return rc;
}

static void
tell(const struct assign_told *told, int64_t done, int64_t total)
{
	if (told != NULL && told->progress != NULL)
		told->progress(told->ctx, done, total);
}

static enum rc
by_rules(struct ledger *l, const char *study, const struct assign_told *told,
	struct assign_result *out, struct err *e)
{
	struct survey_want want = { .study = study };
	struct placing *list = mem_zero(BATCH, sizeof(*list));
	struct survey *s = NULL;
	size_t n = 0;
	enum rc rc = survey_read(l, &want, &s, e);

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; rc == RC_OK && i < s->exams; i++) {
		const struct survey_exam *x = &s->exam[i];

		out->exams++;
		out->open += !place_told(&x->place);
		if (x->person || !place_told(&x->place))
			continue;
		list[n++] = placing_of(s, x, rules_of(&x->place));
		if (n == BATCH) {
			rc = write_batch(l, list, n, &out->changed, e);
			n = 0;
			tell(told, out->exams, (int64_t)s->exams);
		}
	}
	if (rc == RC_OK)
		rc = write_batch(l, list, n, &out->changed, e);
	free(list);
	survey_free(s);
	return rc;
}

enum rc
assign_by_rules(struct ledger *l, const char *study, struct assign_result *out, struct err *e)
{
	return by_rules(l, study, NULL, out, e);
}

struct all {
	struct ledger *l;
	const struct assign_told *told;
	struct assign_result *sum;
	enum rc rc; /* of the first study that could not be placed */
	struct err *e;
};

static enum rc
assign_one(void *ctx, const char *study, struct err *e)
{
	struct all *a = ctx;
	struct assign_result r;
	enum rc rc = by_rules(a->l, study, a->told, &r, a->e);

	(void)e;
	a->sum->exams += r.exams;
	a->sum->changed += r.changed;
	a->sum->open += r.open;
	if (a->rc == RC_OK)
		a->rc = rc;
	return RC_OK;
}

enum rc
assign_all(
	struct ledger *l, const struct assign_told *told, struct assign_result *out, struct err *e)
{
	struct all a = { l, told, out, RC_OK, e };
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = survey_studies(l, assign_one, &a, e);
	return rc == RC_OK ? a.rc : rc;
}

/* ---- by a person ---- */

static enum rc
check_known(const struct study *s, const struct placing *p, struct err *e)
{
	if (study_find_visit(s, p->visit) == NULL)
		return err_set(e, RC_INVALID, "study %s has no such visit", s->id);
	if (s->sites > 0 && study_find_site(s, p->site) == NULL)
		return err_set(e, RC_INVALID, "study %s has no such site", s->id);
	if (*p->subject == '\0')
		return err_set(e, RC_INVALID, "whose it is is missing: the subject");
	return RC_OK;
}

/* A study that nobody applied has no visits to be wrong about. */
static enum rc
check_study(struct ledger *l, const struct placing *p, struct err *e)
{
	struct study_version v;
	struct mistakes m = { 0 };
	struct study *s = NULL;
	char *body = NULL;
	enum rc rc = study_version_read(l, p->trial, 0, &v, &body, NULL);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK)
		rc = study_read(&s, body, strlen(body), &m);
	rc = rc == RC_OK ? check_known(s, p, e)
			 : err_set(e, rc, "the file of study %s cannot be read", p->trial);
	mistakes_free(&m);
	study_free(s);
	free(body);
	return rc;
}

enum rc
assign_by_person(struct ledger *l, const struct session *who, const struct placing *p,
	bool *changed, struct err *e)
{
	char object[24];
	struct case_at at = { "exam", object };
	struct placing next = *p;
	struct case_of now;
	int64_t n = 0;
	enum rc rc;

	*changed = false;
	snprintf(object, sizeof(object), "%lld", (long long)p->exam);
	rc = case_find(l, &at, &now, e);
	if (rc != RC_OK)
		return rc;
	next.trial = p->trial != NULL ? p->trial : now.trial;
	next.site = p->site != NULL ? p->site : now.site;
	next.subject = p->subject != NULL ? p->subject : now.subject;
	next.visit = p->visit != NULL ? p->visit : now.visit;
	next.rule = NULL;
	rc = check_study(l, &next, e);
	if (rc == RC_OK)
		rc = placing_set(l, who, &next, 1, &n, e);
	*changed = rc == RC_OK && n > 0;
	return rc;
}
