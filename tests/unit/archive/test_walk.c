/* The files below a path. */
#include "core/archive/walk.h"
#include "tests/unit/ledger/ledger_make.h"

struct trip {
	char folder[64];
	struct walk_list list;
	char refused[1000]; /* "name reason;" */
};

static int
trip_setup(void **state)
{
	struct trip *t = mem_zero(1, sizeof(*t));

	made_folder(t->folder);
	*state = t;
	return 0;
}

static int
trip_teardown(void **state)
{
	struct trip *t = *state;

	walk_free(&t->list);
	made_remove(t->folder);
	free(t);
	return 0;
}

static void
refused(void *ctx, const char *path, const char *reason)
{
	struct trip *t = ctx;
	size_t used = strlen(t->refused);

	snprintf(t->refused + used, sizeof(t->refused) - used, "%s: %s;", strrchr(path, '/') + 1,
		reason);
}

static void
folder(struct trip *t, const char *name)
{
	char *path = made_path(t->folder, name);

	assert_int_equal(mkdir(path, 0755), 0);
	free(path);
}

static void
file(struct trip *t, const char *name)
{
	made_write(t->folder, name, "x", 1);
}

static void
link_to(struct trip *t, const char *name, const char *target)
{
	char *path = made_path(t->folder, name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
}

/* Walk below `start` of the folder; the files found, relative to the folder and joined. */
static void
found(struct trip *t, const char *start, char *to, size_t size)
{
	char *path = made_path(t->folder, start);
	size_t used = 0;

	walk(&t->list, *start != '\0' ? path : t->folder, refused, t);
	to[0] = '\0';
	for (size_t i = 0; i < t->list.n; i++)
		used += (size_t)snprintf(
			to + used, size - used, "%s ", t->list.path[i] + strlen(t->folder) + 1);
	free(path);
}

static void
files_come_sorted_within_each_folder(void **state)
{
	struct trip *t = *state;
	char all[200];

	folder(t, "b");
	file(t, "b/10");
	file(t, "b/9");
	file(t, "a");
	file(t, "c");
	found(t, "", all, sizeof(all));
	assert_string_equal(all, "a b/9 b/10 c ");
	assert_string_equal(t->refused, "");
}

static void
a_single_file_is_itself(void **state)
{
	struct trip *t = *state;
	char all[200];

	file(t, "one.dcm");
	found(t, "one.dcm", all, sizeof(all));
	assert_string_equal(all, "one.dcm ");
}

static void
a_link_to_a_file_inside_is_followed(void **state)
{
	struct trip *t = *state;
	char all[200];

	folder(t, "d");
	file(t, "d/real");
	link_to(t, "alias", "d/real");
	found(t, "", all, sizeof(all));
	assert_string_equal(all, "alias d/real ");
}

static void
a_link_out_of_the_tree_is_refused(void **state)
{
	struct trip *t = *state;
	char all[200];

	folder(t, "in");
	folder(t, "in-side");
	file(t, "in-side/secret");
	link_to(t, "in/sly", "../in-side/secret");
	link_to(t, "in/passwd", "/etc/passwd");
	found(t, "in", all, sizeof(all));
	assert_string_equal(all, "");
	assert_non_null(strstr(t->refused, "sly: a link out of"));
	assert_non_null(strstr(t->refused, "passwd: a link out of"));
}

static void
a_loop_of_links_ends(void **state)
{
	struct trip *t = *state;
	char all[200];

	folder(t, "d");
	file(t, "d/f");
	link_to(t, "d/up", "..");
	link_to(t, "self", "self");
	found(t, "", all, sizeof(all));
	assert_string_equal(all, "d/f ");
	assert_non_null(strstr(t->refused, "up: a link to a folder"));
	assert_non_null(strstr(t->refused, "self: a link that leads nowhere"));
}

static void
a_fifo_is_refused_and_not_opened(void **state)
{
	struct trip *t = *state;
	char *path = made_path(t->folder, "pipe"), all[200];

	assert_int_equal(mkfifo(path, 0600), 0);
	link_to(t, "topipe", "pipe");
	found(t, "", all, sizeof(all));
	assert_string_equal(all, "");
	assert_non_null(strstr(t->refused, "pipe: not a regular file"));
	free(path);
}

static void
a_folder_that_cannot_be_read_is_told(void **state)
{
	struct trip *t = *state;
	char *path = made_path(t->folder, "shut"), all[200];
	bool root = geteuid() == 0; /* reads everything: be nobody meanwhile */

	folder(t, "shut");
	assert_int_equal(chmod(path, 0) | chmod(t->folder, 0755), 0);
	assert_int_equal(root ? seteuid(65534) : 0, 0);
	found(t, "", all, sizeof(all));
	assert_int_equal(root ? seteuid(0) : 0, 0);
	assert_int_equal(chmod(path, 0700), 0);
	assert_non_null(strstr(t->refused, "shut: Permission denied"));
	free(path);
}

static void
a_path_that_is_not_there_is_told(void **state)
{
	struct trip *t = *state;
	char all[200];

	found(t, "nowhere", all, sizeof(all));
	assert_string_equal(all, "");
	assert_string_equal(t->refused, "nowhere: No such file or directory;");
}

static void
folders_nested_without_end_are_told(void **state)
{
	struct trip *t = *state;
	char name[300] = "d", all[200];

	for (int i = 0; i < 70; i++) {
		folder(t, name);
		strcat(name, "/d");
	}
	found(t, "", all, sizeof(all));
	assert_non_null(strstr(t->refused, "nested too deep"));
}

#define trip_test(f) cmocka_unit_test_setup_teardown(f, trip_setup, trip_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		trip_test(files_come_sorted_within_each_folder),
		trip_test(a_single_file_is_itself),
		trip_test(a_link_to_a_file_inside_is_followed),
		trip_test(a_link_out_of_the_tree_is_refused),
		trip_test(a_loop_of_links_ends),
		trip_test(a_fifo_is_refused_and_not_opened),
		trip_test(a_folder_that_cannot_be_read_is_told),
		trip_test(a_path_that_is_not_there_is_told),
		trip_test(folders_nested_without_end_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
