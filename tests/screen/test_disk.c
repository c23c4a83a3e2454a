/* The workstation on a disk that fills up, and on one that cannot be written: a small file system in a mount namespace of
 * this process.  Where there are none the tests say so and do nothing. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/desk.h"

static bool has_namespace;

static void
say_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* As root at once, as anybody else by way of a user namespace. */
static bool
enter_namespace(void)
{
	uid_t user = getuid();
	gid_t group = getgid();
	char map[40];

	if (unshare(CLONE_NEWNS) != 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
			return false;
		say_to("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "0 %u 1", user);
		say_to("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "0 %u 1", group);
		say_to("/proc/self/gid_map", map);
	}
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static void
copy_folder(const char *from, const char *to)
{
	char inside[140];
	int status;
	pid_t pid = fork();

	snprintf(inside, sizeof(inside), "%s/.", from);
	if (pid == 0) {
		execlp("cp", "cp", "-a", inside, to, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The archive on a file system of its own. */
static int
disk_setup(void **state)
{
	struct bench *b;
	char from[128];

	setup(state);
	b = *state;
	if (!has_namespace)
		return 0;
	snprintf(from, sizeof(from), "%s.aside", b->lab.archive);
	assert_int_equal(rename(b->lab.archive, from), 0);
	assert_int_equal(mkdir(b->lab.archive, 0755), 0);
	assert_int_equal(mount("disk", b->lab.archive, "tmpfs", 0, "size=32m"), 0);
	copy_folder(from, b->lab.archive);
	return 0;
}

static int
disk_teardown(void **state)
{
	struct bench *b = *state;

	glass_free(b->g);
	b->g = NULL;
	if (has_namespace)
		umount2(b->lab.archive, MNT_DETACH);
	return teardown(state);
}

#define disk_test(name) cmocka_unit_test_setup_teardown(name, disk_setup, disk_teardown)

static bool
cannot_be_tried(void)
{
	if (!has_namespace)
		printf("# no mount namespaces here: not tried\n");
	return !has_namespace;
}

static void
fill_disk(struct bench *b, char path[160])
{
	static const char block[4096];
	int fd;

	snprintf(path, 160, "%s/filler", b->lab.archive);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	while (write(fd, block, sizeof(block)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

/* R-01 R-08 */
static void
a_disk_that_is_full_signs_nothing_says_so_and_signs_once_there_is_room(void **state)
{
	struct bench *b = *state;
	char filler[160];

	if (cannot_be_tried())
		return;
	view_first(b);
	fill_disk(b, filler);
	glass_keys(b->g, "r");
	assert_true(glass_expect(b->g, "Why does phi fail?", SOON));
	glass_keys(b->g, "a<Enter>rosa<Enter>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "the disk is full", SOON));
	assert_int_equal(remove(filler), 0);
	assert_int_equal(lab_verify(&b->lab), 0);
	glass_keys(b->g, LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "signed #1: phi failed", SOON));
	assert_int_equal(lab_verify(&b->lab), 0);
}

/* R-01 R-08 */
static void
an_archive_that_cannot_be_written_is_read_only_and_says_so(void **state)
{
	struct bench *b = *state;

	if (cannot_be_tried())
		return;
	assert_int_equal(mount(NULL, b->lab.archive, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	start(b, GLASS_SIXEL, 120, 40);
	assert_true(glass_expect(
		b->g, "read only: the archive cannot be written (Read-only file system)", SOON));
	assert_true(glass_expect(b->g, "nobody can log in until it can be written", SOON));
	glass_keys(b->g, "rosa<Enter>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "rosa", SOON));
	assert_false(glass_has(b->g, "CHEST ALPHA"));
	glass_free(b->g);
	b->g = NULL;
	assert_int_equal(lab_verify(&b->lab), 0);
	assert_int_equal(mount(NULL, b->lab.archive, NULL, MS_REMOUNT, NULL), 0);
	see_worklist(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		disk_test(a_disk_that_is_full_signs_nothing_says_so_and_signs_once_there_is_room),
		disk_test(an_archive_that_cannot_be_written_is_read_only_and_says_so),
	};

	has_namespace = enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
