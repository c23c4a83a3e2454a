/* The log: chain, order of times, whose key; every event is told to those who keep what it means.
 *
 * Rows are read in batches.  While threads check the rows of some batches each for itself (hash, signature, form), this
 * one reads the next and takes the finished ones in their order: so the findings come in the order of events, whoever
 * was faster. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

enum {
	BATCH = 64,               /* rows: 4 ms of signatures */
	BATCH_BYTES = 1 << 20,    /* or as much of bodies */
	ROW_KEPT = 1 << 16,       /* more than this is given back after the row */
	CLOCK_SLACK_US = 2000000, /* what the writer allows a clock to be behind the event before */
	SEQ_INTEGER = 1,
	SEQ_OTHER = 2 /* how rows are read, below */
};

struct batch {
	struct pool_job job;
	struct verify_row row[BATCH];
	int rows;
};

struct reading {
	struct verify *v;
	sqlite3_stmt *s;
	sqlite3_stmt *index; /* numbers as their index has them, beside the rows */
	bool index_differs;
	int way;
	int64_t read;   /* the last event that was read in its place */
	bool ended;     /* no more rows */
	int64_t events; /* about how many there are */
	struct verify_chain chain;
};

/* ---- what the order of events tells ---- */

static void
check_chain(struct verify *v, const struct verify_chain *c, const struct verify_row *row)
{
	if (row->seq != c->seq + 1)
		verify_altered(v, "event %lld follows event %lld: rows are missing or moved",
			(long long)row->seq, (long long)c->seq);
	if (strcmp(row->prev, c->hash) != 0)
		verify_altered(
			v, "event %lld: does not follow the event before it", (long long)row->seq);
	if (!row->whole)
		verify_altered(v, "event %lld: content hash differs", (long long)row->seq);
	if (!row->signed_)
		verify_altered(v, "event %lld: bad signature", (long long)row->seq);
	if (!row->readable)
		verify_altered(v, "event %lld: not readable", (long long)row->seq);
}

static void
check_body(struct verify *v, struct verify_chain *c, struct verify_row *row)
{
	row->time = verify_time(row->e.time);
	if (row->e.seq != row->seq)
		verify_altered(v, "event %lld: the number inside it differs", (long long)row->seq);
	if (strcmp(row->e.db, v->id) != 0)
		verify_altered(v, "event %lld: belongs to another database", (long long)row->seq);
	if (row->time < 0)
		verify_altered(v, "event %lld: its time cannot be read", (long long)row->seq);
	else if (row->time + CLOCK_SLACK_US < c->time)
		verify_altered(v, "event %lld: time went back", (long long)row->seq);
	c->time = row->time;
}

/* The first event names the system's key and the first officer's; the officer's must be the pinned one. */
static void
take_genesis(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	const char *officer = verify_text(data, "officer_key");

	if (strcmp(row->e.action, "archive-created") != 0) {
		verify_altered(v, "event 1: not the beginning of an archive");
		return;
	}
	snprintf(v->system_key, sizeof(v->system_key), "%s", verify_text(data, "system_key"));
	v->schema = verify_number(data, "schema");
	verify_add_key(v, v->system_key, "system", VERIFY_SYSTEM, 1);
	if (v->officer[0] != '\0' && strcmp(officer, v->officer) != 0)
		verify_altered(v, "event 1: the first officer's key is not the pinned one");
}

/* Event 2 enrols the founder, signed by the very key it enrols, which event 1 and the pin vouch for. */
static void
take_founder(struct verify *v, struct verify_row *row)
{
	if (strcmp(row->kid, verify_text(verify_data(row), "public_key")) == 0 &&
		(v->officer[0] == '\0' || strcmp(row->kid, v->officer) == 0))
		verify_add_key(v, row->kid, row->e.object, VERIFY_USER, 2);
}

/* What a person signs with his own key in a session is signed while it is open. */
static void
check_open(struct verify *v, const struct verify_row *row)
{
	char user[128];
	const char *state = verify_session(v, row->e.session, user);

	if ((strcmp(state, "locked") == 0 && strcmp(row->e.action, "session-unlocked") != 0) ||
		strcmp(state, "ended") == 0)
		verify_altered(v, "event %lld: its session was %s", (long long)row->seq, state);
}

static void
check_author(struct verify *v, struct verify_row *row, const struct verify_action *act)
{
	struct verify_key key;

	row->role = VERIFY_NOBODY;
	if (!verify_find_key(v, row->kid, &key)) {
		verify_altered(v, "event %lld: unknown key", (long long)row->seq);
		return;
	}
	row->role = key.role;
	if (strcmp(key.user, row->e.user) != 0)
		verify_altered(v, "event %lld: actor and key differ", (long long)row->seq);
	if (verify_key_ended(v, &key))
		verify_altered(v, "event %lld: its key had been taken back", (long long)row->seq);
	if (key.closed)
		verify_altered(v, "event %lld: its session had ended", (long long)row->seq);
	if (act != NULL && act->role != VERIFY_NOBODY &&
		(key.role != act->role || (act->officer && !verify_is_officer(v, row->e.user))))
		verify_altered(v, "event %lld: %s", (long long)row->seq, act->else_);
	if (key.role == VERIFY_SESSION && strcmp(key.session, row->e.session) != 0)
		verify_altered(v, "event %lld: the key of another session", (long long)row->seq);
	if (key.role == VERIFY_USER && *row->e.session != '\0')
		check_open(v, row);
}

static void
take(struct verify *v, struct verify_row *row, const struct verify_action *act)
{
	json_t *account;

	verify_take_attempt(v, row);
	if (act == NULL)
		return;
	if (act->take != NULL)
		act->take(v, row);
	if (act->take_account == NULL)
		return;
	account = verify_account(v, row->e.object);
	if (account == NULL)
		verify_altered(v, "event %lld: there is no account %s", (long long)row->seq,
			row->e.object);
	else
		act->take_account(v, row, account);
}

void
verify_take_row(struct verify *v, struct verify_chain *c, struct verify_row *row)
{
	const struct verify_action *act;

	check_chain(v, c, row);
	if (row->readable) {
		act = verify_action(row->e.action);
		check_body(v, c, row);
		if (row->seq == 1)
			take_genesis(v, row);
		else if (row->seq == 2)
			take_founder(v, row);
		check_author(v, row, act);
		take(v, row, act);
	}
	c->seq = row->seq;
	snprintf(c->hash, sizeof(c->hash), "%s", row->hash);
	v->events++;
}

/* ---- reading ---- */

/* In the order of the file, which is that of the numbers where nobody moved a row and takes a third of the time; from
 * the first row that is not in its place on, in the order of numbers. */
static const char in_file_order[] =
	"SELECT seq, body, prev, hash, kid, sig, rowid FROM event NOT INDEXED ORDER BY rowid";
static const char index_order[] =
	"SELECT seq, rowid FROM event INDEXED BY sqlite_autoindex_event_1 ORDER BY seq";
static const char in_number_order[] =
	"SELECT seq, body, prev, hash, kid, sig FROM event WHERE seq IS NULL OR"
	" typeof(seq) <> 'integer' OR seq < 1 OR seq > ? ORDER BY seq";

/* The program finds events by the index: it must tell of the same rows.  Read side by side this costs a tenth of a search
 * for each.  Where they differ, rows may have been moved, which is no fault of the index: SQLite then says. */
static void
check_index(struct reading *r, int got)
{
	if (r->index_differs)
		return;
	r->index_differs = sqlite3_step(r->index) != got ||
		(got == SQLITE_ROW &&
			(sqlite3_column_int64(r->index, 0) != sqlite3_column_int64(r->s, 0) ||
				sqlite3_column_int64(r->index, 1) != sqlite3_column_int64(r->s, 6)));
}

static void
check_index_again(struct reading *r)
{
	sqlite3_stmt *s = verify_query(r->v, "PRAGMA integrity_check(event)");

	if (sqlite3_step(s) == SQLITE_ROW && strcmp(verify_column(s, 0), "ok") != 0)
		verify_altered(r->v, "the index of the log: %s", verify_column(s, 0));
	sqlite3_finalize(s);
}

static bool
next_row(struct reading *r)
{
	int got = sqlite3_step(r->s);

	check_index(r, got);

	if (r->way == SEQ_INTEGER && got == SQLITE_ROW &&
		(sqlite3_column_type(r->s, 0) != SQLITE_INTEGER ||
			sqlite3_column_int64(r->s, 0) != r->read + 1)) {
		sqlite3_finalize(r->s);
		r->s = verify_query(r->v, in_number_order);
		sqlite3_bind_int64(r->s, 1, r->read);
		r->way = SEQ_OTHER;
		r->index_differs = true;
		got = sqlite3_step(r->s);
	}
	if (got == SQLITE_ROW) {
		r->read++;
		return true;
	}
	if (got != SQLITE_DONE)
		verify_altered(r->v, "the log cannot be read past event %lld: %s",
			(long long)r->read, sqlite3_errmsg(r->v->db));
	return false;
}

/* A text with a NUL in it is none that we wrote: it becomes an empty one, which fits nothing. */
static const char *
put_column(struct reading *r, int i, char **to)
{
	const char *t = verify_column(r->s, i), *from = *to;
	size_t n = (size_t)sqlite3_column_bytes(r->s, i);

	if (memchr(t, '\0', n) != NULL)
		n = 0;
	memcpy(*to, t, n);
	(*to)[n] = '\0';
	*to += n + 1;
	return from;
}

static bool
copy_row(struct reading *r, struct verify_row *row)
{
	size_t need = 5;
	char *to;

	for (int i = 1; i < 6; i++) {
		sqlite3_column_text(r->s, i);
		need += (size_t)sqlite3_column_bytes(r->s, i);
	}
	if (need > row->room) {
		free(row->bytes);
		row->bytes = malloc(need);
		row->room = row->bytes != NULL ? need : 0;
	}
	if (row->bytes == NULL)
		return false;
	to = row->bytes;
	row->seq = sqlite3_column_int64(r->s, 0);
	row->prev = put_column(r, 2, &to);
	row->hash = put_column(r, 3, &to);
	row->kid = put_column(r, 4, &to);
	row->sig = put_column(r, 5, &to);
	row->body = to;
	row->body_size = (size_t)sqlite3_column_bytes(r->s, 1);
	memcpy(row->body, verify_column(r->s, 1), row->body_size);
	row->body[row->body_size] = '\0';
	return true;
}

static void
fill(struct reading *r, struct batch *b)
{
	size_t bytes = 0;

	for (b->rows = 0; b->rows < BATCH && bytes < BATCH_BYTES; b->rows++) {
		if (!next_row(r)) {
			r->ended = true;
			return;
		}
		if (!copy_row(r, &b->row[b->rows])) {
			verify_unsure(r->v, "no memory for event %lld", (long long)r->read);
			r->ended = true;
			return;
		}
		bytes += b->row[b->rows].body_size;
	}
}

static void
check_batch(struct pool_job *j)
{
	struct batch *b = (struct batch *)j;

	for (int i = 0; i < b->rows; i++)
		verify_check_row(&b->row[i]);
}

static void
release_row(struct verify_row *row)
{
	json_decref(row->data);
	json_decref(row->j);
	row->data = row->j = NULL;
	if (row->room > ROW_KEPT) {
		free(row->bytes);
		row->bytes = NULL;
		row->room = 0;
	}
}

static void
take_batch(struct reading *r, struct batch *b)
{
	pool_wait(r->v->pool, &b->job);
	for (int i = 0; i < b->rows; i++) {
		verify_take_row(r->v, &r->chain, &b->row[i]);
		release_row(&b->row[i]);
	}
	b->rows = 0;
	verify_progress(r->v, r->chain.seq, r->events, "events");
}

static void
read_all(struct reading *r, struct batch *b, size_t n)
{
	size_t given = 0, taken = 0;

	while (!r->ended || taken < given) {
		if (!r->ended && given - taken < n) {
			fill(r, &b[given % n]);
			b[given % n].job.run = check_batch;
			pool_give(r->v->pool, &b[given++ % n].job);
		} else {
			take_batch(r, &b[taken++ % n]);
		}
	}
}

void
verify_log(struct verify *v)
{
	struct reading r = { .v = v, .way = SEQ_INTEGER };
	size_t n = 4 * (size_t)v->threads;
	struct batch *b = calloc(n, sizeof(*b));

	r.s = verify_query(v, in_file_order);
	r.index = verify_query(v, index_order);
	r.events = verify_count(v, "SELECT max(seq) FROM event");
	if (b != NULL && r.s != NULL)
		read_all(&r, b, n);
	if (r.index_differs)
		check_index_again(&r);
	sqlite3_finalize(r.index);
	sqlite3_finalize(r.s);
	for (size_t i = 0; b != NULL && i < n; i++)
		for (int k = 0; k < BATCH; k++)
			free(b[i].row[k].bytes);
	free(b);
	if (v->events == 0)
		verify_altered(v, "the log is empty");
	snprintf(v->head, sizeof(v->head), "%s", r.chain.hash);
}
