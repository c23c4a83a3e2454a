/* Which passwords are taken. */
#include "core/ledger/password.h"
#include "tests/unit/ledger/ledger_make.h"

static void
assert_refused(const char *password, const char *why)
{
	struct err e = { 0 };

	if (password_check(password, "rosa", "Rosa Meier", &e) != RC_INVALID)
		fail_msg("taken: %s", password);
	if (strstr(e.text, why) == NULL)
		fail_msg("%s: %s", password, e.text);
	assert_null(strstr(e.text, password));
}

static void
phrases_of_any_script_are_taken(void **state)
{
	static const char *const good[] = { "correct horse battery", "reviewers look twice",
		"quarantine-demo", "ein Känguru im Büro", "正しい馬電池ホッチキス 一二三",
		"xK9#mQ2$vL7!", "the 1234 best walkers", "ra sits on a tin roof" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(good); i++)
		assert_ok(password_check(good[i], "rosa", "Rosa Meier", e));
	assert_ok(password_check("twelve letters", "e", "N", e));
}

/* */
static void
common_ones_are_refused_in_any_case_and_with_a_tail(void **state)
{
	static const char *const bad[] = { "passwordpassword", "PasswordPassword", "Password123456",
		"passwordpassword1!", "letmeinplease", "WelcomeWelcome99",
		"correcthorsebatterystaple", "Iloveyouforever!!!" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_refused(bad[i], "everybody tries first");
	assert_ok(password_check("passwordpassword and a cat", "rosa", "Rosa Meier", e));
}

static void
the_persons_own_id_and_name_are_refused_inside(void **state)
{
	static const char *const bad[] = { "my name is ROSA", "this is rosa meier",
		"xxRosaMeier2026", "prosaic thoughts" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_refused(bad[i], "user id or the name");
	assert_ok(password_check("meier sells apples", "rosa", "Rosa Meier", e));
	assert_int_equal(password_check("old rosa meier 1", "r", "Rosa Meier", NULL), RC_INVALID);
}

static void
walks_over_the_keyboard_are_refused(void **state)
{
	static const char *const bad[] = { "123456789012", "098765432109", "abcdefghijklmnop",
		"qwertyuiop[]asdf", "QWERTYUIOP{}", "lkjhgfdsapoiuytr", "1qaz2wsx3edc4r",
		"x1234y5678z", "mnbvcxz;lkjhgf", "asdfqwerzxcv12" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		if (password_check(bad[i], "rosa", "Rosa Meier", NULL) != RC_INVALID)
			fail_msg("taken: %s", bad[i]);
	assert_refused("klmnopqrstuvwxyz", "walk over the keyboard");
}

static void
few_different_characters_are_refused(void **state)
{
	(void)state;
	assert_refused("zzzzzzzzzzzz", "4 different characters");
	assert_refused("xyxyxyxyxyxyxyxy", "4 different characters");
	assert_refused("ääääääääääää", "4 different characters");
	assert_refused("foo foo foo foo", "4 different characters");
	assert_refused("u u u u u xx uu", "4 different characters");
}

/* The same word typed on two machines must be the same bytes: only the composed form is taken (NFC). */
static void
letters_with_an_accent_apart_are_refused(void **state)
{
	(void)state;
	assert_ok(password_check("caf\xc3\xa9 au lait noir", "rosa", "Rosa Meier", e));
	assert_refused("cafe\xcc\x81 au lait noir", "accents of their own");
	assert_refused(
		"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab twelve letters", "accents of their own");
	assert_refused("\xe3\x81\x8b\xe3\x82\x99 twelve letters", "accents of their own");
	assert_refused("\xe2\x84\xab twelve letters", "accents of their own");
}

static void
every_common_one_is_long_enough_to_matter(void **state)
{
	static const char *const all[] = {
#define P(text) text,
#include "core/ledger/password.def"
#undef P
	};

	(void)state;
	assert_true(MEM_COUNT(all) >= 300);
	for (size_t i = 0; i < MEM_COUNT(all); i++) {
		assert_ok(key_password_check(all[i], e));
		assert_int_equal(password_check(all[i], "rosa", "Rosa Meier", NULL), RC_INVALID);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phrases_of_any_script_are_taken),
		cmocka_unit_test(common_ones_are_refused_in_any_case_and_with_a_tail),
		cmocka_unit_test(the_persons_own_id_and_name_are_refused_inside),
		cmocka_unit_test(walks_over_the_keyboard_are_refused),
		cmocka_unit_test(few_different_characters_are_refused),
		cmocka_unit_test(letters_with_an_accent_apart_are_refused),
		cmocka_unit_test(every_common_one_is_long_enough_to_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
