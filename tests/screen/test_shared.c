/* People who work on one archive at the same time, and what they correct and settle. */
#include "tests/support/desk.h"

/* The program run by somebody; its exit status. */
static int
by(struct bench *b, const char *user, const char *const words[])
{
	const char *all[20] = { "--user", user, "--password-file" };
	char secret[128];
	size_t n = 3;

	snprintf(secret, sizeof(secret), "%s/secret", b->lab.folder);
	all[n++] = secret;
	while (*words != NULL)
		all[n++] = *words++;
	return lab_run(&b->lab, NULL, 0, all);
}

static int
decide(struct bench *b, const char *user, const char *verdict, const char *reason)
{
	const char *words[] = { "decide", "S-0001", "--step", "quality", "--verdict", verdict,
		"--reason", reason, NULL };

	if (reason == NULL)
		words[6] = NULL;
	return by(b, user, words);
}

static void
the_second_who_opens_a_series_hears_who_has_it_and_can_take_it_over(void **state)
{
	struct bench *b = *state, other = { .lab = b->lab };

	view_first(b);
	start(&other, GLASS_SIXEL, 120, 40);
	login(&other, "amadou");
	assert_true(glass_expect(other.g, "with rosa", SOON)); /* on the list, too */
	open_first(&other);
	assert_true(glass_expect(other.g, "Rosa Meier has it open since", SOON));
	assert_true(glass_expect(other.g, "T takes it over with a reason", SOON));
	glass_keys(other.g, "r");
	assert_true(glass_expect(other.g, "Why does phi fail?", SOON));
	glass_keys(other.g, "a<Enter>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(other.g, "│ Rosa Meier has it open", SOON));
	glass_keys(other.g, "<Esc>");
	assert_true(glass_expect(other.g, "phi open · quality open", SOON));
	glass_keys(other.g, "T");
	assert_true(glass_expect(other.g, ":take-over", SOON));
	glass_keys(other.g, "Rosa went home<Enter>");
	assert_true(glass_expect(other.g, "the series is yours", SOON));
	assert_true(glass_expect(b->g, "taken over: Amadou Costa has it open", SOON));
	glass_keys(other.g, "ra<Enter>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(other.g, "signed #1: phi failed", SOON));
	glass_free(other.g);
	assert_int_equal(lab_verify(&b->lab), 0);
}

static void
the_next_series_of_a_queue_is_one_that_nobody_has(void **state)
{
	struct bench *b = *state, other = { .lab = b->lab };

	view_first(b); /* CHEST ALPHA */
	start(&other, GLASS_SIXEL, 120, 40);
	login(&other, "amadou");
	assert_true(glass_expect(other.g, "row 1 of 3", SOON));
	glass_keys(other.g, "G<Enter>");
	assert_true(glass_expect(other.g, "series 2 of 2", SOON)); /* hers is not counted */
	glass_free(other.g);
}

/* */
static void
what_one_signed_is_listed_and_corrected(void **state)
{
	struct bench *b = *state;
	char out[8192];
	const char *const show[] = { "show", "S-0001", NULL };

	assert_int_equal(decide(b, "rosa", "fail", "ART-NOISE"), 0);
	see_worklist(b);
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "row 1 of 2", SOON));
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	open_first(b);
	glass_keys(b->g, "C");
	assert_true(glass_expect(b->g, ":correct", SOON));
	glass_keys(b->g, "<C-u>correct pass because<Enter>");
	assert_true(glass_expect(b->g, "entry-error, overlooked", SOON));
	glass_keys(b->g, ":correct pass entry-error<Enter>");
	assert_true(glass_expect(b->g, "Correct #1: quality passed", SOON));
	assert_true(glass_expect(b->g, "because: entry-error", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #2", SOON));
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), show), 0);
	assert_non_null(strstr(out, "#1 quality fail (superseded)"));
	assert_int_equal(lab_verify(&b->lab), 0);
}

/* */
static void
who_adjudicates_sees_both_readings_without_names(void **state)
{
	struct bench *b = *state;
	const char *const twice[] = { "setting", "double-read-percent", "100", "--reason",
		"as the plan says", NULL };
	char secret[128];
	const char *const add[] = { "user", "add", "erik", "--name", "Erik Hansen", "--role",
		"expert", "--evidence", "passport seen", "--new-password-file", secret, NULL };

	snprintf(secret, sizeof(secret), "%s/secret", b->lab.folder);
	assert_int_equal(by(b, "officer", add), 0);
	assert_int_equal(by(b, "officer", twice), 0);
	assert_int_equal(decide(b, "rosa", "pass", NULL), 0);
	assert_int_equal(decide(b, "amadou", "fail", "ART-NOISE"), 0);
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "erik");
	assert_true(glass_expect(b->g, "quality: CHEST ALPHA", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "quality failed", SOON));
	assert_true(glass_expect(b->g, "quality passed", SOON));
	assert_false(glass_has(b->g, "Meier"));
	assert_false(glass_has(b->g, "Costa"));
	assert_false(glass_has(b->g, "rosa"));
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "meaning: adjudication", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #3: quality passed", SOON));
	assert_int_equal(lab_verify(&b->lab), 0);
}

/* */
static void
the_first_signature_shows_the_id_and_the_second_does_not(void **state)
{
	struct bench *b = *state;

	see_worklist(b);
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "quality", SOON));
	open_first(b);
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "User     rosa", SOON));
	glass_keys(b->g, LAB_PASSWORD "\033[Zx<Enter><Enter>");
	assert_true(glass_expect(b->g, "this is not your id", SOON));
	glass_keys(b->g, "\033[Z<BS><Enter>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1", SOON));
	assert_true(glass_expect(b->g, "slice 1/4", SOON));
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "Sign: quality passed", SOON));
	assert_true(glass_expect(b->g, "Password", SOON));
	assert_false(glass_has(b->g, "User     rosa"));
}

/* */
static void
a_list_that_is_shown_is_passed_with_one_signature(void **state)
{
	struct bench *b = *state;
	const char *const show[] = { "show", "S-0002", NULL };
	char out[8192];

	see_worklist(b);
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "mark rows with Space first", SOON));
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "[quality 3]", SOON));
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	glass_keys(b->g, " ");
	assert_true(glass_expect(b->g, "1 marked", SOON));
	glass_keys(b->g, " ");
	assert_true(glass_expect(b->g, "2 marked", SOON));
	assert_int_equal(
		decide(b, "amadou", "fail", "ART-NOISE"), 0); /* somebody is faster with one */
	glass_keys(b->g, "a");
	assert_true(glass_expect(b->g, "Sign 2 series: quality passed", SOON));
	assert_true(glass_expect(b->g, "S-0001 CHEST ALPHA, L02-0001", SOON));
	assert_true(glass_expect(b->g, "S-0002 CHEST BETA, L02-0002", SOON));
	glass_keys(b->g, "not the password<Enter>");
	assert_true(glass_expect(b->g, "│ user or password is wrong", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "1 of 2 signed. S-0001: ", SOON));
	assert_true(glass_expect(b->g, "Amadou Costa already", SOON));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), show), 0);
	assert_non_null(strstr(out, "quality pass (valid)"));
	assert_int_equal(lab_verify(&b->lab), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(the_second_who_opens_a_series_hears_who_has_it_and_can_take_it_over),
		SCREEN_TEST(the_next_series_of_a_queue_is_one_that_nobody_has),
		SCREEN_TEST(what_one_signed_is_listed_and_corrected),
		SCREEN_TEST(who_adjudicates_sees_both_readings_without_names),
		SCREEN_TEST(a_list_that_is_shown_is_passed_with_one_signature),
		SCREEN_TEST(the_first_signature_shows_the_id_and_the_second_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
