/* The guards of the append-only tables. */
#include <stdio.h>
#include <string.h>

#include "core/verify/verify.h"

/* Word for word: one with its body taken out guards nothing. */
static const struct {
	const char *name, *table, *rest;
	int since; /* version of the tables */
} guards[] = {
	{ "event_no_update", "event",
		"BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event takes no changes'); END",
		1 },
	{ "event_no_delete", "event",
		"BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event takes no deletions'); END",
		1 },
	{ "event_next", "event",
		"BEFORE INSERT ON event WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM "
		"event)"
		" OR NEW.prev IS NOT ifnull((SELECT hash FROM event ORDER BY seq DESC LIMIT 1), "
		"'') BEGIN"
		" SELECT RAISE(ABORT, 'event takes only the next row'); END",
		1 },
	{ "decision_no_update", "decision",
		"BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision takes no changes'); "
		"END",
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
	{ "signature_no_update", "signature",
		"BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signature takes no "
		"changes'); END",
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
	{ "viewing_no_update",
		"viewing", "BEFORE UPDATE ON viewing BEGIN SELECT RAISE(ABORT, 'viewing takes no changes'); END",
		2 },
	{ "viewing_no_delete", "viewing",
		"BEFORE DELETE ON viewing BEGIN SELECT RAISE(ABORT, 'viewing takes no deletions'); "
		"END",
		2 },
	{ "viewing_new", "viewing",
		"BEFORE INSERT ON viewing WHEN EXISTS (SELECT 1 FROM viewing WHERE decision ="
		" NEW.decision) BEGIN SELECT RAISE(ABORT, 'viewing takes only new rows'); END",
		2 },
	{ "study_version_no_update", "study_version",
		"BEFORE UPDATE ON study_version BEGIN SELECT RAISE(ABORT, 'study_version takes no "
		"changes'); END",
		5 },
	{ "study_version_no_delete", "study_version",
		"BEFORE DELETE ON study_version BEGIN SELECT RAISE(ABORT, 'study_version takes no "
		"deletions'); END",
		5 },
	{ "study_version_new", "study_version",
		"BEFORE INSERT ON study_version WHEN EXISTS (SELECT 1 FROM study_version WHERE id ="
		" NEW.id) BEGIN SELECT RAISE(ABORT, 'study_version takes only new rows'); END",
		5 },
	{ "mark_no_update", "mark",
		"BEFORE UPDATE ON mark BEGIN SELECT RAISE(ABORT, 'mark takes no changes'); END", 2 },
	{ "mark_no_delete", "mark",
		"BEFORE DELETE ON mark BEGIN SELECT RAISE(ABORT, 'mark takes no deletions'); END",
		2 },
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
	{ "series_begins", "series",
		"BEFORE INSERT ON series WHEN NEW.state <> 'quarantined' BEGIN"
		" SELECT RAISE(ABORT, 'series begins as quarantined'); END",
		4 },
	{ "series_moves", "series",
		"BEFORE UPDATE OF state ON series WHEN NEW.state <> OLD.state AND NOT EXISTS"
		" (SELECT 1 FROM move m WHERE m.state = OLD.state AND m.next = NEW.state) BEGIN"
		" SELECT RAISE(ABORT, 'series cannot go there'); END",
		4 },
	{ "series_never", "series",
		"BEFORE UPDATE ON series WHEN NEW.state = 'released' AND EXISTS (SELECT 1 FROM "
		"sentinel o"
		" WHERE o.series_uid = NEW.series_uid) BEGIN SELECT RAISE(ABORT, 'sentinel are "
		"never "
		"released'); END",
		4 },
	{ "sentinel_no_update", "sentinel",
		"BEFORE UPDATE ON sentinel BEGIN SELECT RAISE(ABORT, 'sentinel takes no changes'); "
		"END",
		4 },
	{ "sentinel_no_delete", "sentinel",
		"BEFORE DELETE ON sentinel BEGIN SELECT RAISE(ABORT, 'sentinel takes no "
		"deletions'); END",
		4 },
	{ "sentinel_new", "sentinel",
		"BEFORE INSERT ON sentinel WHEN EXISTS (SELECT 1 FROM sentinel WHERE series_uid ="
		" NEW.series_uid) BEGIN SELECT RAISE(ABORT, 'sentinel takes only new rows'); END",
		4 },
	{ "entry_no_update", "entry",
		"BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entry takes no changes'); END",
		6 },
	{ "entry_no_delete", "entry",
		"BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entry takes no deletions'); END",
		6 },
	{ "entry_new", "entry",
		"BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.id) BEGIN"
		" SELECT RAISE(ABORT, 'entry takes only new rows'); END",
		6 },
	{ "form_step_no_update", "form_step",
		"BEFORE UPDATE ON form_step BEGIN SELECT RAISE(ABORT, 'form_step takes no "
		"changes'); END",
		6 },
	{ "form_step_no_delete", "form_step",
		"BEFORE DELETE ON form_step BEGIN SELECT RAISE(ABORT, 'form_step takes no "
		"deletions'); END",
		6 },
	{ "form_step_new", "form_step",
		"BEFORE INSERT ON form_step WHEN EXISTS (SELECT 1 FROM form_step WHERE event = "
		"NEW.event) BEGIN"
		" SELECT RAISE(ABORT, 'form_step takes only new rows'); END",
		6 },
	{ "query_no_update", "query",
		"BEFORE UPDATE ON query BEGIN SELECT RAISE(ABORT, 'query takes no changes'); END",
		6 },
	{ "query_no_delete", "query",
		"BEFORE DELETE ON query BEGIN SELECT RAISE(ABORT, 'query takes no deletions'); END",
		6 },
	{ "query_new", "query",
		"BEFORE INSERT ON query WHEN EXISTS (SELECT 1 FROM query WHERE id = NEW.id) BEGIN"
		" SELECT RAISE(ABORT, 'query takes only new rows'); END",
		6 },
	{ "query_line_no_update", "query_line",
		"BEFORE UPDATE ON query_line BEGIN SELECT RAISE(ABORT, 'query_line takes no "
		"changes'); END",
		6 },
	{ "query_line_no_delete", "query_line",
		"BEFORE DELETE ON query_line BEGIN SELECT RAISE(ABORT, 'query_line takes no "
		"deletions'); END",
		6 },
	{ "query_line_new", "query_line",
		"BEFORE INSERT ON query_line WHEN EXISTS (SELECT 1 FROM query_line WHERE event = "
		"NEW.event) BEGIN"
		" SELECT RAISE(ABORT, 'query_line takes only new rows'); END",
		6 },
};

void
verify_guards(struct verify *v)
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
