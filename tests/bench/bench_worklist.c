/* Owns the measurement of worklists of 10^4, 10^5 and 10^6 series: medians of wall time on one thread, the page cache
 * warm, as a workstation that stays open has it.  The yardstick is a plain scan of the same tasks in the same run.
 *
 * The ledger is made by ledger_create; its rows are then written by SQLite itself, without events.  A million imports
 * would take hours, and no list reads the log.  Each index is dropped before and made again after the rows by the
 * ledger's own words from sqlite_master.  Such an archive does not verify; it is removed at the end. */
#include <ftw.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/worklist.h"

enum { RUNS = 11, PAGE = 200, DECADES_MOST = 3 };

/* ---- the ledger ---------------------------------------------------------------------------- */

static void
must(sqlite3 *c, int got)
{
	if (got == SQLITE_OK || got == SQLITE_DONE || got == SQLITE_ROW)
		return;
	fprintf(stderr, "bench_worklist: %s\n", sqlite3_errmsg(c));
	exit(1);
}

/* The indexes' own words, so that the schema is written in one place. */
static char *
indexes(sqlite3 *c)
{
	char *all = mem_string("");
	sqlite3_stmt *s;

	must(c,
		sqlite3_prepare_v2(c,
			"SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
			-1, &s, NULL));
	while (sqlite3_step(s) == SQLITE_ROW) {
		char *longer = mem_format("%s%s;", all, (const char *)sqlite3_column_text(s, 0));

		free(all);
		all = longer;
	}
	sqlite3_finalize(s);
	return all;
}

static void
drop_indexes(sqlite3 *c)
{
	char name[80] = "";

	do {
		sqlite3_stmt *s;
		char *sql;

		must(c,
			sqlite3_prepare_v2(
				c, "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
				-1, &s, NULL));
		name[0] = '\0';
		if (sqlite3_step(s) == SQLITE_ROW)
			str_copy(name, sizeof(name), (const char *)sqlite3_column_text(s, 0));
		sqlite3_finalize(s);
		if (name[0] == '\0')
			return;
		sql = mem_format("DROP INDEX %s", name);
		must(c, sqlite3_exec(c, sql, NULL, NULL, NULL));
		free(sql);
	} while (name[0] != '\0');
}

/* Every series has a task of phi and one of quality; one in eleven is flagged, one in a hundred put off, and one word
 * ("zebra") is in 20 rows however many there are. */
static const char fill[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
	" INSERT INTO exam (id, study_uid, trial, site, subject, visit)"
	" SELECT i, '1.2.3.' || i, 'TRIAL-0' || (i % 3), printf('%02d', i % 40),"
	" printf('L%02d-%05d', i % 40, i / 4), CASE i % 4 WHEN 0 THEN 'BL' WHEN 1 THEN 'V2' WHEN 2 "
	"THEN 'V3'"
	" ELSE 'V4' END FROM n WHERE i % 6 = 1;"
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
	" INSERT INTO series (id, series_uid, modality, series_description, exam, state, revision, "
	"settled, why,"
	" images, slices, gap, missing, spacing, manifest, pixels, arrived)"
	" SELECT i, '1.2.3.' || i || '.1', CASE i % 5 WHEN 0 THEN 'CT' WHEN 1 THEN 'PT' ELSE 'MR' "
	"END,"
	" CASE i % 7 WHEN 0 THEN 'CHEST 5.0 B60F' WHEN 1 THEN 'AX T2 TSE FS' WHEN 2 THEN 'AX "
	"FLAIR' WHEN 3 THEN"
	" 'T1 MPRAGE SAG POST' WHEN 4 THEN 'PET AC WB' WHEN 5 THEN 'DWI B1000 TRA' ELSE "
	"'LOCALIZER' END,"
	" i - (i - 1) % 6, 'quarantined', 1, 1, i % 11 = 0, 60, 60, '', '', '', '', '', "
	"1700000000000000 + i"
	" FROM n;"
	"WITH two(step, j) AS (VALUES ('phi', 0), ('quality', 1))"
	" INSERT INTO task (id, series, workflow, step, state, later, rank, arrived, subject, "
	"search, queue, reading, owner, opens)"
	" SELECT 2 * s.id + j - 1, s.id, 'default', step, 'open', s.id % 100 = 0, -90 * (s.why <> "
	"0), s.arrived,"
	" x.subject, lower(printf('S-%04d %s %s %s %s %s %s %s%s', s.id, x.subject, x.visit, "
	"s.modality, x.site,"
	" x.trial, CASE WHEN s.why <> 0 THEN 'conflict' ELSE '' END, s.series_description,"
	" CASE WHEN s.id % ($1 / 20) = 7 THEN ' zebra' ELSE '' END)), step, 1, '', 0"
	" FROM series s JOIN exam x ON x.id = s.exam, two;";

static void
fill_tables(const char *folder, int64_t series)
{
	char *path = mem_format("%s/ledger.db", folder), *again;
	const char *at = fill;
	sqlite3 *c;

	must(NULL, sqlite3_open(path, &c));
	free(path);
	sqlite3_exec(c, "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN", NULL, NULL,
		NULL);
	again = indexes(c);
	drop_indexes(c);
	while (*at != '\0') {
		sqlite3_stmt *s;

		must(c, sqlite3_prepare_v2(c, at, -1, &s, &at));
		sqlite3_bind_int64(s, 1, series);
		must(c, sqlite3_step(s));
		sqlite3_finalize(s);
	}
	must(c, sqlite3_exec(c, again, NULL, NULL, NULL));
	must(c, sqlite3_exec(c, "COMMIT", NULL, NULL, NULL));
	sqlite3_close(c);
	free(again);
}

static struct ledger *
make_ledger(const char *folder, int64_t series)
{
	struct ledger_founder f = {
		.user = "officer", .name = "Olga Brandt", .password = "correct horse battery"
	};
	struct ledger *l;
	struct err e = { 0 };

	if (ledger_create(&l, folder, &f, NULL, &e) == RC_OK) {
		ledger_close(l);
		fill_tables(folder, series);
		if (ledger_open(&l, folder, DB_WRITE, NULL, &e) == RC_OK)
			return l;
	}
	fprintf(stderr, "bench_worklist: %s\n", e.text);
	exit(1);
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

/* ---- what is measured ---------------------------------------------------------------------- */

static struct worklist_row rows[PAGE];
static int64_t series_now; /* of the ledger in hand */

struct work {
	const char *name;
	void (*run)(struct ledger *l, const struct work *w, int64_t *answer);
	const char *filter;
	enum worklist_sort sort;
	double target; /* ms with 10^5 series; 0 none */
};

static void
check(enum rc rc, const struct err *e)
{
	if (rc == RC_OK)
		return;
	fprintf(stderr, "bench_worklist: %s\n", e->text);
	exit(1);
}

static struct worklist_query
query(const struct work *w)
{
	return (struct worklist_query){
		.step = "phi", .filter = w->filter, .sort = w->sort, .limit = PAGE
	};
}

static void
first_page(struct ledger *l, const struct work *w, int64_t *answer)
{
	struct worklist_query q = query(w);
	struct err e = { 0 };

	check(worklist_page(l, &q, rows, answer, &e), &e);
}

static void
last_page(struct ledger *l, const struct work *w, int64_t *answer)
{
	struct worklist_query q = query(w);
	struct err e = { 0 };

	q.offset = series_now - PAGE;
	check(worklist_page(l, &q, rows, answer, &e), &e);
}

static void
total(struct ledger *l, const struct work *w, int64_t *answer)
{
	struct worklist_query q = query(w);
	struct err e = { 0 };

	check(worklist_total(l, &q, answer, &e), &e);
}

static void
place(struct ledger *l, const struct work *w, int64_t *answer)
{
	struct worklist_query q = query(w);
	struct err e = { 0 };

	check(worklist_place(l, &q, 2 * (series_now / 2) - 1, answer, &e), &e);
}

static void
counts(struct ledger *l, const struct work *w, int64_t *answer)
{
	struct worklist_step steps[WORKLIST_STEPS];
	struct err e = { 0 };
	size_t n;

	(void)w;
	check(worklist_steps(l, NULL, steps, &n, &e), &e);
	*answer = steps[0].open;
}

/* What the workstation asks after each key of a filter (scr_worklist.c, page_run). */
static void
a_key(struct ledger *l, const struct work *w, int64_t *answer)
{
	first_page(l, w, answer);
	if (*answer == PAGE) /* a shorter page tells the total itself */
		total(l, w, answer);
}

/* What it asks when the list is opened. */
static void
opening(struct ledger *l, const struct work *w, int64_t *answer)
{
	counts(l, w, answer);
	first_page(l, w, answer);
	total(l, w, answer);
}

/* The yardstick: every task read in the order of its table, and looked into. */
static void
scan(struct ledger *l, const struct work *w, int64_t *answer)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT count(*) FROM task NOT INDEXED WHERE queue = 'phi' AND state = 'open' AND "
		"search LIKE '%che%'");
	struct err e = { 0 };

	(void)w;
	check(stmt_step(s, &e), &e);
	*answer = stmt_get_int(s, 0);
	stmt_done(s);
}

static const struct work works[] = {
	{ "plain scan", scan, "", WORKLIST_WHY, 0 },
	{ "opening the list", opening, "", WORKLIST_WHY, 100 },
	{ "first page", first_page, "", WORKLIST_WHY, 100 },
	{ "first page by age", first_page, "", WORKLIST_AGE, 100 },
	{ "first page by subject", first_page, "", WORKLIST_SUBJECT, 100 },
	{ "last page", last_page, "", WORKLIST_WHY, 100 },
	{ "total", total, "", WORKLIST_WHY, 100 },
	{ "counts of all steps", counts, "", WORKLIST_WHY, 100 },
	{ "place of a task", place, "", WORKLIST_WHY, 100 },
	{ "key c", a_key, "c", WORKLIST_WHY, 50 },
	{ "key ch", a_key, "ch", WORKLIST_WHY, 50 },
	{ "key che", a_key, "che", WORKLIST_WHY, 50 },
	{ "key, two words", a_key, "chest v2", WORKLIST_WHY, 50 },
	{ "key, rare word", a_key, "zebra", WORKLIST_WHY, 50 },
	{ "key, no match", a_key, "qqqq", WORKLIST_WHY, 50 },
};

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
measure(struct ledger *l, const struct work *w, int64_t *answer)
{
	double ms[RUNS];

	w->run(l, w, answer); /* warm */
	for (int i = 0; i < RUNS; i++) {
		double start = now_ms();

		w->run(l, w, answer);
		ms[i] = now_ms() - start;
	}
	qsort(ms, RUNS, sizeof(ms[0]), compare);
	return ms[RUNS / 2];
}

static void
measure_decade(int64_t series, double ms[MEM_COUNT(works)], int64_t answers[MEM_COUNT(works)])
{
	char folder[] = "/tmp/wetread-bench-XXXXXX";
	double start = now_ms();
	struct ledger *l;

	if (mkdtemp(folder) == NULL)
		exit(1);
	l = make_ledger(folder, series);
	fprintf(stderr, "%" PRId64 " series made in %.0f s\n", series, (now_ms() - start) / 1000);
	series_now = series;
	for (size_t i = 0; i < MEM_COUNT(works); i++)
		ms[i] = measure(l, &works[i], &answers[i]);
	ledger_close(l);
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* bench_worklist [DECADES]: 3, up to a million series, is the default (needs 2 GB of disk). */
int
main(int argc, char **argv)
{
	double ms[DECADES_MOST][MEM_COUNT(works)];
	int64_t answers[DECADES_MOST][MEM_COUNT(works)];
	int decades = argc > 1 ? atoi(argv[1]) : 3, missed = 0;

	if (decades < 1 || decades > DECADES_MOST)
		return 2;
	keys_init();
	for (int d = 0; d < decades; d++)
		measure_decade((int64_t)1e4 * (int64_t)pow(10, d), ms[d], answers[d]);
	printf("%-24s", "series");
	for (int d = 0; d < decades; d++)
		printf(" %12" PRId64 "%s", (int64_t)1e4 * (int64_t)pow(10, d),
			d > 0 ? "  growth" : "");
	printf("   of a scan  answer  target\n");
	for (size_t i = 0; i < MEM_COUNT(works); i++) {
		bool miss = works[i].target > 0 && decades > 1 && ms[1][i] > works[i].target;

		printf("%-24s", works[i].name);
		for (int d = 0; d < decades; d++) {
			printf(" %9.2f ms", ms[d][i]);
			if (d > 0)
				printf(" %6.1fx", ms[d][i] / ms[d - 1][i]);
		}
		printf("   %8.3f %8" PRId64 "  %s\n", ms[decades - 1][i] / ms[decades - 1][0],
			answers[decades - 1][i],
			works[i].target <= 0 ? ""
				: miss       ? "MISSED"
					     : "met");
		missed += miss;
	}
	printf("targets with 100,000 series: a page within 100 ms, a key of the filter within 50 "
	       "ms; %d missed\n",
		missed);
	return 0;
}
