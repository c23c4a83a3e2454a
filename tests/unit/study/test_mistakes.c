/* Every kind of mistake in a study file is told with its line and place. */
#include "tests/unit/study/study_make.h"

struct fragment {
	unsigned line;    /* that is replaced */
	const char *text; /* by this */
	unsigned told;    /* the line of the mistake */
	const char *path, *says;
};

#define FIELD(more)    "{\"id\": \"w\", \"label\": \"l\", \"type\": \"float\"" more "},"
#define RANGES(more)   FIELD(", \"ranges\": [" more "]")
#define RANGE(c, v, k) "{\"comparator\": \"" c "\", \"value\": " v ", \"kind\": \"" k "\"}"
#define SERIES(more) \
	"{\"id\": \"V1\", \"title\": \"one\", \"series\": [{\"id\": \"a\", \"label\": \"T1\"" more \
	"}]},"
#define LABELLED(label) \
	"{\"id\": \"V1\", \"title\": \"one\", \"series\": [{\"id\": \"a\", \"label\": \"" label "\"}]},"
#define VISIT(more) "{\"id\": \"V2\", \"title\": \"two\"" more "}"
#define MAPPING(wrong, matches, gives, more) \
	"],\"mapping\": {\"rules\": [{\"id\": \"m\", \"attribute\": \"patient_id" wrong \
	"\", \"matches\": \"" matches "\", \"gives\": [" gives "]" more "}]},"
#define MAPPED "mapping.rules[0]."
#define CODE(more) \
	"{\"id\": \"c\", \"label\": \"l\", \"type\": \"code\", \"codes\": \"yn\"" more "},"
#define DATE(more) "{\"id\": \"d\", \"label\": \"l\", \"type\": \"date\"" more "}"
#define CHECK(that) \
	"]}], \"checks\": [{\"id\": \"k\", \"that\": \"" that \
	"\", \"kind\": \"soft\", \"message\": " \
	"\"m\"}]}],"
#define TWO_FORMS(level, more, that) \
	"]}], \"checks\": [{\"id\": \"k\", \"that\": \"" that \
	"\", \"kind\": \"soft\", \"message\": " \
	"\"m\"}]}, {\"id\": \"g2\", \"title\": \"t\", \"level\": \"" level "\"" more \
	", \"groups\": [{\"id\": " \
	"\"g\", \"fields\": [{\"id\": \"x\", \"label\": \"l\", \"type\": \"float\"}]}]}],"
#define REASON(code, meaning, group) \
	"\"reasons\": [{\"code\": \"" code "\", \"meaning\": \"" meaning "\", \"group\": \"" group \
	"\", \"action\": \"query\"}],"
#define HEAD(more) "\"wetread_study\": 1, \"id\": \"S1\", \"version\": 1, \"title\": \"t\"" more ","

static const struct fragment fragments[] = {
	/* the writing */
	{ 10, "{\"id\": \"w\" \"label\": \"l\"},", 10, "", "no JSON" },
	{ 10, "{\"id\": \"w\", \"id\": \"x\", \"label\": \"l\", \"type\": \"float\"},", 10, "",
		"uplicate" },
	{ 2, HEAD(", \"x\": [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), 2, "", "in each other" },
	/* keys and kinds */
	{ 2, HEAD(", \"sties\": []"), 2, "sties", "is 'sites' meant?" },
	{ 2, HEAD(", \"quux\": []"), 2, "quux", "there is no such key; there are wetread_study" },
	{ 10, FIELD(", \"requierd\": true"), 10, "forms[0].groups[0].fields[0].requierd",
		"'required' meant" },
	{ 2, "\"wetread_study\": 2, \"id\": \"S1\", \"version\": 1, \"title\": \"t\",", 2,
		"wetread_study", "from 1 to 1 is allowed" },
	{ 2, "\"wetread_study\": 1, \"id\": \"S1\", \"title\": \"t\",", 1, "the file",
		"'version' is missing" },
	{ 2, "\"wetread_study\": 1, \"id\": \"S 1\", \"version\": 1, \"title\": \"t\",", 2, "id",
		"letters, digits" },
	{ 2, HEAD(", \"note\": 7"), 2, "note", "must be text" },
	{ 2, HEAD(", \"note\": \"\""), 2, "note", "is empty" },
	{ 2, HEAD(", \"note\": \"a\\u0007b\""), 2, "note", "control" },
	{ 2, "\"wetread_study\": 1, \"id\": \"S1\", \"version\": 1.5, \"title\": \"t\",", 2,
		"version", "must be a whole number" },
	{ 10, FIELD(", \"required\": 1"), 10, "forms[0].groups[0].fields[0].required",
		"true or false" },
	{ 10, FIELD(", \"digits\": 16"), 10, "forms[0].groups[0].fields[0].digits", "from 0 to 15" },
	{ 10, "{\"id\": \"w\", \"label\": \"l\", \"type\": \"flaot\"},", 10,
		"forms[0].groups[0].fields[0].type", "is 'float' meant?" },
	{ 10, "{\"id\": \"1w\", \"label\": \"l\", \"type\": \"float\"},", 10,
		"forms[0].groups[0].fields[0].id", "cannot be an id" },
	{ 10, "7,", 10, "forms[0].groups[0].fields[0]", "must be an object" },
	{ 18, "\"blinding\": {},", 18, "blinding", "must be an array" },
	{ 18, "\"blinding\": [{\"role\": \"radiologist\", \"fields\": []}],", 18,
		"blinding[0].fields", "is empty" },
	{ 20, "\"terminal\": []", 20, "terminal", "must be an object" },
	/* sites */
	{ 3, "\"sites\": [{\"id\": \"01\", \"name\": \"n\", \"time_zone\": \"Berlin time\"}],", 3,
		"sites[0].time_zone", "no time zone" },
	{ 3,
		"\"sites\": [{\"id\": \"01\", \"name\": \"n\", \"time_zone\": \"UTC\"},\n{\"id\": "
		"\"01\", \"name\": \"n\", \"time_zone\": \"UTC\"}],",
		4, "sites[1].id", "already, in line 3" },
	{ 3,
		"\"sites\": [{\"id\": \"01\", \"name\": \"n\", \"time_zone\": \"UTC\", "
		"\"contact\": "
		"{\"name\": \"c\", \"email\": \"nobody\"}}],",
		3, "sites[0].contact.email", "no e-mail" },
	/* visits and series */
	{ 6, VISIT(", \"after\": \"V9\""), 6, "visits[1].after", "no visit 'V9'" },
	{ 6, VISIT(", \"after\": \"V2\", \"day\": 3"), 6, "visits[1].after", "circle" },
	{ 6, VISIT(", \"after\": \"V1\", \"day\": 10, \"early\": 10"), 6, "visits[1].day",
		"overlap" },
	{ 6, VISIT(", \"after\": \"V1\", \"day\": 10, \"early\": 3, \"hard_early\": 2"), 6,
		"visits[1].hard_early", "within the 3 days" },
	{ 6, VISIT(", \"after\": \"V1\", \"day\": 10, \"late\": 3, \"hard_late\": 2"), 6,
		"visits[1].hard_late", "within the 3 days" },
	{ 6, VISIT(", \"day\": 10"), 6, "visits[1].day", "after which visit" },
	{ 6, VISIT(", \"hard_late\": 10"), 6, "visits[1]", "after which visit" },
	{ 6, "{\"id\": \"previous\", \"title\": \"t\"}", 6, "visits[1].id", "visit before" },
	{ 5, SERIES(", \"least\": 2"), 5, "visits[0].series[0].least", "at most 1" },
	{ 5, SERIES(", \"same_frame_as\": \"zz\""), 5, "visits[0].series[0].same_frame_as",
		"no series" },
	{ 5, SERIES(", \"same_frame_as\": \"a\""), 5, "visits[0].series[0].same_frame_as",
		"itself" },
	{ 5, SERIES(", \"after_contrast\": [-1, 2]"), 5, "visits[0].series[0].after_contrast",
		"before the injection" },
	{ 5, SERIES(", \"after_contrast\": [3, 2]"), 5, "visits[0].series[0].after_contrast",
		"above the highest" },
	{ 5, SERIES(", \"after_contrast\": [3]"), 5, "visits[0].series[0].after_contrast",
		"two numbers" },
	{ 5, "{\"id\": \"V1\", \"title\": \"one\", \"series\": [{\"id\": \"a\"}]},", 5,
		"visits[0].series[0].id", "neither label nor modality" },
	{ 5, SERIES(", \"parameters\": [{\"attribute\": \"echo\", \"soft\": [1, 2]}]"), 5,
		"visits[0].series[0].parameters[0].attribute", "is no attribute" },
	{ 5, SERIES(", \"parameters\": [{\"attribute\": \"modality\", \"soft\": [1, 2]}]"), 5,
		"visits[0].series[0].parameters[0].attribute", "is no number" },
	{ 5, SERIES(", \"parameters\": [{\"attribute\": \"echo_time\"}]"), 5,
		"visits[0].series[0].parameters[0].attribute", "neither a soft nor a hard" },
	{ 5, SERIES(", \"parameters\": [{\"attribute\": \"slices\", \"soft\": [1, 9], \"hard\": [2, 10]}]"),
		5, "visits[0].series[0].parameters[0].soft", "not within the hard" },
	{ 5, LABELLED("AX (FS"), 5, "visits[0].series[0].label", "is no label" },
	{ 5, LABELLED("AX FS)"), 5, "visits[0].series[0].label", "is no label" },
	{ 5, LABELLED("AX ()"), 5, "visits[0].series[0].label", "is no label" },
	{ 5, LABELLED("(AX) (T1)"), 5, "visits[0].series[0].label", "no word that must" },
	/* mapping */
	{ 7, MAPPING("", "([0-9]+", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 1: the ( has no )" },
	{ 7, MAPPING("", "(a)b)", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 5: the ) has no (" },
	{ 7, MAPPING("", "([a-z)", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 2: the [ has no ]" },
	{ 7, MAPPING("", "(*a)", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 2: there is nothing before it" },
	{ 7, MAPPING("", "(a**)", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 4: there is nothing before it" },
	{ 7, MAPPING("", "(a|)", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 4: before it stands nothing" },
	{ 7, MAPPING("", "(a)|", "\"subject\"", ""), 7, MAPPED "matches", "it ends with nothing" },
	{ 7, MAPPING("", "(a{3,2})", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 3: the braces" },
	{ 7, MAPPING("", "(a{51})", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 3: more than 50" },
	{ 7, MAPPING("", "(a){9}", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 4: a group cannot" },
	{ 7, MAPPING("", "(a)\\\\1", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 4: a backslash before" },
	{ 7, MAPPING("", "(a)\\\\", "\"subject\"", ""), 7, MAPPED "matches",
		"at character 4: a backslash at the end" },
	{ 7, MAPPING("", "([z-a])", "\"subject\"", ""), 7, MAPPED "matches", "is no pattern: " },
	{ 7, MAPPING("", "(a)(b)", "\"subject\"", ""), 7, MAPPED "matches",
		"has 2 groups in ( ), but gives 1 things" },
	{ 7, MAPPING("", "(a)", "\"subject\", \"subject\"", ""), 7, MAPPED "gives[1]", "twice" },
	{ 7, MAPPING("", "(a)", "\"exam\"", ""), 7, MAPPED "gives",
		"none of site, subject and visit" },
	{ 7, MAPPING("x", "(a)", "\"subject\"", ""), 7, MAPPED "attribute", "is no attribute" },
	{ 7,
		"],\"mapping\": {\"rules\": [{\"id\": \"m\", \"attribute\": \"sop_uid\", "
		"\"matches\": \"(a)\", \"gives\": [\"subject\"]}]},",
		7, MAPPED "attribute", "of single images" },
	{ 7, MAPPING("", "(a)", "\"visit\"", ",\n\"as\": {\"b\": \"V1\",\n\"c\": \"V9\"}"), 9,
		MAPPED "as.c", "there is no visit 'V9'" },
	{ 7, MAPPING("", "(a)", "\"site\"", ", \"as\": {\"b\": \"V1\"}"), 7, MAPPED "as.b",
		"there is no site 'V1'" },
	{ 7, MAPPING("", "(a)", "\"visit\"", ", \"as\": {\"b\": \"V1\", \"B\": \"V2\"}"), 7,
		MAPPED "as.B", "already, in line 7" },
	{ 7, MAPPING("", "(a)", "\"visit\"", ", \"as\": {\"b\": 7}"), 7, MAPPED "as.b",
		"must be text" },
	{ 7, MAPPING("", "(a)", "\"visit\"", ", \"as\": [\"V1\"]"), 7, MAPPED "as",
		"must be an object" },
	{ 7, "],\"mapping\": {},", 7, "mapping", "says nothing" },
	/* lists, forms, fields */
	{ 8,
		"\"lists\": [{\"id\": \"yn\", \"codes\": [{\"code\": \"1\", \"label\": \"yes\"}, "
		"{\"code\": \"1\", \"label\": \"no\"}]}],",
		8, "lists[0].codes[1].code", "already, in line 8" },
	{ 11, CODE(", \"unit\": \"kg\""), 11, "forms[0].groups[0].fields[1].unit",
		"is for numbers" },
	{ 11, "{\"id\": \"c\", \"label\": \"l\", \"type\": \"code\"},", 11,
		"forms[0].groups[0].fields[1].type", "names its list" },
	{ 11, "{\"id\": \"c\", \"label\": \"l\", \"type\": \"code\", \"codes\": \"zz\"},", 11,
		"forms[0].groups[0].fields[1].codes", "no list 'zz'" },
	{ 11, "{\"id\": \"w\", \"label\": \"l\", \"type\": \"date\"},", 11,
		"forms[0].groups[0].fields[1].id", "already, in line 10" },
	{ 10, FIELD(", \"length\": 3"), 10, "forms[0].groups[0].fields[0].length", "type text" },
	{ 12, DATE(", \"digits\": 3"), 12, "forms[0].groups[0].fields[2].digits", "type float" },
	{ 10, FIELD(", \"codes\": \"yn\""), 10, "forms[0].groups[0].fields[0].codes", "type code" },
	{ 10, FIELD(", \"header\": \"wight\""), 10, "forms[0].groups[0].fields[0].header",
		"no attribute" },
	{ 10, FIELD(", \"tolerance\": 2"), 10, "forms[0].groups[0].fields[0].tolerance",
		"prefilled" },
	{ 12, "{\"id\": \"and\", \"label\": \"l\", \"type\": \"date\"}", 12,
		"forms[0].groups[0].fields[2].id", "word of the expressions" },
	{ 9,
		"\"forms\": [{\"id\": \"quality\", \"title\": \"t\", \"level\": \"visit\", "
		"\"groups\": "
		"[{\"id\": \"g\", \"fields\": [",
		9, "forms[0].id", "has a form 'quality' already" },
	{ 9,
		"\"forms\": [{\"id\": \"header\", \"title\": \"t\", \"level\": \"visit\", "
		"\"groups\": "
		"[{\"id\": \"g\", \"fields\": [",
		9, "forms[0].id", "image's header" },
	{ 9,
		"\"forms\": [{\"id\": \"f\", \"title\": \"t\", \"level\": \"visit\", \"visits\": "
		"[\"V8\"], \"groups\": [{\"id\": \"g\", \"fields\": [",
		9, "forms[0].visits", "no visit 'V8'" },
	/* ranges */
	{ 10, RANGES(RANGE("LE", "\"x\"", "hard")), 10,
		"forms[0].groups[0].fields[0].ranges[0].value", "no value of type float" },
	{ 10, RANGES(RANGE("LE", "[1]", "hard")), 10,
		"forms[0].groups[0].fields[0].ranges[0].value", "needs one value" },
	{ 10, RANGES(RANGE("IN", "1", "hard")), 10, "forms[0].groups[0].fields[0].ranges[0].value",
		"needs an array" },
	{ 10, RANGES(RANGE("IN", "[]", "hard")), 10, "forms[0].groups[0].fields[0].ranges[0].value",
		"holds 0 values" },
	{ 10, RANGES(RANGE("LE", "{}", "hard")), 10, "forms[0].groups[0].fields[0].ranges[0].value",
		"must be a number, text" },
	{ 10, RANGES(RANGE("<=", "1", "hard")), 10,
		"forms[0].groups[0].fields[0].ranges[0].comparator", "there are LT, LE" },
	{ 10, RANGES(RANGE("GE", "5", "hard") "," RANGE("LT", "5", "hard")), 10,
		"forms[0].groups[0].fields[0].ranges", "hard ranges exclude each other" },
	{ 10, RANGES(RANGE("GT", "5", "soft") "," RANGE("LE", "5", "soft")), 10,
		"forms[0].groups[0].fields[0].ranges", "soft ranges exclude each other" },
	{ 10, RANGES(RANGE("GE", "0", "hard") "," RANGE("GE", "-1", "soft")), 10,
		"forms[0].groups[0].fields[0].ranges", "outside the hard one" },
	{ 10, RANGES(RANGE("IN", "[1, 2]", "hard") "," RANGE("GT", "2", "hard")), 10,
		"forms[0].groups[0].fields[0].ranges[0].value", "nothing is left" },
	{ 11, CODE(", \"ranges\": [" RANGE("EQ", "\"7\"", "soft") "]"), 11,
		"forms[0].groups[0].fields[1].ranges[0].value", "no code of list 'yn'" },
	{ 11, CODE(", \"ranges\": [" RANGE("LT", "\"1\"", "soft") "]"), 11,
		"forms[0].groups[0].fields[1].ranges[0].comparator", "has no order" },
	{ 12, DATE(", \"ranges\": [" RANGE("LE", "\"2025-02-29\"", "soft") "]"), 12,
		"forms[0].groups[0].fields[2].ranges[0].value", "no value of type date" },
	/* expressions */
	{ 13, CHECK("w >"), 13, "forms[0].checks[0].that", "at character 4: it ends" },
	{ 13, CHECK("x > 1"), 13, "forms[0].checks[0].that",
		"at character 1: form 'f' has no field 'x'" },
	{ 13, CHECK("w@V9 > 1"), 13, "forms[0].checks[0].that", "no visit 'V9'" },
	{ 13, CHECK("w > 1 and c = '7'"), 13, "forms[0].checks[0].that",
		"at character 15: '7' is no code" },
	{ 13, CHECK("w + 1"), 13, "forms[0].checks[0].that", "a number where a condition" },
	{ 13, CHECK("header.zz = 'x'"), 13, "forms[0].checks[0].that", "no attribute 'zz'" },
	{ 14, "\"series_rules\": [{\"id\": \"r\", \"when\": \"w > 1\", \"base\": \"T1\"}],", 14,
		"series_rules[0].when", "only header.NAME" },
	{ 14, "\"series_rules\": [{\"id\": \"r\", \"when\": \"header.modality = 'MR'\"}],", 14,
		"series_rules[0].id", "says nothing" },
	{ 10, FIELD(", \"skip\": \"w > 1\""), 10, "forms[0].groups[0].fields[0].skip", "circle" },
	{ 13, TWO_FORMS("series", "", "g2.x > 1"), 13, "forms[0].checks[0].that",
		"of each series: which one" },
	{ 13, TWO_FORMS("visit", ", \"visits\": [\"V2\"]", "g2.x@V1 > 1"), 13,
		"forms[0].checks[0].that", "not filled in at visit 'V1'" },
	{ 13, TWO_FORMS("visit", "", "g2.y > 1"), 13, "forms[0].checks[0].that",
		"form 'g2' has no field 'y'" },
	/* work */
	{ 16, "\"steps\": [{\"id\": \"phi\", \"title\": \"p\", \"roles\": [\"expert\", \"expert\"]},",
		16, "steps[0].roles[1]", "twice" },
	{ 15, REASON("111207", "m", "motion"), 15, "reasons[0].code", "never changes" },
	{ 15, REASON("PHI-PIX", "m", "privacy"), 15, "reasons[0].code", "never changes" },
	{ 15, REASON("rid7", "m", "motion"), 15, "reasons[0].code", "no private code" },
	{ 15, REASON("999999", "m", "motion"), 15, "reasons[0].code", "no private code" },
	{ 15, REASON("X-2", "m", "moton"), 15, "reasons[0].group", "no group 'moton'" },
	{ 16, "\"steps\": [{\"id\": \"phi\", \"title\": \"p\", \"roles\": [\"reviewr\"]},", 16,
		"steps[0].roles", "is 'reviewer' meant?" },
	{ 16, "\"steps\": [{\"id\": \"phi\", \"title\": \"p\", \"roles\": [\"officer\"]},", 16,
		"steps[0].roles", "does no step" },
	{ 17, "{\"id\": \"quality\", \"title\": \"q\", \"roles\": [\"expert\"], \"needs\": [\"x\"]}],",
		17, "steps[1].needs", "no step 'x'" },
	{ 17, "{\"id\": \"quality\", \"title\": \"q\", \"roles\": [\"expert\"], \"needs\": [\"quality\"]}],",
		17, "steps[1].needs", "does not stand before" },
	{ 18, "\"blinding\": [{\"role\": \"radiologist\", \"fields\": [\"series_uid\"]}],", 18,
		"blinding[0].fields", "cannot be blinded" },
	{ 20, "\"terminal\": {\"columns\": 5}", 20, "terminal.columns", "from 20 to 1000" },
};

static bool
told(const struct mistakes *m, const struct fragment *f)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->one[i].line == f->told && strcmp(m->one[i].path, f->path) == 0 &&
			strstr(m->one[i].text, f->says) != NULL)
			return true;
	return false;
}

static void
test_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < MEM_COUNT(fragments); i++) {
		const struct fragment *f = &fragments[i];
		char *text = small_with(f->line, f->text);
		struct study *s;
		struct mistakes m;
		size_t others = 0;

		assert_int_not_equal(study_read(&s, text, strlen(text), &m), RC_OK);
		assert_null(s);
		if (!told(&m, f)) {
			for (size_t j = 0; j < m.n; j++)
				print_message("%u: %s: %s\n", m.one[j].line, m.one[j].path,
					m.one[j].text);
			fail_msg("%zu: wanted %u: %s: %s", i, f->told, f->path, f->says);
		}
		/* what is wrong is told once, and nothing else but that others miss it */
		for (size_t j = 0; j < m.n; j++)
			others += strstr(m.one[j].text, "has no field 'w'") == NULL;
		assert_int_equal(others, 1);
		mistakes_free(&m);
		free(text);
	}
}

static void
test_all_at_once(void **state)
{
	struct buf b = { 0 };
	struct study *s;
	struct mistakes m;

	(void)state;
	buf_text(&b, "{\n\"visits\": [\n");
	for (int i = 0; i < 150; i++)
		buf_format(&b, "{\"id\": \"V%d\", \"titel\": \"t\"},\n", i);
	buf_text(&b, "{\"id\": \"V0\", \"title\": \"t\"}]}");
	assert_int_equal(study_read(&s, b.data, b.len, &m), RC_INVALID);
	assert_int_equal(m.n, MISTAKES_MOST);
	/* four of the root, two of each visit, one twice; none is lost from the count */
	assert_int_equal(m.n + m.more, 4 + 2 * 150 + 1);
	for (size_t i = 1; i < m.n; i++)
		assert_true(m.one[i - 1].line <= m.one[i].line);
	mistakes_free(&m);
	buf_release(&b);
}

static void
test_circles(void **state)
{
	char *text = small_with(11,
		"{\"id\": \"c\", \"label\": \"l\", \"type\": \"float\", \"skip\": \"w > 1\"},\n"
		"{\"id\": \"e\", \"label\": \"l\", \"type\": \"float\", \"skip\": "
		"\"missing(c)\"},");
	const char *type = strstr(text, "\"type\": \"float\"");
	struct study *s = read_good(text);
	struct mistakes m;
	char *again;

	(void)state;
	study_free(s);
	/* w waits for e, which waits for c, which waits for w */
	again = mem_format("%.*s\"skip\": \"e = 1\", %s", (int)(type - text), text, type);
	assert_int_equal(study_read(&s, again, strlen(again), &m), RC_INVALID);
	assert_int_equal(m.n, 1);
	assert_non_null(strstr(m.one[0].text, "circle"));
	mistakes_free(&m);
	free(again);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
