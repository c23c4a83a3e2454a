/* What the tables of the ledger look like.
 *
 * event is the log: one row for each thing done, chained by hash and signed (STANDARDS 1.4).  Everything
 * below it is a projection, written in the transaction of its event.  Hashes, keys and signatures are
 * lower-case hexadecimal TEXT and times are BIGINT microseconds UTC, so that both SQLs hold them alike.
 * A step of work is a row (step, step_role), a piece of work a task: nothing about "phi" or "quality" is code. */
#include "core/ledger/schema_in.h"

#include "core/base/buf.h"
#include "core/dicom/attr.h"

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
const char schema_tables_2[] =
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
const char schema_tables_3[] =
	"CREATE TABLE password_used (event BIGINT PRIMARY KEY, account TEXT NOT NULL,"
	" salt TEXT NOT NULL, ops BIGINT NOT NULL, mem BIGINT NOT NULL, proof TEXT NOT NULL);"
	"CREATE INDEX password_account ON password_used (account, event);"
	/* so that an id that is nobody's behaves as one that is; a working state, not a record */
	"CREATE TABLE stranger (mark TEXT PRIMARY KEY, failures BIGINT NOT NULL,"
	" locked_until BIGINT NOT NULL);"
	"CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, event BIGINT NOT NULL);"
	"CREATE INDEX session_account ON session (account, started);";

/* What version 4 added: work that people share, second reads, training, blinding. */
const char schema_tables_4[] =
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
const char schema_tables_5[] =
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

/* What version 6 added: what is entered beside images, how far forms are, what is asked. */
const char schema_tables_6[] =
	/* values as they were entered, one row each; the last of a field counts.  kind and object: what it stands at (case.h);
	 * was: the value before; spot: where on the images; version: of the study (study_version.id), 0 none */
	"CREATE TABLE entry (id BIGINT PRIMARY KEY, event BIGINT NOT NULL, kind TEXT NOT NULL,"
	" object TEXT NOT NULL, form TEXT NOT NULL, pass BIGINT NOT NULL, field TEXT NOT NULL,"
	" value TEXT NOT NULL, was TEXT NOT NULL, why TEXT NOT NULL, spot TEXT NOT NULL,"
	" version BIGINT NOT NULL, account TEXT NOT NULL, at BIGINT NOT NULL);"
	"CREATE INDEX entry_event ON entry (event, id);"
	"CREATE UNIQUE INDEX entry_of ON entry (kind, object, form, pass, field, event);"
	/* signed, locked, unlocked; of a whole study: frozen, thawed */
	"CREATE TABLE form_step (event BIGINT PRIMARY KEY, kind TEXT NOT NULL, object TEXT NOT "
	"NULL,"
	" form TEXT NOT NULL, pass BIGINT NOT NULL, step TEXT NOT NULL, why TEXT NOT NULL,"
	" digest TEXT NOT NULL, running BIGINT NOT NULL, account TEXT NOT NULL,"
	" name TEXT NOT NULL, role TEXT NOT NULL, at BIGINT NOT NULL);"
	"CREATE INDEX form_step_of ON form_step (kind, object, form, event);"
	/* what was asked, by whom a line each; the last line's state is the query's */
	"CREATE TABLE query (id BIGINT PRIMARY KEY, event BIGINT NOT NULL, kind TEXT NOT NULL,"
	" object TEXT NOT NULL, form TEXT NOT NULL, field TEXT NOT NULL, rule TEXT NOT NULL,"
	" type TEXT NOT NULL, side TEXT NOT NULL, trial TEXT NOT NULL, site TEXT NOT NULL,"
	" subject TEXT NOT NULL, visit TEXT NOT NULL, at BIGINT NOT NULL);"
	"CREATE INDEX query_of ON query (kind, object, form, field, rule);"
	"CREATE TABLE query_line (event BIGINT PRIMARY KEY, query BIGINT NOT NULL,"
	" state TEXT NOT NULL, owner TEXT NOT NULL, body TEXT NOT NULL, account TEXT NOT NULL,"
	" name TEXT NOT NULL, role TEXT NOT NULL, at BIGINT NOT NULL);"
	"CREATE INDEX query_line_of ON query_line (query, event);";

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

static void
attr_table_sql(struct buf *b, const char *table, enum attr_level level, const char *more)
{
	buf_format(b, "CREATE TABLE %s (id BIGINT PRIMARY KEY", table);
	for (int a = 0; a < ATTR_COUNT; a++)
		if (attr_table[a].level == level)
			buf_format(b, ", %s TEXT", attr_table[a].column);
	buf_format(b, "%s);", more);
}

void
schema_layout(struct buf *b)
{
	buf_text(b, tables);
	buf_text(b, schema_tables_2);
	buf_text(b, schema_tables_3);
	buf_text(b, schema_tables_4);
	buf_text(b, schema_tables_5);
	buf_text(b, schema_tables_6);
	attr_table_sql(b, "exam", ATTR_LEVEL_STUDY, more_study);
	attr_table_sql(b, "series", ATTR_LEVEL_SERIES, more_series);
	attr_table_sql(b, "image", ATTR_LEVEL_IMAGE, more_image);
	buf_text(b, indexes);
}
