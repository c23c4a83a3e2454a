/* The log as it is read: by record, user, action and time, a page at a time, and by whom. */
#include "tests/unit/ledger/ledger_make.h"

struct desk {
	struct made *m;
	struct session rita, olga;
	int64_t series, second;
	int64_t noon; /* between the events of the setup and those after */
};

static void
decide(struct desk *d, int64_t series)
{
	struct decision_request r = made_verdict(series, "phi", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	made_look_at(d->m, "rita", series, 3);
	assert_ok(decision_sign(d->m->l, &d->rita, &r, &receipt, e));
}

static int
desk_setup(void **state)
{
	struct desk *d = mem_zero(1, sizeof(*d));

	made_setup(state);
	d->m = *state;
	d->series = made_series(d->m, 1, 3);
	d->second = made_series(d->m, 2, 3);
	/* late in the evening of the next day; the sessions last until the day after it */
	d->m->now += 3600LL * (24 + 8) * 1000000;
	d->rita = made_login(d->m, "rita", REVIEWER_PASSWORD);
	d->olga = made_login(d->m, "olga", OFFICER_PASSWORD);
	d->m->now += 3600LL * 4 * 1000000;
	d->noon = d->m->now;
	decide(d, d->series);
	*state = d;
	return 0;
}

static int
desk_teardown(void **state)
{
	struct desk *d = *state;

	session_close(d->m->l, &d->rita);
	session_close(d->m->l, &d->olga);
	assert_verified(d->m->folder);
	made_free(d->m);
	free(d);
	return 0;
}

#define desk_test(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

struct found {
	int64_t n, first, last;
	char actions[2000];
};

static bool
note(void *ctx, const struct history_event *ev)
{
	struct found *f = ctx;
	json_t *j = json_loads(ev->body, 0, NULL);
	size_t used = strlen(f->actions);

	f->first = f->n++ == 0 ? ev->seq : f->first;
	f->last = ev->seq;
	snprintf(f->actions + used, sizeof(f->actions) - used, "%s ",
		json_string_value(json_object_get(j, "action")));
	json_decref(j);
	return true;
}

static struct found
ask(struct desk *d, const struct session *who, const char *words, bool newest_first)
{
	struct history_query q = { .newest_first = newest_first };
	struct found f = { 0 };

	assert_ok(history_words(d->m->l, words, &q.filter, e));
	assert_ok(history_read(d->m->l, who, &q, note, &f, NULL, e));
	return f;
}

/* */
static void
words_choose_by_record_user_action_and_time(void **state)
{
	struct desk *d = *state;
	char words[100], day[CLOCK_TEXT];
	int64_t all = raw_number(d->m->folder, "SELECT max(seq) FROM event");

	assert_int_equal(ask(d, NULL, "", true).n, all);
	assert_string_equal(ask(d, NULL, "object:S-0001", false).actions,
		"images-arrived series-arrived decision ");
	assert_string_equal(ask(d, NULL, "object:S-0001 user:rita", false).actions, "decision ");
	assert_string_equal(ask(d, NULL, "user:rita", false).actions, "login decision ");
	assert_string_equal(ask(d, NULL, "user:rita", true).actions, "decision login ");
	assert_int_equal(ask(d, NULL, "action:series-arrived", true).n, 2);
	assert_int_equal(ask(d, NULL, "action:series", true).n, 0);
	assert_string_equal(ask(d, NULL, "object:rita", false).actions, "account-enrolled ");
	clock_format(d->noon, day);
	snprintf(words, sizeof(words), "from:%.10s", day);
	assert_string_equal(ask(d, NULL, words, true).actions, "decision ");
	snprintf(words, sizeof(words), "to:%.10s", day);
	assert_int_equal(ask(d, NULL, words, true).n, all);
	clock_format(d->noon - 86400LL * 1000000, day);
	snprintf(words, sizeof(words), "to:%.10s", day);
	assert_int_equal(ask(d, NULL, words, true).n, all - 1);
	clock_format(d->noon, day);
	snprintf(words, sizeof(words), "from:%.10s", day);
	assert_int_equal(ask(d, NULL, words, false).first, all);
}

/* */
static void
pages_follow_each_other_without_gap_from_either_end(void **state)
{
	struct desk *d = *state;
	int64_t all = raw_number(d->m->folder, "SELECT max(seq) FROM event");

	for (int newest = 0; newest <= 1; newest++) {
		struct history_query q = { .newest_first = newest, .limit = 3 };
		struct history_page page = { 0 };
		struct found f = { 0 };
		int pages = 0;

		while (!page.end) {
			q.beyond = page.beyond;
			assert_ok(history_read(d->m->l, NULL, &q, note, &f, &page, e));
			pages++;
		}
		assert_int_equal(f.n, all);
		assert_int_equal(f.first, newest ? all : 1);
		assert_int_equal(f.last, newest ? 1 : all);
		assert_int_equal(pages, all / 3 + 1);
	}
}

/* Somebody rare is looked for in steps, so that nobody waits for the whole log. */
static void
a_look_ends_after_so_many_events_and_goes_on(void **state)
{
	struct desk *d = *state;
	struct history_query q = { .newest_first = true, .look_most = 2 };
	struct history_page page = { 0 };
	struct found f = { 0 };

	strcpy(q.filter.action, "archive-created");
	assert_ok(history_read(d->m->l, NULL, &q, note, &f, &page, e));
	assert_int_equal(page.looked, 2);
	assert_int_equal(page.told, 0);
	assert_false(page.end);
	while (!page.end) {
		q.beyond = page.beyond;
		assert_ok(history_read(d->m->l, NULL, &q, note, &f, &page, e));
	}
	assert_int_equal(f.n, 1);
	assert_int_equal(f.first, 1);
}

static void
what_is_typed_into_data_is_not_taken_for_user_or_time(void **state)
{
	struct desk *d = *state;
	struct decision_request r =
		made_verdict(d->second, "phi", "fail", "PHI-PIX", REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	r.note = "\"user\":\"olga\",\"time\":\"1999-01-01T00:00:00.000000Z\" {\"action\":\"login\"";
	assert_ok(decision_sign(d->m->l, &d->rita, &r, &receipt, e));
	assert_string_equal(ask(d, NULL, "user:rita", false).actions, "login decision decision ");
	assert_string_equal(ask(d, NULL, "user:olga action:decision", false).actions, "");
	assert_int_equal(ask(d, NULL, "to:1999-12-31", false).n, 0);
}

static void
set(struct desk *d, const char *column, const char *value)
{
	sqlite3 *db = raw_open(d->m->folder);
	char sql[200];

	snprintf(sql, sizeof(sql), "UPDATE account_role SET %s = '%s' WHERE account = 'rita'",
		column, value);
	raw_run(db, sql);
	sqlite3_close(db);
}

/* R-09 R-22 */
static void
roles_that_read_the_log_see_all_of_it_and_others_only_their_own(void **state)
{
	static const char *const roles[] = { "reviewer", "radiologist", "coordinator", "expert",
		"manager", "officer", "auditor", "admin" };
	struct desk *d = *state;
	int64_t all = raw_number(d->m->folder, "SELECT max(seq) FROM event");

	assert_int_equal(ask(d, &d->olga, "", true).n, all);
	assert_string_equal(ask(d, &d->rita, "", false).actions, "account-enrolled login decision ");
	assert_string_equal(ask(d, &d->rita, "user:olga", false).actions, "account-enrolled ");
	assert_string_equal(ask(d, &d->rita, "object:S-0002", false).actions, "");
	for (size_t i = 0; i < MEM_COUNT(roles); i++) {
		set(d, "role", roles[i]);
		assert_int_equal(rights_log(d->m->l, "rita"), i >= 4);
		set(d, "study", "X");
		assert_false(rights_log(d->m->l, "rita"));
		set(d, "study", "*");
	}
	set(d, "role", "reviewer");
	assert_false(rights_log(d->m->l, "nobody"));
}

static void
one_event_is_told_to_those_who_may(void **state)
{
	struct desk *d = *state;
	struct found f = { 0 };
	struct err e = { 0 };

	assert_int_equal(history_one(d->m->l, &d->olga, 1, note, &f, &e), RC_OK);
	assert_int_equal(f.n, 1);
	assert_int_equal(history_one(d->m->l, &d->rita, 1, note, &f, &e), RC_NOT_FOUND);
	assert_int_equal(history_one(d->m->l, &d->olga, 100000, note, &f, NULL), RC_NOT_FOUND);
	assert_int_equal(history_one(d->m->l, &d->olga, 0, note, &f, NULL), RC_NOT_FOUND);
	assert_int_equal(f.n, 1);
}

static void
words_that_are_none_are_named(void **state)
{
	static const char *const wrong[] = { "anna", "user:", "user:a\"b", "from:yesterday",
		"from:2026-02-30", "to:2026-11-22x", "kind:series", "from:2026-11-22T25:00" };
	struct desk *d = *state;
	struct history_filter f;
	char text[200];

	for (size_t i = 0; i < MEM_COUNT(wrong); i++) {
		struct err e = { 0 };

		assert_int_equal(history_words(d->m->l, wrong[i], &f, &e), RC_INVALID);
		assert_string_not_equal(e.text, "");
	}
	assert_ok(history_words(d->m->l, " user:rita  from:2026-11-22T10:43 to:2026-11-22 ", &f, e));
	history_filter_text(&f, text, sizeof(text));
	assert_string_equal(text,
		"user:rita from:2026-11-22T10:43:00.000000Z before:2026-11-23T00:00:00.000000Z");
	assert_ok(history_words(d->m->l, "object:archive", &f, e));
	assert_string_equal(f.object, ledger_id(d->m->l));
}

/* */
static void
reading_out_the_log_is_an_event_of_the_session(void **state)
{
	struct desk *d = *state;
	struct found f;

	assert_ok(history_told(d->m->l, &d->olga, NULL, "exported",
		json_pack("{s:s, s:s, s:i, s:i, s:s, s:s}", "format", "csv", "filter", "", "events",
			3, "seq", 3, "head", "", "verify", "good"),
		e));
	f = ask(d, NULL, "user:olga object:archive", false);
	assert_string_equal(f.actions, "exported ");
	assert_ok(history_told(d->m->l, NULL, "local pts/1 x command", "copied",
		json_pack("{s:s, s:i, s:i, s:i, s:i, s:s, s:s, s:s}", "study", "", "files", 3,
			"objects", 2, "bytes", 9, "seq", 3, "head", "", "manifest", "", "verify",
			"good"),
		e));
	assert_string_equal(ask(d, NULL, "user:system action:copied", false).actions, "copied ");
}

struct shown {
	struct history_row row;
	char *full;
};

static bool
show(void *ctx, const struct history_event *ev)
{
	struct shown *s = ctx;

	history_row(ev, &s->row);
	s->full = history_full(ev);
	return false;
}

/* */
static void
a_signed_record_is_shown_with_name_time_offset_and_meaning(void **state)
{
	struct desk *d = *state;
	struct history_query q = { .newest_first = true };
	struct shown s = { 0 };

	strcpy(q.filter.action, "decision");
	assert_ok(history_read(d->m->l, NULL, &q, show, &s, NULL, e));
	assert_string_equal(s.row.object, "S-0001");
	assert_non_null(strstr(s.row.words, "Rita Reviewer, 20"));
	assert_non_null(strstr(s.row.words, ":00, review: phi pass number 1"));
	assert_non_null(strstr(s.full, "signed by Rita Reviewer (rita, reviewer), 20"));
	assert_non_null(strstr(s.full, "meaning: review\n"));
	free(s.full);
}

static void
what_an_altered_file_holds_does_not_reach_the_terminal(void **state)
{
	const struct history_event
		broken = { .seq = 7,
			.body = "\033]0;x",
			.prev = "",
			.hash = "\033",
			.kid = "",
			.sig = "" },
		escaped = { .seq = 8,
			.body = "{\"action\":\"a\\u001b[2J\",\"data\":{\"n\":\"\\u009b2J\"},"
				"\"user\":\"\\u001bc\"}",
			.prev = "",
			.hash = "",
			.kid = "",
			.sig = "" };
	const struct history_event *const events[] = { &broken, &escaped };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct shown s = { 0 };

		show(&s, events[i]);
		assert_null(strpbrk(s.full, "\033\x9b"));
		assert_null(strpbrk(s.row.action, "\033\x9b"));
		assert_null(strpbrk(s.row.user, "\033\x9b"));
		assert_null(strpbrk(s.row.words, "\033\x9b"));
		free(s.full);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(words_choose_by_record_user_action_and_time),
		desk_test(pages_follow_each_other_without_gap_from_either_end),
		desk_test(a_look_ends_after_so_many_events_and_goes_on),
		desk_test(what_is_typed_into_data_is_not_taken_for_user_or_time),
		desk_test(roles_that_read_the_log_see_all_of_it_and_others_only_their_own),
		desk_test(one_event_is_told_to_those_who_may),
		desk_test(words_that_are_none_are_named),
		desk_test(a_signed_record_is_shown_with_name_time_offset_and_meaning),
		desk_test(what_an_altered_file_holds_does_not_reach_the_terminal),
		desk_test(reading_out_the_log_is_an_event_of_the_session),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
