/* The audit screen: the log as people read it, by whom, and what they take along. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/desk.h"

/* Up to the audit screen; officers come to their empty worklist first. */
static void
see_log(struct bench *b, const char *user)
{
	start(b, GLASS_SIXEL, 120, 40);
	login(b, user);
	glass_keys(b->g, "A");
	assert_true(glass_expect(b->g, "Audit", SOON));
	assert_true(glass_expect(b->g, "row 1 of", SOON));
}

static void
filter(struct bench *b, const char *words)
{
	glass_keys(b->g, "/<C-u>");
	assert_true(glass_expect(b->g, "action:NAME", SOON));
	glass_keys(b->g, words);
	glass_keys(b->g, "<Enter>");
}

/* */
static void
the_log_is_shown_newest_first_and_chosen_by_words(void **state)
{
	struct bench *b = *state;

	see_log(b, "officer");
	assert_non_null(strstr(glass_row(b->g, 2), "login"));
	filter(b, "action:series-arrived");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	assert_non_null(strstr(glass_row(b->g, 2), "S-0003"));
	filter(b, "object:S-0001 action:series-arrived");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	assert_non_null(strstr(glass_row(b->g, 2), "S-0001"));
	filter(b, "user:rosa");
	assert_true(glass_expect(b->g, "No event is like that", SOON));
	filter(b, "from:yesterday");
	assert_true(glass_expect(b->g, "yesterday is no time", SOON));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_expect(b->g, "login", SOON));
	glass_keys(b->g, "G");
	assert_true(glass_expect(b->g, "archive-created", SOON));
}

/* */
static void
an_event_opens_in_full_and_its_neighbours_follow(void **state)
{
	struct bench *b = *state;

	see_log(b, "officer");
	filter(b, "action:series-arrived");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "signature", SOON));
	assert_true(glass_expect(b->g, "L02-0003", SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "L02-0002", SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "L02-0001", SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "the oldest of those shown", SOON));
	glass_keys(b->g, "k");
	assert_true(glass_expect(b->g, "L02-0002", SOON));
	glass_resize(b->g, 62, 20);
	assert_true(glass_absent(b->g, "signature", SOON)); /* it is below the end now */
	glass_keys(b->g, "G");
	assert_true(glass_expect(b->g, "signature", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
}

/* R-09 R-22 */
static void
a_reviewer_is_shown_only_what_is_his_own(void **state)
{
	struct bench *b = *state;

	see_log(b, "rosa");
	assert_true(glass_expect(b->g, "your own", SOON));
	assert_true(glass_expect(b->g, "row 1 of 2", SOON)); /* enrolment and this login */
	assert_false(glass_has(b->g, "series-arrived"));
	filter(b, "user:system");
	assert_true(glass_expect(b->g, "No event is like that", SOON));
	assert_false(glass_has(b->g, "series-arrived"));
}

static char *
read_text(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, to, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	to[n > 0 ? n : 0] = '\0';
	return to;
}

/* */
static void
what_is_shown_is_written_to_a_new_file_and_told_in_the_log(void **state)
{
	static char text[1 << 16];
	struct bench *b = *state;
	char path[128], keys[160];
	struct stat st;

	snprintf(path, sizeof(path), "%s/log.csv", b->lab.folder);
	see_log(b, "officer");
	filter(b, "action:series-arrived");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	snprintf(keys, sizeof(keys), "x%s<Enter>", path);
	glass_keys(b->g, keys);
	assert_true(glass_expect(b->g, "the record is good", SOON));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	read_text(path, text, sizeof(text));
	assert_non_null(strstr(text, "row,seq,time"));
	assert_non_null(strstr(text, "series-arrived"));
	assert_non_null(strstr(text, "\r\nend,"));
	assert_null(strstr(text, "images-arrived"));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_expect(b->g, "exported", SOON));
	snprintf(keys, sizeof(keys), ":export %s<Enter>", path);
	glass_keys(b->g, keys);
	assert_true(glass_expect(b->g, "is there already", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "Worklist", SOON));
	glass_keys(b->g, ":export x<Enter>");
	assert_true(glass_expect(b->g, "works on the audit screen", SOON));
	glass_keys(b->g, ":quit<Enter>");
	assert_int_equal(glass_wait(b->g, SOON), 0);
	assert_int_equal(lab_verify(&b->lab), 0);
}

static void
who_has_no_worklist_is_told_what_there_is(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "officer");
	assert_true(glass_expect(b->g, "A shows the record", SOON));
	assert_true(glass_expect(b->g, "A audit", SOON));
}

static void
an_auditor_begins_with_the_record(void **state)
{
	struct bench *b = *state;
	char secret[128];
	const char *const add[] = { "--user", "officer", "--password-file", secret, "user", "add",
		"paula", "--name", "Paula Auditor", "--role", "auditor", "--new-password-file",
		secret, NULL };
	FILE *f;

	snprintf(secret, sizeof(secret), "%s/paula", b->lab.folder);
	f = fopen(secret, "we");
	assert_non_null(f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	fputs(LAB_PASSWORD "\n", f);
	fclose(f);
	assert_int_equal(lab_run(&b->lab, NULL, 0, add), 0);
	start(b, GLASS_SIXEL, 120, 40);
	assert_true(glass_expect(b->g, "Password", SOON));
	glass_keys(b->g, "paula<Enter>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "Audit", SOON));
	assert_true(glass_expect(b->g, "row 1 of", SOON));
	glass_keys(b->g, "q"); /* the first screen: log out */
	assert_true(glass_expect(b->g, "Login", SOON));
}

static void
it_opens_over_a_picture_and_gives_it_back(void **state)
{
	struct bench *b = *state;
	int before;

	view_first(b);
	before = glass_picture_count(b->g);
	glass_keys(b->g, ":audit<Enter>");
	assert_true(glass_expect(b->g, "row 1 of", SOON));
	assert_true(glass_absent(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	assert_true(glass_pictures(b->g, before + 1, SOON));
}

static void
the_wheel_moves_and_a_second_click_opens(void **state)
{
	struct bench *b = *state;

	see_log(b, "officer");
	glass_keys(b->g, "\033[<65;5;5M");
	assert_true(glass_expect(b->g, "row 2 of", SOON));
	glass_keys(b->g, "\033[<0;5;6M\033[<0;5;6m\033[<0;5;6M\033[<0;5;6m");
	assert_true(glass_expect(b->g, "signature", SOON));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(the_log_is_shown_newest_first_and_chosen_by_words),
		SCREEN_TEST(an_event_opens_in_full_and_its_neighbours_follow),
		SCREEN_TEST(a_reviewer_is_shown_only_what_is_his_own),
		SCREEN_TEST(what_is_shown_is_written_to_a_new_file_and_told_in_the_log),
		SCREEN_TEST(an_auditor_begins_with_the_record),
		SCREEN_TEST(it_opens_over_a_picture_and_gives_it_back),
		SCREEN_TEST(the_wheel_moves_and_a_second_click_opens),
		SCREEN_TEST(who_has_no_worklist_is_told_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
