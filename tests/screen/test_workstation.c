/* The workstation as a reviewer meets it: the shipped program on a pty. */
#include "tests/support/desk.h"
#include "tests/support/sixel_decode.c"

static void
login_with_a_wrong_password_stays_outside_and_says_so(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 120, 40);
	assert_true(glass_expect(b->g, "Password", SOON));
	glass_keys(b->g, "rosa<Enter>wrong password here<Enter>");
	assert_true(glass_expect(b->g, "user or password is wrong", SOON));
	assert_false(glass_has(b->g, "CHEST"));
	assert_false(glass_has(b->g, "wrong password here"));
	glass_keys(b->g, "<Esc>");
	assert_int_equal(glass_wait(b->g, SOON), 0);
}

static void
the_worklist_shows_the_greatest_risk_first_and_explains_it(void **state)
{
	struct bench *b = *state;

	see_worklist(b);
	assert_non_null(strstr(glass_row(b->g, 2), "CHEST ALPHA"));
	assert_non_null(strstr(glass_row(b->g, 2), "text!"));
	assert_true(glass_expect(b->g, "BurnedInAnnotation is YES", SOON));
	assert_true(glass_expect(b->g, "[phi 3]", SOON));
}

static void
a_filter_narrows_while_it_is_typed_and_escape_gives_all_back_at_the_same_row(void **state)
{
	struct bench *b = *state;

	see_worklist(b);
	glass_keys(b->g, "jj/beta");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	assert_true(glass_absent(b->g, "CHEST ALPHA", SOON));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_expect(b->g, "row 3 of 3", SOON));
	glass_keys(b->g, "/nosuchword");
	assert_true(glass_expect(b->g, "Nothing has all these words", SOON));
}

static void
enter_after_a_fast_filter_opens_the_filtered_row_and_no_other(void **state)
{
	struct bench *b = *state;

	see_worklist(b);
	glass_keys(b->g, "/gamma<Enter><Enter>");
	assert_true(glass_expect(b->g, "HEAD GAMMA · L02-0003", SOON));
	assert_true(glass_expect(b->g, "slice 1/3", SOON));
}

static void
tab_goes_to_the_next_queue(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "[phi 3]", SOON));
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "[quality 3]", SOON));
}

/* Size of the picture on the glass, decoded. */
static void
picture_size(struct bench *b, uint32_t *width, uint32_t *height)
{
	struct sixel_image im;
	size_t n;
	const char *bytes = glass_picture(b->g, &n);

	assert_true(sixel_decode_image(bytes, n, &im));
	*width = im.width;
	*height = im.height;
	sixel_image_release(&im);
}

static void
the_viewer_shows_the_slice_by_sixel_with_its_own_number(void **state)
{
	struct bench *b = *state;
	uint32_t width, height;

	view_first(b);
	assert_true(glass_expect(b->g, "window 500/1000", SOON));
	picture_size(b, &width, &height);
	assert_true(width >= 400 && width <= 820);
	assert_int_equal(width, height); /* square voxels stay square */
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 2/5", SOON));
	glass_keys(b->g, "<End>");
	assert_true(glass_expect(b->g, "slice 5/5", SOON));
	glass_keys(b->g, "<Home>");
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, ":slice-goto 3<Enter>");
	assert_true(glass_expect(b->g, "slice 3/5", SOON));
	assert_true(glass_expect(b->g, "4/5", SOON)); /* 1, 2, 5 and 3 were on the glass */
}

static void
window_presets_and_inversion_change_the_picture(void **state)
{
	struct bench *b = *state;
	int before;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	open_first(b);
	assert_true(glass_expect(b->g, "window 500/1000", SOON));
	before = glass_picture_count(b->g);
	glass_keys(b->g, "2");
	assert_true(glass_expect(b->g, "window 200/100", SOON));
	assert_true(glass_pictures(b->g, before + 1, SOON));
	glass_keys(b->g, "i");
	assert_true(glass_expect(b->g, "inverted", SOON));
	glass_keys(b->g, ":window 40,400<Enter>");
	assert_true(glass_expect(b->g, "window 40/400", SOON));
	glass_keys(b->g, "+");
	assert_true(glass_expect(b->g, "x17.", SOON)); /* 1.5 times as large */
}

static void
the_sweep_runs_narrow_windows_and_gives_the_old_one_back(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	open_first(b);
	assert_true(glass_expect(b->g, "window 500/1000", SOON));
	glass_keys(b->g, "W");
	assert_true(glass_expect(b->g, "/125", SOON)); /* 0..2000 in sixteen parts */
	assert_true(glass_expect(b->g, "window 500/1000", SOON));
}

static void
the_mosaic_shows_all_slices_and_opens_the_one_under_the_cursor(void **state)
{
	struct bench *b = *state;
	int before;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	open_first(b);
	assert_true(glass_expect(b->g, "░ 1/5", SOON));
	before = glass_picture_count(b->g);
	glass_keys(b->g, "m");
	assert_true(glass_pictures(b->g, before + 1, SOON));
	assert_true(glass_expect(b->g, "mosaic 1/1, at slice 1/5", SOON));
	glass_keys(b->g, "jjj");
	assert_true(glass_expect(b->g, "at slice 4/5", SOON));
	assert_true(glass_expect(b->g, "░ 1/5", SOON)); /* a thumbnail is not a slice seen */
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "slice 4/5", SOON));
	glass_keys(b->g, "mq"); /* back leaves the mosaic first */
	assert_true(glass_expect(b->g, "slice 4/5", SOON));
}

static void
projections_name_the_slice_behind_the_brightest_pixel(void **state)
{
	struct bench *b = *state;

	view_first(b);
	glass_keys(b->g, "p");
	assert_true(glass_expect(b->g, "maximum of 5 slices", SOON));
	assert_true(glass_expect(b->g, "window 500/1000", SOON));
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "minimum of 5 slices", SOON));
	glass_keys(b->g, "pppp");
	assert_true(glass_expect(b->g, "lone bright of 5 slices", SOON));
	glass_keys(b->g,
		"<Enter>"); /* the box is on another place in each slice: the first of equals */
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
}

static void
dragging_the_mouse_changes_the_window_and_e_shows_every_grey(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	open_first(b);
	assert_true(glass_expect(b->g, "window 500/1000", SOON));
	/* press at column 30, drag ten to the right: a tenth wider; five down: a tenth up */
	glass_keys(b->g, "\033[<0;30;10M\033[<32;40;10M");
	assert_true(glass_expect(b->g, "window 500/1100", SOON));
	glass_keys(b->g, "\033[<32;40;15M\033[<0;40;15m");
	assert_true(glass_expect(b->g, "window 610/1100", SOON));
	glass_keys(b->g, "E");
	assert_true(glass_expect(b->g, "256 greys", SOON));
}

static void
a_pass_takes_two_keys_and_a_password_and_brings_the_next_series(void **state)
{
	struct bench *b = *state;

	view_first(b);
	look_through(b, 5);
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "Sign: phi passed", SOON));
	assert_true(glass_expect(b->g, "seen 5/5", SOON));
	assert_true(glass_expect(b->g, "Rosa Meier", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1", SOON));
	assert_true(glass_expect(b->g, "CHEST BETA", SOON));
	assert_true(glass_expect(b->g, "slice 1/4", SOON));
	assert_int_equal(lab_verify(&b->lab), 0);
}

/* */
static void
a_wrong_password_signs_nothing_and_can_be_typed_again(void **state)
{
	struct bench *b = *state;
	const char *const show[] = { "show", "S-0001", NULL };
	char out[8192];

	view_first(b);
	look_through(b, 5);
	glass_keys(b->g, "anot the password<Enter>");
	assert_true(glass_expect(b->g, "password is wrong", SOON));
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), show), 0);
	assert_null(strstr(out, "signed by"));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1", SOON));
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), show), 0);
	assert_non_null(strstr(out, "signed by Rosa Meier (rosa, reviewer)"));
	assert_non_null(strstr(out, "meaning: review"));
}

static void
a_fail_asks_for_coded_reasons_and_takes_a_note(void **state)
{
	struct bench *b = *state;
	const char *const show[] = { "show", "S-0001", NULL };
	char out[8192];

	view_first(b);
	glass_keys(b->g, "r");
	assert_true(glass_expect(b->g, "Why does phi fail?", SOON));
	glass_keys(b->g, "/burned<Enter>a");
	assert_true(glass_expect(b->g, "1 chosen", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "Sign: phi failed", SOON));
	/* letters in the note are letters: q, a, n and : would be commands elsewhere */
	glass_keys(b->g, "<Tab>quit a name: see slice 1<Tab>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1: phi failed", SOON));
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), show), 0);
	assert_non_null(strstr(out, "PHI-PIX"));
	assert_non_null(strstr(out, "note: quit a name: see slice 1"));
	assert_non_null(strstr(out, "state rejected"));
	assert_int_equal(lab_verify(&b->lab), 0);
}

static void
review_later_puts_the_series_to_the_end_of_the_queue(void **state)
{
	struct bench *b = *state;

	view_first(b);
	glass_keys(b->g, "u");
	assert_true(glass_expect(b->g, "CHEST BETA", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "later 1", SOON));
	assert_true(glass_expect(b->g, "later text!", SOON));
	assert_non_null(strstr(glass_row(b->g, 4), "CHEST ALPHA"));
}

static void
n_and_shift_n_go_through_the_queue(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	open_first(b);
	assert_true(glass_expect(b->g, "series 1 of 3", SOON));
	glass_keys(b->g, "n");
	assert_true(glass_expect(b->g, "series 2 of 3", SOON));
	glass_keys(b->g, "N");
	assert_true(glass_expect(b->g, "series 1 of 3", SOON));
	glass_keys(b->g, "N");
	assert_true(glass_expect(b->g, "this is the first series", SOON));
}

/* */
static void
a_lost_line_resumes_at_the_same_slice(void **state)
{
	struct bench *b = *state;

	view_first(b);
	glass_keys(b->g, "jj");
	assert_true(glass_expect(b->g, "slice 3/5", SOON));
	glass_signal(b->g, SIGHUP);
	assert_true(glass_wait(b->g, SOON) >= 0);
	glass_free(b->g);
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	open_first(b);
	assert_true(glass_expect(b->g, "slice 3/5", SOON));
	assert_true(glass_expect(b->g, "3/5", SOON));
	assert_int_equal(lab_verify(&b->lab), 0);
}

static void
leaving_and_coming_back_opens_the_first_unseen_slice(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	open_first(b);
	/* not only on the glass but good enough to have been seen */
	assert_true(glass_expect(b->g, "░ 1/5", SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "░ 2/5", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_absent(b->g, "░ 2/5", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "slice 3/5", SOON));
}

static void
leaving_the_viewer_erases_the_picture(void **state)
{
	struct bench *b = *state;
	const char *bytes;
	size_t n;

	view_first(b);
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	assert_true(glass_absent(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "Login", SOON));
	glass_keys(b->g, "<Esc>");
	assert_int_equal(glass_wait(b->g, SOON), 0);
	bytes = glass_written(b->g, &n);
	assert_non_null(memmem(bytes, n, "\033[3J", 4)); /* the scroll-back too */
}

static void
a_resize_draws_the_page_and_the_picture_again(void **state)
{
	struct bench *b = *state;
	uint32_t width, height, was;
	int before;

	view_first(b);
	picture_size(b, &width, &was);
	before = glass_picture_count(b->g);
	glass_resize(b->g, 104, 30);
	assert_true(glass_pictures(b->g, before + 1, SOON));
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	picture_size(b, &width, &height);
	assert_true(height < was);
	assert_true(height <= 27 * 20);
	glass_resize(b->g, 90, 40); /* narrow: the facts go below the picture */
	assert_true(glass_pictures(b->g, before + 2, SOON));
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
}

static void
too_small_a_window_says_what_it_needs(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 50, 15);
	assert_true(glass_expect(b->g, "wetread needs 60x20", SOON));
	glass_resize(b->g, 70, 22);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "Pictures need 80x24", SOON));
	assert_int_equal(glass_picture_count(b->g), 0);
}

/* */
static void
without_sixel_half_blocks_are_shown_and_said_not_to_clear_phi(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_PLAIN, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	assert_true(glass_expect(b->g, "cannot clear PHI", SOON));
	assert_true(glass_expect(b->g, "\342\226\200", SOON)); /* U+2580 */
	assert_int_equal(glass_picture_count(b->g), 0);
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "half blocks cannot clear PHI", SOON));
	assert_false(glass_has(b->g, "Sign:"));
	glass_keys(b->g, "q<Tab>"); /* quality may be judged coarsely */
	assert_true(glass_expect(b->g, "[quality 3]", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "quality · series 1 of 3", SOON));
	assert_true(glass_expect(b->g, "a pass", SOON));
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "Sign: quality passed", SOON));
}

static void
a_terminal_that_answers_nothing_still_works(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SILENT, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "j");
	assert_true(glass_expect(b->g, "slice 2/5", SOON));
}

static void
a_dumb_terminal_gets_a_clear_word_and_no_garbage(void **state)
{
	struct bench *b = *state;
	char *argv[] = { b->lab.program, b->lab.archive, NULL };
	const char *bytes;
	size_t n;

	b->g = glass_start(GLASS_SILENT, 80, 24, "dumb", argv);
	assert_true(glass_expect(b->g, "set TERM", SOON));
	assert_int_equal(glass_wait(b->g, SOON), 3);
	bytes = glass_written(b->g, &n);
	assert_null(memchr(bytes, 033, n));
}

/* */
static void
an_officer_has_no_worklist_and_cannot_review(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SIXEL, 120, 40);
	login(b, "officer");
	assert_true(glass_expect(b->g, "None of your roles has a worklist", SOON));
	assert_false(glass_has(b->g, "CHEST"));
}

static void
help_lists_the_keys_of_the_screen_it_was_asked_on(void **state)
{
	struct bench *b = *state;

	view_first(b);
	glass_keys(b->g, "?");
	assert_true(glass_expect(b->g, "On this screen (Viewer)", SOON));
	assert_true(glass_expect(b->g, "window-next", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
}

static void
an_unknown_command_is_refused_with_a_word(void **state)
{
	struct bench *b = *state;

	see_worklist(b);
	glass_keys(b->g, ":verdict-pass<Enter>");
	assert_true(glass_expect(b->g, "open a series first", SOON));
	glass_keys(b->g, ":nonsense<Enter>");
	assert_true(glass_expect(b->g, "there is no command nonsense", SOON));
}

static void
pasted_text_is_never_taken_for_keys(void **state)
{
	struct bench *b = *state;

	view_first(b);
	glass_keys(b->g, "\033[200~jjjjaq\033[201~j");
	assert_true(glass_expect(b->g, "slice 2/5", SOON));
	assert_false(glass_has(b->g, "Sign:"));
}

static void
a_second_reviewer_meets_a_conflict_with_name_and_time(void **state)
{
	struct bench *b = *state;
	char secret[128];
	const char *const decide[] = { "--user", "amadou", "--password-file", secret, "decide",
		"S-0001", "--step", "phi", "--verdict", "fail", "--reason", "PHI-PIX", NULL };

	snprintf(secret, sizeof(secret), "%s/secret", b->lab.folder);
	view_first(b);
	look_through(b, 5);
	assert_int_equal(lab_run(&b->lab, NULL, 0, decide), 0);
	glass_keys(b->g, "a" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "Amadou Costa already", SOON));
	assert_int_equal(lab_verify(&b->lab), 0);
}

/* */
static void
a_disabled_account_is_sent_back_to_the_login(void **state)
{
	struct bench *b = *state;
	char secret[128];
	const char *const disable[] = { "--user", "officer", "--password-file", secret, "user",
		"disable", "rosa", "--reason", "card was lost", NULL };

	snprintf(secret, sizeof(secret), "%s/secret", b->lab.folder);
	view_first(b);
	assert_int_equal(lab_run(&b->lab, NULL, 0, disable), 0);
	assert_true(glass_expect(b->g, "Login", SOON)); /* without a key */
	assert_false(glass_has(b->g, "CHEST"));
	assert_int_equal(lab_verify(&b->lab), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(login_with_a_wrong_password_stays_outside_and_says_so),
		SCREEN_TEST(the_worklist_shows_the_greatest_risk_first_and_explains_it),
		SCREEN_TEST(
			a_filter_narrows_while_it_is_typed_and_escape_gives_all_back_at_the_same_row),
		SCREEN_TEST(enter_after_a_fast_filter_opens_the_filtered_row_and_no_other),
		SCREEN_TEST(tab_goes_to_the_next_queue),
		SCREEN_TEST(the_viewer_shows_the_slice_by_sixel_with_its_own_number),
		SCREEN_TEST(window_presets_and_inversion_change_the_picture),
		SCREEN_TEST(the_sweep_runs_narrow_windows_and_gives_the_old_one_back),
		SCREEN_TEST(the_mosaic_shows_all_slices_and_opens_the_one_under_the_cursor),
		SCREEN_TEST(projections_name_the_slice_behind_the_brightest_pixel),
		SCREEN_TEST(dragging_the_mouse_changes_the_window_and_e_shows_every_grey),
		SCREEN_TEST(a_pass_takes_two_keys_and_a_password_and_brings_the_next_series),
		SCREEN_TEST(a_wrong_password_signs_nothing_and_can_be_typed_again),
		SCREEN_TEST(a_fail_asks_for_coded_reasons_and_takes_a_note),
		SCREEN_TEST(review_later_puts_the_series_to_the_end_of_the_queue),
		SCREEN_TEST(n_and_shift_n_go_through_the_queue),
		SCREEN_TEST(a_lost_line_resumes_at_the_same_slice),
		SCREEN_TEST(leaving_and_coming_back_opens_the_first_unseen_slice),
		SCREEN_TEST(leaving_the_viewer_erases_the_picture),
		SCREEN_TEST(a_resize_draws_the_page_and_the_picture_again),
		SCREEN_TEST(too_small_a_window_says_what_it_needs),
		SCREEN_TEST(without_sixel_half_blocks_are_shown_and_said_not_to_clear_phi),
		SCREEN_TEST(a_terminal_that_answers_nothing_still_works),
		SCREEN_TEST(a_dumb_terminal_gets_a_clear_word_and_no_garbage),
		SCREEN_TEST(an_officer_has_no_worklist_and_cannot_review),
		SCREEN_TEST(help_lists_the_keys_of_the_screen_it_was_asked_on),
		SCREEN_TEST(an_unknown_command_is_refused_with_a_word),
		SCREEN_TEST(pasted_text_is_never_taken_for_keys),
		SCREEN_TEST(a_disabled_account_is_sent_back_to_the_login),
		SCREEN_TEST(a_second_reviewer_meets_a_conflict_with_name_and_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
