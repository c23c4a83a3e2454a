/* The archive's own bytes. */
#include <dirent.h>
#include <sys/mman.h>
#include <utime.h>

#include "core/archive/store.h"
#include "tests/unit/ledger/ledger_make.h"

struct shelf {
	char folder[64];
	struct store *s;
};

static int
shelf_setup(void **state)
{
	struct shelf *f = mem_zero(1, sizeof(*f));

	made_folder(f->folder);
	assert_ok(store_open(&f->s, f->folder, 1, e));
	*state = f;
	return 0;
}

static int
shelf_teardown(void **state)
{
	struct shelf *f = *state;

	store_close(f->s);
	made_remove(f->folder);
	free(f);
	return 0;
}

static int
source(const char *text)
{
	int fd = memfd_create("source", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void
keep(struct shelf *f, const char *text, char digest[DIGEST_HEX])
{
	struct store_draft d;
	int fd = source(text);

	assert_ok(store_draft(f->s, fd, 1 << 20, &d, e));
	strcpy(digest, d.digest);
	assert_ok(store_keep(f->s, &d, e));
	close(fd);
}

static void
object_path(const char *digest, char name[90])
{
	snprintf(name, 90, "objects/%.2s/%.62s", digest, digest + 2);
}

static size_t
drafts_left(struct shelf *f)
{
	char *path = made_path(f->folder, "objects/tmp");
	DIR *d = opendir(path);
	size_t n = 0;

	assert_non_null(d);
	for (struct dirent *entry; (entry = readdir(d)) != NULL;)
		n += entry->d_name[0] != '.';
	closedir(d);
	free(path);
	return n;
}

static void
what_is_kept_comes_back_byte_for_byte(void **state)
{
	struct shelf *f = *state;
	char digest[DIGEST_HEX], want[DIGEST_HEX], text[16] = "";
	int fd;

	keep(f, "pixel data", digest);
	made_digest("pixel data", want);
	assert_string_equal(digest, want);
	assert_ok(store_sync(f->s, e));
	assert_ok(store_get(f->s, digest, 1, &fd, e));
	assert_int_equal(read(fd, text, sizeof(text)), 10);
	assert_string_equal(text, "pixel data");
	close(fd);
}

static void
a_flipped_byte_is_corrupt(void **state)
{
	struct shelf *f = *state;
	char digest[DIGEST_HEX], name[90];
	struct err why = { 0 };
	int fd;

	keep(f, "pixel data", digest);
	object_path(digest, name);
	made_write(f->folder, name, "pixel dbta", 10);
	assert_int_equal(store_get(f->s, digest, 1, &fd, &why), RC_CORRUPT);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(why.text, "not what was stored"));
}

static void
the_same_bytes_twice_are_one_object(void **state)
{
	struct shelf *f = *state;
	char first[DIGEST_HEX], second[DIGEST_HEX];
	int fd;

	keep(f, "twice", first);
	keep(f, "twice", second);
	assert_string_equal(first, second);
	assert_ok(store_get(f->s, first, 1, &fd, e));
	close(fd);
	assert_int_equal(drafts_left(f), 0);
}

static void
a_half_written_object_is_written_again(void **state)
{
	struct shelf *f = *state;
	char digest[DIGEST_HEX], name[90];
	int fd;

	keep(f, "the whole file", digest);
	object_path(digest, name);
	made_write(f->folder, name, "the wh", 6);
	keep(f, "the whole file", digest);
	assert_ok(store_get(f->s, digest, 1, &fd, e));
	close(fd);
}

static void
what_is_not_there_or_no_digest_is_told(void **state)
{
	static const char *const bad[] = { "", "abc", "../../../etc/passwd",
		"ABCDEF0000000000000000000000000000000000000000000000000000000000" };
	struct shelf *f = *state;
	char digest[DIGEST_HEX];
	int fd;

	made_digest("never stored", digest);
	assert_int_equal(store_get(f->s, digest, 1, &fd, NULL), RC_NOT_FOUND);
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_int_equal(store_get(f->s, bad[i], 0, &fd, NULL), RC_INVALID);
}

static void
an_object_that_is_a_link_is_not_followed(void **state)
{
	struct shelf *f = *state;
	char digest[DIGEST_HEX], name[90];
	char *path;
	int fd;

	keep(f, "target", digest);
	object_path(digest, name);
	path = made_path(f->folder, name);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_not_equal(store_get(f->s, digest, 0, &fd, NULL), RC_OK);
	free(path);
}

static void
a_file_over_the_limit_leaves_nothing(void **state)
{
	struct shelf *f = *state;
	struct store_draft d;
	int fd = source("eleven char");

	assert_int_equal(store_draft(f->s, fd, 10, &d, NULL), RC_LIMIT);
	assert_int_equal(d.fd, -1);
	assert_int_equal(drafts_left(f), 0);
	close(fd);
}

static void
old_drafts_are_swept_and_new_ones_stay(void **state)
{
	struct shelf *f = *state;
	char *old = made_path(f->folder, "objects/tmp/old"),
	     *fresh = made_path(f->folder, "objects/tmp/fresh");

	made_write(f->folder, "objects/tmp/old", "x", 1);
	made_write(f->folder, "objects/tmp/fresh", "x", 1);
	assert_int_equal(utime(old, &(struct utimbuf){ 1000000, 1000000 }), 0);
	store_sweep(f->s);
	assert_int_not_equal(access(old, F_OK), 0);
	assert_int_equal(access(fresh, F_OK), 0);
	free(old);
	free(fresh);
}

#define shelf_test(f) cmocka_unit_test_setup_teardown(f, shelf_setup, shelf_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		shelf_test(what_is_kept_comes_back_byte_for_byte),
		shelf_test(a_flipped_byte_is_corrupt),
		shelf_test(the_same_bytes_twice_are_one_object),
		shelf_test(a_half_written_object_is_written_again),
		shelf_test(what_is_not_there_or_no_digest_is_told),
		shelf_test(an_object_that_is_a_link_is_not_followed),
		shelf_test(a_file_over_the_limit_leaves_nothing),
		shelf_test(old_drafts_are_swept_and_new_ones_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
