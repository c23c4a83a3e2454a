/* What opens a source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/secret.h"

struct place {
	char folder[64], path[96];
};

static int
setup(void **state)
{
	struct place *p = mem_zero(1, sizeof(*p));

	snprintf(p->folder, sizeof(p->folder), "/tmp/wetread-secret-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/secret", p->folder);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	unlink(p->path);
	rmdir(p->folder);
	free(p);
	return 0;
}

static void
put(const struct place *p, const char *text, mode_t mode)
{
	FILE *f = fopen(p->path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(p->path, mode), 0);
}

static void
what_is_written_is_read_again(void **state)
{
	struct place *p = *state;
	struct secret s = { .user = "reviewer",
		.password = "two words # and\ttabs ",
		.ca = "/ca.pem" },
		      t;
	struct stat st;

	assert_int_equal(secret_write(&s, p->path, NULL), RC_OK);
	assert_int_equal(secret_write(&s, p->path, NULL), RC_OK);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(secret_read(&t, p->path, NULL), RC_OK);
	assert_memory_equal(&s, &t, sizeof(s));
	secret_forget(&t);
	assert_string_equal(t.password, "");
	assert_int_equal(rmdir(p->folder), -1); /* and nothing else is there once it is gone */
	unlink(p->path);
	assert_int_equal(rmdir(p->folder), 0);
	assert_int_equal(mkdir(p->folder, 0700), 0);
}

static void
comments_and_blanks_are_allowed(void **state)
{
	struct secret s;

	put(*state, "# of the archive\n\nuser  a b\r\ntoken\tabc\nkey-password x", 0600);
	assert_int_equal(secret_read(&s, ((struct place *)*state)->path, NULL), RC_OK);
	assert_string_equal(s.user, "a b");
	assert_string_equal(s.token, "abc");
	assert_string_equal(s.key_password, "x");
}

static void
who_could_read_it_is_told(void **state)
{
	struct place *p = *state;
	static const mode_t modes[] = { 0644, 0640, 0604, 0620 };

	for (size_t i = 0; i < MEM_COUNT(modes); i++) {
		struct secret s;
		struct err e = { 0 };

		put(p, "user a\n", modes[i]);
		assert_int_equal(secret_read(&s, p->path, &e), RC_DENIED);
		assert_non_null(strstr(e.text, "0600"));
		assert_string_equal(s.user, "");
	}
	unlink(p->path);
	assert_int_equal(secret_read(&(struct secret){ 0 }, p->path, NULL), RC_NOT_FOUND);
	assert_int_equal(secret_read(&(struct secret){ 0 }, p->folder, NULL), RC_DENIED);
}

static void
a_wrong_line_is_told_by_its_number_alone(void **state)
{
	static const char *const texts[] = { "user a\nhunter2\n", "user a\npasswort hunter2\n" };
	struct place *p = *state;
	char text[3000];

	for (size_t i = 0; i < MEM_COUNT(texts); i++) {
		struct secret s;
		struct err e = { 0 };

		put(p, texts[i], 0600);
		assert_int_equal(secret_read(&s, p->path, &e), RC_INVALID);
		assert_non_null(strstr(e.text, "line 2"));
		assert_null(strstr(e.text, "hunter2"));
		assert_string_equal(s.user, "");
	}
	snprintf(text, sizeof(text), "password %0300d\n", 1);
	put(p, text, 0600);
	assert_int_equal(secret_read(&(struct secret){ 0 }, p->path, NULL), RC_INVALID);
}

static void
a_value_of_two_lines_is_not_written(void **state)
{
	struct place *p = *state;
	struct secret s = { .user = "a\npassword b" };

	assert_int_equal(secret_write(&s, p->path, NULL), RC_INVALID);
	assert_int_equal(access(p->path, F_OK), -1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_read_again, setup, teardown),
		cmocka_unit_test_setup_teardown(comments_and_blanks_are_allowed, setup, teardown),
		cmocka_unit_test_setup_teardown(who_could_read_it_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_wrong_line_is_told_by_its_number_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_value_of_two_lines_is_not_written, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
