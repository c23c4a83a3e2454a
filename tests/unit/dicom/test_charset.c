/* Character sets: each name as the standard's examples have it (PS3.5 Annex H, I, J). */
#include "tests/unit/dicom/dicom_make.h"

struct name_case {
	const char *what, *declared, *bytes, *text;
	bool flagged;
};

static const struct name_case cases[] = {
	{ "Latin-1", "ISO_IR 100", "Buc^J\xe9r\xf4me", "Buc^Jérôme", false },
	{ "Latin-2", "ISO_IR 101", "Wa\xb3\xeas\x61", "Wałęsa", false },
	{ "Cyrillic", "ISO_IR 144", "\xbb\xee\xda\x63\x65\xdc\xd1\xe3\xe0\xd3", "Люкceмбург", false },
	{ "Arabic", "ISO_IR 127", "\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار", false },
	{ "Greek", "ISO_IR 126", "\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος", false },
	{ "Hebrew", "ISO_IR 138", "\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה", false },
	{ "Thai", "ISO_IR 166", "\xb9\xd2\xc2", "นาย", false },
	{ "UTF-8", "ISO_IR 192", "Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1",
		"Wang^XiaoDong=王^小東", false },
	{ "GB18030", "GB18030", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "Wang^XiaoDong=王^小东",
		false },
	{ "Japanese", "\\ISO 2022 IR 87",
		"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&"
		"\x1b(B",
		"Yamada^Tarou=山田^太郎=やまだ^たろう", false },
	{ "Japanese with katakana", "ISO 2022 IR 13\\ISO 2022 IR 87",
		"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J",
		"ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎", false },
	{ "Korean", "\\ISO 2022 IR 149",
		"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)"
		"C\xb1\xe6\xb5\xbf",
		"Hong^Gildong=洪^吉洞=홍^길동", false },
	{ "Simplified Chinese", "\\ISO 2022 IR 58",
		"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab", "Zhang^XiaoDong=张^小东",
		false },
	{ "several single-byte sets", "ISO 2022 IR 100\\ISO 2022 IR 144",
		"J\xe9r\xf4me=\x1b-L\xbb\xee\xda", "Jérôme=Люк", false },
	{ "UTF-8 declared as Latin-1", "ISO_IR 100", "M\xc3\xbcller", "Müller", true },
	{ "UTF-8 without a declaration", "", "M\xc3\xbcller", "Müller", true },
	{ "Latin-1 declared as UTF-8", "ISO_IR 192", "M\xfcller", "M?ller", true },
	{ "high bytes without a declaration", "", "M\xfcller", "M?ller", true },
	{ "an unknown set", "ISO_IR 999", "Mueller", "Mueller", true },
};

static void
names_of_every_set_are_read(void **state)
{
	for (size_t i = 0; i < MEM_COUNT(cases); i++) {
		struct maker m;
		struct header *h;

		make_start(&m, EXPLICIT_LE);
		make_text(&m, 0x00080005, "CS", cases[i].declared);
		make_identity(&m);
		make_text(&m, 0x00100010, "PN", cases[i].bytes);
		h = good_header(*state, &m);
		if (strcmp(header_text(h, ATTR_PATIENT_NAME), cases[i].text) != 0 ||
			((h->flags & HEADER_CHARSET) != 0) != cases[i].flagged)
			fail_msg("%s: %s", cases[i].what, header_text(h, ATTR_PATIENT_NAME));
		header_free(h);
	}
}

static void
a_backslash_byte_inside_a_wide_character_does_not_split(void **state)
{
	struct maker m;
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_text(&m, 0x00080005, "CS", "GBK");
	make_identity(&m);
	make_text(&m, 0x00081030, "LO", "\x95\x5c"); /* one character whose second byte is 5c */
	h = good_header(*state, &m);
	assert_null(strchr(header_text(h, ATTR_STUDY_DESC), '\\'));
	assert_int_equal(strlen(header_text(h, ATTR_STUDY_DESC)), 3);
	header_free(h);
}

static void
the_declared_set_holds_for_text_not_for_codes(void **state)
{
	struct maker m;
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_text(&m, 0x00080005, "CS", "ISO_IR 144");
	make_identity(&m);
	make_text(&m, 0x00180015, "CS",
		"H\xe9"
		"AD");
	h = good_header(*state, &m);
	assert_string_equal(header_text(h, ATTR_BODY_PART), "H?AD");
	header_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_every_set_are_read),
		cmocka_unit_test(a_backslash_byte_inside_a_wide_character_does_not_split),
		cmocka_unit_test(the_declared_set_holds_for_text_not_for_codes),
	};

	return cmocka_run_group_tests(tests, decoder_setup, decoder_teardown);
}
