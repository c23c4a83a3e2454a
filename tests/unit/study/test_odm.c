/* ODM metadata: what it becomes, what is not supported by its line, and files that mean harm. */
#include "core/study/odm_read.h"
#include "core/study/xml.h"
#include "tests/unit/study/study_make.h"

/* A file, line by line; tests replace lines. */
static const char *const lines[] = {
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>", /* 1 */
	"<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\" xmlns:v=\"urn:vendor\" "
	"ODMVersion=\"1.3.2\">",
	"<Study OID=\"ST\"><GlobalVariables><StudyName>n</StudyName><ProtocolName>P 1"
	"</ProtocolName></GlobalVariables>",
	"<BasicDefinitions><MeasurementUnit OID=\"MU.KG\" Name=\"kilo\"><Symbol><TranslatedText>kg"
	"</TranslatedText></Symbol></MeasurementUnit></BasicDefinitions>",
	"<MetaDataVersion OID=\"M\" Name=\"m\"><Protocol><StudyEventRef StudyEventOID=\"SE.TWO\" "
	"OrderNumber=\"2\"/><StudyEventRef StudyEventOID=\"SE.ONE\" OrderNumber=\"1\"/></Protocol>", /* 5 */
	"<StudyEventDef OID=\"SE.ONE\" Name=\"One\" Repeating=\"No\"><FormRef FormOID=\"FO.F\"/>"
	"</StudyEventDef>",
	"<StudyEventDef OID=\"SE.TWO\" Name=\"Two\" Repeating=\"No\"><FormRef "
	"FormOID=\"FO.F\"/><FormRef "
	"FormOID=\"FO.G\"/></StudyEventDef>",
	"<FormDef OID=\"FO.F\" Name=\"First\" Repeating=\"No\"><ItemGroupRef "
	"ItemGroupOID=\"IG.F.A\" "
	"OrderNumber=\"1\"/></FormDef>",
	"<FormDef OID=\"FO.G\" Name=\"Second\" Repeating=\"Yes\"><ItemGroupRef "
	"ItemGroupOID=\"IG.B\"/>"
	"</FormDef>",
	"<ItemGroupDef OID=\"IG.F.A\" Name=\"Group\" Repeating=\"No\"><ItemRef "
	"ItemOID=\"IT.F.A.w\" "
	"OrderNumber=\"2\" Mandatory=\"No\" CollectionExceptionConditionOID=\"CO\"/>", /* 10 */
	"<ItemRef ItemOID=\"IT.F.c\" OrderNumber=\"1\" Mandatory=\"Yes\"/></ItemGroupDef>",
	"<ItemGroupDef OID=\"IG.B\" Name=\"B\" Repeating=\"No\"><ItemRef ItemOID=\"IT.d\" "
	"Mandatory=\"No\"/><ItemRef ItemOID=\"IT.t\" Mandatory=\"No\"/></ItemGroupDef>",
	"<ItemDef OID=\"IT.F.A.w\" Name=\"Weight\" DataType=\"float\" "
	"SignificantDigits=\"1\"><Question>"
	"<TranslatedText xml:lang=\"de\">Gewicht</TranslatedText><TranslatedText "
	"xml:lang=\"en-GB\">"
	"Weight of</TranslatedText></Question><MeasurementUnitRef MeasurementUnitOID=\"MU.KG\"/>",
	"<RangeCheck Comparator=\"LE\" SoftHard=\"Hard\"><CheckValue> 300 "
	"</CheckValue><ErrorMessage>"
	"<TranslatedText>too heavy</TranslatedText></ErrorMessage></RangeCheck>",
	"<RangeCheck Comparator=\"NOTIN\" "
	"SoftHard=\"Soft\"><CheckValue>1</CheckValue><CheckValue>99.5"
	"</CheckValue></RangeCheck></ItemDef>", /* 15 */
	"<ItemDef OID=\"IT.F.c\" Name=\"Choice\" DataType=\"text\" Length=\"1\"><CodeListRef "
	"CodeListOID=\"CL.YN\"/></ItemDef>",
	"<ItemDef OID=\"IT.d\" Name=\"Day\" DataType=\"partialDate\"/>",
	"<ItemDef OID=\"IT.t\" Name=\"Text\" DataType=\"text\" Length=\"20\"/>",
	"<CodeList OID=\"CL.YN\" Name=\"yn\" DataType=\"text\"><CodeListItem "
	"CodedValue=\"Y\"><Decode>"
	"<TranslatedText xml:lang=\"ja\">はい</TranslatedText></Decode></CodeListItem>",
	"<EnumeratedItem CodedValue=\"N\"/></CodeList>", /* 20 */
	"<ConditionDef OID=\"CO\" Name=\"c\"><FormalExpression Context=\"wetread\">  c = 'N' "
	"</FormalExpression></ConditionDef>",
	"<v:Extra/></MetaDataVersion></Study>",
	"<ClinicalData StudyOID=\"ST\" MetaDataVersionOID=\"M\"><SubjectData/></ClinicalData>",
	"</ODM>",
};

struct result {
	char *out;
	struct mistakes wrong, notes;
	struct study *study;
	enum rc rc;
};

static void
read_text(struct result *r, const char *text, size_t n, const struct odm_options *options)
{
	static const struct odm_options plain = { 0 };

	r->rc = odm_read(&r->out, text, n, options != NULL ? options : &plain, &r->wrong, &r->notes);
	assert_int_equal(r->rc == RC_OK, r->out != NULL);
	assert_int_equal(r->rc == RC_OK, r->wrong.n == 0);
	r->study = r->out != NULL ? read_good(r->out) : NULL;
}

/* The file with line `line` replaced, 0 none. */
static void
convert(struct result *r, unsigned line, const char *with, const struct odm_options *options)
{
	struct buf b = { 0 };

	for (unsigned i = 0; i < MEM_COUNT(lines); i++) {
		buf_text(&b, i + 1 == line ? with : lines[i]);
		buf_char(&b, '\n');
	}
	read_text(r, b.data, b.len, options);
	buf_release(&b);
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
		fail_msg("line %u: %s: %s", r->wrong.one[0].line, r->wrong.one[0].path,
			r->wrong.one[0].text);
	n = study_find_field(r->study, form, id);
	if (n == NULL)
		fail_msg("no field %s", id);
	return n->field;
}

/* visits in their order, forms at their visits, groups, fields, lists, ranges, conditions */
static void
test_all_of_it(void **state)
{
	struct result r;
	const struct study_field *f;

	(void)state;
	convert(&r, 0, NULL, NULL);
	f = field(&r, "F", "w");
	assert_string_equal(r.study->id, "P_1");
	assert_string_equal(r.study->title, "n");
	assert_int_equal(r.study->visits, 2);
	assert_string_equal(r.study->visit[0].id, "ONE");
	assert_int_equal(r.study->form[0].visits, 0);
	assert_int_equal(r.study->form[1].visits, 1);
	assert_string_equal(r.study->form[1].visit[0], "TWO");
	assert_int_equal(r.study->form[0].level, STUDY_OF_VISIT);
	assert_int_equal(r.study->form[1].level, STUDY_OF_EXAM);
	assert_string_equal(r.study->form[0].group[0].field[0].id, "c");
	assert_string_equal(f->label, "Weight of");
	assert_string_equal(f->unit, "kg");
	assert_string_equal(f->skip, "c = 'N'");
	assert_int_equal(f->digits, 1);
	assert_int_equal(f->range[0].kind, STUDY_HARD);
	assert_string_equal(f->range[0].message, "too heavy");
	assert_int_equal(f->range[1].comparator, CMP_NOTIN);
	assert_true(f->range[1].value[1].low == 99.5);
	f = field(&r, "F", "c");
	assert_true(f->required);
	assert_int_equal(f->type, STUDY_CODE);
	assert_string_equal(f->list->code[0].label, "はい");
	assert_string_equal(f->list->code[1].label, "N");
	assert_int_equal(field(&r, "G", "d")->type, STUDY_PARTIAL_DATE);
	assert_int_equal(field(&r, "G", "t")->length, 20);
	assert_int_equal(r.notes.n, 0);
	release(&r);
}

/* texts in the language that is asked for, the id that is given */
static void
test_options(void **state)
{
	struct odm_options options = { "OWN-1", "de", false };
	struct result r;

	(void)state;
	convert(&r, 0, NULL, &options);
	assert_string_equal(field(&r, "F", "w")->label, "Gewicht");
	assert_string_equal(r.study->id, "OWN-1");
	release(&r);
}

/* A condition in another language is a mistake, or with the option a note. */
static void
test_conditions(void **state)
{
	static const char other[] =
		"<ConditionDef OID=\"CO\" Name=\"c\"><FormalExpression Context=\"sas\">c = "
		"'N'</FormalExpression></ConditionDef>";
	struct odm_options options = { .drop_conditions = true };
	struct result r;

	(void)state;
	convert(&r, 21, other, NULL);
	assert_int_equal(r.wrong.n, 1);
	assert_int_equal(r.wrong.one[0].line, 10);
	assert_string_equal(r.wrong.one[0].path, "w");
	release(&r);
	convert(&r, 21, other, &options);
	assert_null(field(&r, "F", "w")->skip);
	assert_int_equal(r.notes.n, 1);
	release(&r);
}

/* A check without a comparator is one of the form. */
static void
test_formal_check(void **state)
{
	struct result r;

	(void)state;
	convert(&r, 14,
		"<RangeCheck SoftHard=\"Soft\"><FormalExpression Context=\"wetread\">w &lt; 300"
		"</FormalExpression></RangeCheck>",
		NULL);
	field(&r, "F", "w");
	assert_int_equal(r.study->form[0].checks, 1);
	assert_string_equal(r.study->form[0].check[0].that, "w < 300");
	assert_int_equal(r.study->form[0].check[0].kind, STUDY_SOFT);
	release(&r);
}

static const struct {
	unsigned line;
	const char *with, *text;
	unsigned at; /* the line that is told, where it is another one */
} bad[] = {
	{ 2, "<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\" xmlns:v=\"urn:v\" ODMVersion=\"2.0\">",
		"only 1.3", 0 },
	{ 6, "<StudyEventDef OID=\"SE.ONE\" Name=\"One\" Repeating=\"Yes\"/>", "visits that repeat",
		0 },
	{ 6, "<StudyEventDef OID=\"SE.ONE\" Name=\"One\"><FormRef FormOID=\"FO.X\"/></StudyEventDef>",
		"no FormDef with OID 'FO.X'", 0 },
	{ 6,
		"<StudyEventDef OID=\"SE.ONE\" Name=\"One\"><FormRef FormOID=\"FO.F\" "
		"CollectionExceptionConditionOID=\"CO\"/></StudyEventDef>",
		"a condition of a visit", 0 },
	{ 8, "<FormDef OID=\"FO.F\" Name=\"First\"><ItemGroupRef ItemGroupOID=\"IG.Z\"/></FormDef>",
		"no ItemGroupDef", 0 },
	{ 8, "<FormDef OID=\"FO.F\"><ItemGroupRef ItemGroupOID=\"IG.F.A\"/></FormDef>",
		"needs the attribute Name", 0 },
	{ 8,
		"<FormDef OID=\"FO.F\" Name=\"First\"><ItemGroupRef ItemGroupOID=\"IG.F.A\" "
		"OrderNumber=\"x\"/></FormDef>",
		"no whole number", 0 },
	{ 10, "<ItemGroupDef OID=\"IG.F.A\" Name=\"G\" Repeating=\"Yes\"><ItemRef ItemOID=\"IT.F.A.w\"/>",
		"groups that repeat", 0 },
	{ 10, "<ItemGroupDef OID=\"IG.F.A\" Name=\"G\"><ItemRef ItemOID=\"IT.F.A.w\" MethodOID=\"MT\"/>",
		"worked out", 0 },
	{ 10,
		"<ItemGroupDef OID=\"IG.F.A\" Name=\"G\"><ItemRef ItemOID=\"IT.F.A.w\" "
		"CollectionExceptionConditionOID=\"NO\"/>",
		"no ConditionDef", 0 },
	{ 10, "<ItemGroupDef OID=\"IG.F.A\" Name=\"G\"><ItemRef ItemOID=\"IT.F.c\"/>",
		"a field 'c' already", 16 },
	{ 14, "<RangeCheck Comparator=\"LE\" SoftHard=\"Hard\"><CheckValue>x</CheckValue></RangeCheck>",
		"'x' is no value", 0 },
	{ 14, "<RangeCheck Comparator=\"LE\" SoftHard=\"Hard\"/>", "value: ", 0 },
	{ 14,
		"<RangeCheck Comparator=\"LE\" "
		"SoftHard=\"Hard\"><CheckValue>1</CheckValue><CheckValue>2"
		"</CheckValue></RangeCheck>",
		"LE needs one value", 0 },
	{ 14, "<RangeCheck Comparator=\"LE\"><CheckValue>1</CheckValue></RangeCheck>",
		"SoftHard must", 0 },
	{ 14, "<RangeCheck Comparator=\"XX\" SoftHard=\"Soft\"><CheckValue>1</CheckValue></RangeCheck>",
		"comparator: ", 0 },
	{ 14,
		"<RangeCheck SoftHard=\"Soft\"><FormalExpression "
		"Context=\"sas\">1</FormalExpression>"
		"</RangeCheck>",
		"of Context 'wetread'", 0 },
	{ 14, "<MeasurementUnitRef MeasurementUnitOID=\"MU.KG\"/>", "more than one unit", 0 },
	{ 16,
		"<ItemDef OID=\"IT.F.c\" Name=\"C\" DataType=\"text\"><CodeListRef "
		"CodeListOID=\"CL.Z\"/>"
		"</ItemDef>",
		"no CodeList with OID", 0 },
	{ 17, "<ItemDef OID=\"IT.d\" Name=\"Day\" DataType=\"base64Binary\"/>",
		"'base64Binary' are not", 0 },
	{ 17, "<ItemDef OID=\"IT.d\" Name=\"Day\"/>", "needs the attribute DataType", 0 },
	{ 18, "<ItemDef OID=\"IT.t\" Name=\"T\" DataType=\"text\" Length=\"90000\"/>",
		"length: ", 0 },
	{ 18, "<ItemDef OID=\"IT.t\" Name=\"T\" DataType=\"text\"/><ItemDef OID=\"IT.t\" Name=\"T\"/>",
		"OID is there already", 0 },
	{ 20, "<ExternalCodeList Dictionary=\"MedDRA\"/><EnumeratedItem CodedValue=\"N\"/></CodeList>",
		"lie elsewhere", 19 },
	{ 21,
		"<ConditionDef OID=\"CO\" Name=\"c\"><FormalExpression Context=\"wetread\">zz = 1"
		"</FormalExpression></ConditionDef>",
		"no field 'zz'", 13 },
	{ 22, "</MetaDataVersion><MetaDataVersion OID=\"M2\"/></Study>", "a second MetaDataVersion",
		0 },
	{ 22, "<Include StudyOID=\"S\" MetaDataVersionOID=\"M0\"/></MetaDataVersion></Study>",
		"includes another", 0 },
	{ 1, "<?xml version=\"1.0\" encoding=\"EBCDIC-x\"?>", "unknown encoding", 0 },
	{ 1, "<?xml version=\"1.0\"?><!DOCTYPE ODM>", "DOCTYPE", 0 },
	{ 18, "<ItemDef OID=\"IT.t\" Name=\"&x;\" DataType=\"text\"/>", "undefined entity", 0 },
	{ 18, "<ItemDef OID=\"IT.t\" Name=\"\xff\" DataType=\"text\"/>", "invalid token", 0 },
	{ 24, "", "no element found", 25 },
	{ 24, "</ODM2>", "mismatched tag", 0 },
};

/* one bad file for each rule, told by its line */
static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		struct result r;

		convert(&r, bad[i].line, bad[i].with, NULL);
		if (r.wrong.n != 1 || strstr(r.wrong.one[0].text, bad[i].text) == NULL)
			fail_msg("file %zu: %zu mistakes: %s; %s", i, r.wrong.n,
				r.wrong.n > 0 ? r.wrong.one[0].text : "none",
				r.wrong.n > 1 ? r.wrong.one[1].text : "");
		if (r.wrong.one[0].line != (bad[i].at != 0 ? bad[i].at : bad[i].line))
			fail_msg("file %zu: line %u: %s", i, r.wrong.one[0].line,
				r.wrong.one[0].text);
		release(&r);
	}
}

/* ---- files that mean harm ---- */

static void
test_bomb(void **state)
{
	static const char bomb[] =
		"<?xml version=\"1.0\"?>\n<!DOCTYPE ODM [\n<!ENTITY a \"aaaaaaaaaa\">\n"
		"<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\n"
		"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">\n"
		"<!ENTITY d SYSTEM \"file:///etc/hostname\">\n]>\n<ODM>&c;&d;</ODM>\n";
	struct result r;

	(void)state;
	read_text(&r, bomb, strlen(bomb), NULL);
	assert_string_equal(r.wrong.one[0].text, "a DOCTYPE is not taken");
	assert_int_equal(r.wrong.one[0].line, 2);
	release(&r);
}

/* An element with this much of something in it. */
static void
expect_limit(const char *before, const char *each, size_t n, const char *after, const char *what)
{
	struct buf b = { 0 };
	struct result r;

	buf_text(&b, "<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\">\n");
	buf_text(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_text(&b, each);
	buf_text(&b, after);
	read_text(&r, b.data, b.len, NULL);
	assert_int_equal(r.rc, RC_LIMIT);
	assert_non_null(strstr(r.wrong.one[0].text, what));
	assert_int_equal(r.wrong.one[0].line, 2);
	release(&r);
	buf_release(&b);
}

static void
test_limits(void **state)
{
	struct buf many = { 0 };
	char *large = mem_zero(XML_BYTES + 2, 1);
	struct result r;

	(void)state;
	expect_limit("", "<Study>", 70, "", "64 deep");
	expect_limit("<Study>", "<a/>", XML_NODES, "", "500000 elements");
	expect_limit("<Study>", "0123456789abcdef", XML_TEXT / 16 + 1, "", "65536 bytes");
	expect_limit("<Study OID=\"", "0123456789abcdef", XML_VALUE / 16 + 1, "\">", "4096 bytes");
	buf_text(&many, "<Study ");
	for (int i = 0; i <= XML_ATTRIBUTES; i++)
		buf_format(&many, "a%d=\"\" ", i);
	expect_limit(many.data, "", 0, ">", "64 attributes");
	buf_release(&many);
	memset(large, ' ', XML_BYTES + 1);
	read_text(&r, large, XML_BYTES + 1, NULL);
	assert_int_equal(r.rc, RC_LIMIT);
	release(&r);
	free(large);
}

/* One item that many groups of many forms ask for is as many fields: it ends where a study file does. */
static void
test_many_times(void **state)
{
	enum { MANY = 3000 };
	struct buf b = { 0 };
	struct result r;

	(void)state;
	buf_text(&b,
		"<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\"><Study><MetaDataVersion OID=\"M\">"
		"<ItemDef OID=\"i\" Name=\"i\" DataType=\"text\"/><ItemGroupDef OID=\"g\">");
	for (int i = 0; i < MANY; i++)
		buf_text(&b, "<ItemRef ItemOID=\"i\"/>");
	buf_text(&b, "</ItemGroupDef>");
	for (int i = 0; i < MANY; i++)
		buf_format(&b,
			"<FormDef OID=\"f%d\" Name=\"f\"><ItemGroupRef "
			"ItemGroupOID=\"g\"/><ItemGroupRef "
			"ItemGroupOID=\"g\"/></FormDef>",
			i);
	buf_text(&b, "</MetaDataVersion></Study></ODM>");
	read_text(&r, b.data, b.len, NULL);
	assert_true(r.wrong.n > 0);
	assert_non_null(strstr(r.wrong.one[0].text, "more than a study file"));
	release(&r);
	buf_release(&b);
}

/* Cut at every byte, and other encodings. */
static void
test_cut(void **state)
{
	static const char latin[] =
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><ODM "
		"xmlns=\"http://www.cdisc.org/ns/odm/v1.3\"><Study><MetaDataVersion "
		"OID=\"M\"><StudyEventDef OID=\"V\" Name=\"Gr\xf6\xdf"
		"e\"/></MetaDataVersion></Study></ODM>";
	struct buf b = { 0 };
	struct result r;

	(void)state;
	for (unsigned i = 0; i < MEM_COUNT(lines); i++)
		buf_format(&b, "%s\n", lines[i]);
	for (size_t n = 0; n < b.len - strlen("\n"); n += 7) {
		char *cut = mem_alloc(n + 1); /* nothing behind it */

		memcpy(cut, b.data, n);
		read_text(&r, cut, n, NULL);
		assert_true(r.wrong.n > 0);
		release(&r);
		free(cut);
	}
	buf_release(&b);
	read_text(&r, latin, strlen(latin), NULL);
	assert_non_null(r.study);
	assert_string_equal(r.study->visit[0].title, "Größe");
	release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_formal_check),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_times),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests_name("study/odm", tests, NULL, NULL);
}
