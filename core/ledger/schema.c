/* The versions of the tables: making the newest, and the way to it from older ones. */
#include "core/ledger/schema.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/keys.h"
#include "core/ledger/look.h"
#include "core/ledger/schema_in.h"

/* Of everything that schema_layout makes: a ledger with other columns is told at the door, not by its first query. */
static void
layout_digest(char hex[DIGEST_HEX])
{
	struct buf b = { 0 };
	struct digest d;

	schema_layout(&b);
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
guards_6(struct db *d, struct err *e)
{
	static const struct {
		const char *table, *key;
	} guarded[] = {
		{ "entry", "id" },
		{ "form_step", "event" },
		{ "query", "id" },
		{ "query_line", "event" },
	};
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(guarded); i++)
		rc = db_guard_append(d, guarded[i].table, guarded[i].key, e);
	return rc;
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
	return rc == RC_OK ? guards_6(d, e) : rc;
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

	schema_layout(&b);
	rc = db_exec(d, b.data, e);
	buf_release(&b);
	if (rc == RC_OK)
		rc = create_guards(d, e);
	if (rc == RC_OK)
		rc = schema_steps(d, e);
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
		rc = db_exec(d, schema_tables_2, e);
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
		rc = db_exec(d, schema_tables_3, e);
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
		rc = db_exec(d, schema_tables_4, e);
	if (rc == RC_OK)
		rc = schema_adjudication(d, e);
	return rc == RC_OK ? schema_moves(d, e) : rc;
}

static enum rc
from_4(struct db *d, struct err *e)
{
	enum rc rc = db_exec(d, schema_tables_5, e);

	return rc == RC_OK ? guards_5(d, e) : rc;
}

static enum rc
from_5(struct db *d, struct err *e)
{
	enum rc rc = db_exec(d, schema_tables_6, e);

	if (rc == RC_OK)
		rc = schema_meanings(d, e);
	return rc == RC_OK ? guards_6(d, e) : rc;
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
	{ "55f915ce668728dfab5e6565344b2d85a5ea882953c0652c6a49c6d008947d23", from_5 },
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
