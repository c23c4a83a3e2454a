/* Owns the measurement of labels: all series of a ledger told anew, from its tables alone, as wetread classify --all does
 * after a change of the rules.  Wall time, one thread, the page cache warm.
 *
 * The ledger is made by ledger_create; its rows are then written by SQLite itself, as in bench_worklist.c: series of 24
 * images each, with the headers of a brain trial.  Such an archive does not verify; it is removed at the end. */
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/ledger/label.h"

enum { BATCH = 1024 };

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_classify: %s\n", what);
	exit(1);
}

static const char fill[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
	" INSERT INTO exam (id, study_uid, trial, site, subject, visit)"
	" SELECT i, '1.2.3.' || i, 'TRIAL', printf('%02d', i % 40), 'L' || i, 'BL' FROM n"
	" WHERE i % 6 = 1;"
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
	" INSERT INTO series (id, series_uid, sop_class, modality, series_description,"
	" protocol_name, scanning_sequence, repetition_time, echo_time, contrast_agent, exam, "
	"state,"
	" revision, settled, why, images, slices, gap, missing, spacing, manifest, pixels, arrived)"
	" SELECT i, '1.2.3.' || i || '.1', '1.2.840.10008.5.1.4.1.1.4', 'MR', CASE i % 5 WHEN 0 "
	"THEN"
	" 't2_tse_tra' WHEN 1 THEN 'AX FLAIR' WHEN 2 THEN 't1_mprage_sag' WHEN 3 THEN"
	" 'ep2d_diff_3scan_trace' ELSE '' END, 'BRAIN', 'SE', '4500', '98',"
	" CASE i % 2 WHEN 0 THEN 'Gadovist' ELSE '' END, i - (i - 1) % 6, 'quarantined', 1, 1, 0,"
	" 24, 24, '', '', '', '', '', 1700000000000000 + i FROM n;"
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24)"
	" INSERT INTO image (id, sop_uid, transfer_syntax, image_type, instance_number,"
	" image_position, image_orientation, image_rows, image_columns, pixel_spacing, series, "
	"place,"
	" digest, bytes, pixel_digest, flags, slices, fault, arrived)"
	" SELECT s.id * 24 + n.i, s.series_uid || '.' || n.i, '1.2.840.10008.1.2.1',"
	" 'ORIGINAL\\PRIMARY\\M\\ND', n.i, '-120\\-120\\' || n.i, '1\\0\\0\\0\\1\\0', 256, 256,"
	" '0.9\\0.9', s.id, n.i, hex(randomblob(32)), 131072, hex(randomblob(32)), 0, 1, '', 0"
	" FROM series s, n;"
	"WITH two(step, j) AS (VALUES ('phi', 0), ('quality', 1))"
	" INSERT INTO task (id, series, workflow, step, state, later, rank, arrived, subject,"
	" search, queue, reading, owner, opens) SELECT 2 * id + j - 1, id, 'default', step, 'open',"
	" 0, 0, 0, 'L' || id, 'l' || id, step, 1, '', 0 FROM series, two;";

static void
fill_tables(const char *folder, int64_t series)
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
		sqlite3_bind_int64(s, 1, series);
		must(sqlite3_step(s) == SQLITE_DONE, sqlite3_errmsg(c));
		sqlite3_finalize(s);
	}
	must(sqlite3_exec(c, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(c));
	sqlite3_close(c);
}

static struct ledger *
make_ledger(const char *folder, int64_t series)
{
	struct ledger_founder f = {
		.user = "officer", .name = "Olga Brandt", .password = "correct horse battery"
	};
	struct ledger *l;
	struct err e = { 0 };

	must(ledger_create(&l, folder, &f, NULL, &e) == RC_OK, e.text);
	ledger_close(l);
	fill_tables(folder, series);
	must(ledger_open(&l, folder, DB_WRITE, NULL, &e) == RC_OK, e.text);
	return l;
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

/* Everything that waits; seconds. */
static double
tell_all(struct ledger *l, int64_t series)
{
	double start = now();
	struct err e = { 0 };
	int64_t told = 0, done;

	do {
		must(label_tell_next(l, BATCH, &done, &e) == RC_OK, e.text);
		told += done;
	} while (done > 0);
	must(told == series, "not every series was told");
	return now() - start;
}

static void
measure(int64_t series)
{
	char folder[] = "/tmp/bench_classify.XXXXXX";
	double first, again;
	struct ledger *l;
	struct err e = { 0 };

	must(mkdtemp(folder) != NULL, "no folder");
	l = make_ledger(folder, series);
	first = tell_all(l, series);
	must(db_exec(ledger_db(l), "UPDATE series_label SET rules = 'of before'", &e) == RC_OK,
		e.text);
	again = tell_all(l, series);
	printf("%10lld %14.2f %14.2f %14.1f\n", (long long)series, first, again,
		again / (double)series * 1e6);
	ledger_close(l);
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Arguments: numbers of series; 10^4 and 10^5 unless given. */
int
main(int argc, char **argv)
{
	puts("labels of series of 24 images, from the ledger's tables (10,000 in 2 s are wanted)");
	printf("%10s %14s %14s %14s\n", "series", "the first, s", "anew, s", "each anew, us");
	keys_init();
	if (argc < 2) {
		measure(10000);
		measure(100000);
	}
	for (int i = 1; i < argc; i++)
		measure(strtoll(argv[i], NULL, 10));
	return 0;
}
