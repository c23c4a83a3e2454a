/* Programs that say much, nothing, stay too long, or leave others behind. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/source/child.h"

#define RUN(c, limits, ...) \
	child_run(c, \
		&(struct child_config){ \
			.argv = (const char *const[]){ __VA_ARGS__, NULL }, .input = -1 }, \
		limits, &told)

static struct err told;
static const struct child_limits ample = { .seconds = 20 };

static bool
at_once(void *ctx)
{
	(void)ctx;
	return true;
}

static void
test_tells_output_and_status(void **state)
{
	struct child c;

	(void)state;
	assert_int_equal(RUN(&c, &ample, "sh", "-c", "echo one; echo two >&2; exit 7"), RC_OK);
	assert_int_equal(c.code, 7);
	assert_string_equal(c.said.data, "one\ntwo\n");
	assert_true(child_says(&c, "two"));
	assert_false(child_says(&c, "three"));
	child_end(&c);
	assert_int_equal(RUN(&c, &ample, "sh", "-c", "kill -9 $$"), RC_OK);
	assert_int_equal(c.code, -1);
	child_end(&c);
}

static void
test_environment_is_small(void **state)
{
	struct child c;

	(void)state;
	setenv("WETREAD_TEST_SECRET", "hidden", 1);
	assert_int_equal(RUN(&c, &ample, "env"), RC_OK);
	assert_true(child_says(&c, "TCP_NODELAY=1\n"));
	assert_false(child_says(&c, "hidden"));
	child_end(&c);
}

/* A descriptor of ours, a secret or a lock, does not get there. */
static void
test_no_descriptors(void **state)
{
	struct child c;
	int fd = fcntl(0, F_DUPFD, 57);

	(void)state;
	assert_true(fd >= 57);
	assert_int_equal(RUN(&c, &ample, "sh", "-c", "ls /proc/self/fd"), RC_OK);
	assert_true(child_says(&c, "2\n"));
	assert_false(child_says(&c, "57"));
	child_end(&c);
	close(fd);
}

static void
test_much_is_capped(void **state)
{
	struct child c;

	(void)state;
	assert_int_equal(RUN(&c, &ample, "sh", "-c", "yes | head -c 3000000; echo end"), RC_OK);
	assert_int_equal(c.code, 0);
	assert_in_range(c.said.len, CHILD_SAID_MOST / 2, CHILD_SAID_MOST);
	assert_string_equal(c.said.data + c.said.len - 4, "end\n");
	child_end(&c);
}

static void
test_is_ended_in_time(void **state)
{
	static const struct child_limits second = { .seconds = 1 },
					 stopped = { .stopped = at_once };
	struct child c;
	pid_t pid;

	(void)state;
	memset(&told, 0, sizeof(told));
	assert_int_equal(RUN(&c, &second, "sleep", "1000"), RC_OFFLINE);
	pid = c.pid;
	child_end(&c);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(RUN(&c, &stopped, "sleep", "1000"), RC_CANCELLED);
	child_end(&c);
}

/* One that closes its output and lives on is waited for. */
static void
test_silent_one(void **state)
{
	struct child c;

	(void)state;
	assert_int_equal(
		RUN(&c, &ample, "sh", "-c", "exec >&- 2>&-; read -t 1 x <> /dev/null; exit 3"),
		RC_OK);
	assert_int_equal(c.code == 3 || c.code == 1 || c.code == 2, 1);
	child_end(&c);
}

static void
test_its_children_go_too(void **state)
{
	struct child_config config = { .argv = (const char *const[]){ "sh", "-c",
					       "sleep 1000 & echo $!; wait", NULL },
		.input = -1 };
	struct child c;
	int64_t end = clock_mono_us() + 20000000;
	char path[64];
	pid_t grandchild;

	(void)state;
	assert_int_equal(child_start(&c, &config, NULL), RC_OK);
	while (c.said.len == 0 && clock_mono_us() < end)
		child_listen(&c, 50);
	grandchild = (pid_t)atoi(c.said.data);
	assert_true(grandchild > 1);
	assert_int_equal(kill(grandchild, 0), 0);
	child_end(&c);
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)grandchild);
	while (readlink(path, path + 32, 8) > 0 && clock_mono_us() < end)
		poll(NULL, 0, 5);
	assert_true(readlink(path, path + 32, 8) < 0);
}

/* Killed with who started it, even by kill -9. */
static void
test_ends_with_parent(void **state)
{
	struct child_config config = { .argv = (const char *const[]){ "sleep", "1000", NULL },
		.input = -1 };
	int64_t end = clock_mono_us() + 20000000;
	struct child c;
	int ends[2];
	char path[64];
	pid_t parent, pid = 0;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	parent = fork();
	if (parent == 0) {
		child_start(&c, &config, NULL);
		pid = c.pid;
		if (write(ends[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	while (readlink(path, path + 32, 8) > 0 && clock_mono_us() < end)
		poll(NULL, 0, 5);
	assert_true(readlink(path, path + 32, 8) < 0);
}

static void
test_not_installed(void **state)
{
	struct child c;

	(void)state;
	memset(&told, 0, sizeof(told));
	assert_int_equal(RUN(&c, &ample, "wetread-no-such-program"), RC_UNSUPPORTED);
	child_end(&c);
	assert_false(child_installed("wetread-no-such-program"));
	setenv("PATH", ".:bin:", 1);
	assert_false(child_installed("sh"));
	setenv("PATH", ".:/usr/bin:/bin", 1);
	assert_true(child_installed("sh"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tells_output_and_status),
		cmocka_unit_test(test_environment_is_small),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_much_is_capped),
		cmocka_unit_test(test_is_ended_in_time),
		cmocka_unit_test(test_silent_one),
		cmocka_unit_test(test_its_children_go_too),
		cmocka_unit_test(test_ends_with_parent),
		cmocka_unit_test(test_not_installed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
