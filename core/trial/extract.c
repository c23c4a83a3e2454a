/* Exports: which places, versions and people; then one of the writers. */
#include "core/trial/extract.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/ledger/catalog.h"
#include "core/ledger/entry.h"
#include "core/ledger/history.h"
#include "core/ledger/rights.h"
#include "core/trial/extract_in.h"

static const struct {
	const char *name, *ending;
	bool dictionary;
} formats[EXTRACT_FORMATS] = {
	[EXTRACT_ODM] = { "odm", "-odm.xml", false },
	[EXTRACT_SNAPSHOT] = { "odm-snapshot", "-odm-snapshot.xml", false },
	[EXTRACT_CSV_LONG] = { "csv-long", "-long.csv", true },
	[EXTRACT_CSV_WIDE] = { "csv-wide", "-wide.csv", true },
	[EXTRACT_JSON] = { "json", ".json", true },
};

bool
extract_format_of(const char *name, enum extract_format *out)
{
	for (int i = 0; i < EXTRACT_FORMATS; i++)
		if (strcmp(formats[i].name, name) == 0) {
			*out = (enum extract_format)i;
			return true;
		}
	return false;
}

const char *
extract_ending(enum extract_format f)
{
	return formats[f].ending;
}

bool
extract_has_dictionary(enum extract_format f)
{
	return formats[f].dictionary;
}

/* ---- who ---- */

static const char *const exporters[] = { "coordinator", "manager", "auditor", NULL };

/* Any of the roles anywhere in the study? */
static enum rc
check_role(const struct extract *x, struct err *e)
{
	struct stmt *s = db_query(ledger_db(x->l),
		"SELECT DISTINCT site FROM account_role WHERE account = $1 AND (study = '*' OR "
		"study ="
		" $2)");
	bool may = false;
	char(*sites)[RIGHTS_PLACE] = NULL;
	size_t n = 0;

	stmt_text(s, 1, x->want->who->user);
	stmt_text(s, 2, x->want->study);
	while (stmt_step(s, NULL) == RC_OK) {
		sites = mem_grow(sites, n + 1, sizeof(*sites));
		str_copy(sites[n++], RIGHTS_PLACE, stmt_get_text(s, 0));
	}
	stmt_done(s);
	for (size_t i = 0; i < n; i++)
		for (int k = 0; exporters[k] != NULL; k++)
			may |= rights_role(x->l, x->want->who->user, exporters[k],
				&(struct rights_place){ x->want->study, sites[i] });
	free(sites);
	return may
		? RC_OK
		: err_set(e, RC_DENIED,
			  "data are exported by coordinators, managers and auditors of the study");
}

static bool
may_see(const struct extract *x, const struct case_of *c)
{
	char role[RIGHTS_ROLE];

	return case_role(x->l, x->want->who->user, c, exporters, "export", role, NULL) == RC_OK;
}

/* ---- versions ---- */

struct versions {
	struct extract *x;
	int64_t last;
};

static bool
take_version(void *ctx, const struct study_version *v)
{
	struct versions *w = ctx;
	struct extract *x = w->x;

	if (strcmp(v->study, x->want->study) != 0)
		return true;
	x->version = mem_grow(x->version, x->versions + 1, sizeof(*x->version));
	x->version[x->versions++] = (struct extract_version){ .v = *v };
	return true;
}

static bool
is_used(struct extract *x, int64_t id)
{
	struct stmt *s =
		db_query(ledger_db(x->l), "SELECT 1 FROM entry WHERE version = $1 LIMIT 1");
	bool used;

	stmt_int(s, 1, id);
	used = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return used;
}

static enum rc
read_version(struct extract *x, struct extract_version *v, struct err *e)
{
	struct study_version again;
	struct mistakes m = { 0 };
	char *body = NULL;
	enum rc rc = study_version_read(x->l, v->v.study, v->v.version, &again, &body, e);

	if (rc == RC_OK && study_read(&v->study, body, strlen(body), &m) != RC_OK)
		rc = err_set(e, RC_UNSUPPORTED,
			"this program finds mistakes in version %lld of the study: wetread study "
			"check",
			(long long)v->v.version);
	mistakes_free(&m);
	free(body);
	return rc;
}

static enum rc
read_versions(struct extract *x, struct err *e)
{
	struct versions w = { .x = x };
	size_t kept = 0;
	enum rc rc = study_versions(x->l, take_version, &w, e);

	if (rc == RC_OK && x->versions == 0)
		rc = err_set(e, RC_NOT_FOUND, "no study %.60s was applied", x->want->study);
	for (size_t i = 0; i < x->versions; i++)
		if (i + 1 == x->versions || is_used(x, x->version[i].v.id))
			x->version[kept++] = x->version[i];
	x->versions = kept;
	for (size_t i = 0; rc == RC_OK && i < x->versions; i++)
		rc = read_version(x, &x->version[i], e);
	return rc;
}

/* ---- places ---- */

static void
take_place(struct extract *x, const char *kind, const char *object)
{
	if (x->places % 256 == 0)
		x->place = mem_grow(x->place, x->places + 256, sizeof(*x->place));
	x->place[x->places++] =
		(struct extract_place){ .kind = mem_string(kind), .object = mem_string(object) };
}

static enum rc
read_keys(struct extract *x, struct err *e)
{
	struct stmt *s = db_query(ledger_db(x->l),
		"SELECT kind, object FROM entry UNION SELECT kind, object FROM form_step WHERE "
		"form <>"
		" '' UNION SELECT kind, object FROM query UNION SELECT 'series', CAST(series AS "
		"TEXT)"
		" FROM decision WHERE $1 = 1");
	enum rc rc;

	stmt_int(s, 1, x->want->decisions);
	while ((rc = stmt_step(s, e)) == RC_OK)
		take_place(x, stmt_get_text(s, 0), stmt_get_text(s, 1));
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static int64_t
image_place(struct extract *x, const char *uid)
{
	struct stmt *s = db_query(ledger_db(x->l), "SELECT place FROM image WHERE sop_uid = $1");
	int64_t place;

	stmt_text(s, 1, uid);
	place = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return place;
}

/* Images by their place in the series: UIDs of what is in quarantine do not leave it. */
static char *
place_name(struct extract *x, const struct extract_place *p)
{
	char series[24];

	if (strcmp(p->kind, "exam") == 0)
		return mem_format("E-%s", p->object);
	catalog_series_name(p->of.series, series);
	if (strcmp(p->kind, "series") == 0)
		return mem_string(series);
	if (strcmp(p->kind, "image") == 0)
		return mem_format("%s#%lld", series, (long long)image_place(x, p->object));
	return mem_string(p->object);
}

static int
kind_of(const struct extract_place *p)
{
	static const char *const kinds[] = { "study", "subject", "visit", "exam", "series",
		"image" };
	int i = 0;

	while (i < 5 && strcmp(kinds[i], p->kind) != 0)
		i++;
	return i;
}

static int
by_place(const void *a, const void *b)
{
	const struct extract_place *p = a, *q = b;
	int by = strcmp(p->of.site, q->of.site);

	if (by == 0)
		by = strcmp(p->of.subject, q->of.subject);
	if (by == 0 && p->visit != q->visit)
		by = p->visit < q->visit ? -1 : 1;
	if (by == 0)
		by = strcmp(p->of.visit, q->of.visit);
	if (by == 0)
		by = kind_of(p) - kind_of(q);
	if (by == 0 && p->of.exam != q->of.exam)
		by = p->of.exam < q->of.exam ? -1 : 1;
	if (by == 0 && p->of.series != q->of.series)
		by = p->of.series < q->of.series ? -1 : 1;
	return by != 0 ? by : strcmp(p->object, q->object);
}

static void
free_place(struct extract_place *p)
{
	free(p->kind);
	free(p->object);
	free(p->name);
}

/* Those of the study that may be seen.  What the archive does not have any more is nowhere. */
static enum rc
read_places(struct extract *x, struct err *e)
{
	const struct study *s = extract_last(x)->study;
	size_t kept = 0;
	enum rc rc = read_keys(x, e);

	for (size_t i = 0; i < x->places; i++) {
		struct extract_place *p = &x->place[i];

		if (rc != RC_OK ||
			case_find(x->l, &(struct case_at){ p->kind, p->object }, &p->of, NULL) !=
				RC_OK ||
			strcmp(p->of.trial, x->want->study) != 0 || !may_see(x, &p->of)) {
			free_place(p);
			continue;
		}
		p->name = place_name(x, p);
		p->visit = study_visit_place(s, p->of.visit);
		x->place[kept++] = *p;
	}
	x->places = kept;
	if (kept > 1)
		qsort(x->place, kept, sizeof(*x->place), by_place);
	return rc;
}

/* ---- people, and what builtin forms hold ---- */

static const char *
account_name(struct extract *x, const char *account, char name[ACCOUNT_NAME])
{
	struct stmt *s = db_query(ledger_db(x->l), "SELECT name FROM account WHERE id = $1");

	stmt_text(s, 1, account);
	str_copy(name, ACCOUNT_NAME,
		stmt_step(s, NULL) == RC_OK              ? stmt_get_text(s, 0)
			: strcmp(account, "system") == 0 ? "wetread"
							 : account);
	stmt_done(s);
	return name;
}

static void
take_user(struct extract *x, const char *account)
{
	char name[ACCOUNT_NAME];

	for (size_t i = 0; i < x->users; i++)
		if (strcmp(x->user[i].account, account) == 0)
			return;
	x->user = mem_grow(x->user, x->users + 1, sizeof(*x->user));
	x->user[x->users++] = (struct extract_user){ mem_string(account),
		mem_string(account_name(x, account, name)) };
}

static void
take_builtin(struct extract *x, const struct extract_value *v)
{
	if (!entry_is_builtin(v->form))
		return;
	for (size_t i = 0; i < x->builtins; i++)
		if (strcmp(x->builtin[i].form, v->form) == 0 &&
			strcmp(x->builtin[i].field, v->field) == 0)
			return;
	x->builtin = mem_grow(x->builtin, x->builtins + 1, sizeof(*x->builtin));
	x->builtin[x->builtins++] =
		(struct extract_builtin){ mem_string(v->form), mem_string(v->field) };
}

static void
see_at(struct extract *x, int64_t at)
{
	if (at > x->last_at)
		x->last_at = at;
}

/* ODM tells who appears before what they did. */
static enum rc
look(struct extract *x, const struct extract_case *c, void *ctx, struct err *e)
{
	(void)ctx, (void)e;
	for (size_t i = 0; i < c->values; i++) {
		take_user(x, c->value[i].account);
		take_builtin(x, &c->value[i]);
		see_at(x, c->value[i].at);
	}
	for (size_t i = 0; i < c->steps; i++) {
		take_user(x, c->step[i].account);
		see_at(x, c->step[i].at);
	}
	for (size_t i = 0; i < c->queries; i++)
		for (size_t k = 0; k < c->query[i].lines; k++) {
			take_user(x, c->query[i].line[k].account);
			see_at(x, c->query[i].line[k].at);
		}
	for (size_t i = 0; i < c->decisions; i++) {
		take_user(x, c->decision[i].d.account);
		see_at(x, c->decision[i].d.at);
	}
	return RC_OK;
}

static int
by_account(const void *a, const void *b)
{
	return strcmp(((const struct extract_user *)a)->account,
		((const struct extract_user *)b)->account);
}

static int
by_builtin(const void *a, const void *b)
{
	const struct extract_builtin *p = a, *q = b;
	int by = strcmp(p->form, q->form);

	return by != 0 ? by : strcmp(p->field, q->field);
}

static void
count_subjects(struct extract *x)
{
	for (size_t i = 0; i < x->places; i++)
		x->told->subjects += x->place[i].of.subject[0] != '\0' &&
			(i == 0 || strcmp(x->place[i].of.subject, x->place[i - 1].of.subject) != 0);
	x->told->places = (int64_t)x->places;
}

static void
read_frozen(struct extract *x)
{
	struct stmt *s = db_query(ledger_db(x->l),
		"SELECT step FROM form_step WHERE kind = 'study' AND object = $1 AND form = '' "
		"ORDER"
		" BY event DESC LIMIT 1");

	stmt_text(s, 1, x->want->study);
	x->frozen = stmt_step(s, NULL) == RC_OK && strcmp(stmt_get_text(s, 0), "frozen") == 0;
	stmt_done(s);
}

enum rc
extract_begin(struct extract *x, struct err *e)
{
	enum rc rc = session_alive(x->l, x->want->who, e);

	if (rc == RC_OK && blind_any(x->l))
		rc = err_set(e, RC_DENIED, "an export tells what is blinded for you");
	if (rc == RC_OK)
		rc = check_role(x, e);
	if (rc == RC_OK)
		rc = read_versions(x, e);
	if (rc == RC_OK)
		rc = read_places(x, e);
	if (rc == RC_OK)
		rc = event_head(x->l, &x->told->seq, x->told->head, e);
	if (rc != RC_OK)
		return rc;
	count_subjects(x);
	read_frozen(x);
	rc = extract_each(x, true, look, NULL, e);
	if (x->users > 1)
		qsort(x->user, x->users, sizeof(*x->user), by_account);
	if (x->builtins > 1)
		qsort(x->builtin, x->builtins, sizeof(*x->builtin), by_builtin);
	return rc;
}

void
extract_close_all(struct extract *x)
{
	for (size_t i = 0; i < x->versions; i++)
		study_free(x->version[i].study);
	for (size_t i = 0; i < x->places; i++)
		free_place(&x->place[i]);
	for (size_t i = 0; i < x->builtins; i++) {
		free(x->builtin[i].form);
		free(x->builtin[i].field);
	}
	for (size_t i = 0; i < x->users; i++) {
		free(x->user[i].account);
		free(x->user[i].name);
	}
	free(x->version);
	free(x->place);
	free(x->builtin);
	free(x->user);
}

enum rc
extract_each(struct extract *x, bool count,
	enum rc (*each)(struct extract *x, const struct extract_case *c, void *ctx, struct err *e),
	void *ctx, struct err *e)
{
	struct extract_case c;
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < x->places; i++) {
		rc = extract_load(x, &x->place[i], count, &c, e);
		if (rc == RC_OK)
			rc = each(x, &c, ctx, e);
		extract_release(&c);
		if (x->want->progress != NULL && !count)
			x->want->progress(x->want->ctx, (int64_t)i + 1, (int64_t)x->places);
	}
	return rc;
}

/* ---- the calls ---- */

static enum rc
write_format(struct extract *x, struct err *e)
{
	switch (x->want->format) {
	case EXTRACT_ODM:
	case EXTRACT_SNAPSHOT:
		return odm_write(x, x->want->format == EXTRACT_SNAPSHOT, e);
	case EXTRACT_CSV_LONG:
		return extract_long(x, e);
	case EXTRACT_CSV_WIDE:
		return extract_wide(x, e);
	default:
		return extract_json(x, e);
	}
}

enum rc
extract_write(struct ledger *l, const struct extract_want *w, FILE *to, struct extract_told *told,
	struct err *e)
{
	struct extract x = { .l = l, .want = w, .told = told };
	enum rc rc, end;

	memset(told, 0, sizeof(*told));
	extract_out_begin(&x.out, to);
	rc = extract_begin(&x, e);
	if (rc == RC_OK)
		rc = write_format(&x, e);
	end = extract_out_end(&x.out, told->digest, rc == RC_OK ? e : NULL);
	extract_close_all(&x);
	return rc == RC_OK ? end : rc;
}

enum rc
extract_dictionary(struct ledger *l, const struct extract_want *w, FILE *to, struct err *e)
{
	struct extract_told told = { 0 };
	struct extract x = { .l = l, .want = w, .told = &told };
	enum rc rc, end;

	extract_out_begin(&x.out, to);
	rc = extract_begin(&x, e);
	if (rc == RC_OK)
		extract_table_dictionary(&x);
	end = extract_out_end(&x.out, told.digest, rc == RC_OK ? e : NULL);
	extract_close_all(&x);
	return rc == RC_OK ? end : rc;
}

enum rc
extract_record(struct ledger *l, const struct extract_want *w, const struct extract_told *told,
	struct err *e)
{
	return history_told(l, w->who, NULL, "exported",
		json_pack("{s:s, s:s, s:i, s:I, s:I, s:I, s:s, s:s}", "format",
			formats[w->format].name, "study", w->study, "decisions", w->decisions,
			"subjects", (json_int_t)told->subjects, "values", (json_int_t)told->values,
			"seq", (json_int_t)told->seq, "head", told->head, "digest", told->digest),
		e);
}
