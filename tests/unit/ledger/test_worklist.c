/* Lists of open tasks: pages, filters, sorts.  The long list is made once, by copying rows behind the product. */
#include "core/ledger/why.h"
#include "tests/unit/ledger/ledger_make.h"

enum { MANY = 20000, PAGE = 100 };

static struct worklist_query
query(const char *filter, enum worklist_sort sort)
{
	return (struct worklist_query){
		.step = "phi", .filter = filter, .sort = sort, .limit = PAGE
	};
}

static int64_t
page(struct made *m, const struct worklist_query *q, struct worklist_row out[PAGE])
{
	int64_t n;

	assert_ok(worklist_page(m->l, q, out, &n, e));
	return n;
}

static int64_t
total(struct made *m, const char *filter)
{
	struct worklist_query q = query(filter, WORKLIST_WHY);
	int64_t n;

	assert_ok(worklist_total(m->l, &q, &n, e));
	return n;
}

/* Series 1: plain CT; 2: burned-in text; 3: "50%_off" in its description. */
static void
three_series(struct made *m)
{
	struct picture p;

	made_series(m, 1, 2);
	picture_ct(&p, 2, 1);
	picture_set(&p, ATTR_BURNED_IN, "YES");
	made_put(m, &p);
	picture_ct(&p, 3, 1);
	picture_set(&p, ATTR_SERIES_DESC, "Knee 50%_off ÄRM");
	picture_set(&p, ATTR_TRIAL_VISIT, "Week 4");
	made_put(m, &p);
}

static void
a_row_tells_what_the_series_is(void **state)
{
	struct made *m = *state;
	struct worklist_query q = query("week", WORKLIST_WHY);
	static struct worklist_row row[PAGE];

	three_series(m);
	assert_int_equal(page(m, &q, row), 1);
	assert_string_equal(row->series_name, "S-0003");
	assert_string_equal(row->subject, "SUBJ-003");
	assert_string_equal(row->visit, "Week 4");
	assert_string_equal(row->modality, "CT");
	assert_string_equal(row->description, "Knee 50%_off ÄRM");
	assert_string_equal(row->state, "quarantined");
	assert_int_equal(row->images, 1);
	assert_false(row->later);
}

static void
every_word_of_the_filter_must_be_there_in_any_case(void **state)
{
	static const struct {
		const char *filter;
		int64_t rows;
	} cases[] = {
		{ "", 3 },
		{ NULL, 3 },
		{ "   ", 3 },
		{ "subj-002", 1 },
		{ "SUBJ", 3 },
		{ "ct TEXT!", 1 },
		{ "knee subj-003", 1 },
		{ "knee subj-001", 0 },
		{ "s-0001", 1 },
		{ "50%", 1 },
		{ "%", 1 },
		{ "_", 1 },
		{ "5__", 0 },
		{ "!", 1 },
		{ "k%e", 0 },
		{ "'; DROP TABLE task", 0 },
		{ "Thorax", 2 },
	};
	struct made *m = *state;

	three_series(m);
	for (size_t i = 0; i < MEM_COUNT(cases); i++)
		if (total(m, cases[i].filter) != cases[i].rows)
			fail_msg("filter %s: %lld rows", cases[i].filter,
				(long long)total(m, cases[i].filter));
}

static void
the_greatest_risk_comes_first_and_what_is_put_off_last(void **state)
{
	struct made *m = *state;
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct worklist_query q = query("", WORKLIST_WHY);
	static struct worklist_row row[PAGE];

	three_series(m);
	page(m, &q, row);
	assert_int_equal(row[0].series, 2);
	assert_string_equal(row[0].why, "text!");
	assert_ok(decision_later(m->l, &rita, 2, "phi", e));
	assert_int_equal(page(m, &q, row), 3);
	assert_int_equal(row[2].series, 2);
	assert_true(row[2].later);
	session_close(m->l, &rita);
	assert_verified(m->folder);
}

static void
a_decided_task_leaves_the_list(void **state)
{
	struct made *m = *state;
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct decision_request r = made_verdict(1, "phi", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	struct worklist_task task;

	three_series(m);
	assert_ok(worklist_task(m->l, 1, &task, e));
	assert_true(task.open);
	assert_string_equal(task.step, "phi");
	made_look_at(m, "rita", 1, 3);
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	assert_int_equal(total(m, ""), 2);
	assert_ok(worklist_task(m->l, 1, &task, e));
	assert_false(task.open);
	session_close(m->l, &rita);
}

static void
only_the_steps_of_a_persons_roles_are_offered(void **state)
{
	struct made *m = *state;
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct worklist_step steps[WORKLIST_STEPS];
	char role[RIGHTS_ROLE];
	size_t n;

	three_series(m);
	assert_ok(decision_later(m->l, &rita, 1, "phi", e));
	assert_ok(worklist_steps(m->l, &rita, steps, &n, e));
	assert_int_equal(n, 3); /* and what she signed */
	assert_string_equal(steps[0].name, "phi");
	assert_int_equal(steps[0].open, 2);
	assert_int_equal(steps[0].later, 1);
	assert_string_equal(steps[1].name, "quality");
	assert_int_equal(steps[1].open, 3);
	assert_ok(worklist_steps(m->l, &olga, steps, &n, e));
	assert_int_equal(n, 0);
	assert_ok(rights_step(m->l, "rita", "phi", 1, role, e));
	assert_string_equal(role, "reviewer");
	assert_int_equal(rights_step(m->l, "olga", "phi", 1, role, NULL), RC_DENIED);
	session_close(m->l, &rita);
	session_close(m->l, &olga);
}

/* ---- 20 000 rows ---- */

/* The list in memory, to compare with. */
struct item {
	int64_t task, series, later, rank, arrived;
	char subject[32], search[120];
};

static const char many_sql[] =
	"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)"
	" INSERT INTO exam (id, study_uid, trial, site, subject, visit) SELECT i, 'many.' || i, "
	"'T',"
	" 'site ' || (i % 7), printf('P%04d', i * 7919 % 5003), 'V' || (i % 5) FROM n;"
	"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)"
	" INSERT INTO series (id, series_uid, modality, exam, state, revision, settled, why, "
	"images,"
	" slices, gap, missing, spacing, manifest, pixels, arrived) SELECT i, 'many.' || i || '.1',"
	" CASE i % 3 WHEN 0 THEN 'CT' WHEN 1 THEN 'MR' ELSE 'PT' END, i, 'quarantined', 1, 1, 0, "
	"1, 1,"
	" '', '', '', '', '', i * 31 % 1009 FROM n;"
	"INSERT INTO task (id, series, workflow, step, state, later, rank, arrived, subject, "
	"search, queue, reading, owner, opens)"
	" SELECT s.id + 100, s.id, 'default', 'phi', CASE s.id % 10 WHEN 0 THEN 'done' ELSE 'open' "
	"END,"
	" s.id % 13 = 0, 1000 - s.id * 17 % 97, s.arrived, exam.subject, lower('s-' || s.id || ' ' "
	"||"
	" exam.subject || ' ' || s.modality || ' ' || exam.site), 'phi', 1, '', 0 FROM series s "
	"JOIN exam ON"
	" exam.id = s.exam WHERE s.id > 1";

static int
many_setup(void **state)
{
	struct made *m = made_new();
	sqlite3 *db;

	made_series(m, 1, 1);
	db = raw_open(m->folder);
	raw_run(db, "BEGIN");
	raw_run(db, many_sql);
	raw_run(db, "COMMIT");
	sqlite3_close(db);
	*state = m;
	return 0;
}

static size_t
all_items(struct made *m, const char *word, struct item *items)
{
	sqlite3 *db = raw_open(m->folder);
	sqlite3_stmt *s = NULL;
	size_t n = 0;

	sqlite3_prepare_v2(db,
		"SELECT id, series, later, rank, arrived, subject, search, state, step"
		" FROM task",
		-1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW) {
		struct item *i = &items[n];

		for (int c = 0; c < 5; c++)
			(&i->task)[c] = sqlite3_column_int64(s, c);
		snprintf(i->subject, sizeof(i->subject), "%s", sqlite3_column_text(s, 5));
		snprintf(i->search, sizeof(i->search), "%s", sqlite3_column_text(s, 6));
		n += strcmp((const char *)sqlite3_column_text(s, 7), "open") == 0 &&
			strcmp((const char *)sqlite3_column_text(s, 8), "phi") == 0 &&
			strstr(i->search, word) != NULL;
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

static int
order(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_why(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	int c = order(a->later, b->later);

	if (c == 0)
		c = order(a->rank, b->rank);
	return c != 0 ? c : order(a->task, b->task);
}

static int
by_age(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	int c = order(a->arrived, b->arrived);

	return c != 0 ? c : order(a->task, b->task);
}

static int
by_subject(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	int c = strcmp(a->subject, b->subject);

	return c != 0 ? c : order(a->task, b->task);
}

static int (*const sorts[WORKLIST_SORTS])(const void *, const void *) = {
	[WORKLIST_WHY] = by_why,
	[WORKLIST_AGE] = by_age,
	[WORKLIST_SUBJECT] = by_subject,
};

static void
compare_page(struct made *m, struct worklist_query *q, const struct item *items, size_t n)
{
	static struct worklist_row rows[PAGE];
	int64_t got = page(m, q, rows);
	size_t left = (size_t)q->offset < n ? n - (size_t)q->offset : 0;

	assert_int_equal(got, left < PAGE ? left : PAGE);
	for (int64_t i = 0; i < got; i++) {
		assert_int_equal(rows[i].task, items[q->offset + i].task);
		assert_int_equal(rows[i].series, items[q->offset + i].series);
		assert_string_equal(rows[i].subject, items[q->offset + i].subject);
	}
}

static void
pages_of_a_long_list_equal_the_brute_force_answer(void **state)
{
	static const char *const words[] = { "", "mr", "79", "p00", "nowhere" };
	struct made *m = *state;
	struct item *items = mem_zero(MANY + 2, sizeof(*items));

	for (size_t w = 0; w < MEM_COUNT(words); w++)
		for (int s = 0; s < WORKLIST_SORTS; s++) {
			struct worklist_query q = query(words[w], (enum worklist_sort)s);
			size_t n = all_items(m, words[w], items);

			qsort(items, n, sizeof(*items), sorts[s]);
			assert_int_equal(total(m, words[w]), n);
			for (q.offset = 0; q.offset <= (int64_t)n; q.offset += 1 + (int64_t)n / 5)
				compare_page(m, &q, items, n);
		}
	free(items);
}

static void
the_place_of_a_task_is_where_its_page_shows_it(void **state)
{
	struct made *m = *state;
	struct worklist_query q = query("ct", WORKLIST_SUBJECT);
	struct item *items = mem_zero(MANY + 2, sizeof(*items));
	size_t n = all_items(m, "ct", items);
	int64_t place;

	qsort(items, n, sizeof(*items), by_subject);
	for (size_t i = 0; i < n; i += 997) {
		assert_ok(worklist_place(m->l, &q, items[i].task, &place, e));
		assert_int_equal(place, i);
	}
	assert_ok(worklist_place(m->l, &q, 999999, &place, e));
	assert_int_equal(place, -1);
	free(items);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(a_row_tells_what_the_series_is),
		made_test(every_word_of_the_filter_must_be_there_in_any_case),
		made_test(the_greatest_risk_comes_first_and_what_is_put_off_last),
		made_test(a_decided_task_leaves_the_list),
		made_test(only_the_steps_of_a_persons_roles_are_offered),
	};
	const struct CMUnitTest many[] = {
		cmocka_unit_test(pages_of_a_long_list_equal_the_brute_force_answer),
		cmocka_unit_test(the_place_of_a_task_is_where_its_page_shows_it),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown) +
		cmocka_run_group_tests(many, many_setup, made_group_teardown);
}
