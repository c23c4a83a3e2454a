/* Owns the measurement of exports: 1,000 subjects of 5 visits with a form of 8 fields each, entered through the ledger's own calls,
 * written in every format.  Wall time and peak memory, one thread, the page cache warm.  The exams are written by SQLite
 * itself, as in bench_trial.c; the archive is removed at the end. */
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/ledger/entry.h"
#include "core/study/version.h"
#include "core/trial/extract.h"

enum { SUBJECTS = 1000, VISITS = 5, FIELDS = 8, BATCH = 500 };

static const char password[] = "correct horse battery";

static const char study[] =
	"{\"wetread_study\": 1, \"id\": \"B\", \"version\": 1, \"title\": \"t\", \"visits\": ["
	"{\"id\": \"V0\", \"title\": \"t\"}, {\"id\": \"V1\", \"title\": \"t\"}, {\"id\": \"V2\","
	" \"title\": \"t\"}, {\"id\": \"V3\", \"title\": \"t\"}, {\"id\": \"V4\", \"title\": "
	"\"t\"}],"
	" \"forms\": [{\"id\": \"f\", \"title\": \"t\", \"level\": \"exam\", \"groups\": [{\"id\": "
	"\"g\", \"fields\": ["
	"{\"id\": \"a0\", \"label\": \"l\", \"type\": \"float\"}, {\"id\": \"a1\", \"label\": "
	"\"l\", \"type\": \"float\"},"
	"{\"id\": \"a2\", \"label\": \"l\", \"type\": \"float\"}, {\"id\": \"a3\", \"label\": "
	"\"l\", \"type\": \"float\"},"
	"{\"id\": \"a4\", \"label\": \"l\", \"type\": \"text\"}, {\"id\": \"a5\", \"label\": "
	"\"l\", \"type\": \"text\"},"
	"{\"id\": \"a6\", \"label\": \"l\", \"type\": \"text\"}, {\"id\": \"a7\", \"label\": "
	"\"l\", \"type\": \"text\"}]}]}]}";

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_export: %s\n", what);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Exam i of subject i / 5. */
static void
put_exams(const char *folder)
{
	static const char sql[] =
		"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 5000)"
		" INSERT INTO exam (id, study_uid, trial, site, subject, visit) SELECT i + 1,"
		" '1.2.3.' || i, 'B', printf('%02d', (i / 5) % 40), printf('S%05d', i / 5),"
		" 'V' || (i % 5) FROM n";
	char *path = mem_format("%s/ledger.db", folder);
	sqlite3 *c;

	must(sqlite3_open(path, &c) == SQLITE_OK, "no ledger");
	free(path);
	must(sqlite3_exec(c, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(c));
	sqlite3_close(c);
}

static void
enrol(struct ledger *l)
{
	struct sign_key key = { 0 };
	struct signer officer = { &key, "officer", "Olga Brandt", "officer", "", "" };
	struct account_enrolment a = { .user = "cora",
		.name = "Cora Brandt",
		.password = "coordinators ask again",
		.roles = { "coordinator" },
		.evidence = "passport seen" };
	struct err e = { 0 };

	must(account_unlock(l, "officer", password, &key, &e) == RC_OK, e.text);
	must(ledger_begin(l, &e) == RC_OK, e.text);
	must(ledger_end(l, account_enrol(l, &officer, &a, &e), &e) == RC_OK, e.text);
	key_free(&key);
}

static void
apply(struct ledger *l)
{
	struct session who;
	struct office o = { &who, password, "bench of exports" };
	struct study_apply file = { study, strlen(study) };
	struct study_version v;
	struct mistakes m = { 0 };
	struct err e = { 0 };
	bool same;

	must(session_open(l, "officer", password, "bench", &who, &e) == RC_OK, e.text);
	must(study_apply(l, &o, &file, &v, &same, &m, &e) == RC_OK,
		m.n > 0 ? m.one[0].text : e.text);
	session_close(l, &who);
	mistakes_free(&m);
}

static void
fill(struct ledger *l, const struct session *who)
{
	static const char *const names[FIELDS] = { "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7" };
	struct entry_value values[FIELDS];
	struct entry_save list[BATCH];
	char object[BATCH][16];
	struct err e = { 0 };

	for (int i = 0; i < FIELDS; i++)
		values[i] = (struct entry_value){ .field = names[i],
			.value = i < 4 ? "17.5" : "a few words of text" };
	for (int at = 0; at < SUBJECTS * VISITS; at += BATCH) {
		for (int i = 0; i < BATCH; i++) {
			snprintf(object[i], sizeof(object[i]), "%d", at + i + 1);
			list[i] = (struct entry_save){ .at = { "exam", object[i] },
				.form = "f",
				.pass = PASS_FIRST,
				.version = 1,
				.values = values,
				.n = FIELDS };
		}
		must(entry_save(l, who, list, BATCH, NULL, &e) == RC_OK, e.text);
	}
}

static void
measure(struct ledger *l, const struct session *who, const char *name)
{
	struct extract_want w = { .who = who, .study = "B" };
	struct extract_told told;
	struct err e = { 0 };
	FILE *to = tmpfile();
	struct rusage use;
	double start = now();

	must(extract_format_of(name, &w.format), name);
	must(extract_write(l, &w, to, &told, &e) == RC_OK, e.text);
	getrusage(RUSAGE_SELF, &use);
	printf("export  %-13s %lld subjects, %lld values: %8.1f ms, %6.1f MB, peak memory %ld MB\n",
		name, (long long)told.subjects, (long long)told.values, (now() - start) * 1e3,
		(double)ftell(to) / 1e6, use.ru_maxrss / 1024);
	fclose(to);
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

int
main(void)
{
	char folder[] = "/tmp/bench_export.XXXXXX";
	struct ledger_founder f = { .user = "officer", .name = "Olga Brandt", .password = password };
	static const char *const formats[] = { "odm", "odm-snapshot", "csv-long", "csv-wide",
		"json" };
	struct session who;
	struct ledger *l;
	struct err e = { 0 };
	double start;

	must(mkdtemp(folder) != NULL, "no folder");
	must(ledger_create(&l, folder, &f, NULL, &e) == RC_OK, e.text);
	enrol(l);
	apply(l);
	put_exams(folder);
	must(session_open(l, "cora", "coordinators ask again", "bench", &who, &e) == RC_OK, e.text);
	start = now();
	fill(l, &who);
	printf("export  %d values entered in %.1f s\n", SUBJECTS * VISITS * FIELDS, now() - start);
	for (size_t i = 0; i < MEM_COUNT(formats); i++)
		measure(l, &who, formats[i]);
	session_close(l, &who);
	ledger_close(l);
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}
