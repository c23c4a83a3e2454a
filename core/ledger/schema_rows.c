/* The rows that every ledger begins with: steps of work and who does them, where a series may go, what signatures mean. */
#include "core/ledger/schema_in.h"

#include <stddef.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/look.h"

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
	{ "authorship", "expert" },
	{ "authorship", "radiologist" },
	{ "approval", "manager" },
	{ "responsibility", "officer" },
};

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

enum rc
schema_meanings(struct db *d, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(meanings); i++) {
		struct stmt *s =
			db_query(d, "INSERT INTO meaning VALUES ($1, $2) ON CONFLICT DO NOTHING");

		stmt_text(s, 1, meanings[i].name);
		stmt_text(s, 2, meanings[i].role);
		rc = stmt_run(s, e);
	}
	return rc;
}

enum rc
schema_moves(struct db *d, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(moves); i++) {
		struct stmt *s = db_query(d, "INSERT INTO move VALUES ($1, $2, $3)");

		stmt_text(s, 1, moves[i].state);
		stmt_text(s, 2, moves[i].next);
		stmt_text(s, 3, moves[i].by);
		rc = stmt_run(s, e);
	}
	if (rc == RC_OK)
		rc = schema_meanings(d, e);
	if (rc == RC_OK)
		rc = db_guard_moves(d, "series", "quarantined", "move", e);
	if (rc == RC_OK)
		rc = db_guard_append(d, "sentinel", "series_uid", e);
	return rc == RC_OK ? db_guard_never(d, "series", "released", "sentinel", "series_uid", e)
			   : rc;
}

enum rc
schema_steps(struct db *d, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(steps); i++)
		rc = create_step(d, i, e);
	return rc == RC_OK ? schema_moves(d, e) : rc;
}

enum rc
schema_adjudication(struct db *d, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(steps); i++)
		if (strcmp(steps[i].kind, "adjudication") == 0)
			rc = create_step(d, i, e);
	return rc;
}
