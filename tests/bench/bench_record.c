/* Owns the measurement of the record: wetread-verify on ledgers of 10^4, 10^5 and 10^6 events against Ed25519 alone on
 * all processors in the same run, its memory, opening and login, eight processes that write at once with fsync, and one
 * signature.  Says PASS or MISS against the figures.
 *
 * The ledgers are made by the ledger's own functions and verify as good; events that change no table are appended many to
 * a transaction, and accounts of the bulk have passwords under a stretch that costs nothing (the linker puts
 * __wrap_crypto_pwhash in its place), or a million would take days.  They are kept in build/bench/record-N.  Every
 * measurement but that of the verifier is of an account with Argon2id as it is shipped, on a copy. */
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/unit/ledger/ledger_make.h"

enum {
	WRITERS = 8,
	WRITE_SECONDS = 10,
	WAITS_MOST = 200000, /* of one writer */
	PACE_US = 80000,     /* 8 writers: 100 events a second */
	SIGNATURES = 15,
	OPENINGS = 9,
	BLOCK = 400, /* events of one session of the bulk, about */
	ED_EACH = 30000
};

static const char bulk_password[] = "quite a lot of events";
static bool cheap;        /* the stretch costs nothing */
static double stretching; /* seconds in Argon2id */

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int __real_crypto_pwhash(unsigned char *out, unsigned long long n, const char *password,
	unsigned long long length, const unsigned char *salt, unsigned long long ops, size_t mem,
	int alg);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long n, const char *password,
	unsigned long long length, const unsigned char *salt, unsigned long long ops, size_t mem,
	int alg);

int
__wrap_crypto_pwhash(unsigned char *out, unsigned long long n, const char *password,
	unsigned long long length, const unsigned char *salt, unsigned long long ops, size_t mem,
	int alg)
{
	double start = now();
	int got;

	if (cheap)
		return crypto_generichash(out, n, (const unsigned char *)password, length, salt, 16);
	got = __real_crypto_pwhash(out, n, password, length, salt, ops, mem, alg);
	stretching += now() - start;
	return got;
}

static int missed;

/* One line of the result. */
static void
told(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%s  ", good ? "PASS" : "MISS");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	missed += !good;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The p-th of 1000 of n sorted values. */
static double
rank(const double *sorted, size_t n, size_t p)
{
	return n == 0 ? 0 : sorted[(n - 1) * p / 1000];
}

/* In a process of its own, so that this one stays small: a child's peak counts from its parent's size. */
static void
apart(void (*work)(void *), void *ctx)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		work(ctx);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		fail_msg("a part of the measurement failed");
}

/* ---- making ledgers ---- */

struct maker {
	struct made m;
	int64_t events;
	struct session session;
	struct sign_key own; /* of the bulk's account */
	int series;
};

static void
open_made(struct made *m)
{
	assert_ok(ledger_open(&m->l, m->folder, DB_WRITE, NULL, e));
}

static void
create(struct made *m)
{
	struct ledger_founder f = {
		.user = "olga", .name = "Olga Officer", .password = OFFICER_PASSWORD
	};
	struct account_enrolment rita =
		made_person("rita", "Rita Reviewer", REVIEWER_PASSWORD, "reviewer");
	struct account_enrolment bulk = made_person("bulk", "Bert Bulk", bulk_password, "reviewer");
	struct sign_key key = { 0 };
	struct signer olga = { .key = &key,
		.user = "olga",
		.name = "Olga Officer",
		.role = "officer",
		.session = "",
		.source = "" };

	assert_ok(ledger_create(&m->l, m->folder, &f, NULL, e));
	assert_ok(made_enrol(m, &rita, e));
	assert_ok(account_unlock(m->l, "olga", OFFICER_PASSWORD, &key, e));
	cheap = true;
	assert_ok(ledger_begin(m->l, e));
	assert_ok(ledger_end(m->l, account_enrol(m->l, &olga, &bulk, e), e));
	cheap = false;
	key_free(&key);
}

/* A series of one image; every second one decided in both steps. */
static void
one_series(struct maker *k)
{
	struct decision_request r;
	struct decision_receipt receipt;
	struct mark mark = made_mark(0);
	int64_t id = made_series(&k->m, ++k->series, 1);

	if (k->series % 2 == 0)
		return;
	r = made_verdict(id, "quality", "pass", NULL, bulk_password);
	r.user = k->session.user;
	assert_ok(decision_sign(k->m.l, &k->session, &r, &receipt, e));
	r = made_verdict(id, "phi", "fail", "PHI-PIX", bulk_password);
	r.user = k->session.user;
	r.marks = &mark;
	r.mark_count = 1;
	assert_ok(decision_sign(k->m.l, &k->session, &r, &receipt, e));
}

static void
later(struct maker *k, int64_t series)
{
	struct signer who = session_signer(&k->session, "reviewer");
	char object[24];
	struct event ev = { .action = "review-later", .kind = "series", .object = object };

	snprintf(object, sizeof(object), "%" PRId64, series);
	ev.data = json_pack("{s:s}", "step", "phi");
	assert_ok(event_append(k->m.l, &who, &ev, NULL, e));
}

/* Log in, decide on a series, put others off, log out. */
static void
one_block(struct maker *k, int64_t until)
{
	char hash[DIGEST_HEX];
	int64_t head;

	assert_ok(session_open(k->m.l, "bulk", bulk_password, "pts/1", &k->session, e));
	one_series(k);
	one_series(k);
	assert_ok(event_head(k->m.l, &head, hash, e));
	assert_ok(ledger_begin(k->m.l, e));
	for (int64_t i = 0; i < BLOCK && head < until - 1; i++, head++)
		later(k, 1 + i % k->series);
	assert_ok(ledger_end(k->m.l, RC_OK, e));
	session_close(k->m.l, &k->session);
	k->events = head + 1;
}

static void
make(void *ctx)
{
	struct maker *k = ctx;

	create(&k->m);
	cheap = true;
	while (k->events < (int64_t)k->m.now)
		one_block(k, k->m.now);
	ledger_close(k->m.l);
}

/* Kept from run to run, in a folder that gets its name when it is whole. */
static void
cached(const char *under, int64_t events, char folder[64])
{
	struct maker k = { .m.now = events };
	char path[200];
	double start = now();

	snprintf(folder, 64, "%s/record-%" PRId64, under, events);
	snprintf(path, sizeof(path), "%s/ledger.db", folder);
	if (access(path, R_OK) == 0)
		return;
	snprintf(k.m.folder, sizeof(k.m.folder), "%s/record-%" PRId64 ".new", under, events);
	made_remove(k.m.folder);
	assert_int_equal(mkdir(k.m.folder, 0700), 0);
	apart(make, &k);
	assert_int_equal(rename(k.m.folder, folder), 0);
	printf("      %" PRId64 " events made in %.0f s\n", events, now() - start);
}

static void
copy_large(const char *from, const char *to, const char *name)
{
	char *a = made_path(from, name), *b = made_path(to, name);
	int in = open(a, O_RDONLY | O_CLOEXEC),
	    out = open(b, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(in >= 0 && out >= 0);
	while (copy_file_range(in, NULL, out, NULL, 1 << 26, 0) > 0)
		;
	assert_int_equal(fsync(out), 0);
	close(in);
	close(out);
	free(a);
	free(b);
}

static void
copy_ledger(const char *from, const char *to)
{
	char *anchors = made_path(to, "anchors");

	made_remove(to);
	assert_int_equal(mkdir(to, 0700), 0);
	assert_int_equal(mkdir(anchors, 0700), 0);
	free(anchors);
	copy_large(from, to, "ledger.db");
	made_copy_file(from, to, "system.key");
	made_copy_file(from, to, "anchors/anchors.log");
	made_copy_file(from, to, "anchors/officer.pub");
}

/* ---- the verifier ---- */

static void *
verify_signatures(void *ctx)
{
	unsigned char public[32], secret[64], text[42] = "AUDSIG-v1", sig[64];

	(void)ctx;
	crypto_sign_keypair(public, secret);
	crypto_sign_detached(sig, NULL, text, sizeof(text), secret);
	for (int i = 0; i < ED_EACH; i++)
		if (crypto_sign_verify_detached(sig, text, sizeof(text), public) != 0)
			abort();
	return NULL;
}

static double
of_processor(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Signatures a second of libsodium alone, a thread for each processor, and seconds of processor for one. */
static double
ed25519_rate(double *processor)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t t[64];
	double start = now(), used = of_processor();

	n = n > 64 ? 64 : n;
	for (long i = 0; i < n; i++)
		assert_int_equal(pthread_create(&t[i], NULL, verify_signatures, NULL), 0);
	for (long i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	*processor = (of_processor() - used) / ((double)n * ED_EACH);
	return (double)n * ED_EACH / (now() - start);
}

struct verified {
	double seconds, processor; /* of one run */
	double ed,
		ed_processor; /* of Ed25519 alone around it: signatures a second, seconds of processor for one */
	long kilobytes;
	int64_t events, anchors;
};

static void
run_verifier(const char *folder, int out)
{
	char path[4096];

	made_program("wetread-verify", path);
	dup2(out, STDOUT_FILENO);
	execl(path, path, "--json", folder, (char *)NULL);
	_exit(127);
}

static struct verified
verified(const char *folder)
{
	struct verified r = { 0 };
	double first, second;
	struct rusage used;
	int pipes[2], status;
	char text[8192] = "";
	double start;
	ssize_t n;
	pid_t pid;
	json_t *j;

	r.ed = ed25519_rate(&first);
	start = now();
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		run_verifier(folder, pipes[1]);
	close(pipes[1]);
	for (size_t at = 0; at < sizeof(text) - 1 &&
		(n = read(pipes[0], text + at, sizeof(text) - 1 - at)) > 0;)
		at += (size_t)n;
	close(pipes[0]);
	assert_int_equal(wait4(pid, &status, 0, &used), pid);
	r.seconds = now() - start;
	if (status != 0)
		fail_msg("%s does not verify: %s", folder, text);
	r.processor = (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6 +
		(double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6;
	r.kilobytes = used.ru_maxrss;
	j = json_loads(text, 0, NULL);
	r.events = json_integer_value(json_object_get(j, "events"));
	r.anchors = json_integer_value(json_object_get(j, "anchors"));
	json_decref(j);
	r.ed = (r.ed + ed25519_rate(&second)) / 2;
	r.ed_processor = (first + second) / 2;
	return r;
}

/* The best of three: others on the machine make a run slower, never faster. */
static struct verified
measure_verifier(const char *folder, int64_t events)
{
	struct verified best = { 0 }, r;
	int runs = events > 100000 ? 1 : 3;

	for (int i = 0; i < runs; i++) {
		r = verified(folder);
		if (i == 0 || r.seconds * r.ed < best.seconds * best.ed)
			best = r;
	}
	told((double)(best.events + best.anchors) / best.seconds >= 0.9 * best.ed || events < 100000,
		"verify %7" PRId64 " events: %6.2f s, %6.0f events/s, %.3f of Ed25519 alone "
		"(%.0f/s); by processor time"
		" %.3f (%.1f us an event); peak %ld kB",
		best.events, best.seconds, (double)best.events / best.seconds,
		(double)(best.events + best.anchors) / best.seconds / best.ed, best.ed,
		(double)(best.events + best.anchors) * best.ed_processor / best.processor,
		best.processor * 1e6 / (double)best.events, best.kilobytes);
	return best;
}

/* ---- opening and signing ---- */

static void
measure_opening(void *ctx)
{
	struct made *m = ctx;
	double ms[OPENINGS];

	for (int i = 0; i < OPENINGS; i++) {
		struct session s;
		double start = now();

		stretching = 0;
		open_made(m);
		assert_ok(session_open(m->l, "rita", REVIEWER_PASSWORD, "pts/1", &s, e));
		ms[i] = (now() - start - stretching) * 1000;
		session_close(m->l, &s);
		made_close(m);
	}
	qsort(ms, OPENINGS, sizeof(ms[0]), by_size);
	told(ms[OPENINGS / 2] <= 150,
		"open and login, %7" PRId64
		" events: median %.1f ms, most %.1f ms besides Argon2id",
		m->now, ms[OPENINGS / 2], ms[OPENINGS - 1]);
}

static void
measure_signing(void *ctx)
{
	struct made *m = ctx;
	double ms[SIGNATURES];
	struct session s;

	open_made(m);
	assert_ok(session_open(m->l, "rita", REVIEWER_PASSWORD, "pts/1", &s, e));
	for (int i = 0; i < SIGNATURES; i++) {
		struct decision_request r =
			made_verdict(2 + 2 * i, "quality", "pass", NULL, REVIEWER_PASSWORD);
		struct decision_receipt receipt;
		double start = now();

		assert_ok(decision_sign(m->l, &s, &r, &receipt, e));
		ms[i] = (now() - start) * 1000;
	}
	session_close(m->l, &s);
	made_close(m);
	qsort(ms, SIGNATURES, sizeof(ms[0]), by_size);
	told(rank(ms, SIGNATURES, 950) <= 400,
		"one signature, %7" PRId64 " events: median %.0f ms, p95 %.0f ms with Argon2id",
		m->now, ms[SIGNATURES / 2], rank(ms, SIGNATURES, 950));
}

/* ---- many who write ---- */

struct waits {
	size_t n;
	double ms[WAITS_MOST];
};

/* One event at a time as the workstation writes it, at once or every PACE_US. */
static void
write_events(struct made *m, const struct session *s, int64_t series, int pace, struct waits *w)
{
	double begin = now();

	for (w->n = 0; w->n < WAITS_MOST && now() - begin < WRITE_SECONDS;) {
		double due = begin + (double)w->n * pace / 1e6, start = now();
		struct timespec rest = { .tv_nsec = (long)((due - start) * 1e9) };

		if (pace > 0 && start < due && rest.tv_nsec > 0) {
			pselect(0, NULL, NULL, NULL, &rest, NULL);
			continue;
		}
		assert_ok(decision_later(m->l, s, series, "phi", e));
		w->ms[w->n++] = (now() - start) * 1000;
	}
}

static pid_t
start_writer(const struct made *from, int writer, int pace, struct waits *w, const int go[2])
{
	pid_t pid = fork();
	struct made m = *from;
	struct session s;
	char byte;

	if (pid != 0)
		return pid;
	close(go[1]);
	open_made(&m);
	assert_ok(session_open(m.l, "rita", REVIEWER_PASSWORD, "pts/1", &s, e));
	assert_int_equal(read(go[0], &byte, 1), 0); /* until all are there */
	write_events(&m, &s, writer + 1, pace, w);
	session_close(m.l, &s);
	made_close(&m);
	_exit(0);
}

static void
measure_writers(struct made *m, int pace, struct waits *w)
{
	double *all = mem_zero((size_t)WRITERS * WAITS_MOST, sizeof(*all));
	int64_t before = raw_number(m->folder, "SELECT max(seq) FROM event"), after;
	int go[2], status;
	size_t n = 0;
	char text[8192];
	bool good;

	assert_int_equal(pipe(go), 0);
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = start_writer(m, i, pace, &w[i], go);

		assert_true(pid > 0);
	}
	close(go[0]);
	close(go[1]);
	good = true;
	for (int i = 0; i < WRITERS; i++)
		good &= wait(&status) > 0 && status == 0;
	for (int i = 0; i < WRITERS; i++) {
		memcpy(all + n, w[i].ms, w[i].n * sizeof(*all));
		n += w[i].n;
	}
	qsort(all, n, sizeof(*all), by_size);
	after = raw_number(m->folder, "SELECT max(seq) FROM event");
	good &= after - before == (int64_t)n + 2 * WRITERS; /* and a login and a logout each */
	good &= made_verify(m->folder, false, text) == 0;
	told(good && (double)n / WRITE_SECONDS >= (pace > 0 ? 97 : 100) && rank(all, n, 990) <= 250,
		"%d writers %s, %d s: %.0f events/s, wait p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, "
		"most %.1f ms; %s",
		WRITERS, pace > 0 ? "at 100/s" : "at once", WRITE_SECONDS,
		(double)n / WRITE_SECONDS, rank(all, n, 500), rank(all, n, 990), rank(all, n, 999),
		n > 0 ? all[n - 1] : 0, good ? "nothing lost, verifies" : "LOST or does not verify");
	free(all);
}

static void
make_for_writers(void *ctx)
{
	struct made *m = ctx;

	create(m);
	for (int i = 1; i <= WRITERS; i++)
		made_series(m, i, 1);
	ledger_close(m->l);
}

static void
bench_writers(const char *under)
{
	struct waits *w = mmap(NULL, WRITERS * sizeof(*w), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct made m = { 0 };

	assert_true(w != MAP_FAILED);
	snprintf(m.folder, sizeof(m.folder), "%s/record-writers", under);
	made_remove(m.folder);
	assert_int_equal(mkdir(m.folder, 0700), 0);
	apart(make_for_writers, &m);
	measure_writers(&m, 0, w);
	measure_writers(&m, PACE_US, w);
	made_remove(m.folder);
	munmap(w, WRITERS * sizeof(*w));
}

static void
bench_size(const char *under, int64_t events, long *kilobytes)
{
	struct made m = { .now = events };
	char folder[64];

	cached(under, events, folder);
	*kilobytes = measure_verifier(folder, events).kilobytes;
	snprintf(m.folder, sizeof(m.folder), "%s/record-copy", under);
	copy_ledger(folder, m.folder);
	apart(measure_opening, &m);
	apart(measure_signing, &m);
	made_remove(m.folder);
}

/* bench_record [FOLDER [DECADES]]: 3, up to a million events, is the default (needs 4 GB of disk, the first time 2 minutes). */
int
main(int argc, char **argv)
{
	const char *under = argc > 1 ? argv[1] : "build/bench";
	int decades = argc > 2 ? atoi(argv[2]) : 3;
	int64_t events = 10000;
	long kilobytes[3] = { 0 };

	if (decades < 0 || decades > 3 || strlen(under) > 40)
		return 2;
	keys_init();
	bench_writers(under);
	for (int d = 0; d < decades; d++, events *= 10)
		bench_size(under, events, &kilobytes[d]);
	if (decades == 3)
		told(kilobytes[2] <= kilobytes[1] + kilobytes[1] / 10,
			"peak memory of the verifier, 10^6 to 10^5 events: %.2f",
			(double)kilobytes[2] / (double)kilobytes[1]);
	printf("%d missed\n", missed);
	return 0;
}
