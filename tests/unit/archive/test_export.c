/* What leaves the archive: fields of CSV, files that get their name last, and the verifier that vouches for them. */
#include "core/archive/copy.h"
#include "core/archive/export.h"
#include "core/base/outfile.h"
#include "tests/unit/ledger/ledger_make.h"

static const char *
field(const char *text, char to[100])
{
	FILE *f = fmemopen(memset(to, 0, 100), 100, "w");

	assert_non_null(f);
	export_csv_field(f, text);
	fclose(f);
	return to;
}

static void
csv_fields_are_quoted_and_run_no_formula(void **state)
{
	static const struct {
		const char *text, *csv;
	} cases[] = {
		{ "plain", "plain" },
		{ "", "" },
		{ "a,b", "\"a,b\"" },
		{ "say \"x\"", "\"say \"\"x\"\"\"" },
		{ "two\nlines", "\"two\nlines\"" },
		{ "=1+1", "'=1+1" },
		{ "+1", "'+1" },
		{ "-1", "'-1" },
		{ "@x", "'@x" },
		{ "=a,b", "\"'=a,b\"" },
		{ "a=1", "a=1" },
	};
	char to[100];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(cases); i++)
		assert_string_equal(field(cases[i].text, to), cases[i].csv);
}

static int
count_files(const char *folder)
{
	char *path = made_path(folder, "x");
	int n = access(path, F_OK) == 0;

	free(path);
	return n;
}

static void
a_file_gets_its_name_when_it_is_whole_and_takes_nobody_elses(void **state)
{
	struct made *m = *state;
	char *path = made_path(m->folder, "x"), *bytes;
	struct outfile o = { 0 };

	assert_ok(outfile_open(&o, path, e));
	fputs("half", o.f);
	assert_int_equal(count_files(m->folder), 0);
	outfile_drop(&o);
	assert_int_equal(count_files(m->folder), 0);
	assert_ok(outfile_open(&o, path, e));
	fputs("whole", o.f);
	assert_ok(outfile_keep(&o, e));
	bytes = made_read(m->folder, "x", NULL);
	assert_string_equal(bytes, "whole");
	free(bytes);
	assert_int_equal(outfile_open(&o, path, NULL), RC_CONFLICT);
	free(path);
}

/* Somebody was faster: the name is not taken from him. */
static void
a_name_that_was_taken_meanwhile_stays_his(void **state)
{
	struct made *m = *state;
	char *path = made_path(m->folder, "x"), *bytes;
	struct outfile o = { 0 };

	assert_ok(outfile_open(&o, path, e));
	made_write(m->folder, "x", "his", 3);
	assert_int_equal(outfile_keep(&o, NULL), RC_CONFLICT);
	bytes = made_read(m->folder, "x", NULL);
	assert_string_equal(bytes, "his");
	free(bytes);
	free(path);
}

static void
the_verifier_is_found_and_its_word_is_kept(void **state)
{
	struct made *m = *state;
	struct verifier_told told;
	char hash[DIGEST_HEX];
	int64_t seq;
	sqlite3 *db;

	assert_ok(event_head(m->l, &seq, hash, e));
	verifier_run(m->folder, NULL, &told);
	assert_string_equal(told.result, "good");
	assert_int_equal(told.events, seq);
	assert_string_equal(told.head, hash);
	db = raw_open(m->folder);
	raw_run(db, "UPDATE account SET name = 'Somebody' WHERE id = 'rita'");
	sqlite3_close(db);
	verifier_run(m->folder, NULL, &told);
	assert_string_equal(told.result, "altered");
	assert_non_null(strstr(told.first, "rita"));
	verifier_run("/nonexistent", NULL, &told);
	assert_string_equal(told.result, "cannot tell");
}

static void
a_verifier_that_is_stopped_has_told_nothing(void **state)
{
	struct made *m = *state;
	struct verifier_told told;
	const int stop = 1;

	verifier_run(m->folder, &stop, &told);
	assert_string_equal(told.result, "not verified");
	assert_int_equal(told.events, 0);
}

/* */
static void
a_copy_is_refused_where_something_is(void **state)
{
	struct made *m = *state;
	struct copy_request r = { .ledger = m->l, .archive = m->folder };
	struct copy_told told;
	int64_t seq, after;
	char hash[DIGEST_HEX];

	assert_ok(event_head(m->l, &seq, hash, e));
	assert_int_equal(copy_run(&r, m->folder, &told, NULL), RC_CONFLICT);
	assert_ok(event_head(m->l, &after, hash, e));
	assert_int_equal(after, seq);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_fields_are_quoted_and_run_no_formula),
		made_test(a_file_gets_its_name_when_it_is_whole_and_takes_nobody_elses),
		made_test(a_name_that_was_taken_meanwhile_stays_his),
		made_test(the_verifier_is_found_and_its_word_is_kept),
		made_test(a_verifier_that_is_stopped_has_told_nothing),
		made_test(a_copy_is_refused_where_something_is),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
