/* What is blinded for a role reaches none of its screens and commands. */
#include "tests/support/desk.h"

/* Seeded: none of them may be in what a blinded person gets. */
static const char *const secrets[] = { "ZQ-4711", "WEEK-96X", "PLACEBO ARM", "Example Medical" };

static const struct lab_series seeded = { .modality = "MR",
	.description = "PLACEBO ARM",
	.subject = "ZQ-4711",
	.visit = "WEEK-96X",
	.slices = 3,
	.burned_in = "YES",
	.number = 47 };

static void
expect_no_secret(const char *what, const char *bytes, size_t n)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (memmem(bytes, n, secrets[i], strlen(secrets[i])) != NULL)
			fail_msg("%s is in %s", secrets[i], what);
}

static void
blind_reviewers(struct bench *b)
{
	char secret[128];
	const char *const words[] = { "--user", "officer", "--password-file", secret, "role",
		"blind", "reviewer", "subject", "visit", "series_description", "manufacturer",
		"--reason", "as the protocol says", NULL };

	snprintf(secret, sizeof(secret), "%s/secret", b->lab.folder);
	assert_int_equal(lab_run(&b->lab, NULL, 0, words), 0);
	assert_true(lab_write(&b->lab, "seeded", &seeded));
	assert_true(lab_import(&b->lab, "seeded"));
}

/* */
static void
no_screen_of_a_blinded_session_shows_what_is_blinded(void **state)
{
	struct bench *b = *state;
	const char *all;
	size_t n;

	blind_reviewers(b);
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 4", SOON));
	assert_true(glass_expect(b->g, "(blinded)", SOON));
	glass_keys(b->g, "s");
	assert_true(glass_expect(b->g, "row 1 of 4", SOON));
	/* what was typed is on the line, so only a part of a word: it would find the series */
	glass_keys(b->g, "/zq-47");
	assert_true(glass_expect(b->g, "Nothing has all these words", SOON));
	glass_keys(b->g, "<BS><BS><BS><BS><BS>");
	glass_keys(b->g, "s-0004<Enter>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/3", SOON));
	glass_keys(b->g, "t");
	assert_true(glass_expect(b->g, "PatientID", SOON));
	assert_true(glass_expect(b->g, "(blinded)", SOON));
	glass_keys(b->g, "<PgDn><PgDn>q");
	assert_true(glass_expect(b->g, "slice 1/3", SOON));
	glass_keys(b->g, "r");
	assert_true(glass_expect(b->g, "Why does phi fail?", SOON));
	glass_keys(b->g, "a<Enter>");
	assert_true(glass_expect(b->g, "Sign: phi failed", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1", SOON));
	glass_keys(b->g, "A");
	assert_true(glass_expect(b->g, "Audit", SOON));
	assert_true(glass_expect(b->g, "decision", SOON));
	assert_false(glass_has(b->g, "series-arrived"));
	glass_keys(b->g, "q<C-x>");
	assert_true(glass_expect(b->g, "Locked by", SOON));
	all = glass_written(b->g, &n);
	expect_no_secret("what the terminal got", all, n);
	assert_int_equal(lab_verify(&b->lab), 0);
}

static void
expect_blinded_output(struct bench *b, const char *const words[])
{
	static char out[1 << 16];

	lab_run(&b->lab, out, sizeof(out), words);
	expect_no_secret(words[2], out, strlen(out));
}

/* */
static void
no_command_for_a_blinded_account_prints_what_is_blinded(void **state)
{
	struct bench *b = *state;
	char copy[128], secret[128];
	const char *const commands[][8] = {
		{ "--user", "rosa", "show", "S-0004", NULL },
		{ "--user", "rosa", "show", "S-0004", "--json", NULL },
		{ "--user", "rosa", "worklist", NULL },
		{ "--user", "rosa", "worklist", "--json", NULL },
		{ "--user", "rosa", "worklist", "--filter", "placebo", NULL },
		{ "--user", "rosa", "marks", "S-0004", NULL },
	};
	const char *const out[] = { "--user", "rosa", "--password-file", secret, "copy", copy,
		NULL };

	blind_reviewers(b);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		expect_blinded_output(b, commands[i]);
	snprintf(copy, sizeof(copy), "%s/copy", b->lab.folder);
	snprintf(secret, sizeof(secret), "%s/secret", b->lab.folder);
	assert_int_equal(lab_run(&b->lab, NULL, 0, out), 1);
}

/* */
static void
others_see_what_is_blinded_for_reviewers_only(void **state)
{
	struct bench *b = *state;
	const char *const show[] = { "--user", "amadou", "show", "S-0004", NULL };
	char out[8192];

	blind_reviewers(b);
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), show), 0);
	assert_non_null(strstr(out, "ZQ-4711"));
	assert_non_null(strstr(out, "PLACEBO ARM"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(no_screen_of_a_blinded_session_shows_what_is_blinded),
		SCREEN_TEST(no_command_for_a_blinded_account_prints_what_is_blinded),
		SCREEN_TEST(others_see_what_is_blinded_for_reviewers_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
