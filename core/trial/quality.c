/* Ratings and artifacts of a series. */
#include "core/trial/quality.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/version.h"

const char *const quality_severities[] = { "absent", "mild", "moderate", "severe" };

/* CID 7036 */
static const struct quality_grade usual[] = {
	{ "RID12", "RADLEX", "Diagnostic quality" },
	{ "RID13", "RADLEX", "Limited quality" },
	{ "RID14", "RADLEX", "Non-diagnostic quality" },
};

/* Of the reasons, those that are seen on images and can be more or less severe. */
static const char *const groups[] = { "motion", "artifact", "acquisition", "contrast", "geometry",
	"equipment", "processing" };

static bool
is_artifact(const char *group)
{
	for (size_t i = 0; i < MEM_COUNT(groups); i++)
		if (strcmp(groups[i], group) == 0)
			return true;
	return false;
}

static void
add_item(struct quality *q, const char *code, const char *meaning, const char *group)
{
	struct quality_item *to;

	if (q->items == QUALITY_ITEMS || !is_artifact(group))
		return;
	to = &q->item[q->items++];
	str_copy(to->code, sizeof(to->code), code);
	str_copy(to->meaning, sizeof(to->meaning), meaning);
	str_copy(to->group, sizeof(to->group), group);
	to->severity = QUALITY_UNSET;
}

/* The program's own, the modality's before those of every one. */
static void
add_reasons(struct quality *q, const char *modality)
{
	for (int general = 0; general < 2; general++)
		for (size_t i = 0; i < reason_count(); i++) {
			const struct reason *r = reason_at(i);

			if ((strcmp(r->modalities, "*") == 0) == general && reason_fits(r, modality))
				add_item(q, r->code, r->meaning, r->group);
		}
}

static bool
is_for(const struct study_reason *r, const char *modality)
{
	for (size_t i = 0; i < r->modalities; i++)
		if (strcmp(r->modality[i], modality) == 0)
			return true;
	return r->modalities == 0;
}

static void
take_study(struct quality *q, const struct study *s, const char *modality)
{
	for (size_t i = 0; i < s->reasons; i++)
		if (is_for(&s->reason[i], modality))
			add_item(q, s->reason[i].code, s->reason[i].meaning, s->reason[i].group);
	for (size_t i = 0; s->rating != NULL && i < s->rating->grades && i < QUALITY_GRADES; i++) {
		struct quality_grade *g = &q->grade[q->grades++];

		str_copy(g->code, sizeof(g->code), s->rating->grade[i].code);
		str_copy(g->scheme, sizeof(g->scheme), s->rating->grade[i].scheme);
		str_copy(g->meaning, sizeof(g->meaning), s->rating->grade[i].meaning);
	}
}

/* A study that was never applied, or that a later program does not read, adds nothing. */
static void
read_study(struct ledger *l, const struct case_of *c, struct quality *q, const char *modality)
{
	struct study_version v;
	struct study *s = NULL;
	struct mistakes m;
	char *body = NULL;

	if (study_version_read(l, c->trial, 0, &v, &body, NULL) != RC_OK)
		return;
	if (study_read(&s, body, strlen(body), &m) == RC_OK) {
		take_study(q, s, modality);
		q->version = v.id;
	}
	mistakes_free(&m);
	study_free(s);
	free(body);
}

/* The pass that is this account's: what he began, or the first that nobody has. */
static int
pass_of(struct ledger *l, const char *object, const char *user)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT pass, max(account = $2) FROM entry WHERE kind = 'series' AND object = $1 "
		"AND"
		" form = '" ENTRY_QUALITY "' GROUP BY pass ORDER BY pass");
	int mine = 0, free_ = PASS_FIRST;

	stmt_text(s, 1, object);
	stmt_text(s, 2, user);
	while (stmt_step(s, NULL) == RC_OK) {
		if (stmt_get_int(s, 1) != 0)
			mine = (int)stmt_get_int(s, 0);
		if (stmt_get_int(s, 0) == free_ && free_ < PASS_SETTLED)
			free_++;
	}
	stmt_done(s);
	return mine != 0 ? mine : free_;
}

static void
take_value(void *ctx, const struct entry *v)
{
	struct quality *q = ctx;

	for (size_t i = 0; i < q->grades && strcmp(v->field, QUALITY_RATING) == 0; i++)
		if (strcmp(q->grade[i].code, v->value) == 0)
			q->rating = (int)i;
	for (size_t i = 0; i < q->items; i++)
		if (strcmp(q->item[i].code, v->field) == 0 && v->value[0] != '\0') {
			q->item[i].severity = v->value[0] - '0';
			str_copy(q->item[i].spot, sizeof(q->item[i].spot), v->spot);
		}
}

static void
modality_of(struct ledger *l, int64_t series, char to[20])
{
	struct stmt *s = db_query(ledger_db(l), "SELECT modality FROM series WHERE id = $1");

	stmt_int(s, 1, series);
	str_copy(to, 20, stmt_step(s, NULL) == RC_OK ? stmt_get_text(s, 0) : "");
	stmt_done(s);
}

enum rc
quality_read(struct ledger *l, const char *user, int64_t series, struct quality *out, struct err *e)
{
	struct case_at at = { "series", out->object };
	char modality[20];
	struct case_of c;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->rating = QUALITY_UNSET;
	snprintf(out->object, sizeof(out->object), "%lld", (long long)series);
	rc = case_find(l, &at, &c, e);
	if (rc != RC_OK)
		return rc;
	modality_of(l, series, modality);
	read_study(l, &c, out, modality);
	add_reasons(out, modality);
	if (out->grades == 0) {
		memcpy(out->grade, usual, sizeof(usual));
		out->grades = MEM_COUNT(usual);
	}
	out->pass = pass_of(l, out->object, user);
	return entry_each(l, &at, ENTRY_QUALITY, out->pass, take_value, out, e);
}

/* ---- saying ---- */

static enum rc
check_rating(const struct quality *q, const char *value, struct err *e)
{
	for (size_t i = 0; i < q->grades; i++)
		if (strcmp(q->grade[i].code, value) == 0)
			return RC_OK;
	return err_set(e, RC_INVALID, "%.30s is no grade of the scale: %s to %s", value,
		q->grade[0].code, q->grade[q->grades - 1].code);
}

static enum rc
check_said(const struct quality *q, const struct quality_said *s, struct err *e)
{
	if (strcmp(s->code, QUALITY_RATING) == 0)
		return s->value[0] == '\0' ? RC_OK : check_rating(q, s->value, e);
	for (size_t i = 0; i < q->items; i++)
		if (strcmp(q->item[i].code, s->code) == 0)
			return s->value[0] == '\0' ||
					(s->value[0] >= '0' && s->value[0] <= '0' + QUALITY_WORST &&
						s->value[1] == '\0')
				? RC_OK
				: err_set(e, RC_INVALID, "a severity is 0 (absent) to %d (severe)",
					  QUALITY_WORST);
	return err_set(e, RC_INVALID, "%.30s is no artifact of this modality", s->code);
}

enum rc
quality_say(struct ledger *l, const struct session *who, const struct quality *q,
	const struct quality_said *list, size_t n, struct err *e)
{
	struct entry_value *values = mem_zero(n + 1, sizeof(*values));
	struct entry_save save = { .at = { "series", q->object },
		.form = ENTRY_QUALITY,
		.pass = q->pass,
		.version = q->version,
		.values = values,
		.n = n };
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		rc = check_said(q, &list[i], e);
		values[i] = (struct entry_value){
			.field = list[i].code, .value = list[i].value, .spot = list[i].spot
		};
	}
	if (rc == RC_OK)
		rc = entry_save(l, who, &save, 1, NULL, e);
	free(values);
	return rc;
}

/* ---- places ---- */

void
quality_spot_text(const struct quality_spot *s, char to[ENTRY_SPOT])
{
	int used = snprintf(to, ENTRY_SPOT, "slice %u", s->slice);

	if (s->x >= 0 && s->y >= 0)
		used += snprintf(to + used, ENTRY_SPOT - (size_t)used, "; point %d,%d", s->x, s->y);
	if (s->width > 0)
		snprintf(to + used, ENTRY_SPOT - (size_t)used, "; window %.6g,%.6g", s->centre,
			s->width);
}

bool
quality_spot_read(const char *text, struct quality_spot *out)
{
	const char *point = strstr(text, "; point "), *window = strstr(text, "; window ");

	*out = (struct quality_spot){ .x = -1, .y = -1 };
	if (sscanf(text, "slice %u", &out->slice) != 1 || out->slice == 0)
		return false;
	if (point != NULL && sscanf(point, "; point %d,%d", &out->x, &out->y) != 2)
		return false;
	return window == NULL ||
		(sscanf(window, "; window %lf,%lf", &out->centre, &out->width) == 2 &&
			out->width > 0);
}
