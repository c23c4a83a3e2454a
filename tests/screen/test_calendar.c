/* The calendar: subjects by visits, what is found of them below, one study after the other. */
#include "tests/support/desk.h"

/* L02-0001 and -0002 came at BL, L02-0003 only at V2; all on 2026-01-05. */
static const char trial[] =
	"{\"wetread_study\": 1, \"id\": \"A-1\", \"version\": 1, \"title\": \"t\","
	" \"mapping\": {\"rules\": [{\"id\": \"p\", \"attribute\": \"patient_id\", \"matches\":"
	" \"^(L([0-9]{2})-[0-9]+)$\", \"gives\": [\"subject\", \"site\"]}]},"
	" \"visits\": [{\"id\": \"BL\", \"title\": \"t\", \"series\": [{\"id\": \"ct\", "
	"\"modality\":"
	" \"CT\"}]}, {\"id\": \"V2\", \"title\": \"t\", \"after\": \"BL\", \"day\": 28, \"early\": "
	"3,"
	" \"late\": 3, \"series\": [{\"id\": \"ct\", \"modality\": \"CT\"}]}]}";
static const char other[] =
	"{\"wetread_study\": 1, \"id\": \"B-2\", \"version\": 1, \"title\": \"t\","
	" \"visits\": [{\"id\": \"BL\", \"title\": \"t\"}]}";

static void
apply(struct bench *b, const char *text)
{
	char secret[128], path[128];
	const char *const words[] = { "--user", "officer", "--password-file", secret, "study",
		"apply", path, "--reason", "protocol", NULL };
	FILE *f;

	snprintf(secret, sizeof(secret), "%s/secret", b->lab.folder);
	snprintf(path, sizeof(path), "%s/study.json", b->lab.folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(lab_run(&b->lab, NULL, 0, words), 0);
}

static void
see_calendar(struct bench *b)
{
	start(b, GLASS_PLAIN, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
	glass_keys(b->g, "K");
	assert_true(glass_expect(b->g, "Calendar", SOON));
}

/* the day that a visit came, or in parentheses the one it is planned for, with a sign for how it stands */
static void
each_visit_stands_with_its_day_and_its_sign(void **state)
{
	struct bench *b = *state;

	apply(b, trial);
	see_calendar(b);
	assert_true(glass_expect(b->g, "A-1 · 3 subjects · study 1 of 1", SOON));
	assert_true(glass_expect(
		b->g, "▸02     L02-0001         + 2026-01-05 1/1        ! (2026-02-02) 0/1", SOON));
	assert_true(glass_expect(
		b->g, "L02-0003         · (-) 0/1               ? 2026-01-05 1/1", SOON));
	assert_true(glass_expect(b->g, "! overdue", SOON));
	assert_true(glass_absent(b->g, "nothing came", SOON));
}

static void
enter_shows_what_is_found_of_the_subject(void **state)
{
	struct bench *b = *state;

	apply(b, trial);
	see_calendar(b);
	assert_true(glass_expect(b->g, "study 1 of 1", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "L02-0001, site 02", SOON));
	assert_true(glass_expect(
		b->g, "V2  overdue, planned for 2026-02-02, window 2026-01-30 to 2026-02-05, 0 of 1 series",
		SOON));
	assert_true(glass_expect(b->g, "overdue: nothing came", SOON));
	glass_keys(b->g, "G");
	assert_true(glass_expect(b->g, "L02-0003, site 02", SOON));
	assert_true(glass_expect(b->g, "no-start: no dated exam of visit BL to count from", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_absent(b->g, "no-start", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
}

static void
tab_goes_through_the_studies(void **state)
{
	struct bench *b = *state;

	apply(b, trial);
	apply(b, other);
	see_calendar(b);
	assert_true(glass_expect(b->g, "A-1 · 3 subjects · study 1 of 2", SOON));
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "B-2 · 0 subjects · study 2 of 2", SOON));
	assert_true(glass_expect(b->g, "Nothing of this study has come yet", SOON));
	glass_keys(b->g, "<Tab>");
	assert_true(glass_expect(b->g, "study 1 of 2", SOON));
	assert_true(glass_expect(b->g, "L02-0002", SOON));
}

static void
without_a_study_it_says_so(void **state)
{
	struct bench *b = *state;

	see_calendar(b);
	assert_true(glass_expect(b->g, "No study was applied", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "the list is empty", SOON));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(each_visit_stands_with_its_day_and_its_sign),
		SCREEN_TEST(enter_shows_what_is_found_of_the_subject),
		SCREEN_TEST(tab_goes_through_the_studies),
		SCREEN_TEST(without_a_study_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
