/* wetread form: what is entered beside images, from scripts: the same sheets and the same rules as on the screen. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/twice.h"
#include "core/trial/where.h"
#include "tui/cli.h"

/* ---- showing ---- */

static json_t *
finding_json(const struct form_finding *x)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s?}", "id", x->id, "kind", form_kinds[x->kind],
		"rule", x->rule, "message", x->message, "reason", x->reason);
}

static json_t *
cell_json(const struct form_cell *c)
{
	static const char *const states[] = { "empty", "proposed", "entered" };
	json_t *found = json_array();

	for (size_t i = 0; i < c->findings; i++)
		json_array_append_new(found, finding_json(&c->finding[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:b, s:o}", "id", c->field->id, "label",
		c->field->label, "state", states[c->state], "value",
		c->state == FORM_PROPOSED ? c->raw : c->value, "unit", c->field->unit, "header",
		c->header, "skipped", c->skipped, "findings", found);
}

static json_t *
sheet_json(const struct fill *f)
{
	json_t *fields = json_array(), *checks = json_array(), *differ = json_array();
	char where[CASE_KEY];

	where_name(&(struct case_at){ f->kind, f->object }, where, sizeof(where));
	for (size_t i = 0; i < form_sheet_fields(f->sheet); i++)
		json_array_append_new(fields, cell_json(form_sheet_cell(f->sheet, i)));
	for (size_t i = 0; i < f->form->checks; i++)
		if (form_sheet_check(f->sheet, i) != NULL)
			json_array_append_new(checks, finding_json(form_sheet_check(f->sheet, i)));
	for (size_t i = 0; i < f->differences; i++)
		json_array_append_new(differ,
			json_pack("{s:s, s:s, s:s}", "id",
				form_sheet_cell(f->sheet, f->difference[i].field)->field->id,
				"first", f->difference[i].first, "second", f->difference[i].second));
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:b, s:b, s:s, s:o, s:o, s:o}", "place", where,
		"study", f->version.study, "form", f->form->id, "version", (int)f->version.version,
		"pass", f->pass, "signed", f->state.pass[f->pass].signed_, "complete",
		fill_complete(f, NULL) == RC_OK, "closed", f->closed, "fields", fields, "checks",
		checks, "differences", differ);
}

static void
print_finding(const struct form_finding *x)
{
	printf("      %s: %s%s%s\n", form_kinds[x->kind], x->message,
		x->reason != NULL ? "; kept because: " : "", x->reason != NULL ? x->reason : "");
}

static void
print_cell(const struct form_cell *c)
{
	if (c->skipped && !c->removes)
		return;
	printf("  %-16s %-28.60s %s%s%s%s\n", c->field->id, c->field->label,
		c->state == FORM_PROPOSED ? c->raw : c->value,
		c->field->unit != NULL && c->state != FORM_EMPTY ? " " : "",
		c->field->unit != NULL && c->state != FORM_EMPTY ? c->field->unit : "",
		c->state == FORM_PROPOSED ? "   (the header says so; not entered)" : "");
	for (size_t i = 0; i < c->findings; i++)
		print_finding(&c->finding[i]);
}

static void
print_sheet(const struct fill *f)
{
	static const char *const passes[] = { "", "", ", second entry", ", to be settled" };
	const struct form_pass *p = &f->state.pass[f->pass];
	char where[CASE_KEY];

	where_name(&(struct case_at){ f->kind, f->object }, where, sizeof(where));
	printf("%s  %s, version %d%s%s\n", where, f->form->title, (int)f->version.version,
		passes[f->pass],
		p->signed_           ? ", signed"
			: p->entered ? ", not signed"
				     : ", empty");
	if (f->closed[0] != '\0')
		printf("  %s\n", f->closed);
	for (size_t i = 0; i < form_sheet_fields(f->sheet); i++)
		print_cell(form_sheet_cell(f->sheet, i));
	for (size_t i = 0; i < f->form->checks; i++)
		if (form_sheet_check(f->sheet, i) != NULL)
			print_finding(form_sheet_check(f->sheet, i));
	for (size_t i = 0; i < f->differences; i++)
		printf("  differ: %s is %s or %s\n",
			form_sheet_cell(f->sheet, f->difference[i].field)->field->id,
			str_or_dash(f->difference[i].first), str_or_dash(f->difference[i].second));
}

static void
tell(struct cli *c, const struct fill *f)
{
	json_t *o;

	if (!c->json) {
		print_sheet(f);
		return;
	}
	o = sheet_json(f);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

/* ---- filling ---- */

/* "FIELD=TEXT" apart; false (told) where it is none. */
static bool
split(const char *word, char field[ENTRY_FIELD], const char **text)
{
	const char *is = strchr(word, '=');

	if (is == NULL || is == word || (size_t)(is - word) >= ENTRY_FIELD) {
		cli_complain("a value is given as FIELD=VALUE, not %.60s", word);
		return false;
	}
	snprintf(field, ENTRY_FIELD, "%.*s", (int)(is - word), word);
	*text = is + 1;
	return true;
}

static enum rc
type_one(struct fill *f, const char *field, const char *text, struct err *e)
{
	size_t i = form_sheet_find(f->sheet, field);

	return i == SIZE_MAX ? err_set(e, RC_NOT_FOUND, "the form has no field %.60s", field)
			     : form_sheet_set(f->sheet, i, text, e);
}

/* A reason for everything about the field or check that asks for one. */
static enum rc
keep_one(struct fill *f, const char *id, const char *reason, struct err *e)
{
	size_t i = form_sheet_find(f->sheet, id);
	const struct form_cell *c = i != SIZE_MAX ? form_sheet_cell(f->sheet, i) : NULL;
	enum rc rc = c == NULL ? form_sheet_override(f->sheet, id, "check", reason, e) : RC_OK;

	for (size_t k = 0; c != NULL && rc == RC_OK && k < c->findings; k++)
		if (c->finding[k].kind > FORM_REQUIRED)
			rc = form_sheet_override(f->sheet, id, c->finding[k].rule, reason, e);
	for (size_t k = 0; rc == RC_OK && k < f->differences; k++)
		if (f->difference[k].field == i) {
			free(f->difference[k].reason);
			f->difference[k].reason = mem_string(reason);
		}
	return rc;
}

static bool
fill_in(struct cli *c, struct fill *f, int argc, char **argv, struct err *e)
{
	char field[ENTRY_FIELD];
	const char *text;
	enum rc rc = RC_OK;

	for (int i = 0; rc == RC_OK && i < argc; i++) {
		if (!split(argv[i], field, &text))
			return false;
		rc = type_one(f, field, text, e);
	}
	for (size_t i = 0; rc == RC_OK && c->opt.keeps != NULL && c->opt.keeps[i] != NULL; i++) {
		if (!split(c->opt.keeps[i], field, &text))
			return false;
		rc = keep_one(f, field, text, e);
	}
	if (rc != RC_OK)
		cli_error(e);
	return rc == RC_OK;
}

/* ---- commands ---- */

struct act {
	struct session session;
	char password[1024];
	struct fill_place place;
	struct case_at at;
	struct fill *fill;
};

static int
end(struct cli *c, struct act *a, enum rc rc, const struct err *e)
{
	fill_free(a->fill);
	key_wipe(a->password, sizeof(a->password));
	session_close(c->ledger, &a->session);
	return rc == RC_OK ? EXIT_DONE : cli_error(e);
}

/* Log in and open the form.  EXIT_DONE, or it was told. */
static int
begin(struct cli *c, struct act *a, char **argv, struct err *e)
{
	enum rc rc;

	memset(a, 0, sizeof(*a));
	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	rc = where_read(c->ledger, argv[0], &a->place, e);
	if (rc != RC_OK)
		return cli_error(e);
	a->at = (struct case_at){ a->place.kind, a->place.object };
	if (!cli_login(c, &a->session, a->password, sizeof(a->password)))
		return EXIT_REFUSED;
	rc = fill_open(c->ledger, &a->session, &a->at, argv[1], &a->fill, e);
	return rc == RC_OK ? EXIT_DONE : end(c, a, rc, e);
}

static int
show(struct cli *c, int argc, char **argv)
{
	struct err e = { 0 };
	struct act a;
	int status = begin(c, &a, argv, &e);

	(void)argc;
	if (status != EXIT_DONE)
		return status;
	tell(c, a.fill);
	return end(c, &a, RC_OK, &e);
}

static int
set(struct cli *c, int argc, char **argv)
{
	struct fill_batch *batch = NULL;
	struct err e = { 0 };
	int64_t saved = 0;
	struct act a;
	int status = begin(c, &a, argv, &e);
	enum rc rc;

	if (status != EXIT_DONE)
		return status;
	if (!fill_in(c, a.fill, argc - 2, argv + 2, &e)) {
		end(c, &a, RC_OK, &e);
		return EXIT_REFUSED;
	}
	rc = fill_take(a.fill, &batch, &e);
	if (rc == RC_OK)
		rc = fill_save(c->ledger, &a.session, batch, c->opt.because, &saved, &e);
	fill_batch_free(batch);
	if (rc == RC_OK && c->json)
		printf("{\"saved\":%lld}\n", (long long)saved);
	else if (rc == RC_OK)
		printf("%lld values saved\n", (long long)saved);
	return end(c, &a, rc, &e);
}

static int
sign(struct cli *c, int argc, char **argv)
{
	struct form_to_sign one;
	struct form_signing r = { .list = &one, .n = 1 };
	struct form_receipt receipt;
	struct err e = { 0 }, each = { 0 };
	struct act a;
	int status = begin(c, &a, argv, &e);
	enum rc rc;

	(void)argc;
	if (status != EXIT_DONE)
		return status;
	one = (struct form_to_sign){ { a.fill->kind, a.fill->object }, a.fill->form->id,
		a.fill->pass };
	r.user = a.session.user;
	r.password = a.password;
	rc = fill_complete(a.fill, &e);
	if (rc == RC_OK)
		rc = form_sign(c->ledger, &a.session, &r, &receipt, &each, &e);
	if (rc == RC_OK && c->json)
		printf("{\"signed\":%lld,\"event\":%lld}\n", (long long)receipt.running,
			(long long)receipt.event);
	else if (rc == RC_OK)
		printf("signed, your number %lld\n", (long long)receipt.running);
	return end(c, &a, rc, each.rc != RC_OK ? &each : &e);
}

/* lock and unlock take the form's place; freeze and thaw a study. */
static int
mark(struct cli *c, int argc, char **argv,
	enum rc (*one)(struct ledger *l, const struct session *who, const struct case_at *at,
		const char *form, const char *reason, struct err *e),
	enum rc (*all)(struct ledger *l, const struct session *who, const char *trial,
		const char *reason, struct err *e))
{
	struct fill_place place = { .kind = "" };
	struct case_at at = { place.kind, place.object };
	struct session session;
	char password[1024];
	struct err e = { 0 };
	enum rc rc = RC_OK;

	if (c->opt.why == NULL || argc != (one != NULL ? 2 : 1))
		return cli_usage(&cli_form_command);
	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	if (one != NULL)
		rc = where_read(c->ledger, argv[0], &place, &e);
	if (one != NULL && rc == RC_OK)
		rc = fill_find(c->ledger, &at, argv[1], &place, &e);
	if (rc != RC_OK)
		return cli_error(&e);
	if (!cli_login(c, &session, password, sizeof(password)))
		return EXIT_REFUSED;
	key_wipe(password, sizeof(password));
	rc = one != NULL ? one(c->ledger, &session, &at, argv[1], c->opt.why, &e)
			 : all(c->ledger, &session, argv[0], c->opt.why, &e);
	session_close(c->ledger, &session);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
lock(struct cli *c, int argc, char **argv)
{
	return mark(c, argc, argv, form_lock, NULL);
}

static int
unlock(struct cli *c, int argc, char **argv)
{
	return mark(c, argc, argv, form_unlock, NULL);
}

static int
freeze(struct cli *c, int argc, char **argv)
{
	return mark(c, argc, argv, NULL, form_freeze);
}

static int
thaw(struct cli *c, int argc, char **argv)
{
	return mark(c, argc, argv, NULL, form_thaw);
}

struct agreeing {
	json_t *list; /* NULL: as text */
};

static void
tell_twice(void *ctx, const struct twice *t)
{
	const struct agreeing *a = ctx;
	double percent = t->compared > 0 ? 100.0 * (double)t->same / (double)t->compared : 0;

	if (a->list != NULL)
		json_array_append_new(a->list,
			json_pack("{s:s, s:s, s:I, s:I, s:I, s:f}", "form", t->form, "field",
				t->field, "compared", (json_int_t)t->compared, "same",
				(json_int_t)t->same, "settled", (json_int_t)t->settled, "percent",
				percent));
	else
		printf("%-16s %-20s %6lld of %6lld the same  %5.1f %%  %lld settled\n", t->form,
			t->field[0] != '\0' ? t->field : "(whole forms)", (long long)t->same,
			(long long)t->compared, percent, (long long)t->settled);
}

/* Of a study: no login, as other reports. */
static int
agreement(struct cli *c, int argc, char **argv)
{
	struct agreeing a = { .list = c->json ? json_array() : NULL };
	struct err e = { 0 };
	enum rc rc;

	(void)argc;
	if (!cli_open(c, DB_READ))
		return EXIT_FAILED_;
	rc = twice_each(c->ledger, argv[0], c->user, tell_twice, &a, &e);
	if (rc == RC_OK && a.list != NULL) {
		json_dumpf(a.list, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(a.list);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static const struct {
	const char *name;
	int least, most;
	int (*run)(struct cli *c, int argc, char **argv);
} acts[] = {
	{ "show", 2, 2, show },
	{ "set", 2, 1000, set },
	{ "sign", 2, 2, sign },
	{ "lock", 2, 2, lock },
	{ "unlock", 2, 2, unlock },
	{ "freeze", 1, 1, freeze },
	{ "thaw", 1, 1, thaw },
	{ "agreement", 1, 1, agreement },
};

static int
form_run(struct cli *c, int argc, char **argv)
{
	for (size_t i = 0; i < MEM_COUNT(acts); i++)
		if (strcmp(acts[i].name, argv[0]) == 0 && argc - 1 >= acts[i].least &&
			argc - 1 <= acts[i].most)
			return acts[i].run(c, argc - 1, argv + 1);
	return cli_usage(&cli_form_command);
}

static const struct cli_option form_options[] = {
	CLI_OPTION("--keep", CLI_LIST, opt.keeps),
	CLI_OPTION("--because", CLI_VALUE, opt.because),
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	{ .name = NULL },
};

const struct cli_command cli_form_command = {
	.name = "form",
	.usage = "form show PLACE FORM | set PLACE FORM FIELD=VALUE... [--keep FIELD=WHY]... "
		 "[--because WHY] |\n"
		 "     sign PLACE FORM | lock|unlock PLACE FORM --reason WHY | freeze|thaw STUDY "
		 "--reason WHY |\n"
		 "     agreement STUDY\n"
		 "\n"
		 "Forms of a study, filled as --user by the rules of its file.  PLACE is a series "
		 "(S-0012), an\n"
		 "exam (E-7) or a visit (STUDY/SUBJECT/VISIT); a form of an exam or visit is found "
		 "from anything in\n"
		 "it.  A value that a check asks about is kept with --keep, which opens a query; "
		 "what was signed is\n"
		 "changed --because of a reason.  A form that two people fill opens as the second "
		 "entry for the\n"
		 "second of them, and for a third shows where both differ, to be settled with "
		 "--keep.\n",
	.least = 2,
	.most = -1,
	.options = form_options,
	.run = form_run,
};
