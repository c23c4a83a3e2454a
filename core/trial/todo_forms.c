/* Forms to be filled: everything that is entered and signed is read at once, then looked up place by place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/todo_in.h"

/* How a form stands at a place. */
struct standing {
	char *key; /* kind TAB object TAB form */
	struct {
		int64_t entered, signed_; /* events; 0 none */
		bool mine;
	} pass[FORM_PASSES];
	bool locked;
};
struct standings {
	struct standing *one;
	size_t n, room;
	const char *account;
};

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct standing *)a)->key, ((const struct standing *)b)->key);
}

/* Rows come by key, so the one in hand is the last. */
static struct standing *
last_of(struct standings *t, struct stmt *s)
{
	char *key = mem_format(
		"%s\t%s\t%s", stmt_get_text(s, 0), stmt_get_text(s, 1), stmt_get_text(s, 2));

	if (t->n > 0 && strcmp(t->one[t->n - 1].key, key) == 0) {
		free(key);
		return &t->one[t->n - 1];
	}
	if (t->n == t->room) {
		t->room = t->room * 2 + 64;
		t->one = mem_grow(t->one, t->room, sizeof(*t->one));
	}
	memset(&t->one[t->n], 0, sizeof(t->one[0]));
	t->one[t->n].key = key;
	return &t->one[t->n++];
}

static struct standing *
find(struct standings *t, const char *kind, const char *object, const char *form)
{
	struct standing key = { .key = mem_format("%s\t%s\t%s", kind, object, form) }, *found;

	found = t->n > 0 ? bsearch(&key, t->one, t->n, sizeof(*t->one), by_key) : NULL;
	free(key.key);
	return found;
}

static enum rc
read_entered(struct ledger *l, struct standings *t, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT kind, object, form, pass, max(event), max(account = $1) FROM entry"
		" GROUP BY kind, object, form, pass ORDER BY kind, object, form, pass");
	enum rc rc;

	stmt_text(s, 1, t->account);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct standing *st = last_of(t, s);
		int64_t pass = stmt_get_int(s, 3);

		if (pass > 0 && pass < FORM_PASSES) {
			st->pass[pass].entered = stmt_get_int(s, 4);
			st->pass[pass].mine = stmt_get_int(s, 5) != 0;
		}
	}
	stmt_done(s);
	if (t->n > 0)
		qsort(t->one, t->n, sizeof(*t->one), by_key);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
read_steps(struct ledger *l, struct standings *t, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT kind, object, form, pass, event, step FROM form_step WHERE form <> ''"
		" ORDER BY event");
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct standing *st =
			find(t, stmt_get_text(s, 0), stmt_get_text(s, 1), stmt_get_text(s, 2));
		int64_t pass = stmt_get_int(s, 3);

		if (st == NULL)
			continue;
		if (strcmp(stmt_get_text(s, 5), "signed") != 0)
			st->locked = strcmp(stmt_get_text(s, 5), "locked") == 0;
		else if (pass > 0 && pass < FORM_PASSES)
			st->pass[pass].signed_ = stmt_get_int(s, 4);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- what is left of a form ---- */

static bool
done(const struct standing *st, int pass)
{
	return st != NULL && st->pass[pass].signed_ > st->pass[pass].entered;
}

/* Do the two entries differ?  Values are kept in one way, so texts tell. */
static bool
differ(struct ledger *l, const char *kind, const char *object, const char *form)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT count(*) FROM (SELECT field FROM (SELECT field, value, pass FROM entry n "
		"WHERE"
		" kind = $1 AND object = $2 AND form = $3 AND pass < 3 AND event = (SELECT "
		"max(event)"
		" FROM entry o WHERE o.kind = n.kind AND o.object = n.object AND o.form = n.form "
		"AND"
		" o.pass = n.pass AND o.field = n.field) AND field NOT LIKE 'check:%') GROUP BY "
		"field"
		" HAVING count(DISTINCT value) > 1 OR (count(*) = 1 AND max(value) <> ''))");
	bool is;

	stmt_text(s, 1, kind);
	stmt_text(s, 2, object);
	stmt_text(s, 3, form);
	is = stmt_step(s, NULL) == RC_OK && stmt_get_int(s, 0) > 0;
	stmt_done(s);
	return is;
}

/* What this account would do with the form; NULL nothing. */
static const char *
left(struct ledger *l, const struct study_form *f, const struct standing *st, const char *kind,
	const char *object)
{
	bool mine = st != NULL && st->pass[PASS_FIRST].mine;

	if (st != NULL && st->locked)
		return NULL;
	if (!done(st, PASS_FIRST) && (st == NULL || st->pass[PASS_FIRST].entered == 0))
		return "fill in";
	if (!done(st, PASS_FIRST) && (mine || !f->double_entry))
		return "complete and sign";
	if (!f->double_entry || mine)
		return NULL;
	if (!done(st, PASS_SECOND) &&
		(st->pass[PASS_SECOND].mine || st->pass[PASS_SECOND].entered == 0))
		return "fill in a second time";
	if (st->pass[PASS_SECOND].mine || !done(st, PASS_FIRST) || !done(st, PASS_SECOND) ||
		done(st, PASS_SETTLED))
		return NULL;
	return differ(l, kind, object, f->id) ? "settle what differs in" : NULL;
}

/* ---- places ---- */

struct placing_of {
	struct ledger *l;
	const struct study *study;
	struct standings *standings;
	struct todo_list *out;
};

static void
take_form(const struct placing_of *p, const struct case_of *c, const struct study_form *f)
{
	static const char *const kinds[] = { "visit", "exam", "series" };
	char object[CASE_KEY];
	const char *what;
	struct todo *d;

	if (f->level == STUDY_OF_VISIT)
		case_visit(object, c->trial, c->subject, c->visit);
	else
		snprintf(object, sizeof(object), "%lld",
			(long long)(f->level == STUDY_OF_EXAM ? c->exam : c->series));
	what = left(p->l, f, find(p->standings, kinds[f->level], object, f->id), kinds[f->level],
		object);
	if (what == NULL)
		return;
	d = todo_add(p->out, TODO_FORM, "%s: %s", what, f->title);
	str_copy(d->trial, sizeof(d->trial), c->trial);
	str_copy(d->site, sizeof(d->site), c->site);
	str_copy(d->subject, sizeof(d->subject), c->subject);
	str_copy(d->visit, sizeof(d->visit), c->visit);
	str_copy(d->field, sizeof(d->field), f->id);
	d->exam = c->exam;
	d->series = c->series;
}

/* A row for each series of an exam that is of a visit: exam's forms at its first, visit's at the first of its first exam. */
static void
take_row(const struct placing_of *p, const struct case_of *c, bool first_of_exam,
	bool first_of_visit)
{
	const struct study_form *forms[64];
	size_t n = fill_forms(p->study, c, forms, MEM_COUNT(forms));

	for (size_t i = 0; i < n; i++)
		if (forms[i]->level == STUDY_OF_SERIES ||
			(forms[i]->level == STUDY_OF_EXAM && first_of_exam) ||
			(forms[i]->level == STUDY_OF_VISIT && first_of_visit))
			take_form(p, c, forms[i]);
}

static enum rc
walk(const struct placing_of *p, const char *trial, struct err *e)
{
	struct stmt *s = db_query_once(ledger_db(p->l),
		"SELECT x.site, x.subject, x.visit, x.id, q.id FROM exam x JOIN series q ON q.exam "
		"="
		" x.id WHERE x.trial = $1 AND x.subject <> '' AND x.visit <> '' AND q.state NOT IN"
		" ('rejected', 'void') AND EXISTS (SELECT 1 FROM account_role r WHERE r.account = "
		"$2"
		" AND r.role IN ('coordinator', 'expert', 'radiologist') AND (r.study = '*' OR "
		"r.study"
		" = x.trial) AND (r.site = '*' OR r.site = x.site)) ORDER BY x.subject, x.visit, "
		"x.id,"
		" q.id");
	struct case_of c, before = { .exam = 0 };
	enum rc rc;

	stmt_text(s, 1, trial);
	stmt_text(s, 2, p->standings->account);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		memset(&c, 0, sizeof(c));
		str_copy(c.trial, sizeof(c.trial), trial);
		str_copy(c.site, sizeof(c.site), stmt_get_text(s, 0));
		str_copy(c.subject, sizeof(c.subject), stmt_get_text(s, 1));
		str_copy(c.visit, sizeof(c.visit), stmt_get_text(s, 2));
		c.exam = stmt_get_int(s, 3);
		c.series = stmt_get_int(s, 4);
		take_row(p, &c, c.exam != before.exam,
			strcmp(c.subject, before.subject) != 0 ||
				strcmp(c.visit, before.visit) != 0);
		before = c;
	}
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
todo_forms(struct ledger *l, const char *account, const struct study *s, const char *trial,
	struct todo_list *out, struct err *e)
{
	struct standings t = { .account = account };
	struct placing_of p = { l, s, &t, out };
	enum rc rc = s->forms > 0 ? read_entered(l, &t, e) : RC_OK;

	if (rc == RC_OK && s->forms > 0)
		rc = read_steps(l, &t, e);
	if (rc == RC_OK && s->forms > 0)
		rc = walk(&p, trial, e);
	for (size_t i = 0; i < t.n; i++)
		free(t.one[i].key);
	free(t.one);
	return rc;
}
