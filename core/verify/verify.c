/* The run of wetread-verify: opening, pins, findings. */
#include "core/verify/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROW_MOST = 1 << 28 }; /* bytes of a row: what is larger was not written by wetread */

static void
add_finding(struct verify *v, const char *fmt, va_list ap)
{
	char *text;

	if (v->findings == VERIFY_FINDINGS) {
		v->findings_more++;
		return;
	}
	if (vasprintf(&text, fmt, ap) >= 0)
		v->finding[v->findings++] = text;
}

void
verify_altered(struct verify *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_finding(v, fmt, ap);
	va_end(ap);
	v->altered = true;
}

void
verify_unsure(struct verify *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_finding(v, fmt, ap);
	va_end(ap);
	v->unsure = true;
}

void
verify_read_pin(struct verify *v, const char *path)
{
	FILE *f = path != NULL ? fopen(path, "re") : NULL;

	if (f == NULL || fgets(v->officer, sizeof(v->officer), f) == NULL)
		verify_unsure(
			v, "anchors/officer.pub cannot be read: nothing vouches for the accounts");
	if (f != NULL)
		fclose(f);
	v->officer[strcspn(v->officer, "\n")] = '\0';
}

static bool
open_ledger(struct verify *v)
{
	sqlite3_stmt *s = NULL;
	bool ok;

	if (verify_open(v->folder, &v->db) != SQLITE_OK) {
		verify_unsure(v, "ledger.db cannot be opened: %s", sqlite3_errmsg(v->db));
		return false;
	}
	sqlite3_db_config(v->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(v->db, SQLITE_LIMIT_LENGTH, ROW_MOST);
	sqlite3_busy_timeout(v->db, 10000);
	sqlite3_exec(v->db, "PRAGMA temp_store = FILE", NULL, NULL, NULL);
	sqlite3_exec(v->db, "BEGIN", NULL, NULL, NULL); /* one state of the file for all checks */
	ok = sqlite3_prepare_v2(v->db, "SELECT value FROM meta WHERE name = 'id'", -1, &s, NULL) ==
			SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW;
	if (ok)
		snprintf(v->id, sizeof(v->id), "%s", (const char *)sqlite3_column_text(s, 0));
	else
		verify_unsure(v, "ledger.db is no wetread ledger: %s", sqlite3_errmsg(v->db));
	sqlite3_finalize(s);
	return ok;
}

/* On a terminal, ten times a second at most, in one line that is taken away at the end. */
void
verify_progress(struct verify *v, int64_t at, int64_t of, const char *what)
{
	struct timespec now;
	int64_t tenth;

	if (!v->progress)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	tenth = (int64_t)now.tv_sec * 10 + now.tv_nsec / 100000000;
	if (tenth == v->told_at && at < of)
		return;
	v->told_at = tenth;
	fprintf(stderr, "\r\033[K%lld of %lld %s", (long long)at, (long long)of, what);
	if (at >= of)
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

static void
check_all(struct verify *v)
{
	struct verify_whole *whole = verify_whole_begin(v->folder);
	char pin[4096];

	snprintf(pin, sizeof(pin), "%s/anchors/officer.pub", v->folder);
	verify_read_pin(v, pin);
	verify_log(v);
	verify_whole_end(v, whole);
	if (v->schema > VERIFY_SCHEMA)
		verify_unsure(v, "the tables have version %lld, this program knows %d",
			(long long)v->schema, VERIFY_SCHEMA);
	verify_guards(v);
	verify_decisions(v);
	verify_tables(v);
	verify_accounts(v);
	verify_review(v);
	verify_anchors(v);
	if (v->check_objects)
		verify_objects(v);
	if (told_failed(v->told))
		verify_unsure(v,
			"the working file could not be written: make room where TMPDIR points to");
}

bool
verify_prepare(struct verify *v)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	v->keys = json_object();
	v->ended = json_object();
	v->running = json_object();
	v->last_sign = json_object();
	v->replay = json_object();
	v->threads = processors < 1 ? 1 : processors > 64 ? 64 : (int)processors;
	v->pool = pool_new(v->threads);
	v->told = told_new();
	if (v->pool == NULL || v->told == NULL)
		verify_unsure(v, "no threads, or no room for a working file where TMPDIR points to");
	return !v->unsure;
}

enum verify_result
verify_result_of(const struct verify *v)
{
	if (v->altered && !told_failed(v->told))
		return VERIFY_ALTERED;
	return v->altered || v->unsure ? VERIFY_CANNOT_TELL : VERIFY_GOOD;
}

enum verify_result
verify_archive(struct verify *v, const char *folder)
{
	v->folder = folder;
	verify_anchors_measure(v);
	if (verify_prepare(v) && open_ledger(v))
		check_all(v);
	return verify_result_of(v);
}

void
verify_release(struct verify *v)
{
	for (int i = 0; i < KEPT_COUNT; i++)
		sqlite3_finalize(v->kept[i]);
	pool_free(v->pool);
	told_free(v->told);
	json_decref(v->keys);
	json_decref(v->ended);
	json_decref(v->running);
	json_decref(v->last_sign);
	json_decref(v->replay);
	json_decref(v->copy);
	for (size_t i = 0; i < v->findings; i++)
		free(v->finding[i]);
	sqlite3_close(v->db);
	memset(v, 0, sizeof(*v));
}
