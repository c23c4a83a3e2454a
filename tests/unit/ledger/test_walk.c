/* A walk by chance through everything that changes the record, with a seed; then the verifier finds it good, and the tables
 * made anew from the log are the tables that are there.  A run takes 1,500 acts; WETREAD_WALK=n takes n, WETREAD_SEED=s
 * others. */
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/readings_make.h"
#include "tests/unit/ledger/rebuild.h"

enum { ACTS = 1500, MINUTE = 60000000, SIGN_MOST = 50 };

struct walk {
	struct room *d;
	uint64_t seed;
	int series; /* invented so far */
	char password[READERS][40];
	int passwords;
	int64_t done, refused;
};

static unsigned
draw(struct walk *w, unsigned n)
{
	w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(w->seed >> 33) % n;
}

/* An act that may be refused: then it must say why. */
static void
counts(struct walk *w, enum rc rc, const struct err *e)
{
	w->done += rc == RC_OK;
	w->refused += rc != RC_OK;
	assert_int_not_equal(rc, RC_FAILED);
	assert_int_not_equal(rc, RC_CORRUPT);
	assert_true(rc == RC_OK || e->text[0] != '\0');
}

static struct ledger *
ledger(const struct walk *w)
{
	return w->d->m->l;
}

/* ---- images ---- */

static void
put_images(struct walk *w, int series, int first, int n, const char *other_bytes)
{
	struct catalog_batch *b;
	struct picture p;
	int64_t settled;

	made_begin(w->d->m, &b);
	for (int i = first; i < first + n; i++) {
		picture_ct(&p, series, i);
		if (other_bytes != NULL)
			made_digest(other_bytes, p.digest);
		made_add(b, &p);
	}
	assert_ok(catalog_batch_end(b, RC_OK, e));
	assert_ok(catalog_settle(ledger(w), ledger_system(ledger(w)), NULL, NULL, &settled, e));
	w->done++;
}

static void
import_series(struct walk *w)
{
	for (unsigned n = 1 + draw(w, 4); n > 0; n--)
		put_images(w, ++w->series, 1, 1 + (int)draw(w, 3), NULL);
}

/* More of a series that is there, the same again, or the same with other bytes. */
static void
import_more(struct walk *w)
{
	int series = 1 + (int)draw(w, (unsigned)w->series);
	unsigned kind = draw(w, 10);

	if (kind < 6)
		put_images(w, series, 4 + (int)draw(w, 20), 1, NULL);
	else
		put_images(w, series, 1, 1, kind < 9 ? "other bytes" : NULL);
}

/* ---- people ---- */

static void
fresh_password(struct walk *w, char to[40])
{
	snprintf(to, 40, "long words number %d", ++w->passwords);
}

static void
log_in(struct walk *w, enum reader who)
{
	struct err e = { 0 };
	struct session *s = &w->d->who[who];
	enum rc rc;

	session_close(ledger(w), s);
	rc = session_open(ledger(w), readers[who].id, w->password[who], "pts/1", s, &e);
	counts(w, rc, &e);
}

/* False: he cannot work now. */
static bool
is_in(struct walk *w, enum reader who)
{
	if (session_alive(ledger(w), &w->d->who[who], NULL) == RC_OK)
		return true;
	log_in(w, who);
	return w->d->who[who].key.secret != NULL;
}

static void
mistype_once(struct walk *w, enum reader who, bool login)
{
	struct decision_request r = room_verdict(who, 1, "quality", NULL);
	struct decision_receipt receipt;
	struct session s;
	struct err e = { 0 };
	enum rc rc;

	r.password = "not the password";
	if (login)
		rc = session_open(ledger(w), draw(w, 8) == 0 ? "nobody" : readers[who].id,
			r.password, "pts/1", &s, &e);
	else
		rc = decision_sign(ledger(w), &w->d->who[who], &r, &receipt, &e);
	assert_int_not_equal(rc, RC_OK);
	counts(w, rc, &e);
	w->done++; /* it is an event */
}

/* Five in a row lock the account. */
static void
mistype(struct walk *w)
{
	enum reader who = (enum reader)draw(w, READERS);

	if (draw(w, 3) > 0)
		mistype_once(w, who, false);
	else
		for (int n = 0; n < 5; n++)
			mistype_once(w, who, true);
}

static void
change_password(struct walk *w)
{
	enum reader who = (enum reader)draw(w, READERS);
	char fresh[40];
	struct account_passwords p = {
		.user = readers[who].id, .old = w->password[who], .fresh = fresh, .source = "pts/1"
	};
	struct err e = { 0 };
	enum rc rc;

	fresh_password(w, fresh);
	rc = account_change_password(ledger(w), &p, &e);
	if (rc == RC_OK)
		strcpy(w->password[who], fresh);
	counts(w, rc, &e);
}

static enum rc
reset(struct walk *w, const struct office *o, enum reader who, struct err *e)
{
	char fresh[40];
	struct account_reset r = { .user = readers[who].id, .password = fresh };
	enum rc rc;

	fresh_password(w, fresh);
	rc = office_reset(ledger(w), o, &r, e);
	if (rc == RC_OK)
		strcpy(w->password[who], fresh);
	return rc;
}

/* Who is locked; nobody may be. */
static enum rc
unlock(struct walk *w, const struct office *o, struct err *e)
{
	enum rc rc = RC_CONFLICT;

	for (int i = 0; i < READERS && rc != RC_OK; i++) {
		err_clear(e);
		rc = office_unlock(ledger(w), o, readers[i].id, e);
	}
	return rc;
}

static enum rc
set(struct walk *w, const struct office *o, struct err *e)
{
	static const struct {
		enum setting which;
		const char *values[3];
	} choices[] = {
		{ SETTING_DOUBLE_PERCENT, { "0", "40", "100" } },
		{ SETTING_REPEAT_PERCENT, { "0", "30", "100" } },
		{ SETTING_REPEAT_DAYS, { "1", "2", "3" } },
		{ SETTING_PLAN_SEED, { "7", "8", "9" } },
		{ SETTING_LEASE_MINUTES, { "1", "10", "240" } },
	};
	size_t i = draw(w, MEM_COUNT(choices));

	return office_set(ledger(w), o, choices[i].which, choices[i].values[draw(w, 3)], e);
}

static void
act_as_officer(struct walk *w)
{
	static const char *const roles[] = { "coordinator", "manager", "expert", "auditor" };
	struct office o = {
		.who = &w->d->olga, .password = OFFICER_PASSWORD, .reason = "drawn by chance"
	};
	enum reader who = (enum reader)draw(w, READERS);
	struct role_grant g = { .user = readers[who].id,
		.role = roles[draw(w, MEM_COUNT(roles))],
		.site = draw(w, 2) == 0 ? "04" : NULL };
	struct err e = { 0 };
	enum rc rc = RC_OK;

	switch (draw(w, 9)) {
	case 0:
		rc = office_disable(ledger(w), &o, readers[who].id, &e);
		break;
	case 1:
	case 2:
		rc = reset(w, &o, who, &e);
		break;
	case 3:
	case 8:
		rc = unlock(w, &o, &e);
		break;
	case 4:
		rc = office_grant(ledger(w), &o, &g, &e);
		break;
	case 5:
		if (draw(w, 2) == 0)
			office_grant(ledger(w), &o, &g, NULL);
		rc = office_revoke(ledger(w), &o, &g, &e);
		break;
	default:
		rc = set(w, &o, &e);
	}
	counts(w, rc, &e);
}

/* ---- verdicts ---- */

/* A row of a list that the reader may work on; how many of at most `most` there are. */
static int64_t
list(struct walk *w, enum reader who, struct worklist_row *rows, int64_t most)
{
	static const char *const queues[] = { "phi", "quality", "quality", "adjudication" };
	struct worklist_query q = { .step = queues[draw(w, MEM_COUNT(queues))],
		.account = readers[who].id,
		.sort = (enum worklist_sort)draw(w, WORKLIST_SORTS),
		.limit = most };
	int64_t n = 0;

	assert_ok(worklist_page(ledger(w), &q, rows, &n, e));
	return n;
}

static void
choose_verdict(struct walk *w, struct decision_request *r, struct mark *mark)
{
	static const char *const reasons[] = { "ART-NOISE", "111213", "GEO-GAP", "111210" };

	r->verdict = draw(w, 10) < 7 ? "pass" : "fail";
	if (strcmp(r->verdict, "pass") == 0)
		return;
	for (r->reason_count = 0; r->reason_count < 1 + draw(w, 2); r->reason_count++)
		r->reasons[r->reason_count] = reasons[r->reason_count * 2 + draw(w, 2)];
	r->note = draw(w, 2) == 0 ? "seen twice" : "";
	if (draw(w, 2) != 0)
		return;
	*mark = made_mark(0);
	mark->kind = (enum mark_kind)draw(w, MARK_KINDS);
	r->marks = mark;
	r->mark_count = 1;
}

/* Some of a list with one password. */
static void
sign_some(struct walk *w)
{
	enum reader who = (enum reader)draw(w, READERS);
	struct worklist_row rows[SIGN_MOST];
	struct decision_request rs[SIGN_MOST];
	struct decision_receipt receipts[SIGN_MOST];
	struct mark marks[SIGN_MOST];
	struct err errs[SIGN_MOST], e = { 0 };
	int64_t n;

	if (!is_in(w, who))
		return;
	n = list(w, who, rows, 1 + draw(w, SIGN_MOST));
	for (int64_t i = 0; i < n; i++) {
		rs[i] = room_verdict(who, rows[i].series, rows[i].step, NULL);
		rs[i].password = w->password[who];
		rs[i].unattended = draw(w, 2) == 0;
		choose_verdict(w, &rs[i], &marks[i]);
		made_look_at(w->d->m, readers[who].id, rows[i].series, (uint32_t)rows[i].slices);
	}
	if (n == 0)
		return;
	decision_sign_batch(ledger(w), &w->d->who[who], rs, (size_t)n, receipts, errs, &e);
	for (int64_t i = 0; i < n; i++)
		counts(w,
			errs[i].rc != RC_OK           ? errs[i].rc
				: e.rc == RC_CONFLICT ? RC_OK
						      : e.rc,
			errs[i].rc != RC_OK ? &errs[i] : &e);
}

static void
correct(struct walk *w)
{
	int64_t last = db_number(ledger_db(ledger(w)), "SELECT max(id) FROM decision", 0), series;
	struct decision_request r;
	struct decision_receipt receipt;
	struct decision old;
	struct mark mark;
	struct err why = { 0 };
	enum reader who = 0;

	if (last == 0)
		return;
	assert_ok(decision_get(ledger(w), 1 + draw(w, (unsigned)last), &old, &series, e));
	while (strcmp(readers[who].id, old.account) != 0)
		who++;
	if (draw(w, 10) == 0)
		who = (enum reader)draw(w, READERS);
	if (!is_in(w, who))
		return;
	r = room_verdict(who, series, old.step, NULL);
	r.password = w->password[who];
	choose_verdict(w, &r, &mark);
	r.corrects = old.number;
	r.correction = correction_list[draw(w, 3)].code;
	if (strcmp(r.verdict, "pass") == 0)
		made_look_at(w->d->m, readers[who].id, series, 20);
	counts(w, decision_sign(ledger(w), &w->d->who[who], &r, &receipt, &why), &why);
}

/* ---- the rest ---- */

static void
handle_task(struct walk *w)
{
	enum reader who = (enum reader)draw(w, READERS);
	struct session *s = &w->d->who[who];
	struct worklist_row rows[8];
	const struct worklist_row *row;
	struct err e = { 0 };
	int64_t n;

	if (!is_in(w, who))
		return;
	n = list(w, who, rows, 8);
	if (n == 0)
		return;
	row = &rows[draw(w, (unsigned)n)];
	switch (draw(w, 4)) {
	case 0:
		counts(w, decision_later(ledger(w), s, row->series, row->step, &e), &e);
		break;
	case 1:
		counts(w, lease_take(ledger(w), s, row->task, NULL, &e), &e);
		break;
	case 2:
		lease_take(ledger(w), &w->d->who[(who + 1) % READERS], row->task, NULL, NULL);
		counts(w, lease_take_over(ledger(w), s, row->task, "drawn by chance", &e), &e);
		break;
	default:
		counts(w, lease_drop(ledger(w), s, 0, &e), &e);
	}
}

static void
let_time_pass(struct walk *w)
{
	static const int64_t minutes[] = { 1, 16, 120, 1500 };

	w->d->m->now += minutes[draw(w, MEM_COUNT(minutes))] * MINUTE;
	if (session_alive(ledger(w), &w->d->olga, NULL) == RC_OK)
		return;
	session_close(ledger(w), &w->d->olga);
	w->d->olga = made_login(w->d->m, "olga", OFFICER_PASSWORD);
}

static void
log_in_anew(struct walk *w)
{
	log_in(w, (enum reader)draw(w, READERS));
}

static void
step(struct walk *w)
{
	static const struct {
		unsigned weight;
		void (*act)(struct walk *w);
	} acts[] = {
		{ 16, import_series },
		{ 10, import_more },
		{ 12, sign_some },
		{ 14, correct },
		{ 8, handle_task },
		{ 4, mistype },
		{ 2, change_password },
		{ 8, act_as_officer },
		{ 3, log_in_anew },
		{ 6, let_time_pass },
	};
	unsigned all = 0, at;
	size_t i = 0;

	for (size_t k = 0; k < MEM_COUNT(acts); k++)
		all += acts[k].weight;
	for (at = draw(w, all); at >= acts[i].weight; i++)
		at -= acts[i].weight;
	acts[i].act(w);
}

static long
asked(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtol(text, NULL, 10) : otherwise;
}

static int64_t
events_of(struct walk *w, const char *action)
{
	char *sql = mem_format(
		"SELECT count(*) FROM event WHERE body LIKE '%%\"action\":\"%s\"%%'", action);
	int64_t n = raw_number(w->d->m->folder, sql);

	free(sql);
	return n;
}

/* Nothing that the walk is meant to do was left out. */
static void
assert_everything_happened(struct walk *w)
{
	static const char *const actions[] = { "account-disabled", "account-locked", "account-reset",
		"account-unlocked", "decision", "images-conflict", "lease-taken-over",
		"login-failed", "logout", "password-changed", "review-later", "role-granted",
		"role-revoked", "series-changed", "setting-changed", "signature-refused" };

	for (size_t i = 0; i < MEM_COUNT(actions); i++)
		if (events_of(w, actions[i]) == 0)
			fail_msg("the walk made no %s", actions[i]);
	for (int reading = 1; reading <= READING_REPEAT; reading++) {
		char sql[80];

		snprintf(sql, sizeof(sql), "SELECT count(*) FROM decision WHERE reading = %d",
			reading);
		if (raw_number(w->d->m->folder, sql) == 0)
			fail_msg("the walk made no reading %d", reading);
	}
	assert_true(raw_number(w->d->m->folder,
			    "SELECT count(*) FROM decision WHERE correction <> ''") > 0);
}

/* R-01 R-03 R-21 R-24 */
static void
after_a_walk_by_chance_the_log_alone_makes_the_tables_that_are_there(void **state)
{
	struct walk w = { .d = *state, .seed = (uint64_t)asked("WETREAD_SEED", 1) };
	long goal = asked("WETREAD_WALK", ACTS);

	for (int i = 0; i < READERS; i++)
		strcpy(w.password[i], readers[i].password);
	room_set(w.d, SETTING_DOUBLE_PERCENT, "40");
	room_set(w.d, SETTING_REPEAT_PERCENT, "30");
	room_set(w.d, SETTING_REPEAT_DAYS, "1");
	import_series(&w);
	while (w.done < goal)
		step(&w);
	printf("# %lld acts and %lld refused, %lld events, %lld signatures\n", (long long)w.done,
		(long long)w.refused,
		(long long)raw_number(w.d->m->folder, "SELECT max(seq) FROM event"),
		(long long)raw_number(w.d->m->folder, "SELECT count(*) FROM signature"));
	assert_verified(w.d->m->folder);
	assert_int_equal(rebuild_compare(w.d->m->folder), 0);
	if (getenv("WETREAD_SEED") == NULL)
		assert_everything_happened(&w);
}

/* That the comparison can fail: one value of each table, changed behind the program's back. */
/* */
static void
a_value_that_the_log_does_not_tell_is_seen(void **state)
{
	static const char *const changes[] = {
		"DROP TRIGGER decision_no_update; UPDATE decision SET at = at + 1 WHERE id = 1",
		"UPDATE account SET failures = 1 WHERE id = 'sam'",
		"UPDATE task SET later = 1 WHERE id = 2",
		"UPDATE series SET revision = revision + 1",
		"DELETE FROM account_role WHERE account = 'erik'",
		"UPDATE session SET signed = signed + 1 WHERE account = 'rita'",
	};
	struct room *d = *state;
	int64_t before = 0;
	char to[16];
	struct made *kept;

	made_series(d->m, 1, 1);
	assert_ok(room_sign(d, RITA, 1, "ART-NOISE", to, e));
	assert_int_equal(rebuild_compare(d->m->folder), 0);
	kept = made_blank();
	raw_number(d->m->folder, "PRAGMA wal_checkpoint(TRUNCATE)");
	for (size_t i = 0; i < MEM_COUNT(changes); i++) {
		sqlite3 *db;
		int64_t now;

		made_copy(d->m->folder, kept->folder);
		db = raw_open(kept->folder);
		raw_run(db, changes[i]);
		sqlite3_close(db);
		now = rebuild_compare(kept->folder);
		if (now <= before)
			fail_msg("not seen: %s", changes[i]);
	}
	made_free(kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		room_test(after_a_walk_by_chance_the_log_alone_makes_the_tables_that_are_there),
		room_test(a_value_that_the_log_does_not_tell_is_seen),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
