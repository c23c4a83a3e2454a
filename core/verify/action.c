/* What each action means.  A new one is a row here and a function. */
#include <string.h>

#include "core/verify/verify.h"

/* The key that an event of the user's own certifies for the session. */
static void
take_session_key(struct verify *v, struct verify_row *row)
{
	struct verify_key k = { .role = VERIFY_SESSION, .since = row->seq }, other;
	const char *kid = verify_text(verify_data(row), "session_key");

	if (verify_find_key(v, kid, &other))
		verify_altered(v, "event %lld: a session key was used before", (long long)row->seq);
	strncpy(k.kid, kid, sizeof(k.kid) - 1);
	strncpy(k.user, row->e.user, sizeof(k.user) - 1);
	strncpy(k.session, row->e.session, sizeof(k.session) - 1);
	/* what is longer than fits is none of ours, and must not become somebody's by being cut */
	if (strcmp(k.kid, kid) == 0 && strcmp(k.user, row->e.user) == 0 &&
		strcmp(k.session, row->e.session) == 0 && strpbrk(k.session, "\t\n") == NULL)
		verify_add_session(v, &k);
}

static void
take_login(struct verify *v, struct verify_row *row)
{
	char user[128];

	take_session_key(v, row);
	if (*verify_session(v, row->e.session, user) != '\0')
		verify_altered(v, "event %lld: a session begins twice", (long long)row->seq);
	verify_put_session(v, row->e.session, "open", row->e.user);
}

/* A session's key that was copied while it lived signs nothing more. */
static void
take_locked(struct verify *v, struct verify_row *row)
{
	verify_close_session(v, row->kid);
	verify_put_session(v, row->e.session, "locked", row->e.user);
}

/* By the same person, after it was locked, with a key of its own. */
static void
take_unlocked(struct verify *v, struct verify_row *row)
{
	char user[128];
	const char *state = verify_session(v, row->e.session, user);

	if (strcmp(state, "locked") != 0 || strcmp(user, row->e.user) != 0)
		verify_altered(v, "event %lld: unlocks a session that was not locked",
			(long long)row->seq);
	take_session_key(v, row);
	verify_put_session(v, row->e.session, "open", row->e.user);
}

/* The program logs out nobody whose key is there: whoever has the system's key could end what others do. */
static void
take_logout(struct verify *v, struct verify_row *row)
{
	const char *session = row->role == VERIFY_SYSTEM ? row->e.object : row->e.session;
	char user[128];
	const char *state = verify_session(v, session, user);

	if (row->role == VERIFY_SYSTEM && strcmp(state, "locked") != 0)
		verify_altered(v, "event %lld: the program ended a session that was not locked",
			(long long)row->seq);
	if (row->role != VERIFY_SYSTEM)
		verify_close_session(v, row->kid);
	verify_put_session(v, session, "ended", user);
}

/* Forward only: what a later version checks cannot be switched off by saying that it is an older one. */
static void
take_schema(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	int64_t from = verify_number(data, "from"), to = verify_number(data, "to");

	if (from != v->schema || to <= from)
		verify_altered(v, "event %lld: the tables cannot go from version %lld to %lld",
			(long long)row->seq, (long long)from, (long long)to);
	else
		v->schema = to;
}

/* What the clock said when it was found to be behind, or not synchronised. */
static void
take_clock(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	int64_t wall = verify_time(verify_text(data, "wall"));

	if (wall < 0 || wall > row->time)
		verify_altered(
			v, "event %lld: tells of a clock that was not behind", (long long)row->seq);
}

static const struct verify_action actions[] = {
	{ "clock", VERIFY_SYSTEM, false, "the clock was not told by the program",
		.take = take_clock },
	{ "decision", VERIFY_USER, false, "decision was not signed by a user's own key",
		.take = verify_take_decision },
	{ "login", VERIFY_USER, false, "login was not signed by a user's own key",
		.take = take_login },
	{ "session-locked", VERIFY_SESSION, false, "a session was locked by somebody else",
		.take = take_locked },
	{ "session-unlocked", VERIFY_USER, false,
		"a session was not unlocked by its user's own key", .take = take_unlocked },
	{ "logout", .take = take_logout },
	{ "exported", VERIFY_SESSION, false, "exported by no session", .take = NULL },
	{ "copied", .take = NULL }, /* by a session, or a command without a login */
	{ "images-arrived", .take = verify_take_images },
	{ "series-arrived", .take = verify_take_settled },
	{ "series-known", VERIFY_SYSTEM, false, "a series was not made known by the program",
		.take = verify_take_known },
	{ "exam-placed", .take = verify_take_placed }, /* by the rules of a study, or a person */
	{ "entered", VERIFY_SESSION, false, "entered by no session",
		.take = verify_take_entered },
	{ "form-signed", VERIFY_USER, false, "a form was not signed by a user's own key",
		.take = verify_take_form_signed },
	{ "form-marked", VERIFY_SESSION, false, "a form was locked or unlocked by no session",
		.take = verify_take_form_marked },
	{ "query-opened", .take = verify_take_query_opened }, /* by a check, or a person */
	{ "query-step", VERIFY_SESSION, false, "a query was changed by no session",
		.take = verify_take_query_step },
	{ "report-sent", VERIFY_SESSION, false, "a report was sent by no session", .take = NULL },
	{ "series-moved", VERIFY_SYSTEM, false, "a series was not moved by the program",
		.take = verify_take_moved },
	{ "source-added", VERIFY_USER, true, "source added not by an officer",
		.take = verify_take_source_added },
	{ "source-removed", VERIFY_USER, true, "source removed not by an officer",
		.take = verify_take_source_removed },
	{ "label-set", VERIFY_SESSION, false, "a label was given by no session",
		.take = verify_take_label },
	{ "label-cleared", VERIFY_SESSION, false, "a label was taken back by no session",
		.take = verify_take_label_cleared },
	{ "study-applied", VERIFY_USER, true, "study applied not by an officer",
		.take = verify_take_study },
	{ "verdict-delivered", VERIFY_SYSTEM, false, "a delivery was not told by the program",
		.take = NULL },
	{ "series-changed", .take = verify_take_settled },
	{ "schema-changed", VERIFY_SYSTEM, false, "the tables were not changed by the program",
		.take = take_schema },
	{ "images-damaged", VERIFY_SYSTEM, false, "damage was not told by the program",
		.take = NULL },
	{ "images-restored", VERIFY_SYSTEM, false, "damage was not told by the program",
		.take = NULL },
	{ "sentinel-added", VERIFY_USER, true, "a sentinel not by an officer",
		.take = verify_take_sentinel },
	{ "setting-changed", VERIFY_USER, true, "setting changed not by an officer",
		.take = verify_take_setting },
	{ "trained", VERIFY_USER, true, "training not recorded by an officer",
		.take_account = verify_take_trained },
	{ "role-blinded", VERIFY_USER, true, "blinded not by an officer",
		.take = verify_take_blinded },
	{ "role-unblinded", VERIFY_USER, true, "unblinded not by an officer",
		.take = verify_take_blinded },
	{ "account-enrolled", VERIFY_USER, true, "enrolment not by an officer",
		.take = verify_take_enrolled },
	{ "password-changed", VERIFY_USER, false, "a password was not changed by its user's own key",
		.take_account = verify_take_password },
	{ "account-reset", VERIFY_USER, true, "reset not by an officer",
		.take_account = verify_take_reset },
	{ "account-disabled", VERIFY_USER, true, "disabled not by an officer",
		.take_account = verify_take_disabled },
	{ "account-unlocked", VERIFY_USER, true, "unlocked not by an officer",
		.take_account = verify_take_unlocked },
	{ "account-locked", VERIFY_SYSTEM, false, "an account was not locked by the program",
		.take_account = verify_take_locked },
	{ "role-granted", VERIFY_USER, true, "role granted not by an officer",
		.take_account = verify_take_granted },
	{ "role-revoked", VERIFY_USER, true, "role revoked not by an officer",
		.take_account = verify_take_revoked },
};

const struct verify_action *
verify_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}
