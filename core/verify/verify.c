/* The run of wetread-verify: opening, pins, findings. */
#include "core/verify/verify.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool
verify_signature(const char *kid, const char *sig, const char *tag, const void *bytes, size_t n)
{
	unsigned char key[32], raw[64], *all;
	size_t got, tag_size = strlen(tag) + 1;
	bool good;

	if (sodium_hex2bin(key, sizeof(key), kid, strlen(kid), NULL, &got, NULL) != 0 || got != 32)
		return false;
	if (sodium_hex2bin(raw, sizeof(raw), sig, strlen(sig), NULL, &got, NULL) != 0 || got != 64)
		return false;
	all = malloc(tag_size + n);
	if (all == NULL)
		return false;
	memcpy(all, tag, tag_size);
	memcpy(all + tag_size, bytes, n);
	good = crypto_sign_verify_detached(raw, all, tag_size + n, key) == 0;
	free(all);
	return good;
}

static bool
read_pin(struct verify *v)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/anchors/officer.pub", v->folder);
	f = fopen(path, "re");
	if (f == NULL || fgets(v->officer, sizeof(v->officer), f) == NULL)
		verify_unsure(v, "anchors/officer.pub cannot be read: nothing vouches for the accounts");
	if (f != NULL)
		fclose(f);
	v->officer[strcspn(v->officer, "\n")] = '\0';
	return v->officer[0] != '\0';
}

/* Read-only, through SQLite's own lock and WAL, so that it can run beside the workstation. */
static bool
open_ledger(struct verify *v)
{
	char path[4096];
	sqlite3_stmt *s = NULL;
	bool ok;

	snprintf(path, sizeof(path), "%s/ledger.db", v->folder);
	if (sqlite3_open_v2(path, &v->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
		verify_unsure(v, "ledger.db cannot be opened: %s", sqlite3_errmsg(v->db));
		return false;
	}
	sqlite3_db_config(v->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_busy_timeout(v->db, 10000);
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

static void
check_integrity(struct verify *v)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(v->db, "PRAGMA integrity_check(3)", -1, &s, NULL) == SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW &&
		strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0)
		verify_altered(v, "ledger.db is damaged: %s", sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
}

/* The guards of the append-only tables, word for word: one with its body taken out guards nothing. */
static const struct {
	const char *name, *table, *rest;
	int since; /* version of the tables */
} guards[] = {
	{ "event_no_update", "event",
		"BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event takes no changes'); END",
		1 },
	{ "event_no_delete",
		"event", "BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event takes no deletions'); END",
		1 },
	{ "event_next", "event",
		"BEFORE INSERT ON event WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM "
		"event)"
		" OR NEW.prev IS NOT ifnull((SELECT hash FROM event ORDER BY seq DESC LIMIT 1), "
		"'') BEGIN"
		" SELECT RAISE(ABORT, 'event takes only the next row'); END",
		1 },
	{ "decision_no_update",
		"decision", "BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision takes no changes'); END",
		1 },
	{ "decision_no_delete", "decision",
		"BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision takes no "
		"deletions');"
		" END",
		1 },
	{ "decision_new", "decision",
		"BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id) "
		"BEGIN"
		" SELECT RAISE(ABORT, 'decision takes only new rows'); END",
		1 },
	{ "signature_no_update",
		"signature", "BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signature takes no changes'); END",
		1 },
	{ "signature_no_delete", "signature",
		"BEFORE DELETE ON signature BEGIN SELECT RAISE(ABORT, 'signature takes no "
		"deletions');"
		" END",
		1 },
	{ "signature_new", "signature",
		"BEFORE INSERT ON signature WHEN EXISTS (SELECT 1 FROM signature WHERE number ="
		" NEW.number) BEGIN SELECT RAISE(ABORT, 'signature takes only new rows'); END",
		1 },
	{ "viewing_no_update", "viewing",
		"BEFORE UPDATE ON viewing BEGIN SELECT RAISE(ABORT, 'viewing takes no changes'); END", 2 },
	{ "viewing_no_delete", "viewing",
		"BEFORE DELETE ON viewing BEGIN SELECT RAISE(ABORT, 'viewing takes no deletions'); END", 2 },
	{ "viewing_new", "viewing",
		"BEFORE INSERT ON viewing WHEN EXISTS (SELECT 1 FROM viewing WHERE decision ="
		" NEW.decision) BEGIN SELECT RAISE(ABORT, 'viewing takes only new rows'); END",
		2 },
	{ "mark_no_update", "mark",
		"BEFORE UPDATE ON mark BEGIN SELECT RAISE(ABORT, 'mark takes no changes'); END", 2 },
	{ "mark_no_delete", "mark",
		"BEFORE DELETE ON mark BEGIN SELECT RAISE(ABORT, 'mark takes no deletions'); END", 2 },
	{ "mark_new", "mark",
		"BEFORE INSERT ON mark WHEN EXISTS (SELECT 1 FROM mark WHERE id = NEW.id) BEGIN"
		" SELECT RAISE(ABORT, 'mark takes only new rows'); END",
		2 },
	{ "password_used_no_update", "password_used",
		"BEFORE UPDATE ON password_used BEGIN SELECT RAISE(ABORT, 'password_used takes no "
		"changes'); END",
		3 },
	{ "password_used_no_delete", "password_used",
		"BEFORE DELETE ON password_used BEGIN SELECT RAISE(ABORT, 'password_used takes no "
		"deletions'); END",
		3 },
	{ "password_used_new", "password_used",
		"BEFORE INSERT ON password_used WHEN EXISTS (SELECT 1 FROM password_used WHERE "
		"event ="
		" NEW.event) BEGIN SELECT RAISE(ABORT, 'password_used takes only new rows'); END",
		3 },
};

static void
check_guards(struct verify *v)
{
	for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++) {
		sqlite3_stmt *s = NULL;
		char want[512];

		if (guards[i].since > v->schema)
			continue;
		snprintf(want, sizeof(want), "CREATE TRIGGER %s %s", guards[i].name, guards[i].rest);
		sqlite3_prepare_v2(v->db,
			"SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?"
			" AND tbl_name = ?",
			-1, &s, NULL);
		sqlite3_bind_text(s, 1, guards[i].name, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, guards[i].table, -1, SQLITE_STATIC);
		if (sqlite3_step(s) != SQLITE_ROW)
			verify_altered(v, "the guard %s was taken off its table", guards[i].name);
		else if (strcmp((const char *)sqlite3_column_text(s, 0), want) != 0)
			verify_altered(v, "the guard %s was changed", guards[i].name);
		sqlite3_finalize(s);
	}
}

enum verify_result
verify_archive(struct verify *v, const char *folder)
{
	v->folder = folder;
	v->keys = json_object();
	v->running = json_object();
	v->last_sign = json_object();
	v->hashes = json_object();
	v->replay = json_object();
	verify_anchors_measure(v);
	if (open_ledger(v)) {
		read_pin(v);
		check_integrity(v);
		verify_log(v);
		if (v->schema > VERIFY_SCHEMA)
			verify_unsure(v, "the tables have version %lld, this program knows %d",
				(long long)v->schema, VERIFY_SCHEMA);
		check_guards(v);
		verify_tables(v);
		verify_accounts(v);
		verify_review(v);
		verify_anchors(v);
		if (v->check_objects)
			verify_objects(v);
	}
	if (v->altered)
		return VERIFY_ALTERED;
	return v->unsure ? VERIFY_CANNOT_TELL : VERIFY_GOOD;
}

void
verify_release(struct verify *v)
{
	json_decref(v->keys);
	json_decref(v->running);
	json_decref(v->last_sign);
	json_decref(v->hashes);
	json_decref(v->replay);
	for (size_t i = 0; i < v->findings; i++)
		free(v->finding[i]);
	sqlite3_close(v->db);
	memset(v, 0, sizeof(*v));
}
