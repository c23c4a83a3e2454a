/* Anchors in time, and in the places that the site has set for them. */
#include <sys/socket.h>
#include <sys/un.h>

#include "core/ledger/anchor.h"
#include "core/ledger/office.h"
#include "core/ledger/setting.h"
#include "tests/unit/ledger/ledger_make.h"

#define MINUTE INT64_C(60000000)

static int
lines_of(const char *folder, const char *name)
{
	char *text = made_read(folder, name, NULL);
	int n = 0;

	for (const char *p = text; p != NULL && *p != '\0'; p++)
		n += *p == '\n';
	free(text);
	return n;
}

static int
anchors_of(struct made *m)
{
	return lines_of(m->folder, "anchors/anchors.log");
}

static enum rc
set(struct made *m, enum setting which, const char *value, struct err *e)
{
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "asked for by the site"
	};
	enum rc rc = office_set(m->l, &o, which, value, e);

	session_close(m->l, &olga);
	return rc;
}

/* A folder of somebody else's, "copies" in it the file of anchors. */
static char *
second_place(struct made *m, char folder[64])
{
	char *path;

	made_folder(folder);
	path = made_path(folder, "copies");
	assert_ok(set(m, SETTING_ANCHOR_FILE, path, e));
	return path;
}

static enum rc
pass(struct made *m, int64_t series, struct err *e)
{
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);
	struct decision_request r =
		made_verdict(series, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	enum rc rc = decision_sign(m->l, &s, &r, &receipt, e);

	session_close(m->l, &s);
	return rc;
}

/* */
static void
one_is_due_a_quarter_of_an_hour_after_the_last_whoever_wrote_that(void **state)
{
	struct made *m = *state;
	struct made other = { .clock = m->clock };

	snprintf(other.folder, sizeof(other.folder), "%s", m->folder);
	made_open(&other);
	assert_ok(ledger_anchor(m->l, e));
	assert_false(anchor_due(m->l));
	assert_false(anchor_due(other.l));
	m->now += 14 * MINUTE;
	assert_false(anchor_due(m->l));
	assert_false(anchor_due(other.l));
	m->now += 2 * MINUTE;
	assert_true(anchor_due(m->l));
	assert_true(anchor_due(other.l));
	assert_ok(ledger_anchor(other.l, e));
	assert_false(anchor_due(m->l));
	assert_false(anchor_due(other.l));
	made_close(&other);
}

/* */
static void
a_long_command_anchors_while_it_writes(void **state)
{
	struct made *m = *state;
	int before = anchors_of(m);

	for (int i = 1; i <= 4; i++) {
		m->now += 10 * MINUTE;
		made_series(m, i, 3);
	}
	assert_true(anchors_of(m) >= before + 2);
	assert_verified(m->folder);
}

/* */
static void
each_anchor_goes_to_the_file_too_and_the_verifier_takes_it(void **state)
{
	struct made *m = *state;
	char folder[64], *path = second_place(m, folder), *copy, *own, text[8192];

	made_series(m, 1, 3);
	assert_ok(pass(m, 1, e));
	copy = made_read(folder, "copies", NULL);
	own = made_read(m->folder, "anchors/anchors.log", NULL);
	assert_non_null(strstr(own, copy)); /* its last lines, word for word */
	assert_int_equal(made_verify_with(m->folder, path, text), 0);
	free(copy);
	free(own);
	free(path);
	made_remove(folder);
}

/* Whoever may write all of the archive has the system's key too: only the copy elsewhere tells. */
/* R-05 R-06 */
static void
a_tail_cut_with_its_anchors_is_seen_by_the_copy_elsewhere(void **state)
{
	struct made *m = *state;
	char folder[64], *path = second_place(m, folder), text[8192], *db, *anchors;
	size_t db_size = 0, anchors_size = 0;

	made_close(m);
	db = made_read(m->folder, "ledger.db", &db_size);
	anchors = made_read(m->folder, "anchors/anchors.log", &anchors_size);
	made_open(m);
	made_series(m, 1, 3);
	assert_ok(pass(m, 1, e));
	made_close(m);
	made_write(m->folder, "ledger.db", db, db_size);
	made_write(m->folder, "anchors/anchors.log", anchors, anchors_size);
	assert_int_equal(made_verify(m->folder, false, text), 0);
	assert_int_equal(made_verify_with(m->folder, path, text), 1);
	assert_non_null(strstr(text, "anchor kept elsewhere"));
	made_open(m);
	free(db);
	free(anchors);
	free(path);
	made_remove(folder);
}

/* */
static void
a_system_log_with_other_lines_serves_as_a_copy(void **state)
{
	struct made *m = *state;
	char folder[64], *path = second_place(m, folder), text[8192], *copy;
	FILE *f = fopen(path, "ae");

	copy = made_read(folder, "copies", NULL);
	copy[strcspn(copy, "\n")] = '\0';
	fprintf(f, "Nov 22 10:00:01 host sshd[7]: session opened\nNov 22 10:00:02 host wetread: anchor %s\n",
		copy);
	fclose(f);
	assert_int_equal(made_verify_with(m->folder, path, text), 0);
	f = fopen(path, "we");
	fputs("Nov 22 10:00:01 host sshd[7]: session opened\n", f);
	fclose(f);
	assert_int_equal(made_verify_with(m->folder, path, text), 2);
	assert_non_null(strstr(text, "holds no anchor of this archive"));
	free(copy);
	free(path);
	made_remove(folder);
}

/* */
static void
a_place_that_fails_is_told_and_counted_until_it_works_again(void **state)
{
	struct made *m = *state;
	char folder[64], *path = second_place(m, folder), text[300];
	struct anchor_state a;

	assert_false(anchor_warning(m->l, text, sizeof(text)));
	made_remove(folder);
	assert_ok(ledger_anchor(m->l, e));
	assert_ok(ledger_anchor(m->l, e));
	assert_true(anchor_warning(m->l, text, sizeof(text)));
	assert_string_equal(text, "anchors: file: No such file or directory, 2 missed");
	made_close(m); /* it survives a restart */
	made_open(m);
	assert_true(anchor_state(m->l, ANCHOR_FILE, &a));
	assert_int_equal(a.missed, 2);
	mkdir(folder, 0755);
	assert_ok(ledger_anchor(m->l, e));
	assert_false(anchor_warning(m->l, text, sizeof(text)));
	free(path);
	made_remove(folder);
}

/* */
static void
after_so_many_missed_ones_nothing_is_signed_but_officers_act(void **state)
{
	struct made *m = *state;
	char folder[64], *path = second_place(m, folder);
	struct err why = { 0 };

	made_series(m, 1, 3);
	assert_ok(set(m, SETTING_ANCHOR_MISSED, "3", e));
	made_remove(folder);
	assert_ok(ledger_anchor(m->l, e));
	assert_ok(ledger_anchor(m->l, e));
	assert_ok(ledger_anchor(m->l, e));
	assert_int_equal(pass(m, 1, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "anchors did not reach file: nothing is signed"));
	assert_ok(set(m, SETTING_ANCHOR_FILE, "", e));
	assert_ok(pass(m, 1, e));
	assert_verified(m->folder);
	free(path);
}

/* */
static void
a_second_place_is_not_in_the_archive(void **state)
{
	struct made *m = *state;
	char *inside = made_path(m->folder, "anchors/copies");

	assert_int_equal(set(m, SETTING_ANCHOR_FILE, inside, NULL), RC_INVALID);
	assert_int_equal(set(m, SETTING_ANCHOR_FILE, "anchors", NULL), RC_INVALID);
	assert_int_equal(set(m, SETTING_ANCHOR_FILE, "/nowhere/at/all", NULL), RC_INVALID);
	assert_int_equal(set(m, SETTING_ANCHOR_URL, "file:///etc/passwd", NULL), RC_INVALID);
	assert_int_equal(set(m, SETTING_ANCHOR_URL, "https://a.example/\033[2J", NULL), RC_INVALID);
	free(inside);
}

/* */
static void
the_systems_log_gets_one_message_and_silence_is_told(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char folder[64], *path, got[600];
	struct err why = { 0 };
	ssize_t n;

	(void)state;
	made_folder(folder);
	path = made_path(folder, "log");
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	assert_int_equal(anchor_syslog(path, "a line", &why), RC_FAILED);
	assert_string_equal(why.text, "No such file or directory");
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_ok(anchor_syslog(path, "a line", e));
	n = recv(fd, got, sizeof(got) - 1, 0);
	got[n > 0 ? n : 0] = '\0';
	assert_string_equal(got, "<85>wetread: anchor a line");
	close(fd);
	free(path);
	made_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(one_is_due_a_quarter_of_an_hour_after_the_last_whoever_wrote_that),
		made_test(a_long_command_anchors_while_it_writes),
		made_test(each_anchor_goes_to_the_file_too_and_the_verifier_takes_it),
		made_test(a_tail_cut_with_its_anchors_is_seen_by_the_copy_elsewhere),
		made_test(a_system_log_with_other_lines_serves_as_a_copy),
		made_test(a_place_that_fails_is_told_and_counted_until_it_works_again),
		made_test(after_so_many_missed_ones_nothing_is_signed_but_officers_act),
		made_test(a_second_place_is_not_in_the_archive),
		made_test(the_systems_log_gets_one_message_and_silence_is_told),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
