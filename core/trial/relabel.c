/* A study's rules before the program's. */
#include "core/trial/relabel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/charter.h"
#include "core/study/typed.h"
#include "core/study/version.h"
#include "core/trial/facts.h"

enum { BATCH = 500 };

/* The study that was asked last: series come in runs of one study. */
struct kept {
	int64_t version; /* study_version.id; 0 none yet */
	struct study *study;
};

/* ---- words ---- */

/* As the study file has them, and as labels do; in the order of the file's words (study_shape.c). */
static const char *const classes[] = { "ACQ", "LOCALIZER", "DERIVED", "MPR", "SCREEN", "DOSEREPORT",
	"SEG", "REPORT" };
static const char *const contrasts[] = { "PRE", "POST", "NA" };
static const char *const planes[] = { "AX", "COR", "SAG", "OBL", "MULTI" };
static const char *const dimensions[] = { "2D", "3D", "4D" };
static const char *const fats[] = { "FS", "NONE" };
static const int confidences[] = { 90, 60, 40 };

static const char *
word(const char *const *words, size_t n, int which)
{
	return which >= 0 && (size_t)which < n ? words[which] : NULL;
}

static void
take(struct classify_said *out, enum axis a, const char *w, const struct study_rule *r)
{
	if (w == NULL || out->told[a])
		return;
	out->told[a] = true;
	out->confidence[a] = r->confidence >= 0 ? confidences[r->confidence] : confidences[0];
	str_copy(out->word[a], sizeof(out->word[a]), w);
	str_copy(out->rule[a], sizeof(out->rule[a]), r->id);
}

static void
take_rule(struct classify_said *out, const struct study_rule *r)
{
	take(out, AXIS_CLASS, word(classes, MEM_COUNT(classes), r->klass), r);
	take(out, AXIS_BASE, r->base, r);
	take(out, AXIS_CONTRAST, word(contrasts, MEM_COUNT(contrasts), r->contrast), r);
	take(out, AXIS_PLANE, word(planes, MEM_COUNT(planes), r->plane), r);
	take(out, AXIS_DIM, word(dimensions, MEM_COUNT(dimensions), r->dimension), r);
	take(out, AXIS_FATSAT, word(fats, MEM_COUNT(fats), r->fat), r);
}

/* ---- the study ---- */

static void
load(struct ledger *l, struct kept *k, int64_t version)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT body FROM study_version WHERE id = $1");
	struct mistakes m;

	study_free(k->study);
	k->study = NULL;
	k->version = version;
	stmt_int(s, 1, version);
	if (stmt_step(s, NULL) == RC_OK) {
		const char *body = stmt_get_text(s, 0);

		/* what a later program finds wrong with an old file says nothing here */
		if (study_read(&k->study, body, strlen(body), &m) != RC_OK)
			k->study = NULL;
		mistakes_free(&m);
	}
	stmt_done(s);
}

static struct value
header_value(void *ctx, int64_t id)
{
	const struct facts_of *f = ctx;
	struct study_name name = study_name(id);

	return name.what == STUDY_NAME_HEADER
		? typed_header_value((int)name.which, f->value[name.which])
		: (struct value){ .type = VALUE_MISSING };
}

static bool
study_says(void *ctx, struct ledger *l, int64_t series, struct classify_said *out)
{
	struct kept *k = ctx;
	int64_t version = charter_version(l, series);
	struct facts_of facts;
	char object[24];
	struct case_at at = { "series", object };
	struct case_of c;
	bool any = false;

	if (version == 0)
		return false;
	if (version != k->version)
		load(l, k, version);
	snprintf(object, sizeof(object), "%lld", (long long)series);
	if (k->study == NULL || k->study->rules == 0 || case_find(l, &at, &c, NULL) != RC_OK)
		return false;
	if (facts_read_all(l, &at, &c, &facts, NULL) == RC_OK)
		for (size_t i = 0; i < k->study->rules; i++)
			if (expr_evaluate(k->study->rule[i].holds, header_value, &facts) ==
				TRUTH_TRUE) {
				take_rule(out, &k->study->rule[i]);
				any = true;
			}
	facts_release(&facts);
	return any;
}

static void
drop(void *ctx)
{
	study_free(((struct kept *)ctx)->study);
	free(ctx);
}

void
relabel_use(struct ledger *l)
{
	label_use(l, study_says, mem_zero(1, sizeof(struct kept)), drop);
}

/* ---- all of a study ---- */

static enum rc
list_series(struct ledger *l, const char *study, int64_t **list, size_t *n, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT q.id FROM series q JOIN exam x ON x.id = q.exam WHERE x.trial = $1 AND"
		" q.settled = 1 ORDER BY q.id");
	size_t room = 0;
	enum rc rc;

	stmt_text(s, 1, study);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		if (*n == room) {
			room = room * 2 + 256;
			*list = mem_grow(*list, room, sizeof(**list));
		}
		(*list)[(*n)++] = stmt_get_int(s, 0);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
relabel_study(struct ledger *l, const char *study, int64_t *changed,
	void (*told)(void *ctx, int64_t done, int64_t of), void *ctx, struct err *e)
{
	int64_t *list = NULL;
	size_t n = 0;
	enum rc rc = list_series(l, study, &list, &n, e);

	*changed = 0;
	for (size_t i = 0; rc == RC_OK && i < n; i += BATCH) {
		size_t some = n - i < BATCH ? n - i : BATCH;

		rc = label_tell_list(l, list + i, some, changed, e);
		if (told != NULL)
			told(ctx, (int64_t)(i + some), (int64_t)n);
	}
	free(list);
	return rc;
}
