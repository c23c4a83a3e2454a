/* Other ways to look: beside another series, pixel for pixel, at another pace; what a projection could not hold. */
#include "tests/support/desk.h"

/* The same subject at another visit. */
static void
add_visit(struct bench *b)
{
	static const struct lab_series later = { .modality = "CT",
		.description = "CHEST ALPHA",
		.subject = "L02-0001",
		.visit = "V2",
		.slices = 9,
		.burned_in = "NO",
		.number = 21 };

	assert_true(lab_write(&b->lab, "later", &later));
	assert_true(lab_import(&b->lab, "later"));
}

static void
a_series_stands_beside_the_other_visit_of_its_subject(void **state)
{
	struct bench *b = *state;
	size_t n;

	add_visit(b);
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 4", SOON));
	open_first(b);
	expect_seen(b, 1, 5);
	glass_keys(b->g, "v");
	assert_true(glass_expect(b->g, "slice 1/5 beside 1/9", SOON));
	assert_true(glass_expect(b->g, "S-0004 V2 CHEST ALPHA", SOON));
	glass_picture(b->g, &n);
	assert_true(n > 100);
	glass_keys(b->g, "jj");
	assert_true(glass_expect(b->g, "slice 3/5 beside 5/9", SOON));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_expect(b->g, "slice 3/5", SOON));
	assert_true(glass_absent(b->g, "beside", SOON));
	/* only the first slice, and the third after coming back, were looked at by themselves */
	expect_seen(b, 2, 5);
}

static void
a_subject_without_another_series_says_so(void **state)
{
	struct bench *b = *state;

	view_first(b);
	glass_keys(b->g, "v");
	assert_true(glass_expect(b->g, "no other series of this subject", SOON));
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
}

/* 64 pixels fill 738: x11.53. */
static void
z_goes_through_whole_numbers_of_screen_pixels(void **state)
{
	struct bench *b = *state;

	view_first(b);
	assert_true(glass_expect(b->g, "x11.53", SOON));
	glass_keys(b->g, "z");
	assert_true(glass_expect(b->g, "1:1", SOON));
	glass_keys(b->g, "z");
	assert_true(glass_expect(b->g, "x2.00", SOON));
	glass_keys(b->g, "z");
	assert_true(glass_expect(b->g, "x3.00", SOON));
	glass_keys(b->g, "z");
	assert_true(glass_expect(b->g, "x4.00", SOON));
	glass_keys(b->g, "z");
	assert_true(glass_expect(b->g, "x11.53", SOON));
}

static void
how_it_is_enlarged_is_told_and_chosen(void **state)
{
	struct bench *b = *state;

	view_first(b);
	assert_true(glass_expect(b->g, "nearest", SOON)); /* x11.53: single voxels can be judged */
	glass_keys(b->g, "I");
	assert_true(glass_expect(b->g, "cubic, clamped", SOON));
	glass_keys(b->g, "I");
	assert_true(glass_expect(b->g, "nearest", SOON));
	glass_keys(b->g, "z");
	assert_true(glass_expect(b->g, "as stored", SOON));
}

/* The two begin differently: ours says that unpainted pixels stay as they are. */
static void
libsixel_can_make_the_pictures(void **state)
{
	struct bench *b = *state;
	char *argv[] = { b->lab.program, (char *)"--encoder=libsixel", b->lab.archive, NULL };
	const char *picture;
	size_t n;

	b->g = glass_start(GLASS_SIXEL, 120, 40, NULL, argv);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	open_first(b);
	expect_seen(b, 1, 5);
	picture = glass_picture(b->g, &n);
	assert_memory_equal(picture, "\033Pq\"1;1;", 8);
	glass_free(b->g);
	view_first(b);
	picture = glass_picture(b->g, &n);
	assert_memory_equal(picture, "\033P0;1;0q\"1;1;", 13);
}

static void
the_pace_of_playing_is_told_and_changed(void **state)
{
	struct bench *b = *state;

	view_first(b);
	glass_keys(b->g, "<<");
	assert_true(glass_expect(b->g, "4 slices a second", SOON));
	glass_keys(b->g, " ");
	assert_true(glass_expect(b->g, "slice 5/5", SOON));
}

static void
a_projection_tells_what_it_could_not_hold(void **state)
{
	struct bench *b = *state;
	struct lab_series odd = { .modality = "CT",
		.description = "ODD ONE",
		.subject = "L02-0007",
		.visit = "BL",
		.slices = 4,
		.burned_in = "YES",
		.number = 31 };

	assert_true(lab_write(&b->lab, "odd", &odd));
	odd.size = 32;
	odd.first = 4;
	odd.slices = 1;
	assert_true(lab_write(&b->lab, "odd2", &odd));
	assert_true(lab_import(&b->lab, "odd"));
	assert_true(lab_import(&b->lab, "odd2"));
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	glass_keys(b->g, "/odd one<Enter>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "p");
	assert_true(glass_expect(b->g, "maximum of 4 slices, 1 LEFT OUT", SOON));
}

/* An xterm: after R each window is a few kilobytes of registers, and what is shown so does not count as seen. */
static void
windows_by_registers_are_small_and_no_look(void **state)
{
	struct bench *b = *state;
	const char *all, *picture;
	size_t from, n;
	int before;

	view_first(b);
	glass_written(b->g, &from);
	glass_keys(b->g, "R");
	assert_true(glass_expect(b->g, "registers, inexact", SOON));
	all = glass_written(b->g, &n);
	assert_non_null(
		memmem(all + from, n - from, "\033c", 2)); /* the first of xterm's slots is free */
	assert_non_null(memmem(all + from, n - from, "\033[?1070l", 8));
	before = glass_picture_count(b->g);
	glass_keys(b->g, "]");
	assert_true(glass_expect(b->g, "window 500/1200", SOON));
	assert_true(glass_pictures(b->g, before + 1, SOON));
	picture = glass_picture(b->g, &n);
	print_message("# a window by registers: %zu bytes\n", n);
	assert_true(n <= 4096);
	assert_memory_equal(picture, "\033P0;0;0q#0;1;0;", 15);
	glass_keys(b->g, "R");
	assert_true(glass_expect(b->g, "101 greys", SOON));
	glass_keys(b->g, "Rj");
	assert_true(glass_expect(b->g, "slice 2/5", SOON));
	assert_true(glass_expect(b->g, "101 greys", SOON)); /* another slice ends it */
}

static void
elsewhere_registers_are_refused_with_a_word(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_PLAIN, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "R");
	assert_true(glass_expect(b->g, "only xterm", SOON));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(a_series_stands_beside_the_other_visit_of_its_subject),
		SCREEN_TEST(a_subject_without_another_series_says_so),
		SCREEN_TEST(z_goes_through_whole_numbers_of_screen_pixels),
		SCREEN_TEST(how_it_is_enlarged_is_told_and_chosen),
		SCREEN_TEST(libsixel_can_make_the_pictures),
		SCREEN_TEST(the_pace_of_playing_is_told_and_changed),
		SCREEN_TEST(windows_by_registers_are_small_and_no_look),
		SCREEN_TEST(elsewhere_registers_are_refused_with_a_word),
		SCREEN_TEST(a_projection_tells_what_it_could_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
