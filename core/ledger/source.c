/* Sources: rows, events, and how it goes. */
#include "core/ledger/source.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static const char *const keeps[] = { "memory", "encrypted", "archive" };

const char *
source_keep_name(enum source_keep k)
{
	return keeps[k];
}

enum rc
source_keep_find(const char *name, enum source_keep *out, struct err *e)
{
	for (size_t i = 0; i < MEM_COUNT(keeps); i++)
		if (strcmp(keeps[i], name) == 0) {
			*out = (enum source_keep)i;
			return RC_OK;
		}
	return err_set(e, RC_INVALID, "what is fetched is kept in: memory, encrypted or archive");
}

bool
source_name_valid(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= SOURCE_NAME || !isalnum((unsigned char)name[0]))
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("-_.", *p) == NULL)
			return false;
	return true;
}

/* ---- by officers ---- */

static enum rc
insert_source(struct ledger *l, int64_t event, const void *ctx, struct err *e)
{
	const struct source_new *n = ctx;
	int64_t id = ledger_next(l, "SELECT max(id) FROM source");
	struct stmt *s;
	enum rc rc;

	if (source_by_name(l, n->name, &(struct source){ 0 }, NULL) == RC_OK)
		return err_set(e, RC_CONFLICT, "there is a source %s already", n->name);
	if (db_number(ledger_db(l), "SELECT count(*) FROM source WHERE state = 'active'", 0) >=
		SOURCES_MOST)
		return err_set(e, RC_LIMIT, "an archive has at most %d sources", SOURCES_MOST);
	s = db_query(ledger_db(l), "INSERT INTO source VALUES ($1, $2, $3, $4, 'active', $5)");
	stmt_int(s, 1, id);
	stmt_text(s, 2, n->name);
	stmt_text(s, 3, n->address);
	stmt_text(s, 4, keeps[n->keep]);
	stmt_int(s, 5, event);
	rc = stmt_run(s, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		"INSERT INTO source_state VALUES ($1, 0, '', 0, 0, 0, 0, '', 0, '', 0)");
	stmt_int(s, 1, id);
	return stmt_run(s, e);
}

enum rc
source_add(struct ledger *l, const struct office *o, const struct source_new *n, struct err *e)
{
	struct office_act act = { .action = "source-added",
		.kind = "source",
		.object = n->name,
		.write = insert_source,
		.ctx = n };

	if (!source_name_valid(n->name))
		return err_set(e, RC_INVALID,
			"the name of a source is 1 to %d letters, digits, dots, dashes and "
			"underscores",
			SOURCE_NAME - 1);
	if (strlen(n->address) >= SOURCE_ADDRESS)
		return err_set(e, RC_LIMIT, "the address is too long");
	act.data = json_pack("{s:s, s:s, s:s}", "address", n->address, "keep", keeps[n->keep],
		"reason", o->reason);
	return office_act(l, o, &act, e);
}

static enum rc
drop_source(struct ledger *l, int64_t event, const void *ctx, struct err *e)
{
	struct source found;
	struct stmt *s;
	enum rc rc = source_by_name(l, ctx, &found, e);

	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l), "UPDATE source SET state = 'removed', event = $1 WHERE id = $2");
	stmt_int(s, 1, event);
	stmt_int(s, 2, found.id);
	rc = stmt_run(s, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		"UPDATE outbox SET state = 'given-up', fault = 'the source was removed'"
		" WHERE source = $1 AND state = 'waiting'");
	stmt_int(s, 1, found.id);
	return stmt_run(s, e);
}

enum rc
source_remove(struct ledger *l, const struct office *o, const char *name, struct err *e)
{
	struct office_act act = { .action = "source-removed",
		.kind = "source",
		.object = name,
		.write = drop_source,
		.ctx = name };

	act.data = json_pack("{s:s}", "reason", o->reason);
	return office_act(l, o, &act, e);
}

/* ---- reading ---- */

#define SOURCE_COLUMNS \
	"SELECT s.id, s.name, s.address, s.keep, s.state, t.quirks, t.server, t.round_trip," \
	" t.clock_ahead, t.probed, t.swept, t.token, t.reached, t.fault, t.faulted FROM source s" \
	" JOIN source_state t ON t.source = s.id"

static void
read_source(struct stmt *s, struct source *out)
{
	memset(out, 0, sizeof(*out));
	out->id = stmt_get_int(s, 0);
	str_copy(out->name, sizeof(out->name), stmt_get_text(s, 1));
	str_copy(out->address, sizeof(out->address), stmt_get_text(s, 2));
	source_keep_find(stmt_get_text(s, 3), &out->keep, NULL);
	out->removed = strcmp(stmt_get_text(s, 4), "active") != 0;
	out->quirks = stmt_get_int(s, 5);
	str_copy(out->server, sizeof(out->server), stmt_get_text(s, 6));
	out->round_trip_us = stmt_get_int(s, 7);
	out->clock_ahead_s = stmt_get_int(s, 8);
	out->probed = stmt_get_int(s, 9);
	out->swept = stmt_get_int(s, 10);
	str_copy(out->token, sizeof(out->token), stmt_get_text(s, 11));
	out->reached = stmt_get_int(s, 12);
	str_copy(out->fault, sizeof(out->fault), stmt_get_text(s, 13));
	out->faulted = stmt_get_int(s, 14);
}

enum rc
source_list(struct ledger *l, struct source out[SOURCES_MOST], size_t *n, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), SOURCE_COLUMNS " WHERE s.state = 'active' ORDER BY s.name");
	enum rc rc = RC_OK;

	*n = 0;
	while (*n < SOURCES_MOST && (rc = stmt_step(s, e)) == RC_OK)
		read_source(s, &out[(*n)++]);
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
find(struct stmt *s, struct source *out, struct err *e)
{
	enum rc rc = stmt_step(s, NULL);

	if (rc == RC_OK)
		read_source(s, out);
	stmt_done(s);
	return rc == RC_NOT_FOUND ? err_set(e, rc, "there is no such source") : rc;
}

enum rc
source_by_name(struct ledger *l, const char *name, struct source *out, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), SOURCE_COLUMNS " WHERE s.name = $1 AND s.state = 'active'");

	stmt_text(s, 1, name);
	return find(s, out, e);
}

enum rc
source_by_id(struct ledger *l, int64_t id, struct source *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), SOURCE_COLUMNS " WHERE s.id = $1");

	stmt_int(s, 1, id);
	return find(s, out, e);
}

/* ---- how it goes ---- */

static enum rc
run_alone(struct ledger *l, struct stmt *s, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	return rc == RC_OK ? ledger_end(l, stmt_run(s, e), e) : rc;
}

enum rc
source_note_facts(struct ledger *l, const struct source *f, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE source_state SET quirks = $1, server = $2, round_trip = $3, clock_ahead = "
		"$4,"
		" probed = $5 WHERE source = $6");

	stmt_int(s, 1, f->quirks);
	stmt_text(s, 2, f->server);
	stmt_int(s, 3, f->round_trip_us);
	stmt_int(s, 4, f->clock_ahead_s);
	stmt_int(s, 5, ledger_now(l));
	stmt_int(s, 6, f->id);
	return run_alone(l, s, e);
}

enum rc
source_note_reached(struct ledger *l, int64_t id, const char *fault, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE source_state SET reached = $1, fault = $2, faulted = CASE WHEN $2 = '' "
		"THEN 0"
		" ELSE $1 END WHERE source = $3");

	stmt_int(s, 1, ledger_now(l));
	stmt_text(s, 2, fault != NULL ? fault : "");
	stmt_int(s, 3, id);
	return run_alone(l, s, e);
}

enum rc
source_note_away(struct ledger *l, int64_t id, const char *fault, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE source_state SET fault = $1, faulted = CASE WHEN faulted > reached THEN "
		"faulted"
		" WHEN $2 > reached THEN $2 ELSE reached + 1 END WHERE source = $3");

	stmt_text(s, 1, fault);
	stmt_int(s, 2, ledger_now(l));
	stmt_int(s, 3, id);
	return run_alone(l, s, e);
}

enum rc
source_note_swept(struct ledger *l, int64_t id, const char *token, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "UPDATE source_state SET swept = $1, token = $2 WHERE source = $3");

	stmt_int(s, 1, ledger_now(l));
	stmt_text(s, 2, token);
	stmt_int(s, 3, id);
	return run_alone(l, s, e);
}

enum rc
source_note_token(struct ledger *l, int64_t id, const char *token, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), "UPDATE source_state SET token = $1 WHERE source = $2");

	stmt_text(s, 1, token);
	stmt_int(s, 2, id);
	return run_alone(l, s, e);
}

const char *
source_word(const struct source *s)
{
	if (s->fault[0] == '\0')
		return s->reached != 0 ? "ok" : "new";
	return s->faulted > s->reached ? "away" : "fault";
}

enum rc
source_count(struct ledger *l, int64_t id, struct source_counts *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT count(*), count(CASE WHEN r.whole <> 0 AND r.whole = q.revision THEN 1 END),"
		" count(CASE WHEN r.gone <> 0 THEN 1 END)"
		" FROM remote r JOIN series q ON q.id = r.series WHERE r.source = $1");
	enum rc rc;

	memset(out, 0, sizeof(*out));
	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc != RC_OK)
		return rc;
	out->series = stmt_get_int(s, 0);
	out->whole = stmt_get_int(s, 1);
	out->gone = stmt_get_int(s, 2);
	stmt_done(s);
	s = db_query(ledger_db(l),
		"SELECT count(CASE WHEN state = 'waiting' THEN 1 END),"
		" count(CASE WHEN state = 'refused' THEN 1 END),"
		" min(CASE WHEN state = 'waiting' THEN made END),"
		" max(CASE WHEN state = 'waiting' THEN fault END) FROM outbox WHERE source = $1");
	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc != RC_OK)
		return rc;
	out->waiting = stmt_get_int(s, 0);
	out->refused = stmt_get_int(s, 1);
	out->oldest = stmt_get_int(s, 2);
	str_copy(out->fault, sizeof(out->fault), stmt_get_text(s, 3));
	stmt_done(s);
	return RC_OK;
}
