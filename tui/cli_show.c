/* wetread show SERIES. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/decision.h"
#include "core/ledger/label.h"
#include "core/ledger/viewing.h"
#include "core/ledger/why.h"
#include "core/ledger/worklist.h"
#include "tui/cli.h"

/* What a callback needs of a decision beyond its row. */
struct telling {
	struct ledger *l;
	json_t *list; /* NULL: as text */
};

static size_t
count_marks(struct ledger *l, int64_t decision)
{
	struct mark *marks = NULL;
	size_t n = 0;

	mark_of_decision(l, decision, &marks, &n, NULL);
	free(marks);
	return n;
}

static void
viewing_text(const json_t *v)
{
	long long whole = json_integer_value(json_object_get(v, "whole"));
	long long slices = json_integer_value(json_object_get(v, "slices"));
	long long windows = json_integer_value(json_object_get(v, "windows"));
	long long dwell = json_integer_value(json_object_get(v, "dwell"));

	if (v != NULL)
		printf("    on the glass: %lld of %lld slices whole, %lld window%s, %lld s\n",
			whole, slices, windows, windows == 1 ? "" : "s", dwell / 1000);
}

static void
decision_text(void *ctx, const struct decision *d)
{
	struct telling *t = ctx;
	size_t marks = d->held_back ? 0 : count_marks(t->l, d->number);
	json_t *viewing = NULL;

	/* 11.50: printed name, date and time with offset, meaning */
	printf("  #%lld %s %s (%s)\n    signed by %s (%s, %s), %s, meaning: %s\n",
		(long long)d->number, d->step,
		d->held_back ? "held back until the readings are in" : d->verdict, d->state,
		d->name, d->account, d->role, d->when, d->meaning);
	if (d->changed[0] != '\0')
		printf("    stale since: %s\n", d->changed);
	if (d->readings > 1 || d->reading > 1)
		printf("    reading %lld\n", (long long)d->reading);
	if (d->correction[0] != '\0')
		printf("    corrects #%lld: %s\n", (long long)d->supersedes,
			correction_find(d->correction) != NULL
				? correction_find(d->correction)->meaning
				: d->correction);
	if (d->reasons[0] != '\0')
		printf("    reasons: %s\n", d->reasons);
	if (d->note[0] != '\0')
		printf("    note: %s\n", d->note);
	viewing_of_decision(t->l, d->number, &viewing, NULL, NULL);
	viewing_text(viewing);
	json_decref(viewing);
	if (marks > 0)
		printf("    marks: %zu\n", marks);
}

static void
decision_json(void *ctx, const struct decision *d)
{
	struct telling *t = ctx;
	json_t *viewing = NULL;

	viewing_of_decision(t->l, d->number, &viewing, NULL, NULL);
	json_array_append_new(t->list,
		json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I, "
			  "s:I,"
			  " s:I, s:I, s:s, s:b}",
			"number", (json_int_t)d->number, "step", d->step, "verdict", d->verdict,
			"state", d->state, "user", d->account, "name", d->name, "role", d->role,
			"time", d->when, "meaning", d->meaning, "reasons", d->reasons, "note",
			d->note, "hash", d->hash, "viewing", viewing != NULL ? viewing : json_null(),
			"marks", (json_int_t)(d->held_back ? 0 : count_marks(t->l, d->number)),
			"reading", (json_int_t)d->reading, "readings", (json_int_t)d->readings,
			"supersedes", (json_int_t)d->supersedes, "correction", d->correction,
			"held_back", d->held_back));
}

/* null where it has none yet */
static json_t *
label_json(struct cli *c, int64_t series)
{
	struct label_row r;

	if (label_of(c->ledger, series, &r, NULL) != RC_OK)
		return json_null();
	return json_pack("{s:s, s:s, s:i, s:s, s:s}", "label", r.text, "rule", r.rule, "confidence",
		r.confidence, "user", r.account, "reason", r.reason);
}

static void
label_text(struct cli *c, int64_t series)
{
	struct label_row r;

	if (label_of(c->ledger, series, &r, NULL) != RC_OK)
		return;
	printf("  label: %s", r.text);
	if (r.event != 0)
		printf(", said by %s: %s\n", r.account, r.reason);
	else
		printf(" (%d of 100%s)\n", r.confidence,
			r.confidence < LABEL_PERSON ? ", for a person" : "");
}

static int
show_json(struct cli *c, const struct series *s, const char *standing, struct err *e)
{
	json_t *decisions = json_array(), *attributes = json_object(), *o;
	struct telling t = { .l = c->ledger, .list = decisions };
	char why[200], name[24];
	enum rc rc = decision_each(c->ledger, s->id, decision_json, &t, e);

	why_words(s->why, why, sizeof(why));
	catalog_series_name(s->id, name);
	for (int a = 0; a < ATTR_COUNT; a++)
		if (s->value[a] != NULL)
			json_object_set_new(
				attributes, attr_table[a].column, json_string(s->value[a]));
	o = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}",
		"series", name, "state", s->state, "flags", why, "images", (json_int_t)s->images,
		"slices", (json_int_t)s->slices, "revision", (json_int_t)s->revision, "gap", s->gap,
		"missing", s->missing, "spacing", s->spacing, "manifest", s->manifest, "tasks",
		standing, "label", label_json(c, s->id), "attributes", attributes, "decisions",
		decisions);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
	return rc == RC_OK ? EXIT_DONE : cli_error(e);
}

static int
show_text(struct cli *c, const struct series *s, const char *standing, struct err *e)
{
	struct telling t = { .l = c->ledger };
	char why[200], name[24];
	enum rc rc;

	why_words(s->why, why, sizeof(why));
	catalog_series_name(s->id, name);
	printf("%s  %s  %s  %s %s\n", name, s->description, s->modality, s->subject, s->visit);
	printf("  state %s; %s\n", s->state, standing);
	printf("  %lld images, %lld slices", (long long)s->images, (long long)s->slices);
	printf(s->spacing[0] != '\0' ? ", every %s mm\n" : "%s\n", s->spacing);
	label_text(c, s->id);
	printf("  flags: %s\n", str_or_dash(why));
	if (s->gap[0] != '\0')
		printf("  gap: %s\n", s->gap);
	if (s->missing[0] != '\0')
		printf("  missing: %s\n", s->missing);
	printf("  manifest %s\n", s->manifest);
	for (int a = 0; a < ATTR_COUNT; a++)
		if (!str_empty(s->value[a]))
			printf("  %-22s %s\n", attr_table[a].column, s->value[a]);
	puts("decisions:");
	rc = decision_each(c->ledger, s->id, decision_text, &t, e);
	return rc == RC_OK ? EXIT_DONE : cli_error(e);
}

static int
show(struct cli *c, const char *which)
{
	struct series s = { 0 };
	char standing[160] = "";
	struct err e = { 0 };
	int64_t id;
	int status;

	if (catalog_series_id(c->ledger, which, &id, &e) != RC_OK ||
		catalog_series(c->ledger, id, &s, &e) != RC_OK ||
		worklist_standing(c->ledger, id, c->user, standing, sizeof(standing), &e) != RC_OK)
		status = cli_error(&e);
	else
		status = (c->json ? show_json : show_text)(c, &s, standing, &e);
	series_release(&s);
	return status;
}

static int
show_run(struct cli *c, int argc, char **argv)
{
	(void)argc;
	return show(c, argv[0]);
}

const struct cli_command cli_show_command = {
	.name = "show",
	.usage = "show SERIES [--json]\n"
		 "\n"
		 "Header summary, state, flags, tasks and signed decisions of a series.  SERIES is "
		 "S-0042, its\n"
		 "number, or its Series Instance UID.\n",
	.least = 1,
	.most = 1,
	.needs = CLI_ARCHIVE_READ,
	.run = show_run,
};
