/* Sheets: what is typed becomes a value, and what is found of it. */
#include <time.h>

#include "core/dicom/attr.h"
#include "core/study/form.h"
#include "tests/unit/study/study_make.h"

/* ---- a form of one's own ---- */

/* The header and other forms as they are told to the sheet. */
struct outside {
	const char *weight, *agent, *date, *time, *before, *other;
};

static const char *
header_text(void *ctx, int attr)
{
	const struct outside *o = ctx;

	return attr == ATTR_WEIGHT        ? o->weight
		: attr == ATTR_AGE        ? o->agent
		: attr == ATTR_STUDY_DATE ? o->date
		: attr == ATTR_STUDY_TIME ? o->time
		: attr == ATTR_MODALITY   ? "MR"
					  : NULL;
}

static const char *
other_text(void *ctx, const struct study_named *field, const struct study_name *name)
{
	const struct outside *o = ctx;

	(void)field;
	return name->where == STUDY_PREVIOUS ? o->before : o->other;
}

struct desk {
	struct study *study;
	struct form_sheet *sheet;
	struct outside outside;
};

/* Form "f" with these fields and checks; form "o" has a number n. */
static void
open_desk(struct desk *d, const char *fields, const char *checks)
{
	struct form_lookups look = { header_text, other_text, &d->outside };
	char *text = mem_format(
		"{\"wetread_study\": 1, \"id\": \"S\", \"version\": 1, \"title\": \"t\","
		"\"visits\": [{\"id\": \"V1\", \"title\": \"one\"}],"
		"\"lists\": [{\"id\": \"yn\", \"codes\": [{\"code\": \"1\", \"label\": \"Yes\"},"
		"{\"code\": \"0\", \"label\": \"No\"}]}, {\"id\": \"jp\", \"codes\": ["
		"{\"code\": \"脳\", \"label\": \"頭部\"}, {\"code\": \"肺\", \"label\": \"胸部\"},"
		"{\"code\": \"x\", \"label\": \"同\"}, {\"code\": \"y\", \"label\": \"同\"}]}],"
		"\"forms\": [{\"id\": \"o\", \"title\": \"t\", \"level\": \"visit\", \"groups\": ["
		"{\"id\": \"g\", \"fields\": [{\"id\": \"n\", \"label\": \"l\", \"type\": "
		"\"float\"}]}]},{\"id\": \"f\", \"title\": \"t\", \"level\": \"visit\","
		"\"groups\": [{\"id\": \"g\", \"fields\": [%s]}], \"checks\": [%s]}]}",
		fields, checks);

	d->study = read_good(text);
	d->sheet = form_sheet_new(d->study, &d->study->form[1], &look);
	free(text);
}

static void
close_desk(struct desk *d)
{
	form_sheet_free(d->sheet);
	study_free(d->study);
	memset(d, 0, sizeof(*d));
}

static const struct form_cell *
cell(struct desk *d, const char *id)
{
	size_t at = form_sheet_find(d->sheet, id);

	if (at == SIZE_MAX)
		fail_msg("no field %s", id);
	return form_sheet_cell(d->sheet, at);
}

static const struct form_cell *
put(struct desk *d, const char *id, const char *text)
{
	struct err e = { 0 };

	if (form_sheet_set(d->sheet, form_sheet_find(d->sheet, id), text, &e) != RC_OK)
		fail_msg("%s: %s", id, e.text);
	return cell(d, id);
}

/* The only thing found, FORM_KINDS where nothing is. */
static enum form_kind
found(const struct form_cell *c)
{
	assert_true(c->findings <= 1);
	return c->findings == 0 ? FORM_KINDS : c->finding[0].kind;
}

/* ---- typing ---- */

/* what is typed, the field, and what is kept; NULL: a finding of this kind */
static const struct {
	const char *field, *typed, *kept;
	enum form_kind kind;
} typed[] = {
	{ "\"type\": \"integer\"", " 80 ", "80", 0 },
	{ "\"type\": \"integer\"", "+007", "7", 0 },
	{ "\"type\": \"integer\"", "80.0", "80", 0 },
	{ "\"type\": \"integer\"", "-0", "0", 0 },
	{ "\"type\": \"integer\"", "80.5", NULL, FORM_TYPE },
	{ "\"type\": \"integer\"", "eighty", NULL, FORM_TYPE },
	{ "\"type\": \"integer\"", "9999999999999999", NULL, FORM_TYPE },
	{ "\"type\": \"float\"", "80.25", "80.25", 0 },
	{ "\"type\": \"float\"", ".5", "0.5", 0 },
	{ "\"type\": \"float\"", "0.00001200", "0.000012", 0 },
	{ "\"type\": \"float\"", "1000000", "1000000", 0 },
	{ "\"type\": \"float\"", "999999999999999", "999999999999999", 0 },
	{ "\"type\": \"float\"", "1000000000000000", NULL, FORM_TYPE },
	{ "\"type\": \"float\"", "-0.00", "0", 0 },
	{ "\"type\": \"float\", \"unit\": \"kg\"", "3 ug", "0.000000003", 0 },
	{ "\"type\": \"float\"", "80,5", NULL, FORM_TYPE },
	{ "\"type\": \"float\"", "1e3", NULL, FORM_TYPE },
	{ "\"type\": \"float\"", "0x10", NULL, FORM_TYPE },
	{ "\"type\": \"float\"", "nan", NULL, FORM_TYPE },
	{ "\"type\": \"float\", \"digits\": 1", "80", "80.0", 0 },
	{ "\"type\": \"float\", \"digits\": 1", "80.50", "80.5", 0 },
	{ "\"type\": \"float\", \"digits\": 1", "80.55", NULL, FORM_TYPE },
	{ "\"type\": \"float\", \"digits\": 1, \"unit\": \"mL\"", "12 ml", "12.0", 0 },
	{ "\"type\": \"float\", \"digits\": 1, \"unit\": \"mL\"", "0.012L", "12.0", 0 },
	{ "\"type\": \"float\", \"digits\": 1, \"unit\": \"kg\"", "80kg", "80.0", 0 },
	{ "\"type\": \"float\", \"digits\": 1, \"unit\": \"kg\"", "176 lb", "79.8", 0 },
	{ "\"type\": \"float\", \"unit\": \"kg\"", "176 lb", "79.8323", 0 },
	{ "\"type\": \"integer\", \"unit\": \"kg\"", "80500 g", "80", 0 },
	{ "\"type\": \"float\", \"unit\": \"mL/s\"", "120 mL/min", "2", 0 },
	{ "\"type\": \"float\", \"unit\": \"min\"", "1.5 h", "90", 0 },
	{ "\"type\": \"float\", \"unit\": \"mm\"", "1.2 cm", "12", 0 },
	{ "\"type\": \"float\", \"unit\": \"mg\"", "2 g", "2000", 0 },
	{ "\"type\": \"float\", \"unit\": \"mSv\"", "2 msv", "2", 0 },
	{ "\"type\": \"float\", \"unit\": \"kg\"", "80 mL", NULL, FORM_TYPE },
	{ "\"type\": \"float\", \"unit\": \"mg\"", "80 Mg", NULL, FORM_TYPE },
	{ "\"type\": \"float\", \"unit\": \"kg\"", "80 stone", NULL, FORM_TYPE },
	{ "\"type\": \"float\"", "80 kg", NULL, FORM_TYPE },
	{ "\"type\": \"text\"", "  moved\ttwice ", "moved twice", 0 },
	{ "\"type\": \"text\", \"length\": 2", "頭部", "頭部", 0 },
	{ "\"type\": \"text\", \"length\": 2", "頭部x", NULL, FORM_LENGTH },
	{ "\"type\": \"date\"", "2024-02-29", "2024-02-29", 0 },
	{ "\"type\": \"date\"", "2024/2/9", "2024-02-09", 0 },
	{ "\"type\": \"date\"", "20240229", "2024-02-29", 0 },
	{ "\"type\": \"date\"", "29 feb 2024", "2024-02-29", 0 },
	{ "\"type\": \"date\"", "29-FEB-2024", "2024-02-29", 0 },
	{ "\"type\": \"date\"", "2023-02-29", NULL, FORM_TYPE },
	{ "\"type\": \"date\"", "03/04/2024", NULL, FORM_TYPE },
	{ "\"type\": \"date\"", "2024-02", NULL, FORM_TYPE },
	{ "\"type\": \"partial-date\"", "2024-02", "2024-02", 0 },
	{ "\"type\": \"partial-date\"", "2024", "2024", 0 },
	{ "\"type\": \"partial-date\"", "2024-13", NULL, FORM_TYPE },
	{ "\"type\": \"time\"", "9:05", "09:05", 0 },
	{ "\"type\": \"time\"", "1030", "10:30", 0 },
	{ "\"type\": \"time\"", "10:30:15", "10:30:15", 0 },
	{ "\"type\": \"time\"", "24:00", NULL, FORM_TYPE },
	{ "\"type\": \"time\"", "10:3", NULL, FORM_TYPE },
	{ "\"type\": \"datetime\"", "2024-02-29 10:30", "2024-02-29T10:30", 0 },
	{ "\"type\": \"datetime\"", "29 Oct 2024 1030", "2024-10-29T10:30", 0 },
	{ "\"type\": \"datetime\"", "2024-02-29", NULL, FORM_TYPE },
	{ "\"type\": \"boolean\"", "Y", "true", 0 },
	{ "\"type\": \"boolean\"", "1", "true", 0 },
	{ "\"type\": \"boolean\"", "NO", "false", 0 },
	{ "\"type\": \"boolean\"", "maybe", NULL, FORM_TYPE },
	{ "\"type\": \"code\", \"codes\": \"yn\"", "1", "1", 0 },
	{ "\"type\": \"code\", \"codes\": \"yn\"", "yes", "1", 0 },
	{ "\"type\": \"code\", \"codes\": \"yn\"", "2", NULL, FORM_CODE },
	{ "\"type\": \"code\", \"codes\": \"jp\"", "脳", "脳", 0 },
	{ "\"type\": \"code\", \"codes\": \"jp\"", " 胸部 ", "肺", 0 },
	{ "\"type\": \"code\", \"codes\": \"jp\"", "X", "x", 0 },
	{ "\"type\": \"code\", \"codes\": \"jp\"", "同", NULL, FORM_CODE },
};

/* */
static void
test_typed(void **state)
{
	(void)state;
	for (size_t i = 0; i < MEM_COUNT(typed); i++) {
		struct desk d = { 0 };
		char *field = mem_format("{\"id\": \"a\", \"label\": \"l\", %s}", typed[i].field);
		const struct form_cell *c;

		open_desk(&d, field, "");
		c = put(&d, "a", typed[i].typed);
		if (strcmp(c->value, typed[i].kept != NULL ? typed[i].kept : "") != 0)
			fail_msg("row %zu: '%s' became '%s'", i, typed[i].typed, c->value);
		if (found(c) != (typed[i].kept != NULL ? FORM_KINDS : typed[i].kind))
			fail_msg("row %zu: '%s' is found %d", i, typed[i].typed, (int)found(c));
		free(field);
		close_desk(&d);
	}
}

/* each comparator, soft and hard, below, at and above its bound */
static void
test_boundaries(void **state)
{
	static const struct {
		const char *comparator, *value;
		bool holds[3];
	} rows[] = {
		{ "LT", "5", { true, false, false } },
		{ "LE", "5", { true, true, false } },
		{ "GT", "5", { false, false, true } },
		{ "GE", "5", { false, true, true } },
		{ "EQ", "5", { false, true, false } },
		{ "NE", "5", { true, false, true } },
		{ "IN", "[5, 7]", { false, true, false } },
		{ "NOTIN", "[5, 7]", { true, false, true } },
	};
	static const char *const at[] = { "4.9", "5", "5.1" };

	(void)state;
	for (size_t r = 0; r < 2 * MEM_COUNT(rows); r++) {
		bool hard = r >= MEM_COUNT(rows);
		size_t row = r % MEM_COUNT(rows);
		struct desk d = { 0 };
		char *field = mem_format(
			"{\"id\": \"a\", \"label\": \"l\", \"type\": \"float\", \"ranges\": ["
			"{\"comparator\": \"%s\", \"value\": %s, \"kind\": \"%s\"}]}",
			rows[row].comparator, rows[row].value, hard ? "hard" : "soft");

		open_desk(&d, field, "");
		for (int i = 0; i < 3; i++) {
			enum form_kind kind = found(put(&d, "a", at[i])),
				       bad = hard ? FORM_HARD : FORM_SOFT;
			struct form_sum sum = form_sheet_sum(d.sheet);

			assert_int_equal(kind, rows[row].holds[i] ? FORM_KINDS : bad);
			assert_int_equal(sum.refused, hard && !rows[row].holds[i]);
			assert_int_equal(sum.open, !hard && !rows[row].holds[i]);
		}
		free(field);
		close_desk(&d);
	}
}

/* a soft finding is kept with a reason, which goes when the value does; a hard one never */
static void
test_override(void **state)
{
	struct desk d = { 0 };
	struct err e = { 0 };

	(void)state;
	open_desk(&d,
		"{\"id\": \"a\", \"label\": \"l\", \"type\": \"float\", \"unit\": \"kg\", "
		"\"ranges\": [{\"comparator\": \"LE\", \"value\": 9, \"kind\": \"hard\"},"
		"{\"comparator\": \"LE\", \"value\": 5, \"kind\": \"soft\"}]}",
		"");
	assert_string_equal(put(&d, "a", "6")->finding[0].message, "must be at most 5 kg");
	assert_int_equal(form_sheet_override(d.sheet, "a", "range.1", "    no", &e), RC_INVALID);
	assert_int_equal(
		form_sheet_override(d.sheet, "a", "range.0", "weighed", NULL), RC_NOT_FOUND);
	assert_int_equal(form_sheet_override(d.sheet, "a", "range.1", "weighed twice", NULL), RC_OK);
	assert_int_equal(form_sheet_sum(d.sheet).overridden, 1);
	assert_string_equal(put(&d, "a", "6.0")->finding[0].reason, "weighed twice");
	assert_null(put(&d, "a", "7")->finding[0].reason);
	put(&d, "a", "10");
	assert_int_equal(
		form_sheet_override(d.sheet, "a", "range.0", "weighed twice", NULL), RC_DENIED);
	close_desk(&d);
}

/* what a partial date leaves open is a warning, never refused, never guessed */
static void
test_partial_dates(void **state)
{
	static const struct {
		const char *typed;
		enum form_kind range, check;
	} rows[] = {
		{ "2024-02-10", FORM_KINDS, FORM_KINDS },
		{ "2024-02-20", FORM_HARD, FORM_HARD },
		{ "2024-01", FORM_KINDS, FORM_KINDS },
		{ "2024-02", FORM_SOFT, FORM_SOFT },
		{ "2024", FORM_SOFT, FORM_SOFT },
		{ "2024-03", FORM_HARD, FORM_HARD },
		{ "2023", FORM_KINDS, FORM_KINDS },
	};
	struct desk d = { .outside = { .date = "20240215" } };

	(void)state;
	open_desk(&d,
		"{\"id\": \"a\", \"label\": \"l\", \"type\": \"partial-date\", \"ranges\": "
		"[{\"comparator\": \"LE\", \"value\": \"2024-02-15\", \"kind\": \"hard\"}]}",
		"{\"id\": \"k\", \"that\": \"a <= header.study_date\", \"kind\": \"hard\", "
		"\"message\": \"m\"}");
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		const struct form_finding *k;

		assert_int_equal(found(put(&d, "a", rows[i].typed)), rows[i].range);
		k = form_sheet_check(d.sheet, 0);
		assert_int_equal(k == NULL ? FORM_KINDS : k->kind, rows[i].check);
		if (rows[i].range == FORM_SOFT)
			assert_non_null(strstr(k->message, "cannot be told"));
	}
	close_desk(&d);
}

/* a chain of conditions, in an order that is not that of the form */
static void
test_skips(void **state)
{
	struct desk d = { 0 };
	struct err e = { 0 };

	(void)state;
	open_desk(&d,
		"{\"id\": \"c\", \"label\": \"l\", \"type\": \"text\", \"required\": true, "
		"\"skip\": "
		"\"missing(b) or b < 5\"},"
		"{\"id\": \"b\", \"label\": \"l\", \"type\": \"float\", \"skip\": \"not a\"},"
		"{\"id\": \"a\", \"label\": \"l\", \"type\": \"boolean\"}",
		"{\"id\": \"k\", \"that\": \"length(c) > 3\", \"kind\": \"hard\", \"message\": "
		"\"m\"}");
	assert_true(cell(&d, "c")->skipped);
	assert_false(cell(&d, "b")->skipped);
	put(&d, "a", "y");
	put(&d, "b", "7");
	assert_false(cell(&d, "c")->skipped);
	assert_int_equal(found(cell(&d, "c")), FORM_REQUIRED);
	put(&d, "c", "abc");
	assert_non_null(form_sheet_check(d.sheet, 0));
	put(&d, "a", "n");
	assert_true(cell(&d, "b")->skipped && cell(&d, "b")->removes);
	assert_string_equal(cell(&d, "b")->value, "");
	assert_string_equal(cell(&d, "b")->raw, "7");
	assert_true(cell(&d, "c")->skipped && cell(&d, "c")->removes);
	assert_int_equal(found(cell(&d, "c")), FORM_KINDS);
	assert_null(form_sheet_check(d.sheet, 0));
	assert_int_equal(form_sheet_sum(d.sheet).removed, 2);
	assert_int_equal(
		form_sheet_set(d.sheet, form_sheet_find(d.sheet, "b"), "8", &e), RC_INVALID);
	put(&d, "a", "y");
	assert_string_equal(cell(&d, "b")->value, "7");
	assert_string_equal(cell(&d, "c")->value, "abc");
	close_desk(&d);
}

/* proposed from the header, nobody's until it is accepted, and told where it differs */
static void
test_header(void **state)
{
	struct desk d = { .outside = { "71.23 ", "同", "20240215", "101530.25", "60", NULL } };
	const struct form_cell *c;

	(void)state;
	open_desk(&d,
		"{\"id\": \"w\", \"label\": \"l\", \"type\": \"float\", \"digits\": 1, \"unit\": "
		"\"kg\", \"header\": \"weight\", \"tolerance\": 2, \"required\": true},"
		"{\"id\": \"p\", \"label\": \"l\", \"type\": \"integer\", \"unit\": \"lb\", "
		"\"header\": \"weight\"},"
		"{\"id\": \"t\", \"label\": \"l\", \"type\": \"time\", \"header\": \"study_time\"},"
		"{\"id\": \"d\", \"label\": \"l\", \"type\": \"date\", \"header\": \"study_date\"},"
		"{\"id\": \"j\", \"label\": \"l\", \"type\": \"code\", \"codes\": \"jp\", "
		"\"header\": \"age\"},"
		"{\"id\": \"x\", \"label\": \"l\", \"type\": \"text\", \"header\": \"modality\"}",
		"{\"id\": \"k\", \"that\": \"abs(w - w@previous) <= 0.1 * w@previous\", \"kind\": "
		"\"soft\", \"message\": \"m\"}");
	c = cell(&d, "w");
	assert_int_equal(c->state, FORM_PROPOSED);
	assert_string_equal(c->raw, "71.2");
	assert_string_equal(c->value, "");
	assert_int_equal(found(c), FORM_REQUIRED);
	assert_null(form_sheet_check(d.sheet, 0));
	assert_int_equal(form_sheet_accept(d.sheet, 0, NULL), RC_OK);
	assert_int_equal(cell(&d, "w")->state, FORM_ENTERED);
	assert_int_equal(found(cell(&d, "w")), FORM_KINDS);
	assert_non_null(form_sheet_check(d.sheet, 0)); /* 60 to 71.2 kg */
	assert_int_equal(found(put(&d, "w", "69.2")), FORM_KINDS);
	assert_int_equal(found(put(&d, "w", "69.1")), FORM_TOLERANCE);
	assert_string_equal(cell(&d, "w")->finding[0].message, "the header says 71.2 kg");
	assert_string_equal(cell(&d, "p")->header, "157");
	assert_int_equal(found(put(&d, "t", "10:15")), FORM_KINDS);
	assert_int_equal(found(put(&d, "t", "10:15:31")), FORM_TOLERANCE);
	assert_int_equal(found(put(&d, "d", "2024-02-16")), FORM_TOLERANCE);
	assert_null(cell(&d, "j")->header); /* two choices are called so */
	assert_int_equal(found(put(&d, "j", "x")), FORM_KINDS);
	assert_int_equal(found(put(&d, "x", "mr")), FORM_KINDS);
	assert_int_equal(found(put(&d, "x", "CT")), FORM_TOLERANCE);
	put(&d, "w", "");
	assert_int_equal(cell(&d, "w")->state, FORM_PROPOSED);
	close_desk(&d);
}

/* a check over forms is asked again when the other one changed */
static void
test_elsewhere(void **state)
{
	struct desk d = { .outside = { .other = "10" } };

	(void)state;
	open_desk(&d, "{\"id\": \"a\", \"label\": \"l\", \"type\": \"float\"}",
		"{\"id\": \"k\", \"that\": \"a <= o.n\", \"kind\": \"hard\", \"message\": \"m\"}");
	put(&d, "a", "11");
	assert_int_equal(form_sheet_check(d.sheet, 0)->kind, FORM_HARD);
	assert_int_equal(form_sheet_sum(d.sheet).refused, 1);
	d.outside.other = "12";
	form_sheet_renew(d.sheet);
	assert_null(form_sheet_check(d.sheet, 0));
	d.outside.other = NULL;
	form_sheet_renew(d.sheet);
	assert_null(form_sheet_check(d.sheet, 0));
	close_desk(&d);
}

/* only what differs once it is normalised */
static void
test_differs(void **state)
{
	static const char fields[] =
		"{\"id\": \"a\", \"label\": \"l\", \"type\": \"float\", \"unit\": \"kg\"},"
		"{\"id\": \"b\", \"label\": \"l\", \"type\": \"date\"},"
		"{\"id\": \"c\", \"label\": \"l\", \"type\": \"text\"},"
		"{\"id\": \"d\", \"label\": \"l\", \"type\": \"partial-date\"},"
		"{\"id\": \"e\", \"label\": \"l\", \"type\": \"float\"}";
	struct desk one = { 0 }, two = { 0 };
	size_t *which, n;

	(void)state;
	open_desk(&one, fields, "");
	open_desk(&two, fields, "");
	put(&one, "a", "80");
	put(&two, "a", "80000 g");
	put(&one, "b", "22 Nov 2026");
	put(&two, "b", "2026-11-22");
	put(&one, "c", " moved ");
	put(&two, "c", "Moved");
	put(&one, "d", "2026");
	put(&two, "d", "2026-01");
	put(&two, "e", "0");
	n = form_sheet_differs(one.sheet, two.sheet, &which);
	assert_int_equal(n, 3);
	assert_int_equal(which[0], 2);
	assert_int_equal(which[1], 3);
	assert_int_equal(which[2], 4);
	free(which);
	close_desk(&one);
	close_desk(&two);
}

/* What is too long, and what is hostile. */
static void
test_odd_text(void **state)
{
	struct desk d = { 0 };
	char *large = mem_alloc(TYPED_BYTES + 2);
	struct err e = { 0 };

	(void)state;
	memset(large, 'x', TYPED_BYTES + 1);
	large[TYPED_BYTES + 1] = '\0';
	open_desk(&d,
		"{\"id\": \"a\", \"label\": \"l\", \"type\": \"text\"},"
		"{\"id\": \"b\", \"label\": \"l\", \"type\": \"integer\"}",
		"");
	put(&d, "a", "before");
	assert_int_equal(form_sheet_set(d.sheet, 0, large, &e), RC_LIMIT);
	assert_string_equal(cell(&d, "a")->value, "before");
	large[TYPED_BYTES] = '\0';
	assert_int_equal(found(put(&d, "a", large)), FORM_LENGTH);
	assert_int_equal(found(put(&d, "b", large)), FORM_TYPE);
	assert_string_equal(put(&d, "a", "\x1b[2Jx\xff")->value, "[2Jx?");
	assert_null(strchr(put(&d, "b", "\x1b]0;x")->finding[0].message, '\x1b'));
	free(large);
	close_desk(&d);
}

/* 10,000 fields, each asked only where the one before is set: the chain is followed to its end. */
static void
test_many(void **state)
{
	enum { MANY = STUDY_FIELDS - 1 };
	struct desk d = { 0 };
	struct buf b = { 0 };
	struct timespec from, to;

	(void)state;
	for (int i = 0; i < MANY; i++)
		buf_format(&b,
			i == 0 ? "{\"id\": \"a%d\", \"label\": \"l\", \"type\": \"integer\"}"
			       : ",{\"id\": \"a%d\", \"label\": \"l\", \"type\": \"integer\", "
				 "\"skip\": \"missing(a%d)\"}",
			i, i - 1);
	open_desk(&d, b.data, "");
	buf_release(&b);
	assert_int_equal(form_sheet_sum(d.sheet).skipped, MANY - 1);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(form_sheet_load(d.sheet, i, "1", NULL), RC_OK);
	assert_int_equal(form_sheet_sum(d.sheet).entered, MANY);
	clock_gettime(CLOCK_MONOTONIC, &from);
	form_sheet_set(d.sheet, 0, "", NULL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_int_equal(form_sheet_sum(d.sheet).removed, MANY - 1);
	print_message("# a chain of %d fields falls in %.1f ms\n", MANY,
		(double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6);
	close_desk(&d);
}

/* The example of the project, filled in as somebody would. */
static void
test_example(void **state)
{
	struct study *s = read_good(study_example_brain);
	struct outside o = { .weight = "80" };
	struct form_lookups look = { header_text, other_text, &o };
	struct form_sheet *sheet = form_sheet_new(s, &s->form[0], &look);
	struct desk d = { s, sheet, o };

	(void)state;
	put(&d, "given", "n");
	assert_true(cell(&d, "volume")->skipped);
	put(&d, "given", "y");
	put(&d, "agent", "Gadobutrol");
	assert_true(cell(&d, "agent_other")->skipped);
	put(&d, "volume", "30 ml");
	assert_int_equal(found(cell(&d, "volume")), FORM_SOFT);
	put(&d, "weight", "80");
	assert_non_null(form_sheet_check(sheet, 0)); /* 0.375 mL per kg */
	put(&d, "volume", "8");
	assert_null(form_sheet_check(sheet, 0));
	assert_int_equal(form_sheet_sum(sheet).missing, 2); /* time, moved */
	form_sheet_free(sheet);
	study_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_partial_dates),
		cmocka_unit_test(test_skips),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_odd_text),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_example),
	};

	return cmocka_run_group_tests_name("study/form", tests, NULL, NULL);
}
