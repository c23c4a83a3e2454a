/* Series that lie at a source. */
#include "core/ledger/remote.h"

#include <string.h>

#include "core/base/str.h"

enum rc
remote_of(struct ledger *l, int64_t series, struct remote_row *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT r.source, o.name, r.address, r.images, r.whole, q.revision, q.settled, "
		"r.gone,"
		" r.fault, o.keep, r.own FROM remote r JOIN source o ON o.id = r.source JOIN "
		"series q ON"
		" q.id = r.series WHERE r.series = $1");
	enum rc rc;

	memset(out, 0, sizeof(*out));
	stmt_int(s, 1, series);
	rc = stmt_step(s, NULL);
	if (rc == RC_OK) {
		out->series = series;
		out->source = stmt_get_int(s, 0);
		str_copy(out->source_name, sizeof(out->source_name), stmt_get_text(s, 1));
		str_copy(out->address, sizeof(out->address), stmt_get_text(s, 2));
		out->images = stmt_get_int(s, 3);
		out->whole = stmt_get_int(s, 4) != 0 && stmt_get_int(s, 4) == stmt_get_int(s, 5) &&
			stmt_get_int(s, 6) != 0;
		out->gone = stmt_get_int(s, 7) != 0;
		str_copy(out->fault, sizeof(out->fault), stmt_get_text(s, 8));
		out->cached =
			strcmp(stmt_get_text(s, 9), "archive") != 0 && stmt_get_int(s, 10) == 0;
	}
	stmt_done(s);
	return rc == RC_OK ? rc : err_set(e, rc, "the series is the archive's own");
}

enum rc
remote_check_whole(struct ledger *l, int64_t series, struct err *e)
{
	struct remote_row r;
	enum rc rc = remote_of(l, series, &r, NULL);

	if (rc == RC_NOT_FOUND || (rc == RC_OK && r.whole))
		return RC_OK;
	return rc != RC_OK ? err_set(e, rc, "the series cannot be read")
			   : err_set(e, RC_BUSY,
				     "not all of this series is here: it lies at %s and has to be "
				     "fetched first",
				     r.source_name);
}

static enum rc
run_alone(struct ledger *l, struct stmt *s, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	return rc == RC_OK ? ledger_end(l, stmt_run(s, e), e) : rc;
}

enum rc
remote_note_whole(struct ledger *l, int64_t series, int64_t revision, int64_t images, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE remote SET whole = $1, images = $2, gone = 0, fault = '' WHERE series = $3"
		" AND EXISTS (SELECT 1 FROM series q WHERE q.id = $3 AND q.revision = $1 AND"
		" q.settled = 1)");
	enum rc rc;

	stmt_int(s, 1, revision);
	stmt_int(s, 2, images);
	stmt_int(s, 3, series);
	rc = run_alone(l, s, e);
	return rc == RC_OK && db_changes(ledger_db(l)) == 0
		? err_set(e, RC_CONFLICT, "the series changed while it was fetched")
		: rc;
}

enum rc
remote_note_fault(struct ledger *l, int64_t series, const char *fault, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "UPDATE remote SET fault = $1 WHERE series = $2");

	stmt_text(s, 1, fault);
	stmt_int(s, 2, series);
	return run_alone(l, s, e);
}

enum rc
remote_note_gone(struct ledger *l, int64_t source, int64_t swept, int64_t *gone, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE remote SET gone = $1 WHERE source = $2 AND seen < $3 AND gone = 0");
	enum rc rc;

	stmt_int(s, 1, ledger_now(l));
	stmt_int(s, 2, source);
	stmt_int(s, 3, swept);
	rc = run_alone(l, s, e);
	*gone = rc == RC_OK ? db_changes(ledger_db(l)) : 0;
	return rc;
}

int64_t
remote_same(struct ledger *l, int64_t source, const char *series_uid, int64_t images)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT r.images, r.series FROM series q JOIN remote r ON r.series = q.id WHERE"
		" q.series_uid = $1 AND r.source = $2 AND r.gone = 0");
	int64_t series = 0;

	stmt_text(s, 1, series_uid);
	stmt_int(s, 2, source);
	if (stmt_step(s, NULL) == RC_OK && (images < 0 || stmt_get_int(s, 0) == images))
		series = stmt_get_int(s, 1);
	stmt_done(s);
	return series;
}

enum rc
remote_touch(struct ledger *l, const int64_t *series, size_t n, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		struct stmt *s =
			db_query(ledger_db(l), "UPDATE remote SET seen = $1 WHERE series = $2");

		stmt_int(s, 1, ledger_now(l));
		stmt_int(s, 2, series[i]);
		rc = stmt_run(s, e);
	}
	return ledger_end(l, rc, e);
}

size_t
remote_changed(struct ledger *l, int64_t source, int64_t *out, size_t most)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT r.series FROM remote r JOIN series q ON q.id = r.series WHERE r.source = $1"
		" AND r.whole = 0 AND r.gone = 0 AND q.manifest <> '' ORDER BY r.series LIMIT $2");
	size_t n = 0;

	stmt_int(s, 1, source);
	stmt_int(s, 2, (int64_t)most);
	while (n < most && stmt_step(s, NULL) == RC_OK)
		out[n++] = stmt_get_int(s, 0);
	stmt_done(s);
	return n;
}
