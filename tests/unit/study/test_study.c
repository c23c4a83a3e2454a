/* Reading study files: what comes out, how large they may be, and that no text breaks the reader. */
#include <time.h>

#include "core/dicom/attr.h"
#include "tests/unit/study/study_make.h"

static void
test_small(void **state)
{
	char *text = small_with(0, NULL);
	struct study *s = read_good(text);
	const struct study_named *n = study_find_field(s, "f", "c");

	(void)state;
	assert_string_equal(s->id, "S1");
	assert_int_equal(s->version, 1);
	assert_int_equal(s->visits, 2);
	assert_string_equal(s->visit[1].after, "V1");
	assert_int_equal(s->visit[1].hard_late, -1);
	assert_true(s->visit[0].series[0].required);
	assert_int_equal(s->visit[0].series[0].most, 1);
	assert_int_equal(s->fields, 3);
	assert_non_null(n);
	assert_int_equal(n->field->type, STUDY_CODE);
	assert_true(study_has_code(n->field->list, "1"));
	assert_false(study_has_code(n->field->list, "2"));
	assert_null(study_find_field(s, "f", "zz"));
	assert_non_null(s->form[0].check[0].holds);
	assert_int_equal(s->reason[0].action, 1);
	assert_int_equal(s->step[1].needs_n, 1);
	study_free(s);
	free(text);
}

static void
test_examples(void **state)
{
	struct study *s = read_good(study_example_brain);

	(void)state;
	assert_int_equal(s->visits, 3);
	assert_int_equal(s->visit[0].series_n, 5);
	assert_non_null(study_find_field(s, "contrast", "breath_hold"));
	study_free(s);
	study_free(read_good(study_example_chest));
}

/* Values of the fields of form "contrast" of the example, in the order of the test. */
struct filled {
	const struct study *s;
	double volume, weight, before; /* 0: missing */
};

static struct value
filled_value(void *ctx, int64_t id)
{
	const struct filled *f = ctx;
	struct study_name n = study_name(id);
	const char *field = f->s->named[n.which].field->id;
	double v = strcmp(field, "volume") == 0 ? f->volume
		: n.where == STUDY_PREVIOUS     ? f->before
						: f->weight;

	return v == 0 ? (struct value){ .type = VALUE_MISSING } : value_number(v);
}

static enum truth
check_holds(const struct study *s, const char *id, struct filled f)
{
	for (size_t i = 0; i < s->form[0].checks; i++)
		if (strcmp(s->form[0].check[i].id, id) == 0) {
			f.s = s;
			return expr_evaluate(s->form[0].check[i].holds, filled_value, &f);
		}
	fail_msg("no check %s", id);
	return TRUTH_FALSE;
}

/* across fields and visits, with what is missing */
static void
test_across(void **state)
{
	struct study *s = read_good(study_example_brain);

	(void)state;
	assert_int_equal(
		check_holds(s, "dose", (struct filled){ .volume = 7.5, .weight = 75 }), TRUTH_TRUE);
	assert_int_equal(
		check_holds(s, "dose", (struct filled){ .volume = 30, .weight = 75 }), TRUTH_FALSE);
	assert_int_equal(check_holds(s, "dose", (struct filled){ .volume = 30 }), TRUTH_UNKNOWN);
	assert_int_equal(
		check_holds(s, "weight_change", (struct filled){ .weight = 77, .before = 70 }),
		TRUTH_TRUE);
	assert_int_equal(
		check_holds(s, "weight_change", (struct filled){ .weight = 77.1, .before = 70 }),
		TRUTH_FALSE);
	assert_int_equal(
		check_holds(s, "weight_change", (struct filled){ .weight = 77 }), TRUTH_UNKNOWN);
	study_free(s);
}

static bool
range_holds(const struct study_field *f, size_t range, double v)
{
	return study_range_holds(&f->range[range], value_number(v)) == TRUTH_TRUE;
}

/* soft and hard of a field, at their bounds */
static void
test_ranges(void **state)
{
	struct study *s = read_good(study_example_brain);
	const struct study_field *f = study_find_field(s, "contrast", "volume")->field;

	(void)state;
	assert_int_equal(f->range[0].kind, STUDY_HARD);
	assert_false(range_holds(f, 0, 0));
	assert_true(range_holds(f, 0, 0.1));
	assert_true(range_holds(f, 1, 40));
	assert_false(range_holds(f, 1, 40.1));
	assert_int_equal(f->range[2].kind, STUDY_SOFT);
	assert_false(range_holds(f, 2, 3.9));
	assert_true(range_holds(f, 2, 4));
	assert_true(range_holds(f, 3, 20));
	assert_false(range_holds(f, 3, 20.1));
	assert_int_equal(study_range_holds(&f->range[0], (struct value){ .type = VALUE_MISSING }),
		TRUTH_UNKNOWN);
	study_free(s);
}

static void
test_japanese(void **state)
{
	char *text = small_with(8,
		"\"lists\": [{\"id\": \"yn\", \"title\": \"造影剤\", \"codes\": [{\"code\": "
		"\"はい\", \"label\": \"はい、投与した\"}, {\"code\": \"いいえ\", "
		"\"label\": \"\\u3044\\u3044\\u3048\"}]}],");
	char *with = mem_format("%s", text), *at = strstr(with, "w > 1"), *whole;
	struct study *s;

	(void)state;
	whole = mem_format("%.*sc = 'はい'%s", (int)(at - with), with, at + 5);
	s = read_good(whole);
	assert_string_equal(s->list[0].code[1].label, "いいえ");
	assert_true(study_has_code(&s->list[0], "はい"));
	study_free(s);
	free(whole);
	free(with);
	free(text);
}

static char *
many_fields(int n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < 9; i++)
		buf_format(&b, "%s\n", small_study[i]);
	for (int i = 3; i < n; i++) {
		buf_format(&b,
			"{\"id\": \"f%d\", \"label\": \"field %d\", \"type\": \"float\", "
			"\"ranges\": "
			"[{\"comparator\": \"LE\", \"value\": 9, \"kind\": \"soft\"}]",
			i, i);
		if (i > 3)
			buf_format(&b, ", \"skip\": \"f%d > 1 and missing(w)\"", i - 1);
		buf_text(&b, "},\n");
	}
	for (size_t i = 9; i < MEM_COUNT(small_study); i++)
		buf_format(&b, "%s\n", small_study[i]);
	return buf_take(&b);
}

static void
test_many(void **state)
{
	char *text = many_fields(STUDY_FIELDS), *more = many_fields(STUDY_FIELDS + 1);
	struct timespec from, to;
	struct study *s;
	struct mistakes m;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &from);
	s = read_good(text);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_int_equal(s->fields, STUDY_FIELDS);
	print_message("%d fields, %zu bytes, each but one with a range and a condition: %.1f ms\n",
		STUDY_FIELDS, strlen(text),
		(double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6);
	study_free(s);
	assert_int_equal(study_read(&s, more, strlen(more), &m), RC_INVALID);
	assert_non_null(strstr(m.one[0].text, "at most 10000"));
	mistakes_free(&m);
	free(more);
	free(text);
}

static void
test_large(void **state)
{
	char *text = mem_zero(STUDY_BYTES + 2, 1);
	struct study *s;
	struct mistakes m;

	(void)state;
	memset(text, ' ', STUDY_BYTES + 1);
	assert_int_equal(study_read(&s, text, STUDY_BYTES + 1, &m), RC_LIMIT);
	assert_int_equal(m.n, 1);
	mistakes_free(&m);
	/* as many values as fit: refused, not kept */
	for (size_t i = 0; i < STUDY_BYTES - 2; i += 2)
		memcpy(text + i, i == 0 ? "[1" : ",1", 2);
	text[STUDY_BYTES - 1] = ']';
	assert_int_equal(study_read(&s, text, STUDY_BYTES, &m), RC_LIMIT);
	mistakes_free(&m);
	memset(text, '[', STUDY_BYTES);
	assert_int_not_equal(study_read(&s, text, STUDY_BYTES, &m), RC_OK);
	mistakes_free(&m);
	free(text);
}

/* Never RC_OK, one mistake at least, and each with a line of the text. */
static void
refused(const char *text, size_t n)
{
	/* a copy of its own, so that a sanitizer sees a read past its end */
	char *copy = mem_alloc(n + 1);
	struct study *s;
	struct mistakes m;
	uint32_t lines = 1;

	memcpy(copy, text, n);
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	if (study_read(&s, copy, n, &m) == RC_OK)
		study_free(s);
	else
		assert_int_not_equal(m.n, 0);
	for (size_t i = 0; i < m.n; i++)
		assert_true(m.one[i].line >= 1 && m.one[i].line <= lines);
	mistakes_free(&m);
	free(copy);
}

static void
test_cut(void **state)
{
	size_t n = strlen(study_example_chest);

	(void)state;
	for (size_t i = 0; i < n - 2; i += 1)
		refused(study_example_chest, i);
}

static void
test_mutants(void **state)
{
	static const char bytes[] = "{}[]\":,\\0 9-.eE\nntf\x01\xff\xe3@'()_";
	size_t n = strlen(study_example_brain);
	char *text = mem_alloc(n + 1);
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		memcpy(text, study_example_brain, n);
		for (int j = 0; j < 1 + i % 4; j++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			text[seed % n] = bytes[(seed >> 32) % (sizeof(bytes) - 1)];
		}
		refused(text, n);
	}
	free(text);
}

/* Lines and columns of values, told by mistakes: characters, not bytes. */
static void
test_places(void **state)
{
	static const char text[] =
		"\r\n{ \"日本\": 1,\n\t\"sites\": [[], {\"id\":\n 7}, \"\\\"x\\\\\", 3 ]}\n";
	struct outline o;
	struct outline_fault at;
	char path[OUTLINE_PATH];
	uint32_t i;

	(void)state;
	assert_int_equal(outline_read(&o, text, strlen(text), &at, NULL), RC_OK);
	i = outline_member(&o, 0, "日本");
	assert_int_equal(o.node[i].line, 2);
	assert_int_equal(o.node[i].column, 9);
	i = outline_member(&o, 0, "sites");
	assert_int_equal(o.node[i].line, 3);
	assert_int_equal(o.node[i].column, 11);
	i = outline_member(&o, i + 2, "id");
	assert_int_equal(o.node[i].line, 4);
	assert_int_equal(o.node[i].column, 2);
	outline_path(&o, i, path);
	assert_string_equal(path, "sites[1].id");
	outline_path(&o, o.n - 1, path);
	assert_string_equal(path, "sites[3]");
	assert_int_equal(outline_member(&o, 0, "zz"), OUTLINE_NONE);
	outline_free(&o);
}

/* What no JSON is: with its line, and nothing is left over. */
static void
test_writing(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} bad[] = { { "", 0 }, { "{", 1 }, { "{}x", 3 }, { "{}\0", 3 }, { "7", 1 }, { "[1,]", 4 },
		{ "{\"a\":\"\\u0000\"}", 14 }, { "{\"a\":\"\xff\"}", 9 }, { "\xef\xbb\xbf{}", 5 },
		{ "{\"a\":1,\"a\":1}", 13 } };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		struct study *s;
		struct mistakes m;

		assert_int_not_equal(study_read(&s, bad[i].text, bad[i].n, &m), RC_OK);
		assert_true(m.n >= 1 && m.one[0].line == 1);
		mistakes_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_across),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_japanese),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_mutants),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
