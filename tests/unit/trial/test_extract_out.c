/* What was typed by anybody cannot break out of XML or CSV. */
#include "core/trial/extract_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct paper {
	struct extract_out out;
	FILE *f;
	char *text;
	size_t n;
};

static void
begin(struct paper *p)
{
	p->f = open_memstream(&p->text, &p->n);
	extract_out_begin(&p->out, p->f);
}

static void
end(struct paper *p, const char *wanted)
{
	char hex[DIGEST_HEX];
	struct err e = { 0 };

	assert_int_equal(extract_out_end(&p->out, hex, &e), RC_OK);
	fclose(p->f);
	assert_string_equal(p->text, wanted);
	free(p->text);
}

static void
an_attribute_holds_what_was_typed(const char *typed, const char *written)
{
	struct paper p;
	char wanted[200];

	begin(&p);
	extract_open(&p.out, "A");
	extract_attribute(&p.out, "v", typed);
	extract_close(&p.out);
	snprintf(wanted, sizeof(wanted), "\n<A v=\"%s\"/>\n", written);
	end(&p, wanted);
}

static void
text_holds_what_was_typed(const char *typed, const char *written)
{
	struct paper p;
	char wanted[200];

	begin(&p);
	extract_leaf(&p.out, "A", typed);
	snprintf(wanted, sizeof(wanted), "\n<A>%s</A>\n", written);
	end(&p, wanted);
}

/* */
static void
nothing_typed_ends_an_element_or_an_attribute(void **state)
{
	(void)state;
	an_attribute_holds_what_was_typed("\"/><B x=\"", "&quot;/&gt;&lt;B x=&quot;");
	an_attribute_holds_what_was_typed("&lt; &amp;", "&amp;lt; &amp;amp;");
	text_holds_what_was_typed("</A><!-- ]]> -->", "&lt;/A&gt;&lt;!-- ]]&gt; --&gt;");
	text_holds_what_was_typed("&#0; &bomb;", "&amp;#0; &amp;bomb;");
}

/* */
static void
characters_that_xml_does_not_have_become_blanks(void **state)
{
	(void)state;
	text_holds_what_was_typed("a\x01\x1b[2Jb\x7f", "a  [2Jb ");
	text_holds_what_was_typed("\xef\xbf\xbe\xef\xbf\xbf", "  "); /* U+FFFE, U+FFFF */
	text_holds_what_was_typed("\xc2\x9b", " ");                  /* a C1 that terminals obey */
	an_attribute_holds_what_was_typed("a\nb\tc", "a&#10;b&#9;c");
	text_holds_what_was_typed("a\r\nb", "a&#13;\nb");
}

/* */
static void
broken_utf_8_is_written_as_the_replacement_character(void **state)
{
	(void)state;
	text_holds_what_was_typed("\xff"
				  "a\xe3\x81",
		"\xef\xbf\xbd"
		"a\xef\xbf\xbd\xef\xbf\xbd");
	text_holds_what_was_typed(
		"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");   /* a surrogate */
	text_holds_what_was_typed("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"); /* '/' too long */
	text_holds_what_was_typed("脳 \xf0\x9f\xa7\xa0", "脳 \xf0\x9f\xa7\xa0");
}

static void
children_are_inside_and_empty_elements_are_closed(void **state)
{
	struct paper p;

	(void)state;
	begin(&p);
	extract_open(&p.out, "A");
	extract_attribute(&p.out, "left_out", NULL);
	extract_attribute_number(&p.out, "n", -7);
	extract_open(&p.out, "B");
	extract_close(&p.out);
	extract_leaf(&p.out, "C", "");
	extract_close(&p.out);
	end(&p, "\n<A n=\"-7\">\n <B/>\n <C></C>\n</A>\n");
}

static void
a_row_holds(const char *typed, const char *written)
{
	struct paper p;
	char wanted[200];

	begin(&p);
	extract_cell(&p.out, "x");
	extract_cell(&p.out, typed);
	extract_row_end(&p.out);
	snprintf(wanted, sizeof(wanted), "x,%s\r\n", written);
	end(&p, wanted);
}

/* */
static void
a_cell_is_one_cell_whatever_stands_in_it(void **state)
{
	(void)state;
	a_row_holds("a,b", "\"a,b\"");
	a_row_holds("say \"no\"", "\"say \"\"no\"\"\"");
	a_row_holds("two\nlines", "\"two\nlines\"");
	a_row_holds("", "");
}

/* */
static void
formulas_are_defused_and_numbers_are_not(void **state)
{
	static const char *const formulas[] = { "=1+1", "+cmd|'/c calc'!A0", "-2+3", "@SUM(A1)",
		"=HYPERLINK(1)", "-", "+", "\t=1" };
	static const char *const numbers[] = { "-5", "-0.25", "+3", "-1e-3", "12" };
	char wanted[80];

	(void)state;
	for (size_t i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++) {
		snprintf(wanted, sizeof(wanted), "'%s", formulas[i]);
		a_row_holds(formulas[i], wanted);
	}
	a_row_holds("=1,2", "\"'=1,2\"");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		a_row_holds(numbers[i], numbers[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_typed_ends_an_element_or_an_attribute),
		cmocka_unit_test(characters_that_xml_does_not_have_become_blanks),
		cmocka_unit_test(broken_utf_8_is_written_as_the_replacement_character),
		cmocka_unit_test(children_are_inside_and_empty_elements_are_closed),
		cmocka_unit_test(a_cell_is_one_cell_whatever_stands_in_it),
		cmocka_unit_test(formulas_are_defused_and_numbers_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
