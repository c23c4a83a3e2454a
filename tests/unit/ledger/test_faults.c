/* A disk that fails: at every call that changes a file or reads one, in turn, whatever is done is done with its event or not
 * at all, its caller hears of it, and the next one works.  Passwords cost nothing here (cheap_make.h).  A run takes some
 * places of each kind by chance; WETREAD_FAULTS=all takes all of them. */
#include <signal.h>
#include <sys/resource.h>

#include "core/ledger/office.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/faulty_vfs.h"
#include "tests/unit/ledger/ledger_make.h"
#include "tests/unit/ledger/old_make.h"

#define FRESH_PASSWORD "some other long words"

/* What every trial begins with: two series, rita's and olga's sessions open, nobody's connection. */
struct ground_floor {
	struct made *m;
	struct session rita, olga;
};

struct trial {
	struct made *m;
	struct session rita,
		olga; /* those of the ground floor; a session's keys are in memory only */
};

struct deed {
	const char *name;
	enum rc (*run)(struct trial *t, struct err *e);
	const char *count; /* what there is of it */
	int64_t adds;
	bool opens; /* opening the archive is all of it */
	const char *old; /* the archive of an earlier version that it is done to; NULL: that of the ground floor */
};

/* ---- what is done ---- */

static enum rc
sign(struct trial *t, struct err *e)
{
	struct decision_request r =
		made_verdict(1, "quality", "fail", "ART-NOISE", REVIEWER_PASSWORD);
	struct mark mark = made_mark(0);
	struct decision_receipt receipt;

	r.marks = &mark;
	r.mark_count = 1;
	return decision_sign(t->m->l, &t->rita, &r, &receipt, e);
}

static enum rc
put_off(struct trial *t, struct err *e)
{
	return decision_later(t->m->l, &t->rita, 1, "phi", e);
}

static enum rc
import(struct trial *t, struct err *e)
{
	struct catalog_batch *b;
	struct picture p;
	int64_t n;
	enum rc rc = catalog_batch_begin(&b, t->m->l, ledger_system(t->m->l), e);

	for (int i = 1; rc == RC_OK && i <= 3; i++) {
		struct catalog_image im = { .header = &p.h, .bytes = 10, .fault = "" };
		enum catalog_outcome outcome;

		picture_ct(&p, 7, i);
		im.digest = p.digest;
		im.pixel_digest = p.pixels;
		rc = catalog_add(b, &im, &outcome, e);
		if (rc != RC_OK || i == 3)
			rc = catalog_batch_end(b, rc, e);
	}
	return rc == RC_OK ? catalog_settle(t->m->l, ledger_system(t->m->l), NULL, NULL, &n, e)
			   : rc;
}

static enum rc
disable(struct trial *t, struct err *e)
{
	struct office o = {
		.who = &t->olga, .password = OFFICER_PASSWORD, .reason = "left the trial"
	};

	return office_disable(t->m->l, &o, "dora", e);
}

static enum rc
grant(struct trial *t, struct err *e)
{
	struct office o = {
		.who = &t->olga, .password = OFFICER_PASSWORD, .reason = "as the plan says"
	};
	struct role_grant g = { .user = "rita", .role = "coordinator", .site = "04" };

	return office_grant(t->m->l, &o, &g, e);
}

static enum rc
log_in(struct trial *t, struct err *e)
{
	struct session s;
	enum rc rc = session_open(t->m->l, "dora", RADIOLOGIST_PASSWORD, "pts/1", &s, e);

	key_free(&s.key);
	return rc;
}

static enum rc
change_password(struct trial *t, struct err *e)
{
	struct account_passwords p = {
		.user = "rita", .old = REVIEWER_PASSWORD, .fresh = FRESH_PASSWORD, .source = "pts/1"
	};

	return account_change_password(t->m->l, &p, e);
}

static enum rc
open_only(struct trial *t, struct err *e)
{
	(void)t, (void)e;
	return RC_OK;
}

/* The rows and the events of a kind are counted together: one without the other is an odd number. */
#define EVENTS(action) "(SELECT count(*) FROM event WHERE body LIKE '%\"action\":\"" action "\"%')"

static const struct deed deeds[] = {
	{ .name = "a signature",
		.run = sign,
		.count = "SELECT " EVENTS("decision") " + (SELECT count(*) FROM decision) + (SELECT"
						      " count(*) FROM signature) + (SELECT "
						      "count(*) FROM mark) + (SELECT count(*) FROM"
						      " viewing) + (SELECT count(*) FROM task "
						      "WHERE series = 1 AND state = 'done')",
		.adds = 6 },
	{ .name = "putting off",
		.run = put_off,
		.count = "SELECT " EVENTS(
			"review-later") " + (SELECT count(*) FROM task WHERE later = 1)",
		.adds = 2 },
	{ .name = "a batch of images",
		.run = import,
		.count = "SELECT " EVENTS(
			"images-arrived") " + (SELECT count(*) FROM image) + (SELECT"
					  " count(*) FROM header)",
		.adds = 7 },
	{ .name = "disabling",
		.run = disable,
		.count = "SELECT " EVENTS(
			"account-disabled") " + (SELECT count(*) FROM account WHERE"
					    " state = 'disabled')",
		.adds = 2 },
	{ .name = "a grant",
		.run = grant,
		.count = "SELECT " EVENTS("role-granted") " + (SELECT count(*) FROM account_role)",
		.adds = 2 },
	{ .name = "a login",
		.run = log_in,
		.count = "SELECT " EVENTS("login") " + (SELECT count(*) FROM session)",
		.adds = 2 },
	{ .name = "a new password",
		.run = change_password,
		.count = "SELECT " EVENTS(
			"password-changed") " + (SELECT count(*) FROM password_used)",
		.adds = 2 },
	{ .name = "an opening",
		.run = open_only,
		.count = "SELECT count(*) FROM event",
		.opens = true },
	{ .name = "new tables",
		.run = open_only,
		.count = "SELECT (SELECT value FROM meta WHERE name = 'schema') + " EVENTS(
			"schema-changed"),
		.adds = 2,
		.opens = true,
		.old = "tests/unit/ledger/version-5" },
};

/* ---- how it fails ---- */

enum { BEFORE, AFTER, HALF, FULL, HALF_FULL, GONE, UNREADABLE };

static const struct faulty_kind kinds[] = {
	[BEFORE] = { "before", CALL_CHANGES, SQLITE_IOERR, false, false, false },
	[AFTER] = { "after", CALL_CHANGES, SQLITE_IOERR, true, false, false },
	[HALF] = { "half", CALL_WRITE, SQLITE_IOERR, false, true, false },
	[FULL] = { "full", CALL_WRITE, SQLITE_FULL, false, false, true },
	[HALF_FULL] = { "half, then full", CALL_WRITE, SQLITE_FULL, false, true, true },
	[GONE] = { "gone", CALL_ALL, SQLITE_IOERR, false, false, true },
	[UNREADABLE] = { "unreadable", CALL_READ, SQLITE_IOERR, false, false, false },
};

/* ---- trials ---- */

static int
floor_setup(void **state)
{
	struct ground_floor *g = mem_zero(1, sizeof(*g));

	g->m = made_new();
	made_series(g->m, 1, 2);
	made_series(g->m, 2, 2);
	g->rita = made_login(g->m, "rita", REVIEWER_PASSWORD);
	g->olga = made_login(g->m, "olga", OFFICER_PASSWORD);
	made_look_at(g->m, "rita", 1, 2);
	made_close(g->m);
	*state = g;
	return 0;
}

static int
floor_teardown(void **state)
{
	struct ground_floor *g = *state;

	key_free(&g->rita.key);
	key_free(&g->olga.key);
	made_free(g->m);
	free(g);
	return 0;
}

static void
trial_begin(struct trial *t, const struct ground_floor *g, const struct deed *d)
{
	t->rita = g->rita;
	t->olga = g->olga;
	t->m = d->old != NULL ? old_archive(d->old) : made_blank();
	if (d->old != NULL)
		return;
	t->m->now = g->m->now + 1000000;
	made_copy(g->m->folder, t->m->folder);
}

static void
assert_told(
	const struct deed *d, const struct faulty_kind *k, int n, enum rc rc, const struct err *e)
{
	if (rc == RC_OK)
		return;
	if (e->rc == RC_OK || strlen(e->text) < 10)
		fail_msg("%s, %s %d: refused without a word", d->name, k->name, n);
	if (strstr(e->text, "ledger") == NULL)
		fail_msg("%s, %s %d: the words are about something else: %s", d->name, k->name, n,
			e->text);
}

/* With the fault; what came of it. */
static enum rc
try_it(struct trial *t, const struct deed *d, const struct faulty_kind *k, int n, struct err *e)
{
	enum rc rc = RC_OK;

	if (d->opens)
		faulty_arm(k, n);
	rc = ledger_open(&t->m->l, t->m->folder, DB_WRITE, &t->m->clock, e);
	if (!d->opens)
		faulty_arm(k, n);
	if (rc == RC_OK)
		rc = d->run(t, e);
	ledger_close(t->m->l);
	t->m->l = NULL;
	return rc;
}

/* What failed works the next time. */
static void
assert_goes_on(struct trial *t, const struct deed *d, bool undone)
{
	struct err e = { 0 };

	made_open(t->m);
	if (undone && d->run(t, &e) != RC_OK)
		fail_msg("%s, once more: %s", d->name, e.text);
	if (d->old == NULL && d->opens && sign(t, &e) != RC_OK)
		fail_msg("%s, then a signature: %s", d->name, e.text);
	made_close(t->m);
	assert_verified(t->m->folder);
}

/* False: the deed was done before it came to the n-th call. */
static bool
fails_whole(const struct ground_floor *g, const struct deed *d, const struct faulty_kind *k, int n)
{
	struct err e = { 0 };
	struct trial t;
	int64_t before, after;
	bool hit;
	enum rc rc;

	trial_begin(&t, g, d);
	before = raw_number(t.m->folder, d->count);
	rc = try_it(&t, d, k, n, &e);
	hit = faulty_disarm();
	assert_told(d, k, n, rc, &e);
	assert_verified(t.m->folder);
	after = raw_number(t.m->folder, d->count);
	if (after != before && after != before + d->adds)
		fail_msg("%s, %s %d: %lld became %lld", d->name, k->name, n, (long long)before,
			(long long)after);
	if (rc == RC_OK && after != before + d->adds)
		fail_msg("%s, %s %d: said to be done, but is not there", d->name, k->name, n);
	assert_goes_on(&t, d, after == before);
	made_free(t.m);
	return hit;
}

/* All places, or the first ones and then one here and there. */
static int
next_place(int n, unsigned *seed)
{
	const char *all = getenv("WETREAD_FAULTS");

	if (n < 3 || (all != NULL && strcmp(all, "all") == 0))
		return n + 1;
	*seed = *seed * 1103515245u + 12345u;
	return n + 1 + (int)(*seed >> 16) % (CHEAP_SHARE * (4 + 2 * n));
}

static void
sweep(const struct ground_floor *g, const struct deed *d)
{
	unsigned seed = 7;

	for (size_t k = 0; k < MEM_COUNT(kinds); k++) {
		int n = 1, tried = 1;

		for (; fails_whole(g, d, &kinds[k], n); n = next_place(n, &seed))
			tried++;
		printf("# %s, %s: %d places of fewer than %d\n", d->name, kinds[k].name, tried - 1,
			n);
	}
}

/* R-01 R-08 */
static void
a_disk_that_fails_anywhere_leaves_a_signature_whole_or_not_there(void **state)
{
	sweep(*state, &deeds[0]);
	sweep(*state, &deeds[1]);
}

/* R-01 R-08 */
static void
a_disk_that_fails_anywhere_leaves_a_batch_of_images_whole_or_not_there(void **state)
{
	sweep(*state, &deeds[2]);
}

/* R-01 R-08 */
static void
a_disk_that_fails_anywhere_leaves_what_officers_do_whole_or_not_there(void **state)
{
	sweep(*state, &deeds[3]);
	sweep(*state, &deeds[4]);
}

/* R-01 R-08 */
static void
a_disk_that_fails_anywhere_leaves_logins_and_passwords_whole_or_not_there(void **state)
{
	sweep(*state, &deeds[5]);
	sweep(*state, &deeds[6]);
}

/* */
static void
a_disk_that_fails_while_the_archive_is_opened_costs_nothing(void **state)
{
	sweep(*state, &deeds[7]);
}

/* R-01 R-03 */
static void
a_disk_that_fails_while_old_tables_are_carried_forward_leaves_them_old_or_new(void **state)
{
	sweep(*state, &deeds[8]);
}

/* ---- where SQLite gives up a transaction by itself ---- */

/* */
static void
after_a_failed_read_no_other_statement_of_the_transaction_is_run(void **state)
{
	const struct ground_floor *g = *state;
	struct trial t;
	struct err why = { 0 };

	trial_begin(&t, g, &deeds[0]);
	made_open(t.m);
	assert_ok(ledger_begin(t.m->l, e));
	assert_ok(db_exec(ledger_db(t.m->l), "UPDATE task SET later = 1 WHERE series = 1", e));
	faulty_arm(&kinds[UNREADABLE], 1);
	(void)db_number(ledger_db(t.m->l), "SELECT count(*) FROM mark_draft", 0); /* does not look */
	assert_true(faulty_disarm());
	assert_int_equal(
		db_exec(ledger_db(t.m->l), "UPDATE task SET later = 1 WHERE series = 2", &why),
		RC_FAILED);
	assert_int_equal(ledger_end(t.m->l, RC_OK, &why), RC_FAILED);
	assert_non_null(strstr(why.text, "could not be read or written"));
	assert_int_equal(raw_number(t.m->folder, "SELECT count(*) FROM task WHERE later = 1"), 0);
	made_free(t.m);
}

/* R-08 R-15 */
static void
a_password_that_cannot_be_counted_is_not_answered(void **state)
{
	static const char *const passwords[] = { "not the password", RADIOLOGIST_PASSWORD };
	const struct ground_floor *g = *state;

	for (int i = 0; i < 2; i++) {
		struct err e = { 0 };
		struct session s;
		struct trial t;

		trial_begin(&t, g, &deeds[0]);
		made_open(t.m);
		faulty_arm(&kinds[FULL], 1);
		assert_int_equal(
			session_open(t.m->l, "dora", passwords[i], "pts/1", &s, &e), RC_FAILED);
		assert_non_null(strstr(e.text, "the disk is full"));
		faulty_disarm();
		made_free(t.m);
	}
}

/* ---- the file of anchors ---- */

static int64_t
count_anchors(const struct made *m)
{
	char *text = made_read(m->folder, "anchors/anchors.log", NULL);
	int64_t n = 0;

	for (const char *at = text; *at != '\0'; at++)
		n += *at == '\n';
	free(text);
	return n;
}

static void
assert_anchors_go_on(struct trial *t)
{
	int64_t before = count_anchors(t->m);

	assert_ok(ledger_anchor(t->m->l, e));
	assert_int_equal(count_anchors(t->m), before + 1);
	made_free(t->m);
}

/* R-06 R-08 */
static void
anchors_that_cannot_be_written_are_told_and_caught_up_with(void **state)
{
	struct trial t;
	struct err why = { 0 };
	char *path, *aside;

	trial_begin(&t, *state, &deeds[0]);
	made_open(t.m);
	path = made_path(t.m->folder, "anchors/anchors.log");
	aside = made_path(t.m->folder, "anchors/aside");
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(symlink("/dev/full", path), 0);
	assert_ok(sign(&t, e));
	assert_int_equal(ledger_anchor(t.m->l, &why), RC_FAILED);
	assert_non_null(strstr(why.text, "cannot write anchors/anchors.log: "));
	assert_int_equal(rename(aside, path), 0);
	free(path);
	free(aside);
	assert_verified(t.m->folder);
	assert_anchors_go_on(&t);
}

/* R-06 R-08 */
static void
half_a_line_of_an_anchor_is_taken_back(void **state)
{
	struct rlimit before, little;
	struct trial t;
	struct err why = { 0 };
	size_t size = 0, after = 0;

	trial_begin(&t, *state, &deeds[0]);
	made_open(t.m);
	free(made_read(t.m->folder, "anchors/anchors.log", &size));
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	little = (struct rlimit){ .rlim_cur = size + 40, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_FSIZE, &little);
	assert_int_equal(ledger_anchor(t.m->l, &why), RC_FAILED);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_non_null(strstr(why.text, "cannot write anchors/anchors.log: "));
	free(made_read(t.m->folder, "anchors/anchors.log", &after));
	assert_int_equal(after, size);
	assert_verified(t.m->folder);
	assert_anchors_go_on(&t);
}

/* R-05 R-06 */
static void
half_a_line_left_by_a_power_cut_is_no_anchor_and_no_alarm(void **state)
{
	struct trial t;
	char *text;
	size_t size = 0;

	trial_begin(&t, *state, &deeds[0]);
	text = made_read(t.m->folder, "anchors/anchors.log", &size);
	text = realloc(text, size + 60);
	memcpy(text + size, text, 60);
	made_write(t.m->folder, "anchors/anchors.log", text, size + 60);
	free(text);
	assert_verified(t.m->folder);
	made_open(t.m);
	assert_ok(ledger_anchor(t.m->l, e));
	assert_verified(t.m->folder);
	assert_anchors_go_on(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_that_fails_anywhere_leaves_a_signature_whole_or_not_there),
		cmocka_unit_test(
			a_disk_that_fails_anywhere_leaves_a_batch_of_images_whole_or_not_there),
		cmocka_unit_test(
			a_disk_that_fails_anywhere_leaves_what_officers_do_whole_or_not_there),
		cmocka_unit_test(
			a_disk_that_fails_anywhere_leaves_logins_and_passwords_whole_or_not_there),
		cmocka_unit_test(a_disk_that_fails_while_the_archive_is_opened_costs_nothing),
		cmocka_unit_test(
			a_disk_that_fails_while_old_tables_are_carried_forward_leaves_them_old_or_new),
		cmocka_unit_test(after_a_failed_read_no_other_statement_of_the_transaction_is_run),
		cmocka_unit_test(a_password_that_cannot_be_counted_is_not_answered),
		cmocka_unit_test(anchors_that_cannot_be_written_are_told_and_caught_up_with),
		cmocka_unit_test(half_a_line_of_an_anchor_is_taken_back),
		cmocka_unit_test(half_a_line_left_by_a_power_cut_is_no_anchor_and_no_alarm),
	};

	faulty_install();
	return cmocka_run_group_tests(tests, floor_setup, floor_teardown);
}
