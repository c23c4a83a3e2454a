/* REDCap data dictionaries: what they become, and each kind of mistake by its row. */
#include "core/study/redcap.h"
#include "tests/unit/study/study_make.h"

static const char header[] =
	"\"Variable / Field Name\",\"Form Name\",\"Section Header\",\"Field Type\",\"Field Label\","
	"\"Choices, Calculations, OR Slider Labels\",\"Field Note\",\"Text Validation Type OR Show "
	"Slider Number\",\"Text Validation Min\",\"Text Validation Max\",Identifier?,\"Branching "
	"Logic (Show field only if...)\",\"Required Field?\",\"Custom Alignment\",\"Question "
	"Number "
	"(surveys only)\",\"Matrix Group Name\",\"Matrix Ranking?\",\"Field Annotation\"\r\n";

static const char first[] = "id,base,,text,Subject,,,,,,,,y,,,,,\r\n";

struct result {
	char *out;
	struct mistakes wrong, notes;
	struct study *study;
};

static void
convert(struct result *r, const char *rows)
{
	char *text = mem_format("%s%s%s", header, first, rows);
	enum rc rc = redcap_read(&r->out, text, strlen(text), "RC-1", &r->wrong, &r->notes);

	free(text);
	assert_int_equal(rc == RC_OK, r->out != NULL);
	assert_int_equal(rc == RC_OK, r->wrong.n == 0);
	r->study = r->out != NULL ? read_good(r->out) : NULL;
}

static void
release(struct result *r)
{
	study_free(r->study);
	free(r->out);
	mistakes_free(&r->wrong);
	mistakes_free(&r->notes);
}

static const struct study_field *
field(const struct result *r, const char *form, const char *id)
{
	const struct study_named *n;

	if (r->study == NULL)
		fail_msg("row %u: %s: %s", r->wrong.one[0].line, r->wrong.one[0].path,
			r->wrong.one[0].text);
	n = study_find_field(r->study, form, id);
	if (n == NULL)
		fail_msg("no field %s", id);
	return n->field;
}

/* types, digits, lists, limits, sections and quotes */
static void
test_types(void **state)
{
	struct result r;
	const struct study_field *f;

	(void)state;
	convert(&r,
		"age,base,About,text,\"Age, in\r\nyears "
		"\"\"now\"\"\",,whole,integer,18,99,,,,,,,,\r\n"
		"dose,base,,text,<b>Dose</b> <br/>given,,,number_2dp,0.5,,,,y,,,,,\n"
		"day,base,,text,Day,,,date_dmy,2026-01-01,2026-12-31,,,,,,,,\n"
		"at,base,,text,At,,,datetime_seconds_mdy,2026-01-01 10:30:00,,,,,,,,,\n"
		"clock,base,Times,text,Clock,,,time,08:00,,,,,,,,,\n"
		"note,base,,notes,,,,,,,,,,,,,,\n"
		"a,next,,radio,A,\"1, 脳, 頭 | 2, no\",,,,,,,,,,,,\n"
		"b,next,,dropdown,B,\"1,脳, 頭|2,no\",,,,,,,,,,,,\n"
		"c,next,,truefalse,C,,,,,,,,,,,,,\n");
	f = field(&r, "base", "id");
	assert_int_equal(f->type, STUDY_TEXT);
	assert_string_equal(f->header, "trial_subject");
	assert_true(f->required);
	f = field(&r, "base", "age");
	assert_string_equal(f->label, "Age, in years \"now\"");
	assert_string_equal(f->help, "whole");
	assert_int_equal(f->type, STUDY_INTEGER);
	assert_int_equal(f->ranges, 2);
	assert_int_equal(f->range[0].comparator, CMP_GE);
	assert_int_equal(f->range[0].kind, STUDY_SOFT);
	assert_true(f->range[1].value[0].low == 99);
	f = field(&r, "base", "dose");
	assert_string_equal(f->label, "Dose given");
	assert_int_equal(f->digits, 2);
	assert_int_equal(field(&r, "base", "day")->type, STUDY_DATE);
	assert_int_equal(field(&r, "base", "at")->type, STUDY_DATETIME);
	assert_int_equal(field(&r, "base", "clock")->type, STUDY_TIME);
	assert_string_equal(field(&r, "base", "note")->label, "note");
	f = field(&r, "next", "a");
	assert_string_equal(f->list->code[0].label, "脳, 頭");
	assert_ptr_equal(f->list, field(&r, "next", "b")->list);
	assert_string_equal(field(&r, "next", "c")->list->code[1].label, "False");
	assert_int_equal(r.study->forms, 2);
	assert_int_equal(r.study->form[0].groups, 3);
	assert_string_equal(r.study->form[0].group[2].title, "Times");
	release(&r);
}

/* a checkbox is one yes or no for each choice */
static void
test_checkbox(void **state)
{
	struct result r;

	(void)state;
	convert(&r,
		"go,base,,yesno,Go,,,,,,,,,,,,,\n"
		"why,base,,checkbox,Why,\"1, motion | -2, metal\",,,,,,[go]='1',y,,,,,\n");
	assert_int_equal(field(&r, "base", "why___1")->type, STUDY_BOOLEAN);
	assert_string_equal(field(&r, "base", "why____2")->label, "Why: metal");
	assert_string_equal(r.study->form[0].check[0].that,
		"not ((present(go) and go = '1')) or present(why___1) or present(why____2)");
	release(&r);
}

/* branching says when a field is shown, skip when it is not */
static void
test_branching(void **state)
{
	static const struct {
		const char *logic, *skip;
	} rows[] = {
		{ "[yn] = '1'", "not ((present(yn) and yn = '1'))" },
		{ "[yn] = 1", "not ((present(yn) and yn = '1'))" },
		{ "'1'=[yn]", "not ((present(yn) and yn = '1'))" },
		{ "[yn] <> \"\"1\"\"", "not ((missing(yn) or yn != '1'))" },
		{ "[yn] = ''", "not (missing(yn))" },
		{ "[num] <> ''", "not (present(num))" },
		{ "[yn] = '1' and [num] > 2",
			"not ((present(yn) and yn = '1') and (present(num) and num > 2))" },
		{ "2 < [num] OR ([day] >= '2026-01-01' and [far] != '')",
			"not ((present(num) and num > 2) or ((present(day) and day >= "
			"'2026-01-01') and present(other.far)))" },
		{ "[box(2)]='1'", "not ((present(box___2) and box___2))" },
		{ "[box(2)]<>'1'", "not ((missing(box___2) or not box___2))" },
		{ "[box(1)]='0'", "not ((missing(box___1) or not box___1))" },
		{ "[rate] > 1", "not ((present(rate) and rate in ('2', '3')))" },
		{ "[rate] > 7", "not ((present(rate) and false))" },
		{ "[num] < [num2]", "not ((present(num) and present(num2) and num < num2))" },
		{ "[num] = [num2]",
			"not ((present(num) and present(num2) and num = num2 or missing(num) and "
			"missing(num2)))" },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		struct result r;
		char *text = mem_format("yn,base,,yesno,Y,,,,,,,,,,,,,\n"
					"num,base,,text,N,,,number,,,,,,,,,,\n"
					"num2,base,,text,N,,,integer,,,,,,,,,,\n"
					"day,base,,text,D,,,date_ymd,,,,,,,,,,\n"
					"rate,base,,radio,R,\"1, a|2, b|3, c\",,,,,,,,,,,,\n"
					"box,base,,checkbox,B,\"1, a|2, b\",,,,,,,,,,,,\n"
					"it,base,,text,I,,,,,,,\"%s\",,,,,,\n"
					"far,other,,text,F,,,,,,,,,,,,,\n",
			rows[i].logic);

		convert(&r, text);
		if (strcmp(field(&r, "base", "it")->skip, rows[i].skip) != 0)
			fail_msg("%s became %s", rows[i].logic, field(&r, "base", "it")->skip);
		free(text);
		release(&r);
	}
}

/* one bad file for each rule; row 3 is the first after `first` */
static const struct {
	const char *rows;
	uint32_t row;
	const char *name, *text;
} bad[] = {
	{ "x,base,,calc,X,1+1,,,,,,,,,,,,\n", 3, "x", "'calc' are not supported" },
	{ "x,base,,file,X,,,,,,,,,,,,,\n", 3, "x", "'file' are not supported" },
	{ "x,base,,slider,X,a|b,,,,,,,,,,,,\n", 3, "x", "'slider' are not supported" },
	{ "x,base,,sql,X,select,,,,,,,,,,,,\n", 3, "x", "'sql' are not supported" },
	{ "x,base,,tetx,X,,,,,,,,,,,,,\n", 3, "x", "no field type 'tetx'" },
	{ "x,base,,text,X,,,number_comma_decimal,,,,,,,,,,\n", 3, "x", "not supported" },
	{ "x,base,,text,X,,,,,,,,,,,\n", 3, "x", "16 columns" },
	{ "x,base,,text,X,,,,,,,,,,,,,\nx,base,,text,X,,,,,,,,,,,,,\n", 4, "x", "in row 3" },
	{ "y,two,,text,X,,,,,,,,,,,,,\nx,base,,text,X,,,,,,,,,,,,,\n", 4, "x", "stand together" },
	{ "x,base,,radio,X,,,,,,,,,,,,,\n", 3, "x", "no choices" },
	{ "x,base,,radio,X,\"1, a | b\",,,,,,,,,,,,\n", 3, "x", "'b' is no choice" },
	{ "x,base,,radio,X,\"1, a | 1, b\",,,,,,,,,,,,\n", 3, "x", "'1' is there twice" },
	{ "x,base,,radio,X,\"1, a | 2,\",,,,,,,,,,,,\n", 3, "x", "no label" },
	{ "x,base,,checkbox,X,\"a b, a\",,,,,,,,,,,,\n", 3, "x___a b", "id: " },
	{ "x,base,,text,X,,,integer,few,,,,,,,,,\n", 3, "x", "'few' is no limit" },
	{ "x,base,,text,X,,,date_ymd,today,,,,,,,,,\n", 3, "x", "'today' is no limit" },
	{ "x,base,,text,X,,,integer,9,1,,,,,,,,\n", 3, "x", "nothing is left" },
	{ "in,base,,text,X,,,,,,,,,,,,,\n", 3, "in", "word of the expressions" },
	{ "1x,base,,text,X,,,,,,,,,,,,,\n", 3, "1x", "id: " },
	{ "x,base,,text,X,,,,,,,[y] = 1,,,,,,\n", 3, "x", "no field 'y'" },
	{ "x,base,,text,X,,,,,,,[v1][id] = 1,,,,,,\n", 3, "x", "other events" },
	{ "x,base,,text,X,,,,,,,\"datediff([id],[id],'d') > 1\",,,,,,\n", 3, "x",
		"function 'datediff'" },
	{ "x,base,,text,X,,,,,,,[id] > 'a',,,,,,\n", 3, "x", "has no order" },
	{ "x,base,,text,X,,,,,,,[id(1)] = '1',,,,,,\n", 3, "x", "no checkbox" },
	{ "x,base,,text,X,,,,,,,([id] = 'a',,,,,,\n", 3, "x", "not closed" },
	{ "x,base,,text,X,,,,,,,[id] = 'a' [id],,,,,,\n", 3, "x", "too much" },
	{ "x,base,,text,X,,,,,,,[id] = 'a,,,,,,\n", 3, "x", "ends within" },
	{ "x,base,,text,X,,,,,,,1 = 1,,,,,,\n", 3, "x", "where is the field" },
	{ "x,base,,yesno,X,,,,,,,,,,,,,\ny,base,,text,X,,,,,,,[x] = 2,,,,,,\n", 4, "y",
		"'2' is no choice" },
	{ "x,base,,text,X,,,,,,,[y] = 'a',,,,,,\ny,base,,text,X,,,,,,,[x] = 'a',,,,,,\n", 0, NULL,
		"in a circle" },
	{ "x,base,,text,\"X\"y,,,,,,,,,,,,,\n", 3, "", "behind the closing quotes" },
	{ "x,base,,text,X\"y,,,,,,,,,,,,,\n", 3, "", "that has none around" },
	{ "x,base,,text,\"X,,,,,,,,,,,,,\n", 3, "", "not closed" },
	{ "x,base,,text,\"X\"\"", 3, "", "not closed" },
	{ "x,base,,text,\xff,,,,,,,,,,,,,\n", 0, "", "not UTF-8" },
};

/* */
static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		struct result r;

		convert(&r, bad[i].rows);
		if (r.wrong.n != 1)
			fail_msg("file %zu: %zu mistakes", i, r.wrong.n);
		if (strstr(r.wrong.one[0].text, bad[i].text) == NULL)
			fail_msg("file %zu: %s", i, r.wrong.one[0].text);
		if (bad[i].name != NULL) {
			assert_int_equal(r.wrong.one[0].line, bad[i].row);
			assert_string_equal(r.wrong.one[0].path, bad[i].name);
		}
		release(&r);
	}
}

/* all mistakes at once, in the order of rows */
static void
test_all_at_once(void **state)
{
	struct result r;

	(void)state;
	convert(&r,
		"a,base,,calc,A,,,,,,,,,,,,,\n"
		"b,base,,descriptive,B,,,,,,,,,,,,,\n"
		"c,base,,radio,C,,,,,,,,,,,,,\n"
		"d,base,,text,D,,,email,,,y,,,,,,,@HIDDEN\n"
		"e,base,,text,E,,,,,,,[zz]=1,,,,,,\n");
	assert_int_equal(r.wrong.n, 3);
	assert_int_equal(r.wrong.one[0].line, 3);
	assert_int_equal(r.wrong.one[1].line, 5);
	assert_int_equal(r.wrong.one[2].line, 7);
	assert_int_equal(r.notes.n, 4); /* descriptive; format, identifying, annotation */
	assert_int_equal(r.notes.one[0].line, 4);
	release(&r);
}

/* the header itself; a mark before it is none */
static void
test_header(void **state)
{
	char *text = mem_format("\xef\xbb\xbf%s%s\r\n\r\n", header, first);
	struct result r;

	(void)state;
	assert_int_equal(redcap_read(&r.out, text, strlen(text), "X", &r.wrong, &r.notes), RC_OK);
	r.study = NULL;
	release(&r);
	memcpy(strstr(text, "Form Name"), "Farm Name", 9);
	assert_int_equal(
		redcap_read(&r.out, text, strlen(text), "X", &r.wrong, &r.notes), RC_INVALID);
	assert_int_equal(r.wrong.n, 1);
	assert_string_equal(r.wrong.one[0].text, "column 2 is 'Farm Name', 'Form Name' is wanted");
	r.study = NULL;
	release(&r);
	free(text);
	assert_int_equal(redcap_read(&r.out, "", 0, "X", &r.wrong, &r.notes), RC_INVALID);
	assert_string_equal(r.wrong.one[0].text, "the dictionary is empty");
	release(&r);
}

/* Cut at every byte it is read or refused, and nothing else. */
static void
test_cut(void **state)
{
	char *text = mem_format("%s%s%s", header, first,
		"a,b,,checkbox,\"x \"\"y\"\"\",\"1, a | 2, b\",,,,,,\"[id] = 'a' or [id] <> "
		"''\",y,,,,,\n");

	(void)state;
	for (size_t n = 0; n < strlen(text); n++) {
		char *cut = mem_alloc(n + 1); /* nothing behind it */
		struct result r;

		memcpy(cut, text, n);
		r.study = NULL;
		redcap_read(&r.out, cut, n, "X", &r.wrong, &r.notes);
		assert_int_equal(r.out == NULL, r.wrong.n > 0);
		release(&r);
		free(cut);
	}
	free(text);
}

/* More choices, longer conditions and larger forms than there are. */
static void
test_large(void **state)
{
	struct buf b = { 0 };
	struct result r;

	(void)state;
	buf_text(&b, "x,base,,radio,X,\"");
	for (int i = 0; i <= 2000; i++)
		buf_format(&b, "%s%d, c", i == 0 ? "" : "|", i);
	buf_text(&b, "\",,,,,,,,,,,,\ny,base,,text,Y,,,,,,,");
	for (int i = 0; i < 1000; i++)
		buf_text(&b, i == 0 ? "[id]='a'" : " or [id]='a'");
	buf_text(&b, ",,,,,,\n");
	convert(&r, b.data);
	assert_int_equal(r.wrong.n, 2);
	assert_string_equal(r.wrong.one[0].text, "it has more than 2000 choices");
	assert_non_null(strstr(r.wrong.one[1].text, "longer than a condition may be"));
	release(&r);
	buf_clear(&b);
	for (int z = 0; z < 3; z++) {
		buf_format(&b, "z%d,base,,checkbox,", z);
		for (int i = 0; i < 4000; i++)
			buf_char(&b, 'l');
		buf_text(&b, ",\"");
		for (int i = 0; i < 1900; i++)
			buf_format(&b, "%s%d, c", i == 0 ? "" : "|", i);
		buf_text(&b, "\",,,,,,,,,,,,\n");
	}
	convert(&r, b.data);
	assert_non_null(strstr(r.wrong.one[0].text, "more than a study file"));
	release(&r);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_checkbox),
		cmocka_unit_test(test_branching),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests_name("study/redcap", tests, NULL, NULL);
}
