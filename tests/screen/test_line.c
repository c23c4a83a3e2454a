/* The line between program and terminal: one picture at a time, the newest wins, and terminals that do not behave. */
#include "tests/support/desk.h"

/* Large enough to send that a picture can be caught half sent. */
static const struct lab_series many = { .modality = "CT",
	.description = "MANY SLICES",
	.subject = "L02-0030",
	.visit = "BL",
	.slices = 30,
	.size = 512,
	.noisy = true,
	.burned_in = "YES",
	.number = 41 };

static void
view_many(struct bench *b, enum glass_kind kind)
{
	assert_true(lab_write(&b->lab, "many", &many));
	assert_true(lab_import(&b->lab, "many"));
	start(b, kind, 120, 40);
	login(b, "rosa");
	glass_keys(b->g, "/many<Enter>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/30", SOON));
}

static void
one_picture_is_under_way_and_the_newest_wins(void **state)
{
	struct bench *b = *state;
	int before;

	view_many(b, GLASS_SIXEL);
	glass_hold(b->g, true);
	before = glass_picture_count(b->g);
	glass_keys(b->g, "jjjjjjjjjjjjjjjjjjjj");
	assert_true(glass_pictures(b->g, before + 1, SOON));
	assert_true(glass_expect(b->g, "21 loading", SOON));
	assert_int_equal(glass_picture_count(b->g), before + 1);
	assert_true(glass_expect(
		b->g, "slice 1/30", SOON)); /* of the glass, not of what is asked for */
	glass_hold(b->g, false);
	assert_true(glass_expect(b->g, "slice 21/30", SOON));
	assert_true(glass_picture_count(b->g) <= before + 3);
}

static void
a_held_key_ends_on_the_slice_it_was_let_go_at(void **state)
{
	struct bench *b = *state;
	int before;

	view_many(b, GLASS_FAR);
	before = glass_picture_count(b->g);
	for (int i = 0; i < 29; i++)
		glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 30/30", SOON));
	assert_true(glass_picture_count(b->g) <
		before + 29 + 29); /* never more than asked for, twice each */
}

/* A fine picture is on its way through a line that takes no more when the next slice is asked for. */
static void
a_stale_fine_picture_is_cancelled_half_sent(void **state)
{
	struct bench *b = *state;
	const char *all, *at;
	size_t before, n;

	view_many(b, GLASS_FAR); /* the first slice is there in few greys */
	glass_written(b->g, &before);
	assert_true(glass_clog(b->g, SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 2/30", SOON));
	all = glass_written(b->g, &n);
	at = memchr(all + before, '\030', n - before);
	assert_non_null(at);
	assert_memory_equal(at, "\030\033\\", 3);
	assert_true(glass_expect(b->g, "101 greys", SOON)); /* and the new one is made fine */
}

static void
a_terminal_that_confirms_nothing_shows_slices_but_clears_none(void **state)
{
	struct bench *b = *state;

	view_first(b);
	expect_seen(b, 1, 5);
	glass_hold(b->g, true);
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 2/5", SOON)); /* after the time limit */
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 3/5", SOON));
	assert_true(glass_expect(b->g, " 1/5", SOON));
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "1 of 5 were", SOON));
}

/* Late answers of given-up pictures are none to the next one. */
static void
late_answers_do_not_count_for_the_next_picture(void **state)
{
	struct bench *b = *state;

	view_first(b);
	expect_seen(b, 1, 5);
	glass_hold(b->g, true);
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 2/5", SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "3 loading", SOON) || glass_has(b->g, "slice 3/5"));
	glass_keys(b->g, "\033[0n"); /* the one for slice 2, late */
	assert_true(glass_expect(b->g, "slice 3/5", SOON));
	assert_true(glass_expect(b->g, " 1/5", SOON));
}

static void
answers_that_nobody_asked_for_change_nothing(void **state)
{
	struct bench *b = *state;

	view_first(b);
	expect_seen(b, 1, 5);
	for (int i = 0; i < 50; i++)
		glass_keys(b->g, "\033[0n");
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 2/5", SOON));
	expect_seen(b, 2, 5);
	assert_false(glass_has(b->g, " 3/5"));
}

/* On a line that shows few greys first, playing waits for the picture that counts. */
static void
one_pass_through_the_stack_counts_every_slice(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_FAR, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, " ");
	expect_seen(b, 5, 5);
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "Sign: phi passed", SOON));
}

static void
a_storm_of_resizes_ends_with_the_picture(void **state)
{
	struct bench *b = *state;
	int before;

	view_first(b);
	for (int i = 0; i < 40; i++)
		glass_resize(b->g, 80 + i * 37 % 90, 24 + i * 13 % 40);
	before = glass_picture_count(b->g);
	glass_resize(b->g, 120, 40);
	assert_true(glass_pictures(b->g, before + 1, SOON));
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 2/5", SOON));
}

/* On a narrow window the dialog takes cells of the picture. */
static void
a_picture_comes_back_when_what_lay_over_it_goes(void **state)
{
	struct bench *b = *state;
	int before;

	start(b, GLASS_SIXEL, 90, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "r");
	assert_true(glass_expect(b->g, "Why does phi fail?", SOON));
	before = glass_picture_count(b->g);
	glass_keys(b->g, "<Esc>");
	assert_true(glass_absent(b->g, "Why does phi fail?", SOON));
	assert_true(glass_pictures(b->g, before + 1, SOON));
}

/* xterm keeps 16 pictures and forgets the topmost first: a whole one must come before that. */
static void
deltas_are_followed_by_a_whole_picture_before_the_terminal_forgets(void **state)
{
	struct bench *b = *state;
	int since_whole = 0, most = 0;

	view_first(b);
	glass_keys(b->g, "c");
	assert_true(glass_expect(b->g, "32, 32 ", SOON));
	for (int i = 1; i <= 30; i++) {
		int before = glass_picture_count(b->g);
		size_t from, to;

		glass_written(b->g, &from);
		glass_keys(b->g, "<Right>");
		assert_true(glass_pictures(b->g, before + 1, SOON));
		glass_written(b->g, &to);
		since_whole = to - from > 20000 ? 0 : since_whole + 1;
		most = since_whole > most ? since_whole : most;
	}
	print_message("# at most %d deltas on one picture\n", most);
	assert_true(most >= 10 && most < 15);
}

/* Whatever way it ends, no picture stays: the screen is cleared, the scroll-back too. */
static void
expect_no_pixels(struct bench *b, size_t from)
{
	size_t n;
	const char *all = glass_written(b->g, &n), *last = NULL;

	for (const char *p = all + from; (p = memmem(p, n - (size_t)(p - all), "\033P", 2)) != NULL;
		p++)
		last = p;
	if (last == NULL)
		last = all + from;
	assert_non_null(memmem(last, n - (size_t)(last - all), "\033[2J", 4));
	assert_non_null(memmem(last, n - (size_t)(last - all), "\033[3J", 4));
	assert_non_null(memmem(last, n - (size_t)(last - all), "\033[?1049l", 8));
}

static void
quitting_a_lost_line_and_a_crash_leave_no_pixel(void **state)
{
	static const int ends[] = { SIGTERM, SIGHUP, SIGSEGV };
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t from;

		view_first(b);
		glass_written(b->g, &from);
		glass_signal(b->g, ends[i]);
		assert_true(glass_wait(b->g, SOON) >= 0);
		expect_no_pixels(b, from);
		glass_free(b->g);
		b->g = NULL;
	}
}

/* Locked, the terminal holds neither pixels nor text of the series, and no key is a command. */
/* */
static void
locking_leaves_no_pixel_and_asks_for_the_password(void **state)
{
	struct bench *b = *state;
	const char *all, *last = NULL;
	size_t from, n;

	view_first(b);
	glass_written(b->g, &from);
	glass_keys(b->g, "<C-x>");
	assert_true(glass_expect(b->g, "Locked by Rosa Meier (rosa)", SOON));
	assert_true(glass_absent(b->g, "CHEST", SOON));
	assert_false(glass_has(b->g, "L02-0001"));
	all = glass_written(b->g, &n);
	for (const char *p = all + from; (p = memmem(p, n - (size_t)(p - all), "\033P", 2)) != NULL;
		p++)
		last = p;
	last = last != NULL ? last : all + from;
	assert_non_null(memmem(last, n - (size_t)(last - all), "\033[2J", 4));
	assert_non_null(memmem(last, n - (size_t)(last - all), "\033[3J", 4));
	glass_keys(b->g, "qj:quit<Enter>");
	assert_true(glass_expect(b->g, "password is wrong", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 2/5", SOON));
	glass_keys(b->g, "<C-x>");
	assert_true(glass_expect(b->g, "Locked by", SOON));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_expect(b->g, "Login", SOON));
}

static void
suspending_leaves_no_pixel_and_going_on_brings_the_picture(void **state)
{
	struct bench *b = *state;
	size_t from;
	int before;

	view_first(b);
	glass_written(b->g, &from);
	glass_keys(b->g, "<C-z>");
	assert_true(glass_wrote(b->g, from, "\033[?1049l", SOON)); /* the shell's screen is back */
	expect_no_pixels(b, from);
	assert_true(glass_stopped(b->g, SOON));
	before = glass_picture_count(b->g);
	glass_signal(b->g, SIGCONT);
	assert_true(glass_pictures(b->g, before + 1, SOON));
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(one_picture_is_under_way_and_the_newest_wins),
		SCREEN_TEST(a_held_key_ends_on_the_slice_it_was_let_go_at),
		SCREEN_TEST(a_stale_fine_picture_is_cancelled_half_sent),
		SCREEN_TEST(a_terminal_that_confirms_nothing_shows_slices_but_clears_none),
		SCREEN_TEST(late_answers_do_not_count_for_the_next_picture),
		SCREEN_TEST(answers_that_nobody_asked_for_change_nothing),
		SCREEN_TEST(one_pass_through_the_stack_counts_every_slice),
		SCREEN_TEST(a_storm_of_resizes_ends_with_the_picture),
		SCREEN_TEST(a_picture_comes_back_when_what_lay_over_it_goes),
		SCREEN_TEST(deltas_are_followed_by_a_whole_picture_before_the_terminal_forgets),
		SCREEN_TEST(locking_leaves_no_pixel_and_asks_for_the_password),
		SCREEN_TEST(suspending_leaves_no_pixel_and_going_on_brings_the_picture),
		SCREEN_TEST(quitting_a_lost_line_and_a_crash_leave_no_pixel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
