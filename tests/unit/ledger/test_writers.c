/* Many programs on one archive: 32 processes sign and import at once. */
#include <poll.h>

#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/readings_make.h"

enum { WRITERS = 32, SERIES_EACH = 4, ACTS_EACH = SERIES_EACH + 2, DEADLINE_MS = 60000 };

/* One clock for all of them: that of the test when it began, and on from there. */
struct common_clock {
	int64_t began, mono;
};

static int64_t
common_now(void *ctx)
{
	const struct common_clock *c = ctx;

	return c->began + clock_mono_us() - c->mono;
}

/* What became of one act; written to a pipe whole. */
struct told {
	int writer, act;
	enum rc rc;
	char text[200];
};

static void
tell(int out, int writer, int act, enum rc rc, const struct err *e)
{
	struct told t = { .writer = writer, .act = act, .rc = rc };

	str_copy(t.text, sizeof(t.text), e->text);
	if (write(out, &t, sizeof(t)) != sizeof(t))
		_exit(1);
}

/* A series of two images that nobody else has. */
static enum rc
import_one(struct made *m, int writer, struct err *e)
{
	struct catalog_batch *b;
	struct picture p;
	int64_t n;
	enum rc rc = catalog_batch_begin(&b, m->l, ledger_system(m->l), e);

	for (int i = 1; rc == RC_OK && i <= 2; i++) {
		struct catalog_image im = { .header = &p.h, .bytes = 10, .fault = "" };
		enum catalog_outcome outcome;

		picture_ct(&p, 1000 + writer, i);
		im.digest = p.digest;
		im.pixel_digest = p.pixels;
		rc = catalog_add(b, &im, &outcome, e);
		if (rc != RC_OK || i == 2)
			rc = catalog_batch_end(b, rc, e);
	}
	return rc == RC_OK ? catalog_settle(m->l, ledger_system(m->l), NULL, NULL, &n, e) : rc;
}

static void
sign_series(struct made *m, const struct session *who, int writer, int out)
{
	for (int i = 0; i < SERIES_EACH; i++) {
		struct decision_request r = room_verdict(
			(enum reader)(writer % 3 == 2 ? SAM : writer % 3),
			1 + writer * SERIES_EACH + i, "quality", i % 2 ? "ART-NOISE" : NULL);
		struct decision_receipt receipt;
		struct err e = { 0 };
		enum rc rc = decision_sign(m->l, who, &r, &receipt, &e);

		tell(out, writer, i, rc, &e);
	}
}

/* One process: log in, sign, import, log out. */
static void
write_on(const struct made *from, const struct clock *clock, int writer, int out)
{
	enum reader who = writer % 3 == 2 ? SAM : (enum reader)(writer % 3);
	struct made m = *from;
	struct session s;
	struct err e = { 0 };
	enum rc rc;

	rc = ledger_open(&m.l, m.folder, DB_WRITE, clock, &e);
	if (rc == RC_OK)
		rc = session_open(m.l, readers[who].id, readers[who].password, "pts/1", &s, &e);
	tell(out, writer, SERIES_EACH, rc, &e);
	if (rc != RC_OK)
		_exit(1);
	sign_series(&m, &s, writer, out);
	e = (struct err){ 0 };
	rc = import_one(&m, writer, &e);
	tell(out, writer, SERIES_EACH + 1, rc, &e);
	session_close(m.l, &s);
	ledger_close(m.l);
	_exit(0);
}

struct sums {
	int64_t signed_, imported, logged_in, told;
};

static void
count(struct sums *s, const struct told *t)
{
	if (t->rc != RC_OK) {
		assert_true(strlen(t->text) > 10);
		printf("# writer %d, act %d: %s\n", t->writer, t->act, t->text);
		s->told++;
	} else if (t->act < SERIES_EACH) {
		s->signed_++;
	} else if (t->act == SERIES_EACH) {
		s->logged_in++;
	} else {
		s->imported++;
	}
}

static void
take_answers(int in, struct sums *s)
{
	struct pollfd p = { .fd = in, .events = POLLIN };
	struct told t;

	while (poll(&p, 1, DEADLINE_MS) == 1 && read(in, &t, sizeof(t)) == sizeof(t))
		count(s, &t);
}

static int64_t
events_of(struct made *m, const char *action)
{
	char *sql = mem_format(
		"SELECT count(*) FROM event WHERE body LIKE '%%\"action\":\"%s\"%%'", action);
	int64_t n = raw_number(m->folder, sql);

	free(sql);
	return n;
}

static void
run_writers(struct made *m, struct sums *s)
{
	struct common_clock common = { .began = m->now, .mono = clock_mono_us() };
	struct clock clock = { .now = common_now, .ctx = &common };
	int pipes[2], status;
	pid_t pids[WRITERS];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			write_on(m, &clock, i, pipes[1]);
	}
	close(pipes[1]);
	take_answers(pipes[0], s);
	close(pipes[0]);
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	m->now = common_now(&common);
}

/* R-01 R-03 */
static void
thirty_two_writers_at_once_lose_nothing_and_mix_nothing_up(void **state)
{
	struct room *d = *state;
	struct sums s = { 0 };
	int64_t logins = events_of(d->m, "login");

	for (int i = 1; i <= WRITERS * SERIES_EACH; i++)
		made_series(d->m, i, 1);
	made_close(d->m);
	run_writers(d->m, &s);
	assert_int_equal(s.signed_ + s.imported + s.logged_in + s.told, WRITERS * ACTS_EACH);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM decision"), s.signed_);
	assert_int_equal(events_of(d->m, "decision"), s.signed_);
	assert_int_equal(events_of(d->m, "login"), logins + s.logged_in);
	assert_int_equal(events_of(d->m, "logout"), s.logged_in);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM image"),
		WRITERS * SERIES_EACH + 2 * s.imported);
	assert_int_equal(
		raw_number(d->m->folder, "SELECT count(*) FROM series WHERE settled = 0"), 0);
	assert_int_equal(s.told, 0); /* nobody waited for 10 s */
	assert_verified(d->m->folder);
	made_open(d->m);
}

/* */
static void
of_many_who_sign_the_same_series_one_does_and_the_others_hear_who(void **state)
{
	struct room *d = *state;
	int pipes[2], status, done = 0, conflicts = 0;
	struct told t;

	made_series(d->m, 1, 1);
	made_close(d->m);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0) {
			struct decision_request r = room_verdict(DORA, 1, "quality", NULL);
			struct decision_receipt receipt;
			struct err e = { 0 };

			made_open(d->m);
			tell(pipes[1], i, 0,
				decision_sign(d->m->l, &d->who[DORA], &r, &receipt, &e), &e);
			made_close(d->m);
			_exit(0);
		}
	close(pipes[1]);
	while (read(pipes[0], &t, sizeof(t)) == sizeof(t)) {
		done += t.rc == RC_OK;
		conflicts += t.rc == RC_CONFLICT && strstr(t.text, "already signed") != NULL;
	}
	close(pipes[0]);
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	assert_int_equal(done, 1);
	assert_int_equal(conflicts, WRITERS - 1);
	made_open(d->m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		room_test(thirty_two_writers_at_once_lose_nothing_and_mix_nothing_up),
		room_test(of_many_who_sign_the_same_series_one_does_and_the_others_hear_who),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
