/* What counts as seen, and that nothing can be passed on PHI that was not on the glass. */
#include "core/ledger/keys.h"
#include "tests/support/desk.h"

static void
phi_cannot_be_passed_before_every_slice_was_on_the_glass(void **state)
{
	struct bench *b = *state;

	view_first(b);
	expect_seen(b, 1, 5);
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "every slice was on the glass whole: 1 of 5 were", SOON));
	assert_false(glass_has(b->g, "Sign:"));
	glass_keys(b->g, "<End>");
	assert_true(glass_expect(b->g, "slice 5/5", SOON));
	expect_seen(b, 2, 5);
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "2 of 5 were; x goes to the next", SOON));
	for (int i = 2; i < 5; i++) {
		char text[32];

		glass_keys(b->g, "x");
		snprintf(text, sizeof(text), "slice %d/5", i);
		assert_true(glass_expect(b->g, text, SOON));
		expect_seen(b, i + 1, 5);
	}
	glass_keys(b->g, "a" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1", SOON));
	assert_int_equal(lab_verify(&b->lab), 0);
}

static void
a_fail_needs_no_more_than_what_was_found(void **state)
{
	struct bench *b = *state;

	view_first(b);
	glass_keys(b->g, "r");
	assert_true(glass_expect(b->g, "PHI-PIX", SOON));
}

static void
quality_can_be_passed_and_the_dialog_tells_what_was_not_seen(void **state)
{
	struct bench *b = *state;

	see_worklist(b);
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/", SOON));
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "Sign: quality passed", SOON));
	assert_true(glass_expect(b->g, "NOT ALL SLICES SEEN", SOON));
}

static void
a_terminal_that_never_confirms_clears_nothing(void **state)
{
	struct bench *b = *state;

	start(b, GLASS_SILENT, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "half blocks cannot clear PHI", SOON));
}

/* 2000 pixels in 740: too small to read five-pixel text in.  x goes over it at one screen pixel per two. */
static void
a_film_counts_when_all_its_parts_were_large_enough(void **state)
{
	static const struct lab_series film = { .modality = "DX",
		.description = "CHEST FILM",
		.subject = "L02-0009",
		.visit = "BL",
		.slices = 1,
		.size = 2000,
		.burned_in = "YES",
		.number = 19 };
	struct bench *b = *state;
	int parts = 0;

	assert_true(lab_write(&b->lab, "film", &film));
	assert_true(lab_import(&b->lab, "film"));
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	glass_keys(b->g, "/film<Enter>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/1", SOON));
	assert_true(glass_expect(b->g, "x0.3", SOON));
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "0 of 1 were", SOON));
	for (; parts < 20 && !glass_expect(b->g, "█ 1/1", 1500); parts++)
		glass_keys(b->g, "x");
	assert_true(glass_expect(b->g, "x0.50", SOON));
	assert_true(parts >= 4 && parts < 20);
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "Sign: phi passed", SOON));
}

/* The record has the digest of the pixels as they were sent; the picture can be made again from the archive. */
static void
what_was_seen_can_be_made_again_and_compared(void **state)
{
	struct bench *b = *state;
	const char *const viewing[] = { "viewing", "1", "--json", NULL };
	const char *const again[] = { "render", "S-0001", "--frame", "2", "--window", "500,1000",
		"--size", "738x738", "--protocol", "pgm", NULL };
	char *record = calloc(1, 1 << 20), *picture = calloc(1, 1 << 20), hex[DIGEST_HEX];
	size_t n;
	struct digest d;

	view_first(b);
	look_through(b, 5);
	glass_keys(b->g, "a" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1", SOON));
	assert_int_equal(lab_run(&b->lab, record, 1 << 20, viewing), 0);
	assert_int_equal(lab_run_bytes(&b->lab, picture, 1 << 20, &n, again), 0);
	digest_begin(&d);
	digest_add(&d, picture, n);
	digest_end(&d, hex);
	assert_true(n > 738 * 738);
	assert_non_null(strstr(record, hex));
	free(record);
	free(picture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(phi_cannot_be_passed_before_every_slice_was_on_the_glass),
		SCREEN_TEST(a_fail_needs_no_more_than_what_was_found),
		SCREEN_TEST(quality_can_be_passed_and_the_dialog_tells_what_was_not_seen),
		SCREEN_TEST(a_terminal_that_never_confirms_clears_nothing),
		SCREEN_TEST(what_was_seen_can_be_made_again_and_compared),
		SCREEN_TEST(a_film_counts_when_all_its_parts_were_large_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
