/* The cross-hair, its values and distances, and marks of burned-in text. */
#include "tests/support/desk.h"

/* 64 pixels on a glass of 820 x 738: 11.53 screen pixels each.  The middle is 32, 32. */
static void
cross_hair(struct bench *b)
{
	view_first(b);
	glass_keys(b->g, "c");
	assert_true(glass_expect(b->g, "32, 32 ", SOON));
}

static void
the_cross_hair_tells_values_in_their_unit(void **state)
{
	struct bench *b = *state;

	cross_hair(b);
	/* the ramp of the lab: 1000 * x / size, rescaled as a CT's */
	assert_true(glass_expect(b->g, " HU", SOON));
	glass_keys(b->g, "<Right><Right><Down>");
	assert_true(glass_expect(b->g, "34, 33 ", SOON));
	glass_keys(b->g, "L");
	assert_true(glass_expect(b->g, "44, 33 ", SOON));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_absent(b->g, "44, 33", SOON));
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
}

/* 500 Bq/ml at 0.0005 g/Bq, see make_pet_dose in lab.c. */
static void
the_cross_hair_tells_the_suv_of_a_pet_image(void **state)
{
	static const struct lab_series pet = { .modality = "PT",
		.description = "WHOLE BODY",
		.subject = "L02-0004",
		.visit = "BL",
		.slices = 2,
		.number = 14 };
	struct bench *b = *state;

	assert_true(lab_write(&b->lab, "pet", &pet));
	assert_true(lab_import(&b->lab, "pet"));
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	glass_keys(b->g, "/whole<Enter>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	open_first(b);
	glass_keys(b->g, "c");
	assert_true(glass_expect(b->g, "32, 32   500 BQML = SUV 0.25", SOON));
}

static void
a_distance_is_told_in_millimetres(void **state)
{
	struct bench *b = *state;

	cross_hair(b);
	glass_keys(b->g, "dLJ");
	assert_true(glass_expect(b->g, "distance", SOON));
	assert_true(glass_expect(b->g, " mm", SOON) || glass_expect(b->g, "pixels", SOON));
}

static void
a_step_of_the_cross_hair_sends_no_picture(void **state)
{
	struct bench *b = *state;
	size_t whole, step;
	int before;

	view_first(b);
	glass_picture(b->g, &whole);
	before = glass_picture_count(b->g);
	glass_keys(b->g, "c");
	assert_true(glass_pictures(b->g, before + 1, SOON));
	glass_keys(b->g, "<Right>");
	assert_true(glass_pictures(b->g, before + 2, SOON));
	glass_picture(b->g, &step);
	print_message("# whole %zu, a step of the cross-hair %zu bytes\n", whole, step);
	assert_true(step < 1024 && step < whole);
}

/* A new line among the facts shifts those below it; rows that a picture lies on must not be scrolled along. */
static void
text_beside_a_picture_never_moves_it(void **state)
{
	struct bench *b = *state;
	const char *all, *scroll;
	size_t before, n;

	view_first(b);
	glass_written(b->g, &before);
	glass_keys(b->g, "c");
	assert_true(glass_expect(b->g, "32, 32 ", SOON));
	glass_keys(b->g, "dL<Esc>");
	assert_true(glass_absent(b->g, "32, 32 ", SOON));
	all = glass_written(b->g, &n);
	scroll = memmem(all + before, n - before, "\033M", 2);
	assert_null(scroll);
	for (const char *p = all + before;
		(p = memmem(p, n - (size_t)(p - all), "\033[", 2)) != NULL;) {
		p += 2;
		p += strspn(p, "0123456789;");
		assert_false(*p == 'r' || *p == 'L' || *p == 'S' || *p == 'T');
	}
}

/* A box from 32, 32 to 42, 42. */
static void
draw_box(struct bench *b)
{
	cross_hair(b);
	glass_keys(b->g, "b<Enter>LJ<Enter>");
	assert_true(glass_expect(b->g, "mark 1/1: box, name, slice 1", SOON));
}

static void
a_box_is_drawn_edited_and_taken_back(void **state)
{
	struct bench *b = *state;

	draw_box(b);
	glass_keys(b->g, "y");
	assert_true(glass_expect(b->g, "mark 1/1: box, id, slice 1", SOON));
	glass_keys(b->g, "ss");
	assert_true(glass_expect(b->g, "box, id, whole series", SOON));
	glass_keys(b->g, "s");
	assert_true(glass_expect(b->g, "this scanner", SOON));
	assert_true(glass_expect(b->g, "series: S-0001", SOON));
	glass_keys(b->g, "UUU");
	assert_true(glass_expect(b->g, "mark 1/1: box, id, slice 1", SOON));
	glass_keys(b->g, "<BS>");
	assert_true(glass_absent(b->g, "mark 1/1", SOON));
	glass_keys(b->g, "U");
	assert_true(glass_expect(b->g, "mark 1/1: box, id, slice 1", SOON));
}

static void
the_mouse_draws_a_box(void **state)
{
	struct bench *b = *state;

	cross_hair(b);
	glass_keys(b->g, "b");
	assert_true(glass_expect(b->g, "go to a corner", SOON));
	glass_keys(b->g, "\033[<0;20;10M\033[<32;30;14M\033[<0;40;15m");
	assert_true(glass_expect(b->g, "mark 1/1: box", SOON));
}

static void
drafts_outlive_a_lost_line(void **state)
{
	struct bench *b = *state;

	draw_box(b);
	glass_signal(b->g, SIGHUP);
	glass_wait(b->g, SOON);
	glass_free(b->g);
	b->g = NULL;
	see_worklist(b);
	open_first(b);
	assert_true(glass_expect(b->g, "1 mark", SOON));
}

static void
a_fail_carries_its_marks_into_the_record(void **state)
{
	struct bench *b = *state;
	const char *const history[] = { "history", "S-0001", "--json", NULL };
	char out[65536];

	draw_box(b);
	glass_keys(b->g, "<Esc>");
	assert_true(glass_absent(b->g, "42, 42", SOON));
	glass_keys(b->g, "r<Enter>");
	assert_true(glass_expect(b->g, "Sign: phi failed", SOON));
	assert_true(glass_expect(b->g, "1 mark of burned-in text", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1", SOON));
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), history), 0);
	assert_non_null(strstr(out, "PHI-PIX"));
	assert_non_null(strstr(out, "\"marks\""));
	assert_non_null(strstr(out, "32"));
	assert_int_equal(lab_verify(&b->lab), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(the_cross_hair_tells_values_in_their_unit),
		SCREEN_TEST(the_cross_hair_tells_the_suv_of_a_pet_image),
		SCREEN_TEST(a_distance_is_told_in_millimetres),
		SCREEN_TEST(a_step_of_the_cross_hair_sends_no_picture),
		SCREEN_TEST(text_beside_a_picture_never_moves_it),
		SCREEN_TEST(a_box_is_drawn_edited_and_taken_back),
		SCREEN_TEST(the_mouse_draws_a_box),
		SCREEN_TEST(drafts_outlive_a_lost_line),
		SCREEN_TEST(a_fail_carries_its_marks_into_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
