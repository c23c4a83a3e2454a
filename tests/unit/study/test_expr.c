/* Values, comparators at their boundaries, three-valued logic, and the language of conditions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/study/expr.h"
#include "core/base/buf.h"

/* ---- values ---- */

static struct value
value(enum value_type type, const char *text)
{
	struct value v = { .type = VALUE_MISSING };

	if (!value_read(type, text, &v))
		fail_msg("%s is none", text);
	return v;
}

/* R-63 */
static void
test_boundaries(void **state)
{
	/* what each comparator says of a value below, at and above its bound */
	static const struct {
		enum comparator c;
		bool holds[3];
	} rows[] = {
		{ CMP_LT, { true, false, false } },
		{ CMP_LE, { true, true, false } },
		{ CMP_GT, { false, false, true } },
		{ CMP_GE, { false, true, true } },
		{ CMP_EQ, { false, true, false } },
		{ CMP_NE, { true, false, true } },
		{ CMP_IN, { false, true, false } },
		{ CMP_NOTIN, { true, false, true } },
	};
	static const struct {
		enum value_type type;
		const char *at[3];
	} kinds[] = {
		{ VALUE_NUMBER, { "4.999999", "5", "5.000001" } },
		{ VALUE_NUMBER, { "-1", "0", "1" } },
		{ VALUE_DATE, { "2024-02-28", "2024-02-29", "2024-03-01" } },
		{ VALUE_TIME, { "23:58:59", "23:59", "23:59:01" } },
		{ VALUE_MOMENT,
			{ "2025-12-31T23:59:59", "2026-01-01T00:00", "2026-01-01T00:00:01" } },
	};

	(void)state;
	for (size_t k = 0; k < MEM_COUNT(kinds); k++)
		for (size_t r = 0; r < MEM_COUNT(rows); r++)
			for (int i = 0; i < 3; i++) {
				struct value bound = value(kinds[k].type, kinds[k].at[1]);

				assert_int_equal(
					value_check(rows[r].c, value(kinds[k].type, kinds[k].at[i]),
						&bound, 1),
					rows[r].holds[i] ? TRUTH_TRUE : TRUTH_FALSE);
			}
}

/* R-63 */
static void
test_missing(void **state)
{
	struct value none = { .type = VALUE_MISSING }, five = value_number(5);
	struct value list[] = { value_number(1), { .type = VALUE_MISSING } };

	(void)state;
	for (int c = CMP_LT; c <= CMP_NOTIN; c++)
		assert_int_equal(value_check((enum comparator)c, none, &five, 1), TRUTH_UNKNOWN);
	/* a list with a hole: what is in it is in it, of others nothing can be said */
	assert_int_equal(value_check(CMP_IN, value_number(1), list, 2), TRUTH_TRUE);
	assert_int_equal(value_check(CMP_IN, five, list, 2), TRUTH_UNKNOWN);
	assert_int_equal(value_check(CMP_NOTIN, five, list, 2), TRUTH_UNKNOWN);
}

/* R-64: a partial date is no guess: what holds for all its days holds, the rest is unknown */
static void
test_partial(void **state)
{
	static const struct {
		enum comparator c;
		const char *a, *b;
		enum truth is;
	} rows[] = {
		{ CMP_LT, "2024-02", "2024-03-01", TRUTH_TRUE },
		{ CMP_LT, "2024-02", "2024-02-29", TRUTH_UNKNOWN },
		{ CMP_LE, "2024-02", "2024-02-29", TRUTH_TRUE },
		{ CMP_LE, "2023-02", "2023-02-28", TRUTH_TRUE },
		{ CMP_LE, "2023-02", "2023-02-27", TRUTH_UNKNOWN },
		{ CMP_LT, "2024-02", "2024-02-01", TRUTH_FALSE },
		{ CMP_EQ, "2024", "2024-07-01", TRUTH_UNKNOWN },
		{ CMP_EQ, "2024", "2025-01-01", TRUTH_FALSE },
		{ CMP_NE, "2024", "2025-01-01", TRUTH_TRUE },
		{ CMP_GE, "2024", "2024-01-01", TRUTH_TRUE },
		{ CMP_GT, "2024", "2024-12-31", TRUTH_FALSE },
		{ CMP_EQ, "2024-05", "2024-05", TRUTH_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++)
		if (value_compare(rows[i].c, value(VALUE_DATE, rows[i].a),
			    value(VALUE_DATE, rows[i].b)) != rows[i].is)
			fail_msg("%s %s %s", rows[i].a, comparator_names[rows[i].c], rows[i].b);
}

static void
test_refused(void **state)
{
	static const struct {
		enum value_type type;
		const char *text;
	} rows[] = {
		{ VALUE_DATE, "2023-02-29" },
		{ VALUE_DATE, "1900-02-29" },
		{ VALUE_DATE, "2024-13" },
		{ VALUE_DATE, "2024-00-01" },
		{ VALUE_DATE, "24-01-01" },
		{ VALUE_DATE, "2024-01-01 " },
		{ VALUE_DATE, "0000" },
		{ VALUE_TIME, "24:00" },
		{ VALUE_TIME, "1:00" },
		{ VALUE_TIME, "10:60" },
		{ VALUE_TIME, "10:00:61" },
		{ VALUE_MOMENT, "2024-01T10:00" },
		{ VALUE_MOMENT, "2024-01-01 10:00" },
		{ VALUE_NUMBER, "1,5" },
		{ VALUE_NUMBER, "nan" },
		{ VALUE_NUMBER, "0x10" },
		{ VALUE_NUMBER, "1e999" },
		{ VALUE_TRUTH, "yes" },
	};
	struct value v = value_number(7);

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++)
		if (value_read(rows[i].type, rows[i].text, &v))
			fail_msg("%s was read", rows[i].text);
	assert_true(v.low == 7);
	assert_true(value_read(VALUE_DATE, "2000-02-29", &v));
	assert_true(value_read(VALUE_DATE, "1970-01-01", &v) && v.low == 0 && v.high == 0);
	assert_true(value_read(VALUE_DATE, "1969-12-31", &v) && v.low == -1);
}

static void
test_logic(void **state)
{
	static const enum truth and_[3][3] = { { 0, 0, 0 }, { 0, 1, 1 }, { 0, 1, 2 } },
				or_[3][3] = { { 0, 1, 2 }, { 1, 1, 2 }, { 2, 2, 2 } };

	(void)state;
	for (int a = 0; a < 3; a++) {
		for (int b = 0; b < 3; b++) {
			assert_int_equal(truth_and((enum truth)a, (enum truth)b), and_[a][b]);
			assert_int_equal(truth_or((enum truth)a, (enum truth)b), or_[a][b]);
		}
		assert_int_equal(truth_not((enum truth)a), 2 - a);
	}
}

/* ---- expressions ---- */

/* Names of one letter with a type each; m... are missing. */
static const struct {
	const char *name;
	enum value_type type;
	const char *is;
} known[] = {
	{ "n", VALUE_NUMBER, "5" },
	{ "z", VALUE_NUMBER, "0" },
	{ "mn", VALUE_NUMBER, "" },
	{ "t", VALUE_TEXT, "abc" },
	{ "u", VALUE_TEXT, "ねじ" },
	{ "mt", VALUE_TEXT, "" },
	{ "yes", VALUE_TRUTH, "true" },
	{ "no", VALUE_TRUTH, "false" },
	{ "mb", VALUE_TRUTH, "" },
	{ "d", VALUE_DATE, "2024-02-28" },
	{ "p", VALUE_DATE, "2024-02" },
	{ "md", VALUE_DATE, "" },
	{ "h", VALUE_TIME, "10:30" },
	{ "m", VALUE_MOMENT, "2024-02-28T23:30" },
	{ "code", VALUE_TEXT, "A" },
	{ "form.x@V1", VALUE_NUMBER, "3" },
	{ "days", VALUE_NUMBER, "2" },
};

static bool
find(void *ctx, const char *name, int64_t *id, enum value_type *type, char why[200])
{
	(void)ctx;
	for (size_t i = 0; i < MEM_COUNT(known); i++)
		if (strcmp(known[i].name, name) == 0) {
			*id = (int64_t)i;
			*type = known[i].type;
			return true;
		}
	snprintf(why, 200, "no %.40s", name);
	return false;
}

static bool
has_code(void *ctx, int64_t id, const char *code)
{
	(void)ctx;
	return strcmp(known[id].name, "code") != 0 || strcmp(code, "A") == 0 ||
		strcmp(code, "B") == 0;
}

static struct value
get(void *ctx, int64_t id)
{
	(void)ctx;
	return value(known[id].type, known[id].is);
}

static const struct expr_names names = { find, has_code, NULL };

static void
test_answers(void **state)
{
	static const struct {
		const char *text;
		enum truth is;
	} rows[] = {
		{ "n = 5", TRUTH_TRUE },
		{ "n != 5", TRUTH_FALSE },
		{ "n < 5 or n > 5", TRUTH_FALSE },
		{ "n <= 5 and n >= 5", TRUTH_TRUE },
		{ "mn = 5", TRUTH_UNKNOWN },
		{ "mn = 5 or yes", TRUTH_TRUE },
		{ "mn = 5 and no", TRUTH_FALSE },
		{ "mn = 5 and yes", TRUTH_UNKNOWN },
		{ "not (mn = 5)", TRUTH_UNKNOWN },
		{ "not not yes", TRUTH_TRUE },
		{ "mb", TRUTH_UNKNOWN },
		{ "missing(mn)", TRUTH_TRUE },
		{ "missing(n)", TRUTH_FALSE },
		{ "present(mt) or present(t)", TRUTH_TRUE },
		{ "2 + 3 * 4 = 14", TRUTH_TRUE },
		{ "(2 + 3) * 4 = 20", TRUTH_TRUE },
		{ "10 - 3 - 2 = 5", TRUTH_TRUE },
		{ "8 / 2 / 2 = 2", TRUTH_TRUE },
		{ "-n + 5 = 0", TRUTH_TRUE },
		{ "- -n = 5", TRUTH_TRUE },
		{ "n / z > 1", TRUTH_UNKNOWN },
		{ "abs(-n) = 5", TRUTH_TRUE },
		{ "length(u) = 2", TRUTH_TRUE },
		{ "length(mt) = 0", TRUTH_UNKNOWN },
		{ "t = 'abc'", TRUTH_TRUE },
		{ "u = 'ねじ'", TRUTH_TRUE },
		{ "code = 'B'", TRUTH_FALSE },
		{ "code in ('A', 'B')", TRUTH_TRUE },
		{ "n in (1, 5)", TRUTH_TRUE },
		{ "n in (-5, 1)", TRUTH_FALSE },
		{ "-n in (-5, 1)", TRUTH_TRUE },
		{ "n not in (1, 5)", TRUTH_FALSE },
		{ "mn in (1, 5)", TRUTH_UNKNOWN },
		{ "mn not in (1, 5)", TRUTH_UNKNOWN },
		{ "d = '2024-02-28'", TRUTH_TRUE },
		{ "d < '2024-02-29'", TRUTH_TRUE },
		{ "'2024-02-29' > d", TRUTH_TRUE },
		{ "p < '2024-03'", TRUTH_TRUE },
		{ "p = d", TRUTH_UNKNOWN },
		{ "days(d, '2024-03-01') = 2", TRUTH_TRUE },
		{ "days('2024-03-01', d) = -2", TRUTH_TRUE },
		{ "days(p, d) > 0", TRUTH_UNKNOWN },
		{ "days(m, '2024-02-29T00:10') = 1", TRUTH_TRUE },
		{ "minutes(h, '11:00') = 30", TRUTH_TRUE },
		{ "minutes('2024-02-28T23:00', m) = 30", TRUTH_TRUE },
		{ "h >= '10:30:00'", TRUTH_TRUE },
		{ "form.x@V1 = 3", TRUTH_TRUE },
		{ "days = 2", TRUTH_TRUE },
		{ "yes = true and no != true", TRUTH_TRUE },
		{ "no or n=5 and yes", TRUTH_TRUE },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		struct expr_fault fault;
		struct expr *x;

		if (expr_parse(&x, rows[i].text, &names, &fault) != RC_OK)
			fail_msg("%s: %zu: %s", rows[i].text, fault.column, fault.text);
		if (expr_evaluate(x, get, NULL) != rows[i].is)
			fail_msg("%s", rows[i].text);
		expr_free(x);
	}
}

static void
test_faults(void **state)
{
	static const struct {
		const char *text;
		size_t column;
		const char *says;
	} rows[] = {
		{ "", 1, "ends" },
		{ "n", 1, "a number where a condition" },
		{ "n =", 4, "ends" },
		{ "n = 5 5", 7, "should end" },
		{ "n == 5", 4, "a value is wanted" },
		{ "(n = 5", 7, "a ) is missing" },
		{ "q = 1", 1, "no q" },
		{ "yes and q", 9, "no q" },
		{ "n = 'x'", 5, "cannot be compared" },
		{ "n = d", 5, "cannot be compared" },
		{ "t < 'b'", 1, "no order" },
		{ "yes < no", 1, "no order" },
		{ "d = '2023-02-29'", 5, "not a date" },
		{ "h = '25:00'", 5, "not a time" },
		{ "code = 'C'", 8, "no code" },
		{ "code in ('A', 'C')", 15, "no code" },
		{ "n in ()", 7, "a value is wanted" },
		{ "n in (n)", 7, "only values" },
		{ "n in 5", 6, "a list" },
		{ "n not 5", 3, "should end" },
		{ "t = 'abc", 5, "not ended" },
		{ "u = 'ねじ' and q", 14, "no q" },
		{ "t + 1 = 2", 1, "text where a number" },
		{ "length(n) = 1", 8, "a number where text" },
		{ "days(n, d) = 1", 6, "a number where a date" },
		{ "days(d, h) = 1", 9, "a time where a date" },
		{ "days(d) = 1", 7, "takes two" },
		{ "minutes(d, d) = 1", 9, "a date where a time" },
		{ "missing n", 1, "no missing" },
		{ "1.2.3 = n", 1, "no number" },
		{ "5x = n", 1, "no number" },
		{ "not n", 5, "a number where a condition" },
		{ "n = 5 and", 10, "ends" },
		{ "n & 5", 3, "should end" },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		struct expr_fault fault;
		struct expr *x;

		assert_int_equal(expr_parse(&x, rows[i].text, &names, &fault), RC_INVALID);
		assert_null(x);
		if (fault.column != rows[i].column || strstr(fault.text, rows[i].says) == NULL)
			fail_msg("%s: %zu: %s", rows[i].text, fault.column, fault.text);
	}
}

/* Nothing that is too long or too deep is taken, and nothing of it is walked into. */
static void
test_limits(void **state)
{
	static const char *const parts[] = { "(", "not ", "-", "abs(", "n+", "yes or " };
	struct expr_fault fault;
	struct expr *x;

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(parts); i++)
		for (size_t n = 1; n <= 1990 / strlen(parts[i]); n += 7) {
			struct buf b = { 0 };

			for (size_t j = 0; j < n; j++)
				buf_text(&b, parts[i]);
			buf_text(&b, "yes");
			expr_parse(&x, b.data, &names, &fault);
			expr_free(x);
			buf_release(&b);
		}
	{
		char *text = mem_zero(EXPR_TEXT + 2, 1);

		memset(text, ' ', EXPR_TEXT + 1);
		assert_int_equal(expr_parse(&x, text, &names, &fault), RC_LIMIT);
		free(text);
	}
}

static void
test_uses(void **state)
{
	struct expr_fault fault;
	struct expr *x;
	size_t n;

	(void)state;
	assert_int_equal(expr_parse(&x, "n = 1 or n = 2 or t = 'x'", &names, &fault), RC_OK);
	assert_int_equal(expr_uses(x, &n)[0], 0);
	assert_int_equal(n, 2);
	expr_free(x);
}

/* Pieces put together by chance: refused or not, never worse. */
static void
test_any(void **state)
{
	static const char *const pieces[] = { "n", "t", "d", " ", "(", ")", "'", "in", "not ",
		"and ", "or ", "=", "<", ">=", "!=", "5", ".", ",", "-", "+", "*", "/", "days(",
		"missing(", "@", "'2024-01-01'", "true", "\xe3\x81", "code" };
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct buf b = { 0 };
		struct expr_fault fault;
		struct expr *x;

		for (int j = 0; j < 12; j++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			buf_text(&b, pieces[seed % MEM_COUNT(pieces)]);
		}
		if (expr_parse(&x, b.data, &names, &fault) == RC_OK)
			expr_evaluate(x, get, NULL);
		else
			assert_int_not_equal(fault.column, 0);
		expr_free(x);
		buf_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_logic),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
