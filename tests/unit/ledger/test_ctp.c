/* CTP's scripts: regions in and out, and signatures asked of a header. */
#include "core/ledger/ctp.h"
#include "tests/unit/ledger/ledger_make.h"

static const char header[] =
	"{\"00080008\":{\"vr\":\"CS\",\"Value\":[\"DERIVED\",\"SECONDARY\"]},"
	"\"00080060\":{\"vr\":\"CS\",\"Value\":[\"US\"]},"
	"\"00080070\":{\"vr\":\"LO\",\"Value\":[\"GE Medical\"]},"
	"\"00081090\":{\"vr\":\"LO\",\"Value\":[\"LOGIQ (E9)\"]},"
	"\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Doe^Jane\"}]},"
	"\"00186011\":{\"vr\":\"SQ\",\"Value\":[{\"00186018\":{\"vr\":\"UL\",\"Value\":[12]}}]},"
	"\"00280010\":{\"vr\":\"US\",\"Value\":[720]},\"00280011\":{\"vr\":\"US\",\"Value\":[960]}"
	"}";

static enum rc
read_script(const char *script, bool any, struct mark **out, size_t *n, struct err *e)
{
	struct ctp_image image = {
		.header = json_loads(header, 0, NULL), .columns = 960, .rows = 720
	};
	enum rc rc = ctp_read(script, &image, any, out, n, e);

	json_decref((json_t *)image.header);
	return rc;
}

static void
a_section_that_fits_gives_its_regions_as_boxes_of_the_series(void **state)
{
	struct mark *marks;
	size_t n;

	(void)state;
	assert_ok(
		read_script("GE, the banner\n{ Manufacturer.containsIgnoreCase(\"ge medical\") *\n"
			    "  [0028,0010].equals(\"720\") }\n (0,0,960,40) and the clock\n ( 800 "
			    ", 700 ,400,90)\n",
			false, &marks, &n, e));
	assert_int_equal(n, 2);
	assert_int_equal(marks[0].scope, MARK_SERIES);
	assert_int_equal(marks[0].shape, MARK_BOX);
	assert_int_equal(marks[0].point[1].x, 960);
	assert_int_equal(marks[0].point[1].y, 40);
	assert_int_equal(marks[1].point[0].x, 800);
	assert_int_equal(marks[1].point[1].x, 960); /* cut at the edge */
	assert_int_equal(marks[1].point[1].y, 720);
	for (size_t i = 0; i < n; i++)
		assert_ok(mark_check(&marks[i], e));
	free(marks);
}

static void
the_first_section_that_fits_is_taken(void **state)
{
	struct mark *marks;
	size_t n;

	(void)state;
	assert_ok(read_script("{ Modality.equals(\"CT\") } (1,1,1,1) (5000,1,1,1)\n"
			      "{ Modality.equals(\"US\") } (2,2,2,2)\n{ true. } (3,3,3,3)",
		false, &marks, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(marks[0].point[0].x, 2);
	free(marks);
}

static void
signatures_are_reckoned_as_ctp_does(void **state)
{
	static const struct {
		const char *signature;
		bool fits;
	} cases[] = {
		{ "true.", true },
		{ "false.", false },
		{ "!false.", true },
		{ "false. * false. + true.", true },
		{ "false. * (false. + true.)", false },
		{ "!true. + true.", true },
		{ "!(true. + true.)", false },
		{ "Modality.equals(\"us\")", false },
		{ "Modality.equalsIgnoreCase(\"us\")", true },
		{ "Manufacturer.contains(\"Med\")", true },
		{ "Manufacturer.contains(\"med\")", false },
		{ "Manufacturer.startsWith(\"GE\")", true },
		{ "Manufacturer.startsWithIgnoreCase(\"ge m\")", true },
		{ "Manufacturer.endsWith(\"cal\")", true },
		{ "Manufacturer.endsWithIgnoreCase(\"a long GE Medical\")", false },
		{ "ManufacturerModelName.containsIgnoreCase(\"(e9)\")", true },
		{ "ImageType.equals(\"DERIVED\\SECONDARY\")", true },
		{ "[0010,0010].containsIgnoreCase(\"doe\")", true },
		{ "[0018,6011]::[0018,6018].equals(\"12\")", true },
		{ "SeriesDescription.equals(\"\")", true },
		{ "SeriesDescription.contains(\"x\")", false },
		{ "Rows.equals(\"720\") * Columns.equals(\"961\")", false },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(cases); i++) {
		char *script = mem_format("{ %s } (0,0,9,9)", cases[i].signature);
		struct mark *marks = NULL;
		struct err why = { 0 };
		size_t n;
		enum rc rc = read_script(script, false, &marks, &n, &why);

		if (rc != (cases[i].fits ? RC_OK : RC_CONFLICT))
			fail_msg("%s: %s", cases[i].signature, why.text);
		free(marks);
		free(script);
	}
}

static void
one_that_does_not_fit_says_where_without_a_value_of_the_header(void **state)
{
	struct mark *marks;
	struct err why = { 0 };
	size_t n;

	(void)state;
	assert_int_equal(read_script("text\n{ Modality.equals(\"US\") *\n "
				     "[0010,0010].equals(\"Roe\") }\n(0,0,9,9)",
				 false, &marks, &n, &why),
		RC_CONFLICT);
	assert_string_equal(why.text,
		"line 3: the signature does not fit the series: [0010,0010].equals(\"Roe\") is not "
		"so");
	assert_null(marks);
	assert_ok(read_script("{ Modality.equals(\"CT\") } (0,0,9,9)", true, &marks, &n, e));
	assert_int_equal(n, 1);
	free(marks);
	/* which of two is meant nobody can tell */
	assert_int_equal(
		read_script("{ false. } (0,0,9,9) { false. } (0,0,9,9)", true, &marks, &n, NULL),
		RC_CONFLICT);
}

static void
mistakes_are_told_with_their_line(void **state)
{
	static const struct {
		const char *script, *words;
	} cases[] = {
		{ "", "no signature" },
		{ "(0,0,9,9)", "line 1: a signature in braces comes first" },
		{ "{ }", "line 1: the name of an element" },
		{ "\n{ Modality }", "line 2: a point and a method" },
		{ "{ Modality.equals }", "line 1: a method takes one text" },
		{ "{ Modality.equals(US) }", "quotation marks" },
		{ "{ Modality.equals(\"US }\n", "quotation marks" },
		{ "{ Modality.matches(\"U.\") }", "this method is not known here" },
		{ "{ Nonsense.equals(\"US\") }",
			"Nonsense is not known by name here; write it as [gggg,eeee]" },
		{ "{ [0008,00].equals(\"US\") }", "[0008,00] is not known" },
		{ "{ (true. }", "a parenthesis is not closed" },
		{ "{ true. true. }", "a signature ends with a brace" },
		{ "{ true. }\n\n (1,2,3)", "line 3: a region is four numbers" },
		{ "{ true. } (1,2,3,-4)", "a region is four numbers" },
		{ "{ true. } (1,2,3,4,5)", "a region is four numbers" },
		{ "{ true. } (960,0,5,5)", "no pixel of the image" },
		{ "{ true. } (0,0,0,5)", "no pixel of the image" },
		{ "{ true. } nothing", "the signature has no regions" },
		{ "{ true. } (0,0,1,1) )", "too many" },
		{ "{ ((((((((((((((((((((((((((((((((((((((((((true. ", "too many parentheses" },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(cases); i++) {
		struct mark *marks;
		struct err why = { 0 };
		size_t n;

		assert_int_equal(read_script(cases[i].script, false, &marks, &n, &why), RC_INVALID);
		assert_null(marks);
		if (strstr(why.text, cases[i].words) == NULL)
			fail_msg("%s: \"%s\" is not in: %s", cases[i].script, cases[i].words,
				why.text);
	}
}

static void
what_goes_out_comes_in_again(void **state)
{
	const struct ctp_scanner of = { .manufacturer = "GE Medical",
		.model = "LOGIQ (E9)",
		.image_type = "DERIVED\\SECONDARY" };
	struct mark marks[2] = { made_mark(4), made_mark(0) }, *got;
	struct buf b = { 0 };
	size_t n;

	(void)state;
	for (int i = 0; i < 2; i++) {
		marks[i].columns = 960;
		marks[i].rows = 720;
	}
	marks[1].shape = MARK_OUTLINE;
	marks[1].scope = MARK_SCANNER;
	marks[1].points = 3;
	marks[1].point[2] = (struct mark_point){ 30, 90 };
	ctp_write(&b, &of, marks, 2);
	assert_string_equal(b.data,
		"{ Manufacturer.containsIgnoreCase(\"GE Medical\") *\n"
		"  ManufacturerModelName.containsIgnoreCase(\"LOGIQ (E9)\") *\n"
		"  Rows.equals(\"720\") *\n  Columns.equals(\"960\") *\n"
		"  ImageType.containsIgnoreCase(\"DERIVED\") *\n"
		"  ImageType.containsIgnoreCase(\"SECONDARY\") }\n"
		"  seen on slice 5 alone:\n  (8,10,112,16)\n"
		"  an outline, as the box around it:\n  (8,10,112,80)\n");
	assert_ok(read_script(b.data, false, &got, &n, e));
	assert_int_equal(n, 2);
	assert_int_equal(got[1].point[1].y, 90);
	free(got);
	buf_release(&b);
}

static void
a_value_cannot_break_out_of_its_text_and_sizes_get_sections(void **state)
{
	const struct ctp_scanner of = {
		.manufacturer = "Ac\"me\") } (0,0,1,1)", .model = "}", .image_type = ""
	};
	struct mark marks[3] = { made_mark(0), made_mark(1), made_mark(2) };
	struct buf b = { 0 };

	(void)state;
	marks[1].columns = 1024;
	ctp_write(&b, &of, marks, 3);
	assert_string_equal(b.data,
		"{ Manufacturer.containsIgnoreCase(\"Ac\") *\n  Rows.equals(\"512\") *\n"
		"  Columns.equals(\"512\") }\n  seen on slice 1 alone:\n  (8,10,112,16)\n"
		"  seen on slice 3 alone:\n  (8,10,112,16)\n"
		"{ Manufacturer.containsIgnoreCase(\"Ac\") *\n  Rows.equals(\"512\") *\n"
		"  Columns.equals(\"1024\") }\n  seen on slice 2 alone:\n  (8,10,112,16)\n");
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_that_fits_gives_its_regions_as_boxes_of_the_series),
		cmocka_unit_test(the_first_section_that_fits_is_taken),
		cmocka_unit_test(signatures_are_reckoned_as_ctp_does),
		cmocka_unit_test(one_that_does_not_fit_says_where_without_a_value_of_the_header),
		cmocka_unit_test(mistakes_are_told_with_their_line),
		cmocka_unit_test(what_goes_out_comes_in_again),
		cmocka_unit_test(a_value_cannot_break_out_of_its_text_and_sizes_get_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
