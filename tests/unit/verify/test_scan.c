/* The verifier's own reader of JSON takes what the writer makes, and nothing that jansson would read otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/verify/scan_make.h"

enum { BODIES = 2000, DAMAGES = 20, DEPTH = 4 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The same bodies in each run. */
struct dice {
	uint64_t state;
};

static unsigned
throw_dice(struct dice *d, unsigned sides)
{
	d->state = d->state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(d->state >> 33) % sides;
}

static json_t *
some_text(struct dice *d)
{
	static const char *const texts[] = { "", "phi", "say \"no\"", "back\\slash", "\\\"\\",
		"M\xc3\xbcller", "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x94\xac",
		"2026-11-22T10:43:07.000123Z", "a b c", "\xef\xbf\xbf", "/", "\x7f" };

	return json_string(texts[throw_dice(d, COUNT(texts))]);
}

static json_t *
some_value(struct dice *d, int depth)
{
	static const char *const names[] = { "a", "b", "ab", "marks", "number", "points", "", "Z",
		"z" };
	json_t *j;

	switch (throw_dice(d, depth < DEPTH ? 9 : 7)) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(throw_dice(d, 2) == 0);
	case 2:
		return json_integer((json_int_t)throw_dice(d, 1000) - 500);
	case 3:
		return json_integer(INT64_C(1790000000000000) + throw_dice(d, 1000));
	case 7:
		j = json_array();
		for (unsigned n = throw_dice(d, 5); n > 0; n--)
			json_array_append_new(j, some_value(d, depth + 1));
		return j;
	case 8:
		j = json_object();
		for (unsigned n = throw_dice(d, 6); n > 0; n--)
			json_object_set_new(
				j, names[throw_dice(d, COUNT(names))], some_value(d, depth + 1));
		return j;
	default:
		return some_text(d);
	}
}

/* As the writer makes them, some members missing, some of another kind. */
static char *
some_body(struct dice *d)
{
	static const char *const names[] = { "action", "boot", "data", "db", "kind", "mono", "name",
		"object", "program", "role", "seq", "session", "source", "time", "user", "v" };
	json_t *j = json_object();
	char *body;

	for (size_t i = 0; i < COUNT(names); i++) {
		if (throw_dice(d, 12) == 0)
			continue;
		if (strcmp(names[i], "data") == 0 || throw_dice(d, 12) == 0)
			json_object_set_new(j, names[i], some_value(d, 0));
		else if (strcmp(names[i], "seq") == 0)
			json_object_set_new(j, names[i], json_integer(throw_dice(d, 1000000)));
		else
			json_object_set_new(j, names[i], some_text(d));
	}
	if (json_object_size(j) == 0)
		json_object_set_new(j, "v", json_integer(1));
	body = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(j);
	return body;
}

static void
what_the_writer_makes_is_taken_and_read_as_jansson_reads_it(void **state)
{
	struct dice d = { 1 };

	(void)state;
	for (int i = 0; i < BODIES; i++) {
		char *body = some_body(&d);
		bool taken;

		if (!scan_agrees(body, strlen(body), &taken) || !taken)
			fail_msg("%s: %s", taken ? "read otherwise" : "refused", body);
		free(body);
	}
}

/* One to three bytes of it changed, put in or taken out. */
static size_t
damage(struct dice *d, char *body, size_t n)
{
	static const char bytes[] =
		"\"\\{}[]:,0123456789-eE.truefalsnl \t\n\x01\x80\xbf\xc0\xe0\xed\xf0\xf5\xff"
		"abz";

	for (unsigned k = 1 + throw_dice(d, 3); k > 0 && n > 0; k--) {
		size_t at = throw_dice(d, (unsigned)n);
		char c = bytes[throw_dice(d, sizeof(bytes))]; /* NUL too */

		switch (throw_dice(d, 3)) {
		case 0:
			body[at] = c;
			break;
		case 1:
			memmove(body + at + 1, body + at, n++ - at);
			body[at] = c;
			break;
		default:
			memmove(body + at, body + at + 1, --n - at);
		}
	}
	return n;
}

static void
a_damaged_body_is_refused_unchanged_or_read_as_jansson_reads_it(void **state)
{
	struct dice d = { 2 };
	int refused = 0, kept = 0;

	(void)state;
	for (int i = 0; i < BODIES; i++) {
		char *body = some_body(&d);
		size_t n = strlen(body);
		char *copy = malloc(n + 4);
		bool taken;

		for (int k = 0; k < DAMAGES; k++) {
			size_t size;

			memcpy(copy, body, n);
			size = damage(&d, copy, n);
			if (!scan_agrees(copy, size, &taken))
				fail_msg("read otherwise: %.*s", (int)size, copy);
			refused += !taken;
			kept += taken;
		}
		free(copy);
		free(body);
	}
	assert_true(refused > BODIES && kept > BODIES); /* both were tried */
}

static void
what_the_writer_never_makes_is_left_to_a_general_parser(void **state)
{
	static const char *const bodies[] = { "", "{", "}", "{}", "[]", "null", "1", " {\"a\":1}",
		"{\"a\":1} ", "{\"a\": 1}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\"}", "{\"a\":}",
		"{\"b\":1,\"a\":1}", "{\"a\":1,\"a\":2}", "{\"data\":{\"b\":1,\"a\":1}}",
		"{\"data\":{\"a\":1,\"a\":1}}", "{\"a\":1.5}", "{\"a\":1e3}", "{\"a\":01}",
		"{\"a\":-0}", "{\"a\":-}", "{\"a\":+1}", "{\"a\":1234567890123456789}",
		"{\"a\":tru}", "{\"a\":True}", "{\"a\":nul}", "{\"a\":\"\\n\"}",
		"{\"a\":\"\\u0041\"}", "{\"a\":\"\\\"}", "{\"a\":\"\n\"}", "{\"a\":\"\xc0\x80\"}",
		"{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xf4\x90\x80\x80\"}", "{\"a\":\"\xff\"}",
		"{\"a\":\"\xc3\"}", "{\"\\u0061\":1}", "{\"a\":[1,]}", "{\"a\":[1 ]}", "{\"a\":[}",
		"{\"a\":1}{}" };
	bool taken;

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_true(scan_agrees(bodies[i], strlen(bodies[i]), &taken));
		if (taken)
			fail_msg("taken: %s", bodies[i]);
	}
	assert_true(scan_agrees("{\"a\":1}\0", 8, &taken));
	assert_false(taken);
}

static void
a_deep_body_is_refused_before_the_stack_ends(void **state)
{
	enum { DEEP = 1000000 };
	char *body = malloc(2 * DEEP + 16);
	size_t n = 5;
	bool taken;

	(void)state;
	memcpy(body, "{\"a\":", 5);
	memset(body + n, '[', DEEP);
	memset(body + n + DEEP, ']', DEEP);
	body[n + 2 * (size_t)DEEP] = '}';
	assert_true(scan_agrees(body, n + 2 * (size_t)DEEP + 1, &taken));
	assert_false(taken);
	free(body);
}

static void
escapes_are_resolved_and_texts_end_where_their_quotes_were(void **state)
{
	char body[] = "{\"action\":\"login\",\"data\":{\"a\":\"\\\"\"},\"name\":\"say "
		      "\\\"no\\\\\",\"seq\":-7,\"user\":\"\"}";
	struct scan s;

	(void)state;
	assert_true(scan_event(body, sizeof(body) - 1, &s));
	assert_string_equal(s.action, "login");
	assert_string_equal(s.name, "say \"no\\");
	assert_string_equal(s.user, "");
	assert_string_equal(s.kind, "");
	assert_int_equal(s.seq, -7);
	assert_int_equal(s.data_size, 10);
	assert_memory_equal(s.data, "{\"a\":\"\\\"\"}", 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_writer_makes_is_taken_and_read_as_jansson_reads_it),
		cmocka_unit_test(a_damaged_body_is_refused_unchanged_or_read_as_jansson_reads_it),
		cmocka_unit_test(what_the_writer_never_makes_is_left_to_a_general_parser),
		cmocka_unit_test(a_deep_body_is_refused_before_the_stack_ends),
		cmocka_unit_test(escapes_are_resolved_and_texts_end_where_their_quotes_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
