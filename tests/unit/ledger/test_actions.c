/* Nothing gets into the log but the actions of core/ledger/action.def, each with its fields and no other. */
#include "core/ledger/action.h"
#include "tests/unit/ledger/ledger_make.h"

static const struct row {
	const char *action, *kinds, *fields;
} rows[] = {
#define X(action_, kinds_, fields_) { (action_), (kinds_), (fields_) },
#include "core/ledger/action.def"
#undef X
};

static json_t *
value_of(char type)
{
	switch (type) {
	case 's':
		return json_string("x");
	case 'i':
		return json_integer(7);
	case 'a':
		return json_array();
	case 'o':
		return json_object();
	case 'r':
		return json_real(7.0);
	case 'n':
		return json_null();
	default:
		fail_msg("action.def: no type %c", type);
		return NULL;
	}
}

/* The fields of a row as strtok gives them, by their names: each ends as ":type" or ":type?". */
struct fields {
	char text[1000];
	char *name[40];
	char type[40];
	bool optional[40];
	size_t n;
};

static void
split(const struct row *row, struct fields *f)
{
	char *rest = NULL;

	f->n = 0;
	assert_true(str_copy(f->text, sizeof(f->text), row->fields));
	for (char *p = strtok_r(f->text, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest)) {
		char *colon = strchr(p, ':');

		assert_non_null(colon);
		assert_true(f->n < MEM_COUNT(f->name));
		*colon = '\0';
		f->name[f->n] = p;
		f->type[f->n] = colon[1];
		f->optional[f->n++] = colon[2] == '?';
	}
}

/* Data of this row as it should be; NULL where it has none. */
static json_t *
right_data(const struct fields *f)
{
	json_t *o = f->n > 0 ? json_object() : NULL;

	for (size_t i = 0; i < f->n; i++)
		json_object_set_new(o, f->name[i], value_of(f->type[i]));
	return o;
}

static struct event
event_of(const struct row *row, char kind[20])
{
	str_copy(kind, 20, row->kinds);
	kind[strcspn(kind, " ")] = '\0';
	return (struct event){ .action = row->action, .kind = kind, .object = "1" };
}

/* The event is refused, and the text names the action and `names`.  Its data is let go. */
static void
refused(struct event *ev, const char *names)
{
	struct err why = { 0 };

	if (action_check(ev, &why) != RC_INVALID)
		fail_msg("%s was taken where %s is wrong", ev->action, names);
	if (strstr(why.text, ev->action) == NULL || strstr(why.text, names) == NULL)
		fail_msg("%s, %s: %s", ev->action, names, why.text);
	json_decref(ev->data);
}

/* What the text of a refusal names: of an action with two forms it is about the second. */
static const char *
text_of(const struct row *row, const char *field)
{
	if (row->fields[0] == '\0')
		return "no data";
	return strcmp(row->action, "exported") == 0 ? "field" : field;
}

/* */
static void
each_action_has_its_fields(void **state)
{
	struct fields f;
	char kind[20];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		struct event ev = event_of(&rows[i], kind);

		split(&rows[i], &f);
		ev.data = right_data(&f);
		assert_ok(action_check(&ev, e));
		for (size_t k = 0; k < f.n; k++)
			if (f.optional[k])
				json_object_del(ev.data, f.name[k]);
		assert_ok(action_check(&ev, e));
		json_decref(ev.data);
	}
}

/* */
static void
a_missing_field_is_refused(void **state)
{
	struct fields f;
	char kind[20];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		struct event ev = event_of(&rows[i], kind);
		struct err why = { 0 };

		split(&rows[i], &f);
		for (size_t k = 0; k < f.n; k++) {
			ev.data = right_data(&f);
			json_object_del(ev.data, f.name[k]);
			if (f.optional[k])
				assert_ok(action_check(&ev, e));
			else
				assert_int_equal(action_check(&ev, &why), RC_INVALID);
			json_decref(ev.data);
		}
		ev.data = NULL;
		assert_int_equal(
			action_check(&ev, &why), rows[i].fields[0] == '\0' ? RC_OK : RC_INVALID);
	}
}

/* */
static void
a_field_of_another_type_is_refused(void **state)
{
	static const char ways[] = "siaorn"; /* r: a number with a point, n: null */
	struct fields f;
	char kind[20];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		struct event ev = event_of(&rows[i], kind);

		split(&rows[i], &f);
		for (size_t k = 0; k < f.n * strlen(ways); k++) {
			size_t n = k / strlen(ways);
			char way = ways[k % strlen(ways)];

			if (way == f.type[n])
				continue;
			ev.data = right_data(&f);
			json_object_set_new(ev.data, f.name[n], value_of(way));
			refused(&ev, text_of(&rows[i], f.name[n]));
		}
	}
}

/* */
static void
a_field_too_many_is_refused(void **state)
{
	struct fields f;
	char kind[20];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		struct event ev = event_of(&rows[i], kind);

		split(&rows[i], &f);
		ev.data = right_data(&f);
		if (ev.data == NULL)
			ev.data = json_object();
		json_object_set_new(ev.data, "wetness", json_string("x"));
		refused(&ev, text_of(&rows[i], "wetness"));
	}
}

/* */
static void
another_kind_of_object_is_refused(void **state)
{
	static const char *const kinds[] = { "", "patient", "seri", "seriess", "series exam" };
	struct fields f;
	char kind[20];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++)
		for (size_t k = 0; k < MEM_COUNT(kinds); k++) {
			struct event ev = event_of(&rows[i], kind);

			split(&rows[i], &f);
			ev.kind = kinds[k];
			ev.data = right_data(&f);
			refused(&ev, "kind");
		}
}

/* */
static void
an_unknown_action_is_refused(void **state)
{
	static const char *const names[] = { "", "patched", "Login", "log", "login-" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(names); i++) {
		struct event ev = { .action = names[i], .kind = "archive", .object = "x" };

		refused(&ev, "no action");
	}
}

/* */
static void
of_what_is_refused_nothing_is_written(void **state)
{
	struct made *m = *state;
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct signer who = session_signer(&rita, "reviewer");
	json_t *wrong[] = { NULL, json_object(), json_pack("{s:i}", "step", 1),
		json_pack("{s:s, s:s}", "step", "phi", "note", "x"), json_pack("[s]", "phi"),
		json_pack("{s:s}", "step", "phi") };
	int64_t before = raw_number(m->folder, "SELECT count(*) FROM event");

	for (size_t i = 0; i < MEM_COUNT(wrong); i++) {
		bool last = i + 1 == MEM_COUNT(wrong); /* right but for its action */
		struct event ev = { .action = last ? "review-never" : "review-later",
			.kind = "series",
			.object = "1",
			.data = wrong[i] };
		struct err why = { 0 };

		assert_ok(ledger_begin(m->l, e));
		assert_int_equal(event_append(m->l, &who, &ev, NULL, &why), RC_INVALID);
		assert_ok(ledger_end(m->l, RC_OK, e)); /* it wrote nothing that is to be undone */
		assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM event"), before);
		assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM event_object"), before);
	}
	session_close(m->l, &rita);
	assert_verified(m->folder);
}

/* An event that is refused would be a guess that nobody counts. */
/* R-02 R-15 */
static void
a_guess_from_a_place_without_a_name_is_counted(void **state)
{
	struct made *m = *state;
	struct session s;
	struct err why = { 0 };

	assert_int_equal(
		session_open(m->l, "rita", "not hers at all", "\xff\xfe pts\033/1", &s, &why),
		RC_DENIED);
	assert_int_equal(raw_number(m->folder, "SELECT failures FROM account WHERE id = 'rita'"), 1);
	assert_int_equal(raw_number(m->folder,
				 "SELECT count(*) FROM event WHERE json_extract(body, "
				 "'$.data.source') = '?? pts /1'"),
		1);
	assert_verified(m->folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_action_has_its_fields),
		cmocka_unit_test(a_missing_field_is_refused),
		cmocka_unit_test(a_field_of_another_type_is_refused),
		cmocka_unit_test(a_field_too_many_is_refused),
		cmocka_unit_test(another_kind_of_object_is_refused),
		cmocka_unit_test(an_unknown_action_is_refused),
		made_test(of_what_is_refused_nothing_is_written),
		made_test(a_guess_from_a_place_without_a_name_is_counted),
	};

	return cmocka_run_group_tests_name(
		"ledger/actions", tests, made_group_setup, made_group_teardown);
}
