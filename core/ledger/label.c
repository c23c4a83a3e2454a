/* Labels of series. */
#include "core/ledger/label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/blind.h"
#include "core/ledger/ledger_in.h"
#include "core/ledger/rights.h"
#include "core/ledger/settle_in.h"

/* More images than this say nothing new of what a series is. */
#define IMAGES_MOST "4096"

/* ---- the table in use ---- */

const struct rules *
label_rules(struct ledger *l)
{
	struct digest d;
	struct err e = { 0 };

	if (l->rules != NULL)
		return l->rules;
	/* our own table: that it can be read is tested */
	if (rules_parse(classify_rules, strlen(classify_rules), "rules.tsv", &l->rules, &e) != RC_OK)
		abort();
	digest_begin(&d);
	digest_add(&d, classify_rules, strlen(classify_rules));
	digest_end(&d, l->rules_digest);
	return l->rules;
}

static const char *
rules_digest(struct ledger *l)
{
	label_rules(l);
	return l->rules_digest;
}

bool
label_blinded(struct ledger *l)
{
	const struct rules *r = label_rules(l);

	if (!blind_any(l))
		return false;
	for (int a = 0; a < ATTR_COUNT; a++)
		if (blind_attr(l, (enum attr)a) && rules_ask(r, (enum attr)a))
			return true;
	return false;
}

/* ---- facts, from the index ---- */

static struct stmt *
series_statement(struct ledger *l)
{
	struct buf sql = { 0 };

	if (l->label_series != NULL)
		return l->label_series;
	buf_text(&sql, "SELECT series.id");
	for (int a = 0; a < ATTR_COUNT; a++)
		if (attr_table[a].level != ATTR_LEVEL_IMAGE &&
			rules_ask(label_rules(l), (enum attr)a))
			buf_format(&sql, ", %s", attr_table[a].column);
	buf_text(&sql, " FROM series JOIN exam ON exam.id = series.exam WHERE series.id = $1");
	l->label_series = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	return l->label_series;
}

static enum rc
read_series(struct ledger *l, int64_t series, struct label_facts *out, struct err *e)
{
	struct stmt *s = series_statement(l);
	int column = 1;
	enum rc rc;

	stmt_done(s);
	stmt_int(s, 1, series);
	rc = stmt_step(s, e);
	for (int a = 0; rc == RC_OK && a < ATTR_COUNT; a++)
		if (attr_table[a].level != ATTR_LEVEL_IMAGE &&
			rules_ask(label_rules(l), (enum attr)a))
			out->value[a] = mem_string(stmt_get_text(s, column++));
	stmt_done(s);
	return rc == RC_NOT_FOUND ? err_set(e, rc, "there is no such series") : rc;
}

static enum rc
read_images(struct ledger *l, int64_t series, struct facts *f, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT image_type, image_position, image_orientation, temporal_position, slices"
		" FROM image WHERE series = $1 ORDER BY place LIMIT " IMAGES_MOST);
	enum rc rc;

	stmt_int(s, 1, series);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct fact_image im = {
			.type = stmt_get_text(s, 0),
			.position = stmt_get_text(s, 1),
			.orientation = stmt_get_text(s, 2),
			.temporal = stmt_get_text(s, 3),
			.frames = (long)stmt_get_int(s, 4),
		};

		facts_image(f, &im);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

void
label_use(struct ledger *l,
	bool (*before)(void *ctx, struct ledger *l, int64_t series, struct classify_said *out),
	void *ctx, void (*drop)(void *ctx))
{
	l->label_before = before;
	l->label_ctx = ctx;
	l->label_drop = drop;
}

static void
say(struct ledger *l, int64_t series, struct label_facts *out)
{
	struct classify_said said = { .told = { false } };
	bool any = l->label_before != NULL && l->label_before(l->label_ctx, l, series, &said);

	classify_before(label_rules(l), &out->facts, any ? &said : NULL, &out->label);
}

static enum rc
read_facts(struct ledger *l, int64_t series, struct label_facts *out, struct err *e)
{
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = read_series(l, series, out, e);
	if (rc == RC_OK) {
		facts_begin(&out->facts, (const char *const *)out->value);
		rc = read_images(l, series, &out->facts, e);
	}
	if (rc == RC_OK)
		say(l, series, out);
	return rc;
}

enum rc
label_facts(struct ledger *l, int64_t series, struct label_facts *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (label_blinded(l))
		return err_set(e, RC_DENIED, "what the rules ask is blinded for you");
	return read_facts(l, series, out, e);
}

void
label_facts_free(struct label_facts *f)
{
	for (int a = 0; a < ATTR_COUNT; a++)
		free(f->value[a]);
	memset(f, 0, sizeof(*f));
}

/* ---- the row ---- */

static void
fill_row(struct label_row *out, struct stmt *s)
{
	memset(out, 0, sizeof(*out));
	str_copy(out->text, sizeof(out->text), stmt_get_text(s, 0));
	str_copy(out->rule, sizeof(out->rule), stmt_get_text(s, 1));
	out->confidence = (int)stmt_get_int(s, 2);
	str_copy(out->rules, sizeof(out->rules), stmt_get_text(s, 3));
	str_copy(out->account, sizeof(out->account), stmt_get_text(s, 4));
	str_copy(out->reason, sizeof(out->reason), stmt_get_text(s, 5));
	out->event = stmt_get_int(s, 6);
}

static enum rc
read_row(struct ledger *l, int64_t series, struct label_row *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT label, rule, confidence, rules, account, reason, event FROM series_label"
		" WHERE series = $1");
	enum rc rc;

	memset(out, 0, sizeof(*out));
	stmt_int(s, 1, series);
	rc = stmt_step(s, e);
	if (rc == RC_OK)
		fill_row(out, s);
	stmt_done(s);
	return rc;
}

static void
mask(struct label_row *r, bool blinded)
{
	blind_text(r->text, sizeof(r->text), blinded);
	blind_text(r->rule, sizeof(r->rule), blinded);
	blind_text(r->reason, sizeof(r->reason), blinded && r->reason[0] != '\0');
}

enum rc
label_of(struct ledger *l, int64_t series, struct label_row *out, struct err *e)
{
	enum rc rc = read_row(l, series, out, e);

	mask(out, rc == RC_OK && label_blinded(l));
	return rc == RC_NOT_FOUND ? err_set(e, rc, "the series has no label yet") : rc;
}

enum rc
label_each(struct ledger *l, void (*each)(void *ctx, int64_t series, const struct label_row *row),
	void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT b.label, b.rule, b.confidence, b.rules, b.account, b.reason, b.event, q.id"
		" FROM series q LEFT JOIN series_label b ON b.series = q.id ORDER BY q.id");
	bool blinded = label_blinded(l);
	struct label_row r;
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		fill_row(&r, s);
		mask(&r, blinded);
		each(ctx, stmt_get_int(s, 7), stmt_is_null(s, 0) ? NULL : &r);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
write_row(struct ledger *l, int64_t series, const struct label_row *r, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO series_label VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT "
		"(series)"
		" DO UPDATE SET label = excluded.label, rule = excluded.rule, confidence ="
		" excluded.confidence, rules = excluded.rules, account = excluded.account, reason ="
		" excluded.reason, event = excluded.event");

	stmt_int(s, 1, series);
	stmt_text(s, 2, r->text);
	stmt_text(s, 3, r->rule);
	stmt_int(s, 4, r->confidence);
	stmt_text(s, 5, r->rules);
	stmt_text(s, 6, r->account);
	stmt_text(s, 7, r->reason);
	stmt_int(s, 8, r->event);
	return stmt_run(s, e);
}

/* What the rules say now into *out. */
static enum rc
by_rules(struct ledger *l, int64_t series, struct label_row *out, struct err *e)
{
	struct label_facts f;
	enum rc rc = read_facts(l, series, &f, e);

	memset(out, 0, sizeof(*out));
	str_copy(out->text, sizeof(out->text), f.label.text);
	str_copy(out->rule, sizeof(out->rule), f.label.rules);
	str_copy(out->rules, sizeof(out->rules), rules_digest(l));
	out->confidence = f.label.confidence;
	label_facts_free(&f);
	return rc;
}

enum rc
label_tell(struct ledger *l, int64_t series, bool *changed, struct err *e)
{
	struct label_row before, now;
	enum rc rc = read_row(l, series, &before, e);

	if (changed != NULL)
		*changed = false;
	if ((rc != RC_OK && rc != RC_NOT_FOUND) || before.event != 0)
		return rc;
	rc = by_rules(l, series, &now, e);
	if (rc == RC_OK && changed != NULL)
		*changed = strcmp(before.text, now.text) != 0;
	return rc == RC_OK ? write_row(l, series, &now, e) : rc;
}

/* ---- all of them ---- */

/* + : not by the index on settled, which nearly all are, but in the order of the number */
static const char waiting[] =
	" FROM series s LEFT JOIN series_label b ON b.series = s.id WHERE +s.settled = 1 AND"
	" (b.series IS NULL OR (b.event = 0 AND b.rules <> $1))";

int64_t
label_waiting(struct ledger *l)
{
	char *sql = mem_format("SELECT count(*)%s", waiting);
	struct stmt *s = db_query_once(ledger_db(l), sql);
	int64_t n;

	stmt_text(s, 1, rules_digest(l));
	n = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_free(s);
	free(sql);
	return n;
}

/* The next ones after the last that was told, so that nothing is looked at twice. */
static enum rc
read_waiting(struct ledger *l, int64_t *list, int64_t limit, int64_t *n, struct err *e)
{
	char *sql = mem_format(
		"SELECT s.id%s AND s.id > $2 ORDER BY s.id LIMIT %lld", waiting, (long long)limit);
	struct stmt *s = db_query_once(ledger_db(l), sql);
	enum rc rc;

	*n = 0;
	stmt_text(s, 1, rules_digest(l));
	stmt_int(s, 2, l->label_last);
	while ((rc = stmt_step(s, e)) == RC_OK && *n < limit)
		list[(*n)++] = stmt_get_int(s, 0);
	stmt_free(s);
	free(sql);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
tell_next(struct ledger *l, int64_t limit, int64_t *done, struct err *e)
{
	int64_t *list = mem_zero((size_t)limit, sizeof(*list));
	enum rc rc = read_waiting(l, list, limit, done, e);

	for (int64_t i = 0; rc == RC_OK && i < *done; i++) {
		bool changed;

		rc = label_tell(l, list[i], &changed, e);
		if (rc == RC_OK && changed)
			rc = settle_search(l, list[i], e);
	}
	l->label_last = rc == RC_OK && *done > 0 ? list[*done - 1] : 0;
	free(list);
	return rc;
}

enum rc
label_tell_next(struct ledger *l, int64_t limit, int64_t *done, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	*done = 0;
	return rc == RC_OK ? ledger_end(l, tell_next(l, limit, done, e), e) : rc;
}

static enum rc
tell_list(struct ledger *l, const int64_t *series, size_t n, int64_t *changed, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		bool other;

		rc = label_tell(l, series[i], &other, e);
		if (rc == RC_OK && other)
			rc = settle_search(l, series[i], e);
		*changed += rc == RC_OK && other;
	}
	return rc;
}

enum rc
label_tell_list(struct ledger *l, const int64_t *series, size_t n, int64_t *changed, struct err *e)
{
	enum rc rc = n <= 1000 ? ledger_begin(l, e)
			       : err_set(e, RC_LIMIT, "at most 1,000 series at once");

	return rc == RC_OK ? ledger_end(l, tell_list(l, series, n, changed, e), e) : rc;
}

/* ---- by a person ---- */

/* What the row becomes, without its event. */
static enum rc
next_row(struct ledger *l, const struct session *who, const struct label_request *r,
	const struct label_row *before, struct label_row *next, struct err *e)
{
	enum rc rc;

	if (r->text == NULL)
		return before->event == 0
			? err_set(e, RC_CONFLICT, "no person gave this series a label")
			: by_rules(l, r->series, next, e);
	memset(next, 0, sizeof(*next));
	rc = label_normal(label_rules(l), r->text, next->text, e);
	if (rc == RC_OK && before->event != 0 && strcmp(before->text, next->text) == 0)
		rc = err_set(e, RC_CONFLICT, "somebody gave it this label already");
	str_copy(next->rule, sizeof(next->rule), LABEL_BY_PERSON);
	str_copy(next->rules, sizeof(next->rules), rules_digest(l));
	str_copy(next->account, sizeof(next->account), who->user);
	next->confidence = 100;
	return rc;
}

static enum rc
set(struct ledger *l, const struct session *who, const struct label_request *r, struct err *e)
{
	char object[24], role[RIGHTS_ROLE];
	struct event ev = { .kind = "series", .object = object };
	struct event_receipt receipt;
	struct label_row before, next;
	struct signer author;
	enum rc rc = rights_label(l, who->user, r->series, role, e);

	if (rc == RC_OK)
		rc = read_row(l, r->series, &before, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, rc, "the series has no label yet: wetread classify --all");
	if (rc == RC_OK)
		rc = next_row(l, who, r, &before, &next, e);
	if (rc != RC_OK)
		return rc;
	author = session_signer(who, role);
	snprintf(object, sizeof(object), "%lld", (long long)r->series);
	ev.data = json_pack("{s:s, s:s, s:s, s:s}", "label", next.text, "before", before.text,
		"rule", before.rule, "reason", r->reason);
	if (r->text != NULL)
		ev.action = "label-set";
	else
		ev.action = "label-cleared";
	rc = event_append(l, &author, &ev, &receipt, e);
	if (rc == RC_OK && r->text != NULL) {
		next.event = receipt.seq;
		str_copy(next.reason, sizeof(next.reason), r->reason);
	}
	if (rc == RC_OK)
		rc = write_row(l, r->series, &next, e);
	return rc == RC_OK ? settle_search(l, r->series, e) : rc;
}

enum rc
label_set(struct ledger *l, const struct session *who, const struct label_request *r, struct err *e)
{
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = account_words_check("the reason", r->reason, e);
	if (rc == RC_OK && strlen(r->reason) >= sizeof(((struct label_row *)0)->reason))
		rc = err_set(e, RC_LIMIT, "the reason is shorter");
	if (rc == RC_OK && label_blinded(l))
		rc = err_set(e, RC_DENIED, "what the rules ask is blinded for you");
	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, set(l, who, r, e), e) : rc;
}
