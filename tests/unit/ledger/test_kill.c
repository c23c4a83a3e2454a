/* kill -9 at any moment: what is in the ledger afterwards is whole.  A run takes some rounds; WETREAD_SIGNINGS=1000 goes on
 * until there are so many signatures. */
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/ledger_make.h"

enum { ROUNDS = 20, SERIES_EACH = 40, SIGNINGS = 150, ROUNDS_MOST = 5000 };

/* A small generator of our own, so that a failing round can be run again. */
static unsigned
next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16 & 0x7fff;
}

static void
report(int fd, char what)
{
	if (write(fd, &what, 1) != 1)
		_exit(1);
}

/* Signs one series after the other and tells each step through the pipe, '+' for a signature that was answered, until it is
 * killed. */
static void
sign_on(struct made *m, int out)
{
	int first = (int)raw_number(m->folder, "SELECT 1 + count(*) FROM decision");
	struct session rita;

	made_open(m);
	rita = made_login(m, "rita", REVIEWER_PASSWORD);
	for (int i = first; i < first + SERIES_EACH; i++) {
		struct decision_request r = made_verdict(i, i % 2 ? "phi" : "quality",
			i % 3 ? "pass" : "fail", i % 3 ? NULL : "ART-NOISE", REVIEWER_PASSWORD);
		struct decision_receipt receipt;

		report(out, '.');
		made_look_at(m, "rita", i, 1);
		report(out, '.');
		if (decision_sign(m->l, &rita, &r, &receipt, NULL) == RC_OK)
			report(out, '+');
	}
	session_close(m->l, &rita);
	made_close(m);
}

/* Adds series of three images in two batches each. */
static void
import_on(struct made *m, int out)
{
	int first = (int)raw_number(m->folder, "SELECT 1000 + count(*) FROM series");

	made_open(m);
	for (int i = first; i < first + SERIES_EACH; i++) {
		struct catalog_batch *b;
		struct picture p;
		int64_t n;

		for (int k = 1; k <= 3; k++) {
			made_begin(m, &b);
			picture_ct(&p, i, k);
			made_add(b, &p);
			report(out, '.');
			assert_ok(catalog_batch_end(b, RC_OK, e));
		}
		report(out, '.');
		assert_ok(catalog_settle(m->l, ledger_system(m->l), NULL, NULL, &n, e));
	}
	made_close(m);
}

/* Let the child take some steps, then kill it a little into the next one.  How many signatures it was answered. */
static int64_t
kill_after(pid_t pid, int in, int steps, int us)
{
	struct timespec nap = { .tv_nsec = us * 1000L };
	struct pollfd p = { .fd = -1 };
	int64_t answered = 0;
	int status;
	char c;

	while (steps-- > 0 && read(in, &c, 1) == 1)
		answered += c == '+';
	ppoll(&p, 1, &nap, NULL);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	while (read(in, &c, 1) == 1)
		answered += c == '+';
	return answered;
}

static int64_t
run_and_kill(struct made *m, void (*work)(struct made *m, int out), unsigned *seed)
{
	int64_t answered;
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipes[0]);
		work(m, pipes[1]);
		_exit(0);
	}
	close(pipes[1]);
	answered = kill_after(
		pid, pipes[0], (int)(next_random(seed) % 12), (int)(next_random(seed) % 2000));
	close(pipes[0]);
	m->now += 60 * INT64_C(1000000);
	return answered;
}

static void
assert_whole(struct made *m)
{
	static const char *const odd[] = {
		"SELECT count(*) FROM decision d LEFT JOIN signature s ON s.decision = d.id"
		" LEFT JOIN event e ON e.seq = d.event WHERE s.number IS NULL OR e.seq IS NULL",
		"SELECT count(*) FROM signature s LEFT JOIN decision d ON d.id = s.decision"
		" WHERE d.id IS NULL",
		"SELECT count(*) FROM event e LEFT JOIN decision d ON d.event = e.seq"
		" WHERE e.body LIKE '%\"action\":\"decision\"%' AND d.id IS NULL",
		"SELECT count(*) FROM decision d LEFT JOIN viewing v ON v.decision = d.id"
		" WHERE v.decision IS NULL",
		"SELECT count(*) FROM viewing v LEFT JOIN decision d ON d.id = v.decision"
		" WHERE d.id IS NULL",
		"SELECT count(*) FROM event e LEFT JOIN event_object o ON o.seq = e.seq"
		" WHERE o.seq IS NULL",
		"SELECT count(*) FROM image i LEFT JOIN header h ON h.image = i.id WHERE h.image "
		"IS NULL",
	};

	made_open(m);
	made_close(m);
	assert_verified(m->folder);
	for (size_t i = 0; i < MEM_COUNT(odd); i++)
		if (raw_number(m->folder, odd[i]) != 0)
			fail_msg("%s", odd[i]);
}

/* R-01 R-03 R-08 */
static void
killed_while_signing_each_decision_is_whole_or_not_there(void **state)
{
	struct made *m = *state;
	const char *asked = getenv("WETREAD_SIGNINGS");
	int64_t goal = asked != NULL ? strtol(asked, NULL, 10) : SIGNINGS / CHEAP_SHARE, there = 0;
	unsigned seed = 11;
	int rounds = 0;

	for (int i = 1; i <= goal + SERIES_EACH; i++)
		made_series(m, i, 1);
	made_close(m);
	for (; there < goal && rounds < ROUNDS_MOST; rounds++) {
		int64_t answered = run_and_kill(m, sign_on, &seed), before = there;

		assert_whole(m);
		there = raw_number(m->folder, "SELECT count(*) FROM decision");
		/* the last one may be whole before it could be answered */
		assert_true(there == before + answered || there == before + answered + 1);
	}
	assert_true(there >= goal);
	printf("# %lld signatures, %d kills\n", (long long)there, rounds);
	made_open(m);
}

/* R-01 R-08 */
static void
killed_while_importing_each_batch_is_whole_or_not_there(void **state)
{
	struct made *m = *state;
	unsigned seed = 16;
	int64_t left;

	made_close(m);
	for (int round = 0; round < ROUNDS / CHEAP_SHARE; round++) {
		run_and_kill(m, import_on, &seed);
		assert_whole(m);
	}
	assert_true(raw_number(m->folder, "SELECT count(*) FROM image") > 0);
	left = raw_number(m->folder, "SELECT count(*) FROM series WHERE settled = 0");
	made_open(m);
	made_settle(m, left);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM task"),
		2 * raw_number(m->folder, "SELECT count(*) FROM series"));
	assert_verified(m->folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(killed_while_signing_each_decision_is_whole_or_not_there),
		made_test(killed_while_importing_each_batch_is_whole_or_not_there),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
