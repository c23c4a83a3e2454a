/* Names of people stay in the archive and on the glass: files beside it, processes, titles, crashes. */
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/desk.h"

static const char *const seeded[] = { "ZQ-4711", "QUORVEX", "HIDDEN ARM" };

static const struct lab_series series = { .modality = "CT",
	.description = "HIDDEN ARM",
	.subject = "QUORVEX^ZQ-4711",
	.visit = "BL",
	.slices = 3,
	.burned_in = "YES",
	.number = 48 };

static bool
holds_seeded(const char *bytes, size_t n)
{
	for (size_t i = 0; i < sizeof(seeded) / sizeof(seeded[0]); i++)
		if (memmem(bytes, n, seeded[i], strlen(seeded[i])) != NULL)
			return true;
	return false;
}

static size_t
read_all(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 0;

	while (fd >= 0 && n < size && (got = read(fd, to + n, size - n)) > 0)
		n += (size_t)got;
	if (fd >= 0)
		close(fd);
	return n;
}

static int
check_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	static char bytes[1 << 22];

	(void)st, (void)at;
	if (type == FTW_F && holds_seeded(bytes, read_all(path, bytes, sizeof(bytes))))
		fail_msg("a seeded name is in %s", path);
	if (holds_seeded(path, strlen(path)))
		fail_msg("a seeded name is the name of %s", path);
	return 0;
}

/* A folder for everything that is written outside the archive. */
static void
outside(struct bench *b, char folder[160])
{
	static const char *const names[] = { "HOME", "TMPDIR", "SQLITE_TMPDIR", "XDG_CONFIG_HOME",
		"XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR" };

	snprintf(folder, 160, "%s/outside", b->lab.folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		setenv(names[i], folder, 1);
	assert_true(lab_write(&b->lab, "seeded", &series));
	assert_true(lab_import(&b->lab, "seeded"));
}

static void
view_seeded(struct bench *b)
{
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	glass_keys(b->g, "/s-0004<Enter>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	open_first(b);
	assert_true(glass_expect(b->g, "HIDDEN ARM", SOON));
	glass_keys(b->g, "t");
	assert_true(glass_expect(b->g, "QUORVEX", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "slice 1/3", SOON));
}

static void
check_process(int pid)
{
	static const char *const names[] = { "cmdline", "environ", "comm" };
	static char bytes[1 << 20];
	char path[64];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
		assert_false(holds_seeded(bytes, read_all(path, bytes, sizeof(bytes))));
	}
}

/* Of OSC 0, 1 and 2, which name the window. */
static void
check_titles(const char *bytes, size_t n)
{
	for (const char *p = bytes; (p = memmem(p, n - (size_t)(p - bytes), "\033]", 2)) != NULL;
		p += 2) {
		size_t left = n - (size_t)(p - bytes);

		if (left > 300)
			left = 300;
		assert_false(p[2] >= '0' && p[2] <= '2' && holds_seeded(p, left));
	}
}

/* */
static void
no_file_process_or_title_tells_a_name(void **state)
{
	struct bench *b = *state;
	char folder[160];
	const char *all;
	size_t n;

	outside(b, folder);
	view_seeded(b);
	check_process(glass_pid(b->g));
	all = glass_written(b->g, &n);
	check_titles(all, n);
	glass_keys(b->g, ":quit<Enter>");
	assert_true(glass_wait(b->g, SOON) >= 0);
	nftw(folder, check_file, 16, FTW_PHYS);
	assert_int_equal(lab_verify(&b->lab), 0);
	nftw(folder, check_file, 16, FTW_PHYS);
}

/* */
static void
errors_of_commands_name_nobody(void **state)
{
	struct bench *b = *state;
	char folder[160], bad[200], err[4096];
	const char *const words[][6] = {
		{ "decide", "S-0004", "--step", "phi", "--verdict", NULL },
		{ "show", "S-9999", NULL },
		{ "receipt", "99", NULL },
		{ "render", "S-0004", "--frame", "99", NULL },
	};

	outside(b, folder);
	snprintf(bad, sizeof(bad), "%s/err", b->lab.folder);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		int saved = dup(STDERR_FILENO), fd = open(bad, O_RDWR | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDERR_FILENO);
		assert_int_not_equal(lab_run(&b->lab, NULL, 0, words[i]), 0);
		dup2(saved, STDERR_FILENO);
		close(saved);
		close(fd);
		assert_false(holds_seeded(err, read_all(bad, err, sizeof(err))));
	}
}

static int
check_no_core(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	if (type == FTW_F && strncmp(path + at->base, "core", 4) == 0)
		fail_msg("a core was left: %s", path);
	return 0;
}

/* */
static void
a_crash_leaves_no_core(void **state)
{
	struct bench *b = *state;
	char folder[160], path[64], limits[8192];
	size_t n;

	outside(b, folder);
	assert_int_equal(chdir(folder), 0);
	view_seeded(b);
	snprintf(path, sizeof(path), "/proc/%d/limits", glass_pid(b->g));
	n = read_all(path, limits, sizeof(limits) - 1);
	limits[n] = '\0';
	assert_non_null(strstr(limits, "Max core file size        0                    0 "));
	glass_signal(b->g, SIGSEGV);
	assert_int_equal(glass_wait(b->g, SOON), 128 + SIGSEGV);
	nftw(folder, check_no_core, 16, FTW_PHYS);
	nftw(folder, check_file, 16, FTW_PHYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(no_file_process_or_title_tells_a_name),
		SCREEN_TEST(errors_of_commands_name_nobody),
		SCREEN_TEST(a_crash_leaves_no_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
