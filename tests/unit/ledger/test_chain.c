/* The log through the product's own connection: nothing but the next event gets in. */
#include "tests/unit/ledger/ledger_make.h"

static json_t *
import_data(void)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "files", 3, "new", 2, "duplicates", 1,
		"conflicts", 0, "rejected", 0, "series", 1);
}

static enum rc
append(struct made *m, struct err *e)
{
	struct event ev = { .action = "import", .kind = "archive", .object = "x" };
	enum rc rc = ledger_begin(m->l, e);

	if (rc != RC_OK)
		return rc;
	ev.data = import_data();
	return ledger_end(m->l, event_append(m->l, ledger_system(m->l), &ev, NULL, e), e);
}

static void
events_follow_each_other(void **state)
{
	struct made *m = *state;
	int64_t before, after;
	char hash[DIGEST_HEX], prev[DIGEST_HEX], hex[DIGEST_HEX];

	assert_ok(event_head(m->l, &before, hash, e));
	assert_ok(append(m, e));
	assert_ok(event_head(m->l, &after, hex, e));
	raw_text(m->folder, "SELECT prev FROM event ORDER BY seq DESC LIMIT 1", prev, sizeof(prev));
	assert_int_equal(after, before + 1);
	assert_string_equal(prev, hash);
	assert_string_not_equal(hex, hash);
	assert_verified(m->folder);
}

/* */
static void
an_undone_transaction_leaves_no_event(void **state)
{
	struct made *m = *state;
	struct event ev = { .action = "import", .kind = "archive", .object = "x" };
	int64_t before, after;
	char hash[DIGEST_HEX];

	assert_ok(event_head(m->l, &before, hash, e));
	assert_ok(ledger_begin(m->l, e));
	ev.data = import_data();
	assert_ok(event_append(m->l, ledger_system(m->l), &ev, NULL, e));
	assert_int_equal(ledger_end(m->l, RC_INVALID, NULL), RC_INVALID);
	assert_ok(event_head(m->l, &after, hash, e));
	assert_int_equal(after, before);
}

static const char *const attacks[] = {
	"UPDATE event SET body = '{}' WHERE seq = 2",
	"UPDATE event SET seq = seq + 1000",
	"DELETE FROM event WHERE seq = 2",
	"DELETE FROM event",
	"INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2",
	"REPLACE INTO event SELECT * FROM event WHERE seq = (SELECT max(seq) FROM event)",
	("INSERT INTO event SELECT * FROM event WHERE seq = 2"
	 " ON CONFLICT (seq) DO UPDATE SET body = '{}'"),
	"INSERT INTO event SELECT 0, body, prev, hash, kid, sig FROM event WHERE seq = 1",
	"INSERT INTO event SELECT max(seq) + 2, body, hash, hash, kid, sig FROM event",
	"INSERT INTO event SELECT max(seq) + 1, body, prev, hash, kid, sig FROM event",
	"DROP TRIGGER event_no_update",
	"DROP TRIGGER event_next",
	"DROP TABLE event",
	"ALTER TABLE event RENAME TO old",
	"ATTACH ':memory:' AS other",
	"PRAGMA writable_schema = 1",
	"PRAGMA recursive_triggers = 0",
	"PRAGMA ignore_check_constraints = 1",
	"PRAGMA journal_mode = OFF",
	"UPDATE sqlite_master SET sql = '' WHERE name = 'event_no_update'",
	"UPDATE decision SET verdict = 'fail'",
	"DELETE FROM decision",
	"INSERT OR REPLACE INTO decision SELECT * FROM decision",
	"UPDATE signature SET name = 'Somebody Else'",
	"DELETE FROM signature",
	"REPLACE INTO signature SELECT * FROM signature",
	"UPDATE viewing SET body = ''",
	"DELETE FROM viewing",
	"REPLACE INTO viewing SELECT decision, '', digest FROM viewing",
	"UPDATE mark SET points = '0,0 1,1'",
	"DELETE FROM mark",
	"REPLACE INTO mark SELECT * FROM mark",
};

/* R-04 R-11 */
static void
every_way_to_change_what_is_written_is_refused(void **state)
{
	struct made *m = *state;
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct mark mark = made_mark(1);
	struct decision_request r =
		made_verdict(made_series(m, 1, 3), "phi", "fail", "PHI-PIX", REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	made_look_at(m, "rita", r.series, 3);
	r.marks = &mark;
	r.mark_count = 1;
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	for (size_t i = 0; i < MEM_COUNT(attacks); i++)
		if (db_exec(ledger_db(m->l), attacks[i], NULL) == RC_OK)
			fail_msg("got through: %s", attacks[i]);
	session_close(m->l, &rita);
	assert_verified(m->folder);
}

static void
a_clock_that_is_behind_refuses_to_write(void **state)
{
	struct made *m = *state;
	struct err why = { 0 };

	assert_ok(append(m, e));
	m->now -= 2500000;
	assert_int_equal(append(m, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "clock"));
}

static void
two_seconds_behind_are_forgiven_and_verify(void **state)
{
	struct made *m = *state;

	m->now = INT64_C(1790000340000000) + 500000; /* just past a minute */
	assert_ok(append(m, e));
	m->now -= 1900000;
	assert_ok(append(m, e));
	m->now -= 1900000;
	assert_ok(append(m, e));
	assert_ok(ledger_anchor(m->l, e));
	assert_verified(m->folder);
}

static bool
has_real(const json_t *j)
{
	const char *key;
	json_t *v;
	size_t i;

	if (json_is_object(j)) {
		json_object_foreach((json_t *)j, key, v) if (has_real(v)) return true;
	} else if (json_is_array(j)) {
		json_array_foreach(j, i, v) if (has_real(v)) return true;
	}
	return json_is_real(j);
}

static void
check_body(void *ctx, int64_t seq, const char *body, const char *hash)
{
	json_t *j = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
	char *again;

	(void)hash;
	assert_non_null(j);
	assert_false(has_real(j));
	assert_int_equal(json_integer_value(json_object_get(j, "seq")), seq);
	again = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(again, body);
	free(again);
	json_decref(j);
	++*(int *)ctx;
}

/* */
static void
bodies_are_sorted_compact_json_without_floating_numbers(void **state)
{
	struct made *m = *state;
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	int64_t series = made_series(m, 1, 3);
	struct decision_request r =
		made_verdict(series, "quality", "fail", "GEO-GAP", REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	int bodies = 0;

	r.note = "3 slices, 1.5 mm apart\nnext line\tÄ";
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	assert_ok(decision_later(m->l, &rita, series, "phi", e));
	session_close(m->l, &rita);
	assert_ok(history_each(m->l, NULL, NULL, check_body, &bodies, e));
	assert_true(bodies > 8);
}

static void
control_characters_stay_out_of_the_record(void **state)
{
	struct made *m = *state;
	struct signer who = *ledger_system(m->l);
	struct event ev = { .action = "import", .kind = "archive", .object = "a\033[2Jb\xff" };
	char body[2000];

	who.source = "pts\007/1";
	assert_ok(ledger_begin(m->l, e));
	ev.data = import_data();
	assert_ok(ledger_end(m->l, event_append(m->l, &who, &ev, NULL, e), e));
	raw_text(m->folder, "SELECT body FROM event ORDER BY seq DESC LIMIT 1", body, sizeof(body));
	assert_null(strstr(body, "\\u00"));
	assert_non_null(strstr(body, "\"a [2Jb?\""));
	assert_non_null(strstr(body, "\"pts /1\""));
}

/* */
static void
anchors_are_written_every_hundred_events(void **state)
{
	struct made *m = *state;
	char *before = made_read(m->folder, "anchors/anchors.log", NULL), *after;

	for (int i = 0; i < 100; i++)
		assert_ok(append(m, e));
	after = made_read(m->folder, "anchors/anchors.log", NULL);
	assert_true(strlen(after) > strlen(before));
	assert_verified(m->folder);
	free(before);
	free(after);
}

static void
append_and_anchor(struct made *m, int n)
{
	for (int i = 0; i < n; i++) {
		assert_ok(append(m, e));
		assert_ok(ledger_anchor(m->l, e));
	}
}

static void
two_programs_anchor_in_order(void **state)
{
	struct made *m = *state;
	struct made other = *m;
	pid_t pid;
	int status;

	made_close(m);
	m->clock = clock_system;
	other.clock = clock_system;
	pid = fork();
	assert_true(pid >= 0);
	made_open(pid == 0 ? &other : m);
	append_and_anchor(pid == 0 ? &other : m, 150);
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_verified(m->folder);
}

static void
a_reader_may_not_write(void **state)
{
	struct made *m = *state;
	struct ledger *reader;

	assert_ok(ledger_open(&reader, m->folder, DB_READ, &m->clock, e));
	assert_int_equal(db_exec(ledger_db(reader), "DELETE FROM seen", NULL), RC_READONLY);
	ledger_close(reader);
}

static void
a_folder_without_an_archive_is_told(void **state)
{
	struct made *m = *state;
	struct err why = { 0 };
	struct ledger *l;
	char *objects = made_path(m->folder, "anchors");

	assert_int_equal(ledger_open(&l, objects, DB_WRITE, NULL, &why), RC_NOT_FOUND);
	assert_null(l);
	free(objects);
}

static void
a_newer_ledger_is_refused(void **state)
{
	struct made *m = *state;
	struct ledger *l;
	sqlite3 *db = raw_open(m->folder);

	raw_run(db, "UPDATE meta SET value = '99' WHERE name = 'schema'");
	sqlite3_close(db);
	assert_int_equal(ledger_open(&l, m->folder, DB_WRITE, NULL, NULL), RC_UNSUPPORTED);
}

static void
a_ledger_with_other_tables_is_refused_at_the_door(void **state)
{
	struct made *m = *state;
	struct ledger *l;
	sqlite3 *db = raw_open(m->folder);

	raw_run(db, "UPDATE meta SET value = 'other' WHERE name = 'layout'");
	sqlite3_close(db);
	assert_int_equal(ledger_open(&l, m->folder, DB_WRITE, NULL, NULL), RC_UNSUPPORTED);
}

static void
a_second_archive_in_the_same_folder_is_refused(void **state)
{
	struct made *m = *state;
	struct ledger_founder f = { .user = "mallory", .name = "M", .password = "twelve letters" };
	struct ledger *l;

	assert_int_not_equal(ledger_create(&l, m->folder, &f, NULL, NULL), RC_OK);
	assert_null(l);
	assert_verified(m->folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(events_follow_each_other),
		made_test(an_undone_transaction_leaves_no_event),
		made_test(every_way_to_change_what_is_written_is_refused),
		made_test(a_clock_that_is_behind_refuses_to_write),
		made_test(two_seconds_behind_are_forgiven_and_verify),
		made_test(bodies_are_sorted_compact_json_without_floating_numbers),
		made_test(control_characters_stay_out_of_the_record),
		made_test(anchors_are_written_every_hundred_events),
		made_test(two_programs_anchor_in_order),
		made_test(a_reader_may_not_write),
		made_test(a_folder_without_an_archive_is_told),
		made_test(a_newer_ledger_is_refused),
		made_test(a_ledger_with_other_tables_is_refused_at_the_door),
		made_test(a_second_archive_in_the_same_folder_is_refused),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
