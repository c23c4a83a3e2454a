/* An archive in a temporary folder with a clock that the test holds, three people and invented series.  For the
 * tests here and in tests/unit/archive.  The folder is made once for a program; each test gets a copy of it. */
#ifndef TESTS_UNIT_LEDGER_LEDGER_MAKE_H
#define TESTS_UNIT_LEDGER_LEDGER_MAKE_H

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account.h"
#include "core/ledger/catalog.h"
#include "core/ledger/decision.h"
#include "core/ledger/history.h"
#include "core/ledger/look.h"
#include "core/ledger/rights.h"
#include "core/ledger/worklist.h"

#define OFFICER_PASSWORD     "officers have keys"
#define REVIEWER_PASSWORD    "reviewers look twice"
#define RADIOLOGIST_PASSWORD "radiologists read on"

struct made {
	char folder[64];
	int64_t now; /* microseconds UTC; a step of 1 ms at each look */
	struct clock clock;
	struct ledger *l;
};

/* The call must succeed; where it does not, its own text is shown. */
#define assert_ok(call) \
	do { \
		struct err made_err = { 0 }, *e = &made_err; \
		if ((call) != RC_OK) \
			fail_msg("%s: %s", #call, made_err.text); \
	} while (0)

static inline int64_t
made_now(void *ctx)
{
	struct made *m = ctx;

	return m->now += 1000;
}

/* ---- folders ---- */

static inline int
made_remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

static inline void
made_remove(const char *folder)
{
	nftw(folder, made_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
made_folder(char folder[64])
{
	snprintf(folder, 64, "%s/wetread-test-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(folder));
}

static inline char *
made_path(const char *folder, const char *name)
{
	return mem_format("%s/%s", folder, name);
}

/* The bytes of a file; *n may be NULL.  NULL where there is none. */
static inline char *
made_read(const char *folder, const char *name, size_t *n)
{
	char *path = made_path(folder, name), *bytes = NULL;
	FILE *f = fopen(path, "re");
	struct stat st;

	free(path);
	if (f == NULL)
		return NULL;
	assert_int_equal(fstat(fileno(f), &st), 0);
	bytes = mem_zero((size_t)st.st_size + 1, 1);
	assert_int_equal(fread(bytes, 1, (size_t)st.st_size, f), st.st_size);
	fclose(f);
	if (n != NULL)
		*n = (size_t)st.st_size;
	return bytes;
}

static inline void
made_write(const char *folder, const char *name, const void *bytes, size_t n)
{
	char *path = made_path(folder, name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
	free(path);
}

static inline void
made_copy_file(const char *from, const char *to, const char *name)
{
	size_t n = 0;
	char *bytes = made_read(from, name, &n);

	if (bytes != NULL)
		made_write(to, name, bytes, n);
	free(bytes);
}

/* The files of a closed archive, without its objects. */
static inline void
made_copy(const char *from, const char *to)
{
	char *anchors = made_path(to, "anchors");

	mkdir(anchors, 0755);
	free(anchors);
	made_copy_file(from, to, "ledger.db");
	made_copy_file(from, to, "system.key");
	made_copy_file(from, to, "anchors/anchors.log");
	made_copy_file(from, to, "anchors/officer.pub");
}

/* ---- people ---- */

static inline struct session
made_login(struct made *m, const char *user, const char *password)
{
	struct session s;

	assert_ok(session_open(m->l, user, password, "pts/1", &s, e));
	return s;
}

static inline enum rc
made_enrol(struct made *m, const struct account_enrolment *a, struct err *e)
{
	struct sign_key key = { 0 };
	struct signer officer = { .key = &key,
		.user = "olga",
		.name = "Olga Officer",
		.role = "officer",
		.session = "",
		.source = "" };
	enum rc rc = account_unlock(m->l, "olga", OFFICER_PASSWORD, &key, e);

	if (rc == RC_OK)
		rc = ledger_begin(m->l, e);
	if (rc == RC_OK)
		rc = ledger_end(m->l, account_enrol(m->l, &officer, a, e), e);
	key_free(&key);
	return rc;
}

static inline struct account_enrolment
made_person(const char *user, const char *name, const char *password, const char *role)
{
	return (struct account_enrolment){ .user = user,
		.name = name,
		.password = password,
		.roles = { role },
		.evidence = "passport seen" };
}

/* ---- archives ---- */

static inline void
made_open(struct made *m)
{
	assert_ok(ledger_open(&m->l, m->folder, DB_WRITE, &m->clock, e));
}

static inline void
made_close(struct made *m)
{
	ledger_close(m->l);
	m->l = NULL;
}

static inline struct made *
made_blank(void)
{
	struct made *m = mem_zero(1, sizeof(*m));

	made_folder(m->folder);
	m->now = INT64_C(1790000000000000);
	m->clock = (struct clock){ .now = made_now, .ctx = m };
	return m;
}

static inline struct made *
made_new(void)
{
	struct ledger_founder f = {
		.user = "olga", .name = "Olga Officer", .password = OFFICER_PASSWORD
	};
	struct account_enrolment a =
		made_person("rita", "Rita Reviewer", REVIEWER_PASSWORD, "reviewer");
	struct made *m = made_blank();

	assert_ok(ledger_create(&m->l, m->folder, &f, &m->clock, e));
	assert_ok(made_enrol(m, &a, e));
	a = made_person("dora", "Dr. Dora Radiologist", RADIOLOGIST_PASSWORD, "radiologist");
	assert_ok(made_enrol(m, &a, e));
	return m;
}

static inline void
made_free(struct made *m)
{
	ledger_close(m->l);
	made_remove(m->folder);
	free(m);
}

/* For cmocka: the group's archive, closed; and a copy of it for each test, open. */
static inline int
made_group_setup(void **state)
{
	struct made *m = made_new();

	made_close(m);
	*state = m;
	return 0;
}

static inline int
made_group_teardown(void **state)
{
	made_free(*state);
	return 0;
}

static inline int
made_setup(void **state)
{
	const struct made *group = *state;
	struct made *m = made_blank();

	m->now = group->now + 1000000;
	made_copy(group->folder, m->folder);
	made_open(m);
	*state = m;
	return 0;
}

static inline int
made_teardown(void **state)
{
	made_free(*state);
	return 0;
}

#define made_test(f) cmocka_unit_test_setup_teardown(f, made_setup, made_teardown)

/* ---- invented images ---- */

struct picture {
	struct header h;
	char study[32], series[32], sop[40], subject[32], number[12], position[48];
	char digest[DIGEST_HEX], pixels[DIGEST_HEX];
	const char *fault;
};

static inline void
made_digest(const char *text, char hex[DIGEST_HEX])
{
	struct digest d;

	digest_begin(&d);
	digest_add(&d, text, strlen(text));
	digest_end(&d, hex);
}

static inline void
picture_set(struct picture *p, enum attr a, const char *value)
{
	p->h.value[a] = (char *)value;
}

/* A CT slice that nothing is wrong with.  Its file would hold its SOP Instance UID and nothing else. */
static inline void
picture_ct(struct picture *p, int series, int image)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->study, sizeof(p->study), "1.2.3.%d", series);
	snprintf(p->series, sizeof(p->series), "1.2.3.%d.1", series);
	snprintf(p->sop, sizeof(p->sop), "1.2.3.%d.1.%d", series, image);
	snprintf(p->subject, sizeof(p->subject), "SUBJ-%03d", series);
	snprintf(p->number, sizeof(p->number), "%d", image);
	snprintf(p->position, sizeof(p->position), "0\\0\\%d", image);
	made_digest(p->sop, p->digest);
	made_digest(p->digest, p->pixels);
	p->fault = "";
	p->h.flags = HEADER_PREAMBLE | HEADER_PIXELS;
	p->h.frames = 1;
	p->h.json = (char *)"{}";
	picture_set(p, ATTR_STUDY_UID, p->study);
	picture_set(p, ATTR_SERIES_UID, p->series);
	picture_set(p, ATTR_SOP_UID, p->sop);
	picture_set(p, ATTR_PATIENT_ID, p->subject);
	picture_set(p, ATTR_INSTANCE_NUMBER, p->number);
	picture_set(p, ATTR_IMAGE_POSITION, p->position);
	picture_set(p, ATTR_IMAGE_ORIENTATION, "1\\0\\0\\0\\1\\0");
	picture_set(p, ATTR_STUDY_DATE, "20260901");
	picture_set(p, ATTR_SERIES_DESC, "Thorax 1mm");
	picture_set(p, ATTR_MANUFACTURER, "Acme");
	picture_set(p, ATTR_MODALITY, "CT");
	picture_set(p, ATTR_SOP_CLASS, "1.2.840.10008.5.1.4.1.1.2");
	picture_set(p, ATTR_PIXEL_SPACING, "1\\1");
	picture_set(p, ATTR_FRAME_OF_REFERENCE, "1.2.3.9");
	picture_set(p, ATTR_SLICE_THICKNESS, "1");
	picture_set(p, ATTR_KVP, "120");
	picture_set(p, ATTR_BURNED_IN, "NO");
	picture_set(p, ATTR_ROWS, "512");
	picture_set(p, ATTR_COLUMNS, "512");
}

static inline enum catalog_outcome
made_add(struct catalog_batch *b, const struct picture *p)
{
	struct catalog_image im = { .header = &p->h,
		.digest = p->digest,
		.pixel_digest = p->pixels,
		.bytes = (int64_t)strlen(p->sop),
		.fault = p->fault };
	enum catalog_outcome outcome;

	assert_ok(catalog_add(b, &im, &outcome, e));
	return outcome;
}

static inline void
made_begin(struct made *m, struct catalog_batch **b)
{
	assert_ok(catalog_batch_begin(b, m->l, ledger_system(m->l), e));
}

static inline void
made_settle(struct made *m, int64_t expected)
{
	int64_t n;

	assert_ok(catalog_settle(m->l, ledger_system(m->l), NULL, NULL, &n, e));
	assert_int_equal(n, expected);
}

/* One picture in a batch of its own, settled. */
static inline enum catalog_outcome
made_put(struct made *m, const struct picture *p)
{
	struct catalog_batch *b;
	enum catalog_outcome outcome;

	made_begin(m, &b);
	outcome = made_add(b, p);
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_settle(m, outcome != CATALOG_DUPLICATE);
	return outcome;
}

static inline int64_t
made_id(struct made *m, int series)
{
	char uid[32];
	int64_t id = 0;

	snprintf(uid, sizeof(uid), "1.2.3.%d.1", series);
	assert_ok(catalog_series_id(m->l, uid, &id, e));
	return id;
}

/* A CT series of `images` slices, settled; its id. */
static inline int64_t
made_series(struct made *m, int series, int images)
{
	struct catalog_batch *b;
	struct picture p;

	made_begin(m, &b);
	for (int i = 1; i <= images; i++) {
		picture_ct(&p, series, i);
		assert_int_equal(made_add(b, &p), CATALOG_NEW);
	}
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_settle(m, 1);
	return made_id(m, series);
}

static inline struct decision_request
made_verdict(int64_t series, const char *step, const char *verdict, const char *reason,
	const char *password)
{
	return (struct decision_request){ .series = series,
		.step = step,
		.verdict = verdict,
		.reasons = { reason },
		.reason_count = reason != NULL,
		.note = "",
		.seen = "all",
		/* the id is typed too: these are first signatures of their sessions */
		.user = strcmp(password, RADIOLOGIST_PASSWORD) == 0 ? "dora" : "rita",
		.password = password };
}

/* ---- what somebody looked at ---- */

/* A whole slice of 512 x 512 at full size, acknowledged once. */
static inline struct look
made_look(uint32_t slice)
{
	struct look k = { .slice = slice,
		.window = "40/400",
		.scale = 1000,
		.levels = 101,
		.columns = 512,
		.rows = 512,
		.width = 512,
		.height = 512,
		.times = 1,
		.first = INT64_C(1790000000000000) + slice,
		.dwell = 1500 };
	char text[40];

	snprintf(text, sizeof(text), "picture of slice %u", slice);
	made_digest(text, k.picture);
	return k;
}

static inline int64_t
made_revision(struct made *m, int64_t series)
{
	struct series s;
	int64_t revision;

	assert_ok(catalog_series(m->l, series, &s, e));
	revision = s.revision;
	series_release(&s);
	return revision;
}

/* These looks at the series as it is now. */
static inline void
made_save_looks(struct made *m, const char *user, int64_t series, struct look *looks, size_t n)
{
	struct seen seen = { .revision = made_revision(m, series), .looks = looks, .look_count = n };

	assert_ok(seen_save(m->l, user, series, &seen, e));
}

/* The first n slices, whole. */
static inline void
made_look_at(struct made *m, const char *user, int64_t series, uint32_t n)
{
	struct look *looks = mem_zero(n, sizeof(*looks));

	for (uint32_t i = 0; i < n; i++)
		looks[i] = made_look(i);
	made_save_looks(m, user, series, looks, n);
	free(looks);
}

/* A box in the upper left corner of a slice of 512 x 512. */
static inline struct mark
made_mark(uint32_t slice)
{
	return (struct mark){ .kind = MARK_NAME,
		.first = slice,
		.last = slice,
		.columns = 512,
		.rows = 512,
		.points = 2,
		.point = { { 8, 10 }, { 120, 26 } } };
}

/* ---- looking at and into it ---- */

/* A program of the build that this test belongs to: build/ or build/asan/. */
static inline void
made_program(const char *name, char path[4096])
{
	char folder[2048];
	ssize_t n = readlink("/proc/self/exe", folder, sizeof(folder) - 1);

	assert_true(n > 0);
	folder[n] = '\0';
	for (char *slash; (slash = strrchr(folder, '/')) != NULL;) {
		*slash = '\0';
		snprintf(path, 4096, "%s/%s", folder, name);
		if (access(path, X_OK) == 0)
			return;
	}
	fail_msg("%s is not built", name);
}

static inline void
made_verifier_child(const char *folder, bool objects, const char *copies, int out)
{
	char path[4096];

	made_program("wetread-verify", path);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (copies != NULL)
		execl(path, path, "--anchors", copies, folder, (char *)NULL);
	else if (objects)
		execl(path, path, "--objects", folder, (char *)NULL);
	else
		execl(path, path, folder, (char *)NULL);
	_exit(127);
}

static inline int
made_run_verifier(const char *folder, bool objects, const char *copies, char text[8192])
{
	int pipes[2], status = -1;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		made_verifier_child(folder, objects, copies, pipes[1]);
	close(pipes[1]);
	while (used < 8191 && (n = read(pipes[0], text + used, 8191 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The exit status of wetread-verify and what it printed. */
static inline int
made_verify(const char *folder, bool objects, char text[8192])
{
	return made_run_verifier(folder, objects, NULL, text);
}

/* The same with anchors that were kept elsewhere. */
static inline int
made_verify_with(const char *folder, const char *copies, char text[8192])
{
	return made_run_verifier(folder, false, copies, text);
}

static inline void
assert_verified(const char *folder)
{
	char text[8192];

	if (made_verify(folder, false, text) != 0)
		fail_msg("%s", text);
}

/* Behind the product's back. */
static inline sqlite3 *
raw_open(const char *folder)
{
	char *path = made_path(folder, "ledger.db");
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	free(path);
	return db;
}

static inline void
raw_run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

/* One value as text; "" for none. */
static inline void
raw_value(sqlite3 *db, const char *sql, char *to, size_t size)
{
	sqlite3_stmt *s = NULL;
	const char *t = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(s) == SQLITE_ROW)
		t = (const char *)sqlite3_column_text(s, 0);
	snprintf(to, size, "%s", t != NULL ? t : "");
	sqlite3_finalize(s);
}

static inline void
raw_text(const char *folder, const char *sql, char *to, size_t size)
{
	sqlite3 *db = raw_open(folder);

	raw_value(db, sql, to, size);
	sqlite3_close(db);
}

static inline int64_t
raw_number(const char *folder, const char *sql)
{
	char text[40];

	raw_text(folder, sql, text, sizeof(text));
	return strtoll(text, NULL, 10);
}

#endif
