/* Locking, coming back, and how a session ends, on a pty. */
#include <sys/stat.h>
#include <time.h>

#include "tests/support/desk.h"

static void
history(struct bench *b, const char *action, char *out, size_t size)
{
	const char *const words[] = { "history", "--action", action, NULL };

	assert_int_equal(lab_run(&b->lab, out, size, words), 0);
}

/* The signing dialog for a failed phi of the series that is open. */
static void
begin_to_fail(struct bench *b)
{
	glass_keys(b->g, "r");
	assert_true(glass_expect(b->g, "Why does phi fail?", SOON));
	glass_keys(b->g, "a<Enter>");
	assert_true(glass_expect(b->g, "Sign: phi failed", SOON));
}

static void
lock_and_come_back(struct bench *b)
{
	glass_keys(b->g, "<C-x>");
	assert_true(glass_expect(b->g, "Locked by", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "Viewer", SOON));
}

/* R-16 R-17 */
static void
the_first_signature_after_the_lock_asks_for_the_id_again(void **state)
{
	struct bench *b = *state;
	char out[8192];

	view_first(b);
	begin_to_fail(b);
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1: phi failed", SOON));
	assert_true(glass_expect(b->g, "slice 1/4", SOON));
	begin_to_fail(b);
	assert_true(glass_expect(b->g, "Password", SOON));
	assert_false(glass_has(b->g, "User "));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_absent(b->g, "Sign: phi failed", SOON));
	lock_and_come_back(b);
	assert_true(glass_expect(b->g, "slice 1/4", SOON));
	begin_to_fail(b);
	assert_true(glass_expect(b->g, "User ", SOON));
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #2: phi failed", SOON));
	history(b, "session-locked", out, sizeof(out));
	assert_non_null(strstr(out, "session-locked"));
	assert_non_null(strstr(out, "rosa"));
	history(b, "session-unlocked", out, sizeof(out));
	assert_non_null(strstr(out, "session-unlocked"));
	assert_int_equal(lab_verify(&b->lab), 0);
}

static void
end_by_a_lost_line(struct bench *b)
{
	char out[8192];

	glass_signal(b->g, SIGHUP);
	assert_true(glass_wait(b->g, SOON) >= 0);
	history(b, "logout", out, sizeof(out));
	assert_non_null(strstr(out, "logout"));
	assert_int_equal(lab_verify(&b->lab), 0);
}

/* */
static void
a_lost_line_ends_the_session_with_an_event(void **state)
{
	struct bench *b = *state;
	const char *const logouts[] = { "history", "--action", "logout", "--by", "rosa", NULL };
	char out[8192];

	see_worklist(b);
	end_by_a_lost_line(b);
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), logouts), 0);
	assert_non_null(strstr(out, "logout"));
}

/* */
static void
a_lost_line_ends_a_locked_session_too(void **state)
{
	struct bench *b = *state;

	see_worklist(b);
	glass_keys(b->g, "<C-x>");
	assert_true(glass_expect(b->g, "Locked by", SOON));
	end_by_a_lost_line(b);
}

/* Environment and options know no way round the lock. */
/* R-08 R-16 */
static void
no_environment_changes_the_limits(void **state)
{
	struct bench *b = *state;
	static const char *const names[] = { "WETREAD_IDLE", "WETREAD_IDLE_MINUTES", "TMOUT",
		"WETREAD_NO_AUDIT", "WETREAD_AUDIT", "WETREAD_SESSION_HOURS" };
	const char *const settings[] = { "setting", NULL };
	char with[4096], without[4096];

	assert_int_equal(lab_run(&b->lab, without, sizeof(without), settings), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		setenv(names[i], "0", 1);
	assert_int_equal(lab_run(&b->lab, with, sizeof(with), settings), 0);
	see_worklist(b);
	glass_keys(b->g, "<C-x>");
	assert_true(glass_expect(b->g, "Locked by", SOON));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	assert_string_equal(with, without);
	end_by_a_lost_line(b);
}

/* R-02 R-25 */
static void
the_key_of_the_ssh_session_is_in_the_record(void **state)
{
	struct bench *b = *state;
	char path[128], out[8192];
	const char *const words[] = { "history", "--action", "login", "--json", NULL };
	FILE *f;

	snprintf(path, sizeof(path), "%s/auth", b->lab.folder);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs("publickey ssh-ed25519 "
	      "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n",
		f);
	fclose(f);
	setenv("SSH_USER_AUTH", path, 1);
	setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22", 1);
	see_worklist(b);
	unsetenv("SSH_USER_AUTH");
	unsetenv("SSH_CONNECTION");
	assert_int_equal(lab_run(&b->lab, out, sizeof(out), words), 0);
	/* as ssh-keygen -l shows it */
	assert_non_null(strstr(
		out, "192.0.2.7 SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA /dev/pts/"));
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A command of another process, with a password that is read from a file. */
static int
command(struct bench *b, const char *user, const char *password, const char *const words[])
{
	char secret[128];
	const char *all[24] = { "--user", user, "--password-file", secret };
	int n = 4;
	FILE *f;

	snprintf(secret, sizeof(secret), "%s/typed", b->lab.folder);
	f = fopen(secret, "we");
	assert_non_null(f);
	fchmod(fileno(f), 0600);
	fprintf(f, "%s\n", password);
	fclose(f);
	while (*words != NULL)
		all[n++] = *words++;
	return lab_run(&b->lab, NULL, 0, all);
}

static void
officer_at_work(struct bench *b)
{
	start(b, GLASS_SIXEL, 120, 40);
	assert_true(glass_expect(b->g, "Password", SOON));
	glass_keys(b->g, "officer<Enter>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "Last login", SOON));
}

/* */
static void
an_officer_at_work_is_told_of_an_account_that_others_locked(void **state)
{
	struct bench *b = *state;
	const char *const decide[] = { "decide", "S-0001", "--step", "quality", "--verdict", "pass",
		NULL };
	int64_t began;

	officer_at_work(b);
	for (int i = 0; i < 5; i++)
		assert_int_equal(command(b, "rosa", "not the password", decide), 1);
	began = now_ms();
	assert_true(glass_expect(b->g, "1 account locked: rosa", SOON));
	printf("# an officer saw the lock %lld ms after it (R-15: under 5000)\n",
		(long long)(now_ms() - began));
	assert_int_equal(lab_verify(&b->lab), 0);
}

/* */
static void
an_open_session_of_a_disabled_account_ends(void **state)
{
	struct bench *b = *state;
	const char *const disable[] = { "user", "disable", "rosa", "--reason", "card was lost",
		NULL };
	int64_t began;

	see_worklist(b);
	assert_int_equal(command(b, "officer", LAB_PASSWORD, disable), 0);
	began = now_ms();
	assert_true(glass_expect(b->g, "Login", SOON)); /* without a key */
	printf("# the session ended %lld ms after the account was disabled (R-26: within 5000)\n",
		(long long)(now_ms() - began));
	assert_true(glass_expect(b->g, "the account is disabled", SOON));
	assert_false(glass_has(b->g, "CHEST"));
	assert_int_equal(lab_verify(&b->lab), 0);
}

/* */
static void
a_place_that_takes_no_anchors_is_told_on_the_screen_and_stops_signing(void **state)
{
	struct bench *b = *state;
	char folder[128], file[160];
	const char *const to[] = { "setting", "anchor-file", file, "--reason", "as the site asks",
		NULL };
	const char *const most[] = { "setting", "anchor-missed", "1", "--reason",
		"as the site asks", NULL };

	snprintf(folder, sizeof(folder), "%s/elsewhere", b->lab.folder);
	snprintf(file, sizeof(file), "%s/anchors", folder);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(command(b, "officer", LAB_PASSWORD, to), 0);
	assert_int_equal(remove(file), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(command(b, "officer", LAB_PASSWORD, most), 0);
	see_worklist(b); /* a key takes the word away until the next minute */
	assert_true(glass_expect(b->g, "anchors: file: No such file or directory", SOON));
	open_first(b);
	begin_to_fail(b);
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "nothing is signed until one does", SOON));
	glass_keys(b->g, "<Esc>");
	assert_int_equal(mkdir(folder, 0755), 0);
	end_by_a_lost_line(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(the_first_signature_after_the_lock_asks_for_the_id_again),
		SCREEN_TEST(a_lost_line_ends_the_session_with_an_event),
		SCREEN_TEST(a_lost_line_ends_a_locked_session_too),
		SCREEN_TEST(no_environment_changes_the_limits),
		SCREEN_TEST(the_key_of_the_ssh_session_is_in_the_record),
		SCREEN_TEST(an_officer_at_work_is_told_of_an_account_that_others_locked),
		SCREEN_TEST(an_open_session_of_a_disabled_account_ends),
		SCREEN_TEST(a_place_that_takes_no_anchors_is_told_on_the_screen_and_stops_signing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
