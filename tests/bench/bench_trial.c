/* Owns the measurement of a study's report from its tables: 100, 1,000 and 10,000 subjects of 5 visits with 8 series each, read,
 * placed and held against what the study asks for, as wetread compliance does.  Wall time, one thread, the page cache warm.
 *
 * The ledger is made by ledger_create; its rows are then written by SQLite itself, as in bench_classify.c.  Such an archive
 * does not verify; it is removed at the end. */
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/trial/ask.h"
#include "core/trial/report.h"
#include "core/trial/todo.h"

enum { VISITS = 5, SERIES = 8 };

static const char *const labels[SERIES] = { "AX T1 PRE", "AX T1 POST", "AX T2", "AX FLAIR",
	"AX DWI", "AX SWI", "SAG T1 PRE 3D", "AX PERF-DSC 4D" };

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_trial: %s\n", what);
	exit(1);
}

/* Exam i of subject i / 5; series i of exam i / 8; four images each, first and last. */
static const char fill[] =
	"INSERT INTO account_role VALUES ('kim', 'coordinator', '*', '*', 1);"
	"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1 * 5)"
	" INSERT INTO exam (id, study_uid, patient_id, study_date, study_description, trial, site,"
	" subject, visit) SELECT i + 1, '1.2.3.' || i, printf('%02d-%05d', (i / 5) % 40, i / 5),"
	" strftime('%Y%m%d', '2024-01-10', '+' || (i % 5 * 28) || ' days'), 'V' || (i % 5), 'B',"
	" printf('%02d', (i / 5) % 40), '', '' FROM n;"
	"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1 * 40)"
	" INSERT INTO series (id, series_uid, modality, series_description, echo_time,"
	" repetition_time, frame_of_reference, manufacturer, field_strength, series_time, exam, "
	"state,"
	" revision, settled, why, images, slices, gap, missing, spacing, manifest, pixels, arrived)"
	" SELECT i + 1, '1.2.3.4.' || i, 'MR', 'x', '98', '600', '1.2.' || (i / 8), 'Example', '3',"
	" '101500', i / 8 + 1, 'quarantined', 1, 1, 0, 24, 24, '', '', '5.00', '', '', 0 FROM n;"
	"INSERT INTO series_label SELECT id, CASE (id - 1) % 8 WHEN 0 THEN 'AX T1 PRE' WHEN 1 THEN"
	" 'AX T1 POST' WHEN 2 THEN 'AX T2' WHEN 3 THEN 'AX FLAIR' WHEN 4 THEN 'AX DWI' WHEN 5 THEN"
	" 'AX SWI' WHEN 6 THEN 'SAG T1 PRE 3D' ELSE 'AX PERF-DSC 4D' END, 'r', 80, '', '', '', 0"
	" FROM series;"
	/* something to tell: a value out of its range, and one series for another */
	"UPDATE series SET echo_time = '130' WHERE id % 20 = 0;"
	"UPDATE series_label SET label = 'AX T2' WHERE series % 40 = 1;"
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4)"
	" INSERT INTO image (id, sop_uid, image_position, image_orientation, acquisition_time, "
	"series,"
	" place, digest, bytes, pixel_digest, flags, slices, fault, arrived)"
	" SELECT s.id * 4 + n.i, s.series_uid || '.' || n.i, '-120\\-120\\' || (n.i * 30),"
	" '1\\0\\0\\0\\1\\0', '101530', s.id, n.i, 'd' || s.id || '.' || n.i, 131072, 'p', 0, 1, "
	"'', 0"
	" FROM series s, n;";

static void
fill_tables(const char *folder, int64_t subjects)
{
	char *path = mem_format("%s/ledger.db", folder);
	const char *at = fill;
	sqlite3 *c;

	must(sqlite3_open(path, &c) == SQLITE_OK, "no ledger");
	free(path);
	sqlite3_exec(c, "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN", NULL, NULL,
		NULL);
	while (*at != '\0') {
		sqlite3_stmt *s;

		must(sqlite3_prepare_v2(c, at, -1, &s, &at) == SQLITE_OK, sqlite3_errmsg(c));
		sqlite3_bind_int64(s, 1, subjects);
		if (sqlite3_step(s) != SQLITE_DONE)
			must(false, sqlite3_errmsg(c));
		sqlite3_finalize(s);
	}
	must(sqlite3_exec(c, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(c));
	sqlite3_close(c);
}

static char *
study_text(void)
{
	struct buf b = { 0 };

	buf_text(&b,
		"{\"wetread_study\": 1, \"id\": \"B\", \"version\": 1, \"title\": \"t\", "
		"\"mapping\": {\"rules\": [{\"id\": \"p\", \"attribute\": \"patient_id\", "
		"\"matches\": \"^([0-9]{2})-([0-9]+)$\", \"gives\": [\"site\", \"subject\"]}, "
		"{\"id\": \"v\", \"attribute\": \"study_description\", \"matches\": "
		"\"^(V[0-9])$\", \"gives\": [\"visit\"]}]}, \"visits\": [");
	for (int v = 0; v < VISITS; v++) {
		buf_format(&b, "%s{\"id\": \"V%d\", \"title\": \"t\"", v > 0 ? "," : "", v);
		if (v > 0)
			buf_format(&b, ", \"after\": \"V0\", \"day\": %d, \"early\": 3, \"late\": 3",
				28 * v);
		buf_text(&b, ", \"series\": [");
		for (int i = 0; i < SERIES; i++)
			buf_format(&b,
				"%s{\"id\": \"s%d\", \"label\": \"%s\", \"same_frame_as\": "
				"\"s%d\", "
				"\"parameters\": [{\"attribute\": \"echo_time\", \"soft\": [80, "
				"110]}, "
				"{\"attribute\": \"repetition_time\", \"hard\": [400, 900]}, "
				"{\"attribute\": \"coverage\", \"soft\": [80, 100]}]}",
				i > 0 ? "," : "", i, labels[i], (i + 1) % SERIES);
		buf_text(&b, "]}");
	}
	buf_text(&b, "]}");
	return buf_take(&b);
}

static void
apply(struct ledger *l, const char *password)
{
	char *text = study_text();
	struct session who;
	struct office o = { &who, password, "bench of the report" };
	struct study_apply file = { text, strlen(text) };
	struct study_version v;
	struct mistakes m = { 0 };
	struct err e = { 0 };
	bool same;

	must(session_open(l, "officer", password, "bench", &who, &e) == RC_OK, e.text);
	must(study_apply(l, &o, &file, &v, &same, &m, &e) == RC_OK, e.text);
	session_close(l, &who);
	mistakes_free(&m);
	free(text);
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
report(struct ledger *l)
{
	struct survey_want want = { .study = "B" };
	struct comply_report r = { 0 };
	struct survey *s;
	struct err e = { 0 };
	double start = now(), read;
	size_t findings = 0;

	must(survey_read(l, &want, &s, &e) == RC_OK, e.text);
	read = now() - start;
	for (size_t i = 0; i < s->subjects; i++) {
		comply_check(s->comply, &s->subject[i].in, &r);
		findings += r.findings;
	}
	printf("trial   %8zu subjects, %8zu series: read and placed %8.1f ms, all %8.1f ms, %zu "
	       "findings\n",
		s->subjects, s->series, read * 1e3, (now() - start) * 1e3, findings);
	comply_report_release(&r);
	survey_free(s);
}

/* As wetread report missing: what sites are told, with all letters made. */
static void
letters(struct ledger *l)
{
	struct survey_want want = { .study = "B" };
	struct report *r;
	struct buf b = { 0 };
	struct err e = { 0 };
	double start = now(), gathered;

	must(report_read(l, &want, &r, &e) == RC_OK, e.text);
	gathered = now() - start;
	for (size_t i = 0; i < r->sites; i++)
		report_letter(r, &r->site[i], &b);
	printf("letters %8zu subjects, %8zu series: gathered %8.1f ms, all %8.1f ms, %zu items of "
	       "%zu "
	       "sites, %zu bytes%s\n",
		r->survey->subjects, r->survey->series, gathered * 1e3, (now() - start) * 1e3,
		r->items, r->sites, b.len,
		r->survey->subjects == 1000 ? now() - start < 1 ? "  PASS (1 s)" : "  MISS (1 s)"
					    : "");
	buf_release(&b);
	report_free(r);
}

/* As the desk of a coordinator and wetread todo read it. */
static void
desk(struct ledger *l)
{
	struct todo_list t;
	struct err e = { 0 };
	double start = now();

	must(todo_read(l, "kim", &t, &e) == RC_OK, e.text);
	printf("desk    %8zu things to do %8.1f ms\n", t.n, (now() - start) * 1e3);
	todo_release(&t);
}

/* As wetread compliance --ask: exams placed, then a query each, in batches; once more nothing. */
static void
questions(struct ledger *l, int64_t subjects)
{
	struct ask_result r, again;
	struct err e = { 0 };
	double start = now(), asked;

	must(ask_all(l, "B", NULL, &r, &e) == RC_OK, e.text);
	asked = now() - start;
	must(ask_all(l, "B", NULL, &again, &e) == RC_OK, e.text);
	must(r.asked == r.findings && again.asked == 0, "findings were asked twice, or not at all");
	printf("queries %8lld subjects, %8lld exams placed and %lld queries opened %8.1f ms, once "
	       "more "
	       "%8.1f ms\n",
		(long long)subjects, (long long)subjects * VISITS, (long long)r.asked, asked * 1e3,
		(now() - start - asked) * 1e3);
}

static void
measure(int64_t subjects)
{
	static const char password[] = "correct horse battery";
	char folder[] = "/tmp/bench_trial.XXXXXX";
	struct ledger_founder f = { .user = "officer", .name = "Olga Brandt", .password = password };
	struct ledger *l;
	struct err e = { 0 };

	must(mkdtemp(folder) != NULL, "no folder");
	must(ledger_create(&l, folder, &f, NULL, &e) == RC_OK, e.text);
	apply(l, password);
	ledger_close(l);
	fill_tables(folder, subjects);
	must(ledger_open(&l, folder, DB_READ, NULL, &e) == RC_OK, e.text);
	report(l);
	report(l);
	letters(l);
	letters(l);
	desk(l);
	desk(l);
	ledger_close(l);
	if (subjects <= 1000) {
		must(ledger_open(&l, folder, DB_WRITE, NULL, &e) == RC_OK, e.text);
		questions(l, subjects);
		ledger_close(l);
	}
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
	measure(100);
	measure(1000);
	measure(10000);
	return 0;
}
