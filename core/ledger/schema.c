/* The tables of the ledger.
 *
 * event is the log: one row for each thing done, chained by hash and signed (STANDARDS 1.4).  Everything
 * below it is a projection, written in the transaction of its event.  Hashes, keys and signatures are
 * lower-case hexadecimal TEXT and times are BIGINT microseconds UTC, so that both SQLs hold them alike.
 * A step of work is a row (step, step_role), a piece of work a task: nothing about "phi" or "quality" is code. */
#include "core/ledger/schema.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/attr.h"
#include "core/ledger/keys.h"
#include "core/ledger/look.h"

static const char tables[] =
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);"

	"CREATE TABLE event (seq BIGINT PRIMARY KEY, body TEXT NOT NULL, prev TEXT NOT NULL,"
	" hash TEXT NOT NULL, kid TEXT NOT NULL, sig TEXT NOT NULL);"
	/* object, action and user are inside the body; these lines find a record's history fast */
	"CREATE TABLE event_object (seq BIGINT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL,"
	" PRIMARY KEY (kind, object, seq));"

	"CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT NOT NULL, public_key TEXT NOT NULL,"
	" sealed TEXT NOT NULL, nonce TEXT NOT NULL, salt TEXT NOT NULL, ops BIGINT NOT NULL,"
	" mem BIGINT NOT NULL, state TEXT NOT NULL, since BIGINT NOT NULL,"
	" failures BIGINT NOT NULL, signatures BIGINT NOT NULL, last_signature TEXT NOT NULL,"
	" event BIGINT NOT NULL, failed BIGINT NOT NULL, locked_until BIGINT NOT NULL,"
	" seal_event BIGINT NOT NULL, password_at BIGINT NOT NULL, temporary BIGINT NOT NULL);"
	"CREATE TABLE account_role (account TEXT NOT NULL, role TEXT NOT NULL, study TEXT NOT NULL,"
	" site TEXT NOT NULL, event BIGINT NOT NULL, PRIMARY KEY (account, role, study, site));"
	/* signed: signatures since the login, or since it was last unlocked */
	"CREATE TABLE session (id TEXT PRIMARY KEY, account TEXT NOT NULL, public_key TEXT NOT "
	"NULL,"
	" source TEXT NOT NULL, started BIGINT NOT NULL, ended BIGINT NOT NULL,"
	" signed BIGINT NOT NULL);"

	"CREATE TABLE step (workflow TEXT NOT NULL, name TEXT NOT NULL, place BIGINT NOT NULL,"
	" title TEXT NOT NULL, needs TEXT NOT NULL, least_scale BIGINT NOT NULL,"
	" least_levels BIGINT NOT NULL, least_windows BIGINT NOT NULL, kind TEXT NOT NULL,"
	" PRIMARY KEY (workflow, name));"
	"CREATE TABLE step_role (workflow TEXT NOT NULL, step TEXT NOT NULL, role TEXT NOT NULL,"
	" PRIMARY KEY (workflow, step, role));"

	/* read: 1 and 2 are reads, 3 adjudicates them, 4 repeats the owner's own; opens: not on a list before then */
	"CREATE TABLE task (id BIGINT PRIMARY KEY, series BIGINT NOT NULL, workflow TEXT NOT NULL,"
	" step TEXT NOT NULL, state TEXT NOT NULL, later BIGINT NOT NULL, rank BIGINT NOT NULL,"
	" arrived BIGINT NOT NULL, subject TEXT NOT NULL, search TEXT NOT NULL,"
	" queue TEXT NOT NULL, reading BIGINT NOT NULL, owner TEXT NOT NULL, opens BIGINT NOT "
	"NULL);"

	"CREATE TABLE conflict (id BIGINT PRIMARY KEY, sop_uid TEXT NOT NULL, digest TEXT NOT NULL,"
	" bytes BIGINT NOT NULL, image BIGINT NOT NULL, series BIGINT NOT NULL,"
	" arrived BIGINT NOT NULL);"
	"CREATE UNIQUE INDEX conflict_bytes ON conflict (sop_uid, digest);"
	"CREATE INDEX conflict_series ON conflict (series);"
	"CREATE TABLE header (image BIGINT PRIMARY KEY, json TEXT NOT NULL);"

	"CREATE TABLE decision (id BIGINT PRIMARY KEY, series BIGINT NOT NULL, step TEXT NOT NULL,"
	" verdict TEXT NOT NULL, note TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,"
	" role TEXT NOT NULL, at BIGINT NOT NULL, revision BIGINT NOT NULL, manifest TEXT NOT NULL,"
	" supersedes BIGINT NOT NULL, event BIGINT NOT NULL, reading BIGINT NOT NULL,"
	" readings BIGINT NOT NULL, correction TEXT NOT NULL);"
	"CREATE INDEX decision_series ON decision (series, id);"
	"CREATE TABLE decision_reason (decision BIGINT NOT NULL, code TEXT NOT NULL,"
	" scheme TEXT NOT NULL, action TEXT NOT NULL, PRIMARY KEY (decision, code));"
	"CREATE TABLE signature (number BIGINT PRIMARY KEY, decision BIGINT NOT NULL,"
	" account TEXT NOT NULL, name TEXT NOT NULL, meaning TEXT NOT NULL, at TEXT NOT NULL,"
	" running BIGINT NOT NULL, event BIGINT NOT NULL, hash TEXT NOT NULL);"

	/* where a person is: a working state, not a record */
	"CREATE TABLE seen (account TEXT NOT NULL, series BIGINT NOT NULL, revision BIGINT NOT "
	"NULL,"
	" slice BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (account, series));";

/* What version 2 added: looks and marks. */
static const char tables_2[] =
	/* every look behind a decision; the digest is in its event */
	"CREATE TABLE viewing (decision BIGINT PRIMARY KEY, body TEXT NOT NULL, digest TEXT NOT "
	"NULL);"

	/* where text is in the pixels, by the decision that says so; slices count from 1 here */
	"CREATE TABLE mark (id BIGINT PRIMARY KEY, decision BIGINT NOT NULL, place BIGINT NOT NULL,"
	" scope TEXT NOT NULL, shape TEXT NOT NULL, kind TEXT NOT NULL, first_slice BIGINT NOT "
	"NULL,"
	" last_slice BIGINT NOT NULL, sop_uid TEXT NOT NULL, image_columns BIGINT NOT NULL,"
	" image_rows BIGINT NOT NULL, points TEXT NOT NULL);"
	"CREATE UNIQUE INDEX mark_decision ON mark (decision, place);"
	/* the same while somebody draws */
	"CREATE TABLE mark_draft (account TEXT NOT NULL, series BIGINT NOT NULL,"
	" revision BIGINT NOT NULL, place BIGINT NOT NULL, scope TEXT NOT NULL, shape TEXT NOT "
	"NULL,"
	" kind TEXT NOT NULL, first_slice BIGINT NOT NULL, last_slice BIGINT NOT NULL,"
	" sop_uid TEXT NOT NULL, image_columns BIGINT NOT NULL, image_rows BIGINT NOT NULL,"
	" points TEXT NOT NULL, PRIMARY KEY (account, series, place));"

	/* the looks of those who have not signed yet */
	"CREATE TABLE look (account TEXT NOT NULL, series BIGINT NOT NULL, revision BIGINT NOT "
	"NULL,"
	" slice BIGINT NOT NULL, picture TEXT NOT NULL, shown_window TEXT NOT NULL,"
	" scale BIGINT NOT NULL, levels BIGINT NOT NULL, image_columns BIGINT NOT NULL,"
	" image_rows BIGINT NOT NULL, x BIGINT NOT NULL, y BIGINT NOT NULL, width BIGINT NOT NULL,"
	" height BIGINT NOT NULL, times BIGINT NOT NULL, first_at BIGINT NOT NULL,"
	" dwell BIGINT NOT NULL,"
	" PRIMARY KEY (account, series, slice, picture, shown_window, x, y, width, height));";

/* What version 3 added: passwords that were used, failures of ids that nobody has, settings. */
static const char tables_3[] =
	"CREATE TABLE password_used (event BIGINT PRIMARY KEY, account TEXT NOT NULL,"
	" salt TEXT NOT NULL, ops BIGINT NOT NULL, mem BIGINT NOT NULL, proof TEXT NOT NULL);"
	"CREATE INDEX password_account ON password_used (account, event);"
	/* so that an id that is nobody's behaves as one that is; a working state, not a record */
	"CREATE TABLE stranger (mark TEXT PRIMARY KEY, failures BIGINT NOT NULL,"
	" locked_until BIGINT NOT NULL);"
	"CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, event BIGINT NOT NULL);"
	"CREATE INDEX session_account ON session (account, started);";

/* What version 4 added: work that people share, second reads, training, blinding. */
static const char tables_4[] =
	"CREATE UNIQUE INDEX task_series ON task (series, workflow, step, reading);"
	/* the worklist: opened, paged and filtered from these alone */
	"CREATE INDEX task_queue ON task (queue, state, later, rank, id, search, reading, owner, "
	"opens,"
	" series, step);"
	"CREATE INDEX task_age ON task (queue, state, arrived, id, search, reading, owner, opens,"
	" series, step);"
	"CREATE INDEX task_subject ON task (queue, state, subject, id, search, reading, owner, "
	"opens,"
	" series, step);"
	"CREATE INDEX decision_account ON decision (account, id);"
	/* how it goes with the places that anchors are sent to; a working state, not a record */
	"CREATE TABLE anchor_place (name TEXT PRIMARY KEY, at BIGINT NOT NULL, missed BIGINT NOT "
	"NULL,"
	" fault TEXT NOT NULL);"
	/* who has a task open now; a working state, not a record */
	"CREATE TABLE lease (task BIGINT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL,"
	" session TEXT NOT NULL, source TEXT NOT NULL, since BIGINT NOT NULL, until BIGINT NOT "
	"NULL);"
	/* where the state of a series may go (11.10(f)), and by what */
	"CREATE TABLE move (state TEXT NOT NULL, next TEXT NOT NULL, by TEXT NOT NULL,"
	" PRIMARY KEY (state, next, by));"
	/* what a signature may mean (11.50(a)(3)) under which role */
	"CREATE TABLE meaning (name TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (name, role));"
	"CREATE TABLE training (account TEXT NOT NULL, role TEXT NOT NULL, at BIGINT NOT NULL,"
	" event BIGINT NOT NULL, PRIMARY KEY (account, role));"
	"CREATE TABLE blind (role TEXT NOT NULL, field TEXT NOT NULL, event BIGINT NOT NULL,"
	" PRIMARY KEY (role, field));"
	/* series with text put in on purpose, to measure who finds it; they can never be released */
	"CREATE TABLE sentinel (series_uid TEXT PRIMARY KEY, truth TEXT NOT NULL,"
	" event BIGINT NOT NULL);";

/* What version 5 added: images that lie elsewhere, what studies ask for, what series are. */
static const char tables_5[] =
	/* where; keep: what becomes of bytes that were fetched ("memory", "encrypted", "archive") */
	"CREATE TABLE source (id BIGINT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL,"
	" keep TEXT NOT NULL, state TEXT NOT NULL, event BIGINT NOT NULL);"
	/* what a probe found, and how it goes; a working state, not a record */
	"CREATE TABLE source_state (source BIGINT PRIMARY KEY, quirks BIGINT NOT NULL,"
	" server TEXT NOT NULL, round_trip BIGINT NOT NULL, clock_ahead BIGINT NOT NULL,"
	" probed BIGINT NOT NULL, swept BIGINT NOT NULL, token TEXT NOT NULL,"
	" reached BIGINT NOT NULL, fault TEXT NOT NULL, faulted BIGINT NOT NULL);"
	/* a series of a source; own: it was the archive's before it was found there; whole: the revision at which all of it was here; a working state but for `source`,
	 * which its event tells */
	"CREATE TABLE remote (series BIGINT PRIMARY KEY, source BIGINT NOT NULL,"
	" address TEXT NOT NULL, images BIGINT NOT NULL, whole BIGINT NOT NULL,"
	" seen BIGINT NOT NULL, gone BIGINT NOT NULL, fault TEXT NOT NULL,"
	" own BIGINT NOT NULL);"
	"CREATE INDEX remote_source ON remote (source, series);"
	/* copies of verdicts that sources are to get, each row written with its decision */
	"CREATE TABLE outbox (id BIGINT PRIMARY KEY, source BIGINT NOT NULL, series BIGINT NOT "
	"NULL,"
	" decision BIGINT NOT NULL, state TEXT NOT NULL, made BIGINT NOT NULL,"
	" tries BIGINT NOT NULL, due BIGINT NOT NULL, fault TEXT NOT NULL, how TEXT NOT NULL,"
	" confirmed BIGINT NOT NULL);"
	"CREATE UNIQUE INDEX outbox_decision ON outbox (decision, source);"
	"CREATE INDEX outbox_due ON outbox (state, due);"
	/* what a study asks for, each version as it was applied; records name the version they were made under */
	"CREATE TABLE study_version (id BIGINT PRIMARY KEY, study TEXT NOT NULL,"
	" version BIGINT NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL,"
	" event BIGINT NOT NULL);"
	"CREATE UNIQUE INDEX study_version_of ON study_version (study, version);"
	/* what a series is, by a rule (event 0: it can be told again) or by a person */
	"CREATE TABLE series_label (series BIGINT PRIMARY KEY, label TEXT NOT NULL,"
	" rule TEXT NOT NULL, confidence BIGINT NOT NULL, rules TEXT NOT NULL,"
	" account TEXT NOT NULL, reason TEXT NOT NULL, event BIGINT NOT NULL);";

static const char more_study[] =
	", trial TEXT NOT NULL, site TEXT NOT NULL, subject TEXT NOT NULL, visit TEXT NOT NULL";
static const char more_series[] =
	", exam BIGINT NOT NULL, state TEXT NOT NULL, revision BIGINT NOT NULL, settled BIGINT NOT "
	"NULL,"
	" why BIGINT NOT NULL, images BIGINT NOT NULL, slices BIGINT NOT NULL, gap TEXT NOT NULL,"
	" missing TEXT NOT NULL, spacing TEXT NOT NULL, manifest TEXT NOT NULL, pixels TEXT NOT "
	"NULL,"
	" arrived BIGINT NOT NULL";
static const char more_image[] =
	", series BIGINT NOT NULL, place BIGINT NOT NULL, digest TEXT NOT NULL, bytes BIGINT NOT "
	"NULL,"
	" pixel_digest TEXT NOT NULL, flags BIGINT NOT NULL, slices BIGINT NOT NULL,"
	" fault TEXT NOT NULL, arrived BIGINT NOT NULL";

static const char indexes[] = "CREATE UNIQUE INDEX exam_uid ON exam (study_uid);"
			      "CREATE UNIQUE INDEX series_of ON series (series_uid);"
			      "CREATE INDEX series_exam ON series (exam);"
			      "CREATE INDEX series_settled ON series (settled);"
			      "CREATE INDEX series_pixels ON series (pixels);"
			      "CREATE UNIQUE INDEX image_uid ON image (sop_uid);"
			      "CREATE INDEX image_series ON image (series, place);";

static const struct {
	const char *workflow, *name, *title;
	const char *needs; /* "pixels": a pass needs real pixels on the glass, not half blocks */
	int place;
	const char *roles[3];
	/* what a pass asks of every slice (struct look_rule) */
	int scale, levels, windows;
	const char *kind; /* "read": a task of every series; "adjudication": where two reads differ */
} steps[] = {
	{ "default", "phi", "no identifying text in the pixels", "pixels", 1,
		{ "reviewer", "radiologist" }, LOOK_SCALE, LOOK_LEVELS, 1, "read" },
	{ "default", "quality", "right scan, complete, sharp", "", 2, { "reviewer", "radiologist" },
		0, 0, 0, "read" },
	{ "default", "adjudication", "two reads differ: whose verdict holds", "", 3,
		{ "radiologist", "expert" }, 0, 0, 0, "adjudication" },
};

static const struct {
	const char *state, *next, *by;
} moves[] = {
	{ "quarantined", "in-review", "verdict" },
	{ "quarantined", "approved", "verdict" },
	{ "quarantined", "query", "verdict" },
	{ "quarantined", "rejected", "verdict" },
	{ "in-review", "approved", "verdict" },
	{ "in-review", "query", "verdict" },
	{ "in-review", "rejected", "verdict" },
	{ "query", "rejected", "verdict" },
	/* a correction takes back what was signed in error, wherever that had led */
	{ "in-review", "approved", "correction" },
	{ "in-review", "query", "correction" },
	{ "in-review", "rejected", "correction" },
	{ "approved", "in-review", "correction" },
	{ "approved", "query", "correction" },
	{ "approved", "rejected", "correction" },
	{ "query", "in-review", "correction" },
	{ "query", "approved", "correction" },
	{ "query", "rejected", "correction" },
	{ "rejected", "in-review", "correction" },
	{ "rejected", "approved", "correction" },
	{ "rejected", "query", "correction" },
	/* other images void what was decided on those before */
	{ "in-review", "quarantined", "images" },
	{ "approved", "quarantined", "images" },
	{ "query", "quarantined", "images" },
	{ "rejected", "quarantined", "images" },
};

static const struct {
	const char *name, *role;
} meanings[] = {
	{ "review", "reviewer" },
	{ "review", "radiologist" },
	{ "review", "expert" },
	{ "adjudication", "radiologist" },
	{ "adjudication", "expert" },
	{ "authorship", "coordinator" },
	{ "approval", "manager" },
	{ "responsibility", "officer" },
};

static void
attr_table_sql(struct buf *b, const char *table, enum attr_level level, const char *more)
{
	buf_format(b, "CREATE TABLE %s (id BIGINT PRIMARY KEY", table);
	for (int a = 0; a < ATTR_COUNT; a++)
		if (attr_table[a].level == level)
			buf_format(b, ", %s TEXT", attr_table[a].column);
	buf_format(b, "%s);", more);
}

static enum rc
create_step(struct db *d, size_t i, struct err *e)
{
	struct stmt *s = db_query(d,
		"INSERT INTO step (workflow, name, place, title, needs, least_scale, least_levels,"
		" least_windows, kind) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
	enum rc rc;

	stmt_text(s, 1, steps[i].workflow);
	stmt_text(s, 2, steps[i].name);
	stmt_int(s, 3, steps[i].place);
	stmt_text(s, 4, steps[i].title);
	stmt_text(s, 5, steps[i].needs);
	stmt_int(s, 6, steps[i].scale);
	stmt_int(s, 7, steps[i].levels);
	stmt_int(s, 8, steps[i].windows);
	stmt_text(s, 9, steps[i].kind);
	rc = stmt_run(s, e);
	for (int r = 0; rc == RC_OK && r < 3 && steps[i].roles[r] != NULL; r++) {
		s = db_query(d, "INSERT INTO step_role VALUES ($1, $2, $3)");
		stmt_text(s, 1, steps[i].workflow);
		stmt_text(s, 2, steps[i].name);
		stmt_text(s, 3, steps[i].roles[r]);
		rc = stmt_run(s, e);
	}
	return rc;
}

static enum rc
create_moves(struct db *d, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(moves); i++) {
		struct stmt *s = db_query(d, "INSERT INTO move VALUES ($1, $2, $3)");

		stmt_text(s, 1, moves[i].state);
		stmt_text(s, 2, moves[i].next);
		stmt_text(s, 3, moves[i].by);
		rc = stmt_run(s, e);
	}
	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(meanings); i++) {
		struct stmt *s = db_query(d, "INSERT INTO meaning VALUES ($1, $2)");

		stmt_text(s, 1, meanings[i].name);
		stmt_text(s, 2, meanings[i].role);
		rc = stmt_run(s, e);
	}
	if (rc == RC_OK)
		rc = db_guard_moves(d, "series", "quarantined", "move", e);
	if (rc == RC_OK)
		rc = db_guard_append(d, "sentinel", "series_uid", e);
	return rc == RC_OK ? db_guard_never(d, "series", "released", "sentinel", "series_uid", e)
			   : rc;
}

static enum rc
create_steps(struct db *d, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(steps); i++)
		rc = create_step(d, i, e);
	return rc == RC_OK ? create_moves(d, e) : rc;
}

static void
layout_sql(struct buf *b)
{
	buf_text(b, tables);
	buf_text(b, tables_2);
	buf_text(b, tables_3);
	buf_text(b, tables_4);
	buf_text(b, tables_5);
	attr_table_sql(b, "exam", ATTR_LEVEL_STUDY, more_study);
	attr_table_sql(b, "series", ATTR_LEVEL_SERIES, more_series);
	attr_table_sql(b, "image", ATTR_LEVEL_IMAGE, more_image);
	buf_text(b, indexes);
}

/* Of everything that layout_sql makes: a ledger with other columns is told at the door, not by its first query. */
static void
layout_digest(char hex[DIGEST_HEX])
{
	struct buf b = { 0 };
	struct digest d;

	layout_sql(&b);
	digest_begin(&d);
	digest_add(&d, b.data, b.len);
	digest_end(&d, hex);
	buf_release(&b);
}

static enum rc
set_meta(struct db *d, const char *name, const char *value, struct err *e)
{
	struct stmt *s = db_query(d,
		"INSERT INTO meta VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
		"excluded.value");

	stmt_text(s, 1, name);
	stmt_text(s, 2, value);
	return stmt_run(s, e);
}

static bool
get_meta(struct db *d, const char *name, char *to, size_t size)
{
	struct stmt *s = db_query(d, "SELECT value FROM meta WHERE name = $1");
	bool found;

	stmt_text(s, 1, name);
	found = stmt_step(s, NULL) == RC_OK;
	str_copy(to, size, found ? stmt_get_text(s, 0) : "");
	stmt_done(s);
	return found;
}

static enum rc
guards_2(struct db *d, struct err *e)
{
	enum rc rc = db_guard_append(d, "viewing", "decision", e);

	if (rc == RC_OK)
		rc = db_guard_append(d, "mark", "id", e);
	return rc;
}

static enum rc
guards_3(struct db *d, struct err *e)
{
	return db_guard_append(d, "password_used", "event", e);
}

static enum rc
guards_5(struct db *d, struct err *e)
{
	return db_guard_append(d, "study_version", "id", e);
}

static enum rc
create_guards(struct db *d, struct err *e)
{
	enum rc rc = db_guard_chain(d, "event", e);

	if (rc == RC_OK)
		rc = db_guard_append(d, "decision", "id", e);
	if (rc == RC_OK)
		rc = db_guard_append(d, "signature", "number", e);
	if (rc == RC_OK)
		rc = guards_2(d, e);
	if (rc == RC_OK)
		rc = guards_3(d, e);
	if (rc == RC_OK)
		rc = guards_5(d, e);
	return rc;
}

/* Which version and layout the file has. */
static enum rc
set_version(struct db *d, struct err *e)
{
	char version[16], layout[DIGEST_HEX];
	enum rc rc;

	snprintf(version, sizeof(version), "%d", SCHEMA_VERSION);
	layout_digest(layout);
	rc = set_meta(d, "schema", version, e);
	if (rc == RC_OK)
		rc = set_meta(d, "layout", layout, e);
	return rc;
}

enum rc
schema_create(struct db *d, struct err *e)
{
	struct buf b = { 0 };
	enum rc rc;

	layout_sql(&b);
	rc = db_exec(d, b.data, e);
	buf_release(&b);
	if (rc == RC_OK)
		rc = create_guards(d, e);
	if (rc == RC_OK)
		rc = create_steps(d, e);
	if (rc == RC_OK)
		rc = set_version(d, e);
	return rc;
}

/* ---- from version to version ---- */

/* Places are kept; which slices were seen is not: nobody wrote down how. */
static enum rc
from_1(struct db *d, struct err *e)
{
	enum rc rc = db_alter(d,
		"ALTER TABLE step ADD COLUMN least_scale BIGINT NOT NULL DEFAULT 0;"
		"ALTER TABLE step ADD COLUMN least_levels BIGINT NOT NULL DEFAULT 0;"
		"ALTER TABLE step ADD COLUMN least_windows BIGINT NOT NULL DEFAULT 0;"
		"ALTER TABLE seen DROP COLUMN slices",
		e);
	struct stmt *s;

	if (rc == RC_OK)
		rc = db_exec(d, tables_2, e);
	if (rc == RC_OK)
		rc = guards_2(d, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(d,
		"UPDATE step SET least_scale = $1, least_levels = $2, least_windows = 1"
		" WHERE needs = 'pixels'");
	stmt_int(s, 1, LOOK_SCALE);
	stmt_int(s, 2, LOOK_LEVELS);
	return stmt_run(s, e);
}

/* The password's age counts from the enrolment: nobody could change it before. */
static enum rc
from_2(struct db *d, struct err *e)
{
	enum rc rc = db_alter(d,
		"ALTER TABLE account ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;"
		"ALTER TABLE account ADD COLUMN locked_until BIGINT NOT NULL DEFAULT 0;"
		"ALTER TABLE account ADD COLUMN seal_event BIGINT NOT NULL DEFAULT 0;"
		"ALTER TABLE account ADD COLUMN password_at BIGINT NOT NULL DEFAULT 0;"
		"ALTER TABLE account ADD COLUMN temporary BIGINT NOT NULL DEFAULT 0",
		e);

	if (rc == RC_OK)
		rc = db_exec(d, "UPDATE account SET seal_event = event, password_at = since", e);
	if (rc == RC_OK)
		rc = db_exec(d, tables_3, e);
	return rc == RC_OK ? guards_3(d, e) : rc;
}

/* What was decided before was read once, and every task is a first read. */
static enum rc
from_3(struct db *d, struct err *e)
{
	enum rc rc = db_alter(d,
		"ALTER TABLE task ADD COLUMN queue TEXT NOT NULL DEFAULT '';"
		"ALTER TABLE task ADD COLUMN reading BIGINT NOT NULL DEFAULT 1;"
		"ALTER TABLE task ADD COLUMN owner TEXT NOT NULL DEFAULT '';"
		"ALTER TABLE task ADD COLUMN opens BIGINT NOT NULL DEFAULT 0;"
		"DROP INDEX task_series; DROP INDEX task_queue; DROP INDEX task_age;"
		"DROP INDEX task_subject;"
		"ALTER TABLE step ADD COLUMN kind TEXT NOT NULL DEFAULT 'read';"
		"ALTER TABLE session ADD COLUMN signed BIGINT NOT NULL DEFAULT 0;"
		"ALTER TABLE decision ADD COLUMN reading BIGINT NOT NULL DEFAULT 1;"
		"ALTER TABLE decision ADD COLUMN readings BIGINT NOT NULL DEFAULT 1;"
		"ALTER TABLE decision ADD COLUMN correction TEXT NOT NULL DEFAULT ''",
		e);

	if (rc == RC_OK)
		rc = db_exec(d, "UPDATE task SET queue = step", e);
	if (rc == RC_OK)
		rc = db_exec(d, tables_4, e);
	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(steps); i++)
		if (strcmp(steps[i].kind, "adjudication") == 0)
			rc = create_step(d, i, e);
	return rc == RC_OK ? create_moves(d, e) : rc;
}

static enum rc
from_4(struct db *d, struct err *e)
{
	enum rc rc = db_exec(d, tables_5, e);

	return rc == RC_OK ? guards_5(d, e) : rc;
}

/* Older versions, each with the digest of its layout and the way to the next; the last one's is SCHEMA_VERSION. */
static const struct {
	const char *layout;
	enum rc (*forward)(struct db *d, struct err *e);
} older[] = {
	{ "fd568ac9dcac790ea0da36bed82970f56b4d0c19661b9b205188c0e9980ecfa9", from_1 },
	{ "87e42a1539295bde0e6570e2c8a9e279abbc42a0dcf30c29eca9efca6b5435ba", from_2 },
	{ "cf243507c00ecfcc778d84310da1fd81a4022eadbccdda79ee749fb478e1064a", from_3 },
	{ "2f1ec1a865d9a65e29c22e8684c49a5030570c6b282aefa2f505fde419e17701", from_4 },
};
_Static_assert(MEM_COUNT(older) == SCHEMA_VERSION - 1, "a row for each older version");

enum rc
schema_check(struct db *d, int *version, struct err *e)
{
	char text[DIGEST_HEX], ours[DIGEST_HEX];
	const char *layout = ours;
	long v = 0;

	if (!db_has_table(d, "meta") || !get_meta(d, "schema", text, sizeof(text)) ||
		!str_int(text, 1, 1000000, &v))
		return err_set(e, RC_INVALID, "this is no wetread ledger");
	*version = (int)v;
	if (v > SCHEMA_VERSION)
		return err_set(e, RC_UNSUPPORTED,
			"the ledger has version %ld, this program knows %d: use a newer wetread", v,
			SCHEMA_VERSION);
	layout_digest(ours);
	if (v < SCHEMA_VERSION)
		layout = older[v - 1].layout;
	if (!get_meta(d, "layout", text, sizeof(text)) || strcmp(text, layout) != 0)
		return err_set(e, RC_UNSUPPORTED,
			"the ledger was made by another build of wetread, with other tables; use "
			"that one, "
			"or make a new archive and import again");
	return RC_OK;
}

enum rc
schema_forward(struct db *d, int from, struct err *e)
{
	enum rc rc = RC_OK;

	assert(from >= 1);
	for (int v = from; rc == RC_OK && v < SCHEMA_VERSION; v++)
		rc = older[v - 1].forward(d, e);
	if (rc == RC_OK)
		rc = set_version(d, e);
	return rc;
}
