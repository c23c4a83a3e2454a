/* Marks: what is one, drafts, what is signed with a fail, and which series a scanner's mark hits. */
#include "tests/unit/ledger/ledger_make.h"

/* ---- pure ---- */

static struct mark
outline(void)
{
	struct mark m = made_mark(0);

	m.shape = MARK_OUTLINE;
	m.points = 3;
	m.point[2] = (struct mark_point){ 0, 512 };
	return m;
}

static void
a_mark_is_an_area_within_its_image(void **state)
{
	struct mark good[4] = { made_mark(0), outline(), made_mark(3), made_mark(5) };

	(void)state;
	good[2].point[0] = (struct mark_point){ 0, 0 };
	good[2].point[1] = (struct mark_point){ 512, 512 };
	good[3].scope = MARK_RANGE;
	good[3].last = 9;
	for (size_t i = 0; i < MEM_COUNT(good); i++)
		assert_ok(mark_check(&good[i], e));
}

static void
what_is_none_is_told(void **state)
{
	struct mark bad[12];
	static const char *const words[MEM_COUNT(bad)] = { "outside its image of 512x512",
		"outside its image", "no area", "upper left", "two points", "3 to 256", "no slice",
		"no range", "no UID", "no image", "one of ours", "3 to 256" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		bad[i] = made_mark(2);
	bad[0].point[1].x = 513;
	bad[1].point[0].y = -1;
	bad[2].point[1].y = bad[2].point[0].y;
	bad[3].point[0].x = 200;
	bad[4].points = 3;
	bad[5].shape = MARK_OUTLINE;
	bad[6].last = 3;
	bad[7].scope = MARK_RANGE;
	bad[7].last = 1;
	strcpy(bad[8].sop_uid, "1.2.x");
	bad[9].columns = 0;
	bad[10].kind = MARK_KINDS;
	bad[11] = outline();
	bad[11].points = MARK_POINTS + 1;
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		struct err why = { 0 };

		assert_int_equal(mark_check(&bad[i], &why), RC_INVALID);
		if (strstr(why.text, words[i]) == NULL)
			fail_msg("%zu: \"%s\" is not in: %s", i, words[i], why.text);
	}
}

static void
json_is_canonical_counts_slices_from_1_and_comes_back(void **state)
{
	struct mark marks[2] = { made_mark(12), outline() }, *got = NULL;
	json_t *j, *again;
	char *text;
	size_t n = 0;

	(void)state;
	strcpy(marks[0].sop_uid, "1.2.3");
	marks[1].scope = MARK_SCANNER;
	marks[1].kind = MARK_DATE;
	j = mark_json(marks, 2);
	text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text,
		"[{\"columns\":512,\"first\":13,\"kind\":\"name\",\"last\":13,\"points\":[[8,10],["
		"120,26]],"
		"\"rows\":512,\"scope\":\"slice\",\"shape\":\"box\",\"sop_uid\":\"1.2.3\"},"
		"{\"columns\":512,\"first\":1,\"kind\":\"date\",\"last\":1,"
		"\"points\":[[8,10],[120,26],[0,512]],\"rows\":512,\"scope\":\"scanner\","
		"\"shape\":\"outline\",\"sop_uid\":\"\"}]");
	assert_ok(mark_from_json(j, &got, &n, e));
	assert_int_equal(n, 2);
	assert_int_equal(got[0].first, 12);
	again = mark_json(got, n);
	assert_true(json_equal(j, again));
	json_decref(j);
	json_decref(again);
	free(text);
	free(got);
}

static void
json_that_is_wrong_is_named_by_entry_and_field(void **state)
{
	static const struct {
		const char *path, *value, *words;
	} cases[] = {
		{ "scope", "\"everywhere\"", "mark 2: scope" },
		{ "shape", "null", "mark 2: shape" },
		{ "kind", "7", "mark 2: kind" },
		{ "first", "0", "mark 2: first is missing or no number from 1" },
		{ "last", "1.5", "mark 2: last" },
		{ "columns", "65536", "mark 2: columns" },
		{ "rows", "-1", "mark 2: rows" },
		{ "sop_uid", "5", "mark 2: sop_uid" },
		{ "points", "[[1,2],[3]]", "mark 2: points" },
		{ "points", "[[1,2],[3,99999]]", "mark 2: points" },
		{ "points", "[]", "mark 2: a box has two points" },
		{ "points", "[[8,10],[513,26]]", "mark 2: it lies outside" },
	};
	struct mark marks[2] = { made_mark(0), made_mark(1) }, *got;
	size_t n;

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(cases); i++) {
		json_t *j = mark_json(marks, 2);
		struct err why = { 0 };

		json_object_set_new(json_array_get(j, 1), cases[i].path,
			json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
		assert_int_equal(mark_from_json(j, &got, &n, &why), RC_INVALID);
		assert_null(got);
		if (strstr(why.text, cases[i].words) == NULL)
			fail_msg("\"%s\" is not in: %s", cases[i].words, why.text);
		json_decref(j);
	}
}

/* ---- drafts ---- */

static void
drafts_are_kept_for_each_person_until_the_images_change(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3), revision = made_revision(m, series);
	struct mark marks[2] = { made_mark(1), outline() }, *got;
	size_t n;

	assert_int_equal(
		mark_draft_load(m->l, "rita", series, revision, &got, &n, NULL), RC_NOT_FOUND);
	assert_ok(mark_draft_save(m->l, "rita", series, revision, marks, 2, e));
	assert_ok(mark_draft_load(m->l, "rita", series, revision, &got, &n, e));
	assert_int_equal(n, 2);
	assert_int_equal(got[0].first, 1);
	assert_int_equal(got[1].points, 3);
	assert_int_equal(got[1].point[2].y, 512);
	free(got);
	assert_int_equal(
		mark_draft_load(m->l, "dora", series, revision, &got, &n, NULL), RC_NOT_FOUND);
	assert_int_equal(
		mark_draft_load(m->l, "rita", series, revision + 1, &got, &n, NULL), RC_NOT_FOUND);
	assert_ok(mark_draft_save(m->l, "rita", series, revision, marks, 1, e));
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM mark_draft"), 1);
	assert_ok(mark_draft_save(m->l, "rita", series, revision, NULL, 0, e));
	assert_int_equal(
		mark_draft_load(m->l, "rita", series, revision, &got, &n, NULL), RC_NOT_FOUND);
}

static void
a_bad_draft_leaves_those_kept_as_they_are(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct mark marks[2] = { made_mark(1), made_mark(2) };
	struct err why = { 0 };

	assert_ok(mark_draft_save(m->l, "rita", series, 1, marks, 2, e));
	marks[1].point[1].x = 9999;
	assert_int_equal(mark_draft_save(m->l, "rita", series, 1, marks, 2, &why), RC_INVALID);
	assert_non_null(strstr(why.text, "mark 2: it lies outside"));
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM mark_draft"), 2);
}

/* ---- signed ---- */

static enum rc
fail_with(struct made *m, int64_t series, const struct mark *marks, size_t n, struct err *why)
{
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct decision_request r =
		made_verdict(series, "phi", "fail", "PHI-PIX", REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	enum rc rc;

	r.marks = marks;
	r.mark_count = n;
	rc = decision_sign(m->l, &rita, &r, &receipt, why);
	session_close(m->l, &rita);
	return rc;
}

static void
marks_are_signed_with_a_fail_and_read_back(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct mark marks[2] = { made_mark(1), outline() }, *got;
	char body[8000];
	json_t *event, *wanted = NULL;
	size_t n;

	strcpy(marks[0].sop_uid, "1.2.3.1.1.2");
	assert_ok(mark_draft_save(m->l, "rita", series, made_revision(m, series), marks, 2, e));
	assert_ok(fail_with(m, series, marks, 2, e));
	raw_text(m->folder, "SELECT body FROM event JOIN decision ON event = seq", body,
		sizeof(body));
	event = json_loads(body, 0, NULL);
	wanted = mark_json(marks, 2);
	assert_true(json_equal(json_object_get(json_object_get(event, "data"), "marks"), wanted));
	json_decref(event);
	json_decref(wanted);
	assert_ok(mark_of_decision(m->l, 1, &got, &n, e));
	assert_int_equal(n, 2);
	assert_string_equal(got[0].sop_uid, "1.2.3.1.1.2");
	assert_int_equal(got[1].shape, MARK_OUTLINE);
	free(got);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM mark_draft"), 0);
	assert_ok(mark_of_decision(m->l, 7, &got, &n, e));
	assert_int_equal(n, 0);
	assert_verified(m->folder);
}

static void
a_pass_takes_no_marks(void **state)
{
	struct made *m = *state;
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct mark mark = made_mark(0);
	struct decision_request r =
		made_verdict(made_series(m, 1, 3), "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	r.marks = &mark;
	r.mark_count = 1;
	assert_int_equal(decision_sign(m->l, &rita, &r, &receipt, NULL), RC_INVALID);
	r.mark_count = 0;
	assert_ok(mark_draft_save(m->l, "rita", r.series, made_revision(m, r.series), &mark, 1, e));
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	/* phi is still open: what is being drawn for it stays */
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM mark_draft"), 1);
	session_close(m->l, &rita);
}

static void
marks_that_do_not_fit_the_series_sign_nothing(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct mark *many = mem_zero(MARKS_MOST + 1, sizeof(*many)), mark = made_mark(3);
	struct err why = { 0 };

	assert_int_equal(fail_with(m, series, &mark, 1, &why), RC_INVALID);
	assert_string_equal(why.text, "mark 1: the series has no slice 4");
	mark = made_mark(0);
	strcpy(mark.sop_uid, "1.2.3.2.1.1");
	err_clear(&why);
	assert_int_equal(fail_with(m, series, &mark, 1, &why), RC_INVALID);
	assert_string_equal(why.text, "mark 1: its image is not in the series");
	mark = made_mark(0);
	mark.points = 0;
	assert_int_equal(fail_with(m, series, &mark, 1, NULL), RC_INVALID);
	for (int i = 0; i <= MARKS_MOST; i++)
		many[i] = made_mark(0);
	assert_int_equal(fail_with(m, series, many, MARKS_MOST + 1, NULL), RC_LIMIT);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM decision"), 0);
	assert_ok(fail_with(m, series, many, MARKS_MOST, e));
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM mark"), MARKS_MOST);
	assert_verified(m->folder);
	free(many);
}

/* ---- the scanner ---- */

static void
put_scanned(struct made *m, int series, const char *serial, const char *columns, const char *type)
{
	struct picture p;

	picture_ct(&p, series, 1);
	picture_set(&p, ATTR_MODEL, "Scan 1");
	picture_set(&p, ATTR_DEVICE_SERIAL, serial);
	picture_set(&p, ATTR_COLUMNS, columns);
	picture_set(&p, ATTR_IMAGE_TYPE, type);
	made_put(m, &p);
}

static void
list_series(void *ctx, int64_t id, const char *name, const char *subject, const char *description)
{
	char *to = ctx;
	size_t used = strlen(to);

	(void)id;
	assert_string_equal(description, "Thorax 1mm");
	snprintf(to + used, 200 - used, "%s %s;", name, subject);
}

static void
a_scanners_mark_hits_series_of_the_same_device_matrix_and_type(void **state)
{
	struct made *m = *state;
	char hit[200] = "";

	put_scanned(m, 1, "77", "512", "ORIGINAL\\PRIMARY");
	put_scanned(m, 2, "77", "512", "DERIVED\\SECONDARY");
	put_scanned(m, 3, "78", "512", "ORIGINAL\\PRIMARY");
	put_scanned(m, 4, "77", "640", "ORIGINAL\\PRIMARY");
	put_scanned(m, 5, "77", "512", "ORIGINAL\\PRIMARY");
	assert_ok(mark_scanner_each(m->l, 1, list_series, hit, e));
	assert_string_equal(hit, "S-0001 SUBJ-001;S-0005 SUBJ-005;");
}

static void
a_series_that_names_no_scanner_is_alone(void **state)
{
	struct made *m = *state;
	char hit[200] = "";

	for (int i = 1; i <= 2; i++) {
		struct picture p;

		picture_ct(&p, i, 1);
		picture_set(&p, ATTR_MANUFACTURER, NULL);
		made_put(m, &p);
	}
	assert_ok(mark_scanner_each(m->l, 2, list_series, hit, e));
	assert_string_equal(hit, "S-0002 SUBJ-002;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_is_an_area_within_its_image),
		cmocka_unit_test(what_is_none_is_told),
		cmocka_unit_test(json_is_canonical_counts_slices_from_1_and_comes_back),
		cmocka_unit_test(json_that_is_wrong_is_named_by_entry_and_field),
		made_test(drafts_are_kept_for_each_person_until_the_images_change),
		made_test(a_bad_draft_leaves_those_kept_as_they_are),
		made_test(marks_are_signed_with_a_fail_and_read_back),
		made_test(a_pass_takes_no_marks),
		made_test(marks_that_do_not_fit_the_series_sign_nothing),
		made_test(a_scanners_mark_hits_series_of_the_same_device_matrix_and_type),
		made_test(a_series_that_names_no_scanner_is_alone),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
