/* wetread classify: what series are, why, and a person's word against it. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/label.h"
#include "tui/cli.h"
#include "tui/progress.h"

enum { BATCH = 1024 };

/* ---- labels ---- */

static json_t *
row_json(int64_t series, const struct label_row *r)
{
	char name[24];

	catalog_series_name(series, name);
	if (r == NULL)
		return json_pack("{s:s, s:n}", "series", name, "label");
	return json_pack("{s:s, s:s, s:s, s:i, s:b, s:s, s:s, s:s}", "series", name, "label",
		r->text, "rule", r->rule, "confidence", r->confidence, "for_a_person",
		r->confidence < LABEL_PERSON, "rules", r->rules, "user", r->account, "reason",
		r->reason);
}

static void
row_text(int64_t series, const struct label_row *r)
{
	char name[24];

	catalog_series_name(series, name);
	if (r == NULL)
		printf("%-7s -\n", name);
	else if (r->event != 0)
		printf("%-7s %-24s      said by %s: %s\n", name, r->text, r->account, r->reason);
	else
		printf("%-7s %-24s %3d  %s%s\n", name, r->text, r->confidence, r->rule,
			r->confidence < LABEL_PERSON ? "  (for a person)" : "");
}

/* ctx: the list, NULL as text */
static void
tell(void *ctx, int64_t series, const struct label_row *r)
{
	if (ctx != NULL)
		json_array_append_new(ctx, row_json(series, r));
	else
		row_text(series, r);
}

static enum rc
tell_some(struct cli *c, int argc, char **argv, json_t *list, struct err *e)
{
	enum rc rc = RC_OK;

	for (int i = 0; rc == RC_OK && i < argc; i++) {
		struct label_row r;
		int64_t id;

		rc = catalog_series_id(c->ledger, argv[i], &id, e);
		if (rc != RC_OK)
			break;
		rc = label_of(c->ledger, id, &r, NULL);
		tell(list, id, rc == RC_OK ? &r : NULL);
		rc = rc == RC_NOT_FOUND ? RC_OK : rc;
	}
	return argc > 0 ? rc : label_each(c->ledger, tell, list, e);
}

static void
dump(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int
list_labels(struct cli *c, int argc, char **argv)
{
	json_t *list = c->json ? json_array() : NULL;
	struct err e = { 0 };
	enum rc rc = tell_some(c, argc, argv, list, &e);

	if (rc == RC_OK && list != NULL)
		dump(list);
	else
		json_decref(list);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* ---- all ---- */

static int
classify_all(struct cli *c)
{
	int64_t total = label_waiting(c->ledger), told = 0, done;
	struct progress p;
	struct err e = { 0 };
	enum rc rc;

	progress_begin(&p, "series");
	do {
		rc = label_tell_next(c->ledger, BATCH, &done, &e);
		told += done;
		progress_step(&p, told, total);
	} while (rc == RC_OK && done > 0);
	progress_end(&p);
	if (c->json)
		printf("{\"told\":%lld}\n", (long long)told);
	else
		printf("%lld series told\n", (long long)told);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* ---- explain ---- */

struct trial {
	json_t *terms;
	int held;
};

static void
add_term(void *ctx, const struct term_result *t)
{
	struct trial *trial = ctx;

	trial->held += t->held;
	json_array_append_new(trial->terms,
		json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "fact", t->fact, "operator", t->operator,
			"wanted", t->wanted, "met", t->met, "held", t->held, "or", t->other));
}

/* The rules of an axis up to the one that won, without those of which nothing held. */
static json_t *
axis_json(const struct rules *r, const struct label_facts *f, enum axis axis)
{
	size_t winner = f->label.winner[axis], first = winner;
	struct rule_info won = rules_at(r, winner);
	json_t *tried = json_array();
	int others = 0;

	while (first > 0 && rules_at(r, first - 1).axis == axis)
		first--;
	for (size_t i = first; i <= winner; i++) {
		struct trial t = { .terms = json_array() };
		struct rule_info info = rules_at(r, i);

		classify_try(r, i, &f->facts, &f->label, add_term, &t);
		if (t.held == 0 && i < winner) {
			json_decref(t.terms);
			others++;
			continue;
		}
		json_array_append_new(tried,
			json_pack("{s:I, s:s, s:i, s:s, s:b, s:o}", "number",
				(json_int_t)info.number, "label", info.label, "confidence",
				info.confidence, "basis", info.basis, "won", i == winner, "terms",
				t.terms));
	}
	return json_pack("{s:s, s:s, s:i, s:o, s:i}", "axis", axis_names[axis], "label", won.label,
		"confidence", won.confidence, "tried", tried, "others", others);
}

static json_t *
explanation(const struct rules *r, const struct label_facts *f, int64_t series)
{
	json_t *axes = json_array();
	char name[24];

	catalog_series_name(series, name);
	for (int a = 0; a < AXIS_COUNT; a++)
		json_array_append_new(axes, axis_json(r, f, (enum axis)a));
	return json_pack("{s:s, s:s, s:i, s:b, s:o}", "series", name, "label", f->label.text,
		"confidence", f->label.confidence, "for_a_person",
		f->label.confidence < LABEL_PERSON, "axes", axes);
}

static const char *
text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static long long
number_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static void
print_rule(const char *axis, const json_t *rule)
{
	const json_t *t;
	size_t i;

	printf("  %s %s.%lld %s, %lld\n", json_is_true(json_object_get(rule, "won")) ? ">" : " ",
		axis, number_of(rule, "number"), text_of(rule, "label"),
		number_of(rule, "confidence"));
	if (json_array_size(json_object_get(rule, "terms")) == 0)
		puts("        otherwise");
	json_array_foreach(json_object_get(rule, "terms"), i, t)
	{
		const char *met = text_of(t, "met");

		printf("        %-3s %s%s %s %.80s   [%s]\n",
			json_is_true(json_object_get(t, "held")) ? "yes" : "no",
			json_is_true(json_object_get(t, "or")) ? "or " : "", text_of(t, "fact"),
			text_of(t, "operator"), text_of(t, "wanted"),
			*met != '\0' ? met : "not in the header");
	}
}

static void
print_axis(const json_t *axis)
{
	const json_t *rule;
	size_t i;

	printf("%s: %s\n", text_of(axis, "axis"), text_of(axis, "label"));
	json_array_foreach(json_object_get(axis, "tried"), i, rule)
		print_rule(text_of(axis, "axis"), rule);
	if (number_of(axis, "others") > 0)
		printf("    %lld before it of which nothing held\n", number_of(axis, "others"));
}

static void
print_explanation(struct cli *c, const json_t *o, int64_t series)
{
	struct label_row r;
	const json_t *axis;
	size_t i;

	printf("%s  %s  %lld of 100%s\n", text_of(o, "series"), text_of(o, "label"),
		number_of(o, "confidence"),
		json_is_true(json_object_get(o, "for_a_person")) ? ", for a person" : "");
	if (label_of(c->ledger, series, &r, NULL) == RC_OK && r.event != 0)
		printf("in its place stands: %s, said by %s: %s\n", r.text, r.account, r.reason);
	json_array_foreach(json_object_get(o, "axes"), i, axis) print_axis(axis);
}

static int
explain(struct cli *c, const char *word)
{
	struct label_facts f = { .value = { NULL } };
	struct err e = { 0 };
	json_t *o;
	int64_t id;
	enum rc rc = catalog_series_id(c->ledger, word, &id, &e);

	if (rc == RC_OK)
		rc = label_facts(c->ledger, id, &f, &e);
	if (rc == RC_OK) {
		o = explanation(label_rules(c->ledger), &f, id);
		if (c->json)
			dump(json_incref(o));
		else
			print_explanation(c, o, id);
		json_decref(o);
	}
	label_facts_free(&f);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* ---- by a person ---- */

static int
say(struct cli *c, const char *word)
{
	struct label_request r = { .text = c->opt.set, .reason = c->opt.why };
	struct session session;
	struct label_row row;
	char password[1024];
	struct err e = { 0 };
	enum rc rc = catalog_series_id(c->ledger, word, &r.series, &e);

	if (rc != RC_OK)
		return cli_error(&e);
	if (!cli_login(c, &session, password, sizeof(password)))
		return EXIT_REFUSED;
	key_wipe(password, sizeof(password));
	rc = label_set(c->ledger, &session, &r, &e);
	if (rc == RC_OK)
		rc = label_of(c->ledger, r.series, &row, &e);
	session_close(c->ledger, &session);
	if (rc != RC_OK)
		return cli_error(&e);
	if (c->json)
		dump(row_json(r.series, &row));
	else
		row_text(r.series, &row);
	return EXIT_DONE;
}

static int
classify_run(struct cli *c, int argc, char **argv)
{
	bool person = c->opt.set != NULL || c->opt.clear;

	if (c->opt.all + c->opt.explain + c->opt.clear + (c->opt.set != NULL) > 1 ||
		(c->opt.all && argc > 0) || ((c->opt.explain || person) && argc != 1) ||
		person != (c->opt.why != NULL))
		return cli_usage(&cli_classify_command);
	if (!cli_open(c, person || c->opt.all ? DB_WRITE : DB_READ))
		return EXIT_FAILED_;
	if (c->opt.all)
		return classify_all(c);
	if (person)
		return say(c, argv[0]);
	return c->opt.explain ? explain(c, argv[0]) : list_labels(c, argc, argv);
}

static const struct cli_option classify_options[] = {
	CLI_OPTION("--all", CLI_FLAG, opt.all),
	CLI_OPTION("--explain", CLI_FLAG, opt.explain),
	CLI_OPTION("--set", CLI_VALUE, opt.set),
	CLI_OPTION("--clear", CLI_FLAG, opt.clear),
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	{ .name = NULL },
};

const struct cli_command cli_classify_command = {
	.name = "classify",
	.usage =
		"classify [SERIES...] [--all | --explain | --set LABEL --reason TEXT | --clear "
		"--reason TEXT]\n"
		"\n"
		"What series are: their labels with the rule of each axis, its confidence, or who "
		"said so.\n"
		"--all tells series anew that have no label, or one of other rules.  --explain "
		"shows for one\n"
		"series which rules were tried, what of them held and what the header says to it.  "
		"--set gives\n"
		"one series another label, as --user who is coordinator, expert, manager or "
		"radiologist, such\n"
		"as \"AX T1 POST 3D\"; it stands until --clear takes it back.\n",
	.most = -1,
	.options = classify_options,
	.run = classify_run,
};
