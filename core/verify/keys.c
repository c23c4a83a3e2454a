/* Whose key is whose, and since when.  Those of people are few and stay in memory; those of sessions, one for each login,
 * are in the working file, the last ones of them here too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

void
verify_add_key(
	struct verify *v, const char *kid, const char *user, enum verify_role role, int64_t since)
{
	json_object_set_new(v->keys, kid,
		json_pack("{s:s, s:i, s:I}", "user", user, "role", (int)role, "since",
			(json_int_t)since));
}

static struct verify_key *
place(struct verify *v, const char *kid)
{
	unsigned at = 0;

	for (int i = 0; i < 4 && kid[i] != '\0'; i++)
		at = at * 16 + (unsigned char)kid[i];
	return &v->session_key[at % VERIFY_KEYS];
}

void
verify_add_session(struct verify *v, const struct verify_key *k)
{
	char value[256];

	snprintf(value, sizeof(value), "%lld\t%s\t%s\t%s", (long long)k->since,
		k->closed ? "closed" : "", k->session, k->user);
	told_put(v->told, TOLD_KEY, k->kid, value);
	*place(v, k->kid) = *k;
}

/* SINCE TAB CLOSED TAB SESSION TAB USER; no session id has a TAB in it, whatever a user's has */
static void
read_session(const char *value, const char *kid, struct verify_key *k)
{
	char *end;
	size_t n;

	memset(k, 0, sizeof(*k));
	k->role = VERIFY_SESSION;
	snprintf(k->kid, sizeof(k->kid), "%s", kid);
	k->since = strtoll(value, &end, 10);
	value = end + 1;
	k->closed = *value != '\t';
	value += strcspn(value, "\t") + 1;
	n = strcspn(value, "\t");
	snprintf(k->session, sizeof(k->session), "%.*s", (int)n, value);
	snprintf(k->user, sizeof(k->user), "%s", value + n + 1);
}

bool
verify_find_key(struct verify *v, const char *kid, struct verify_key *out)
{
	const json_t *own = json_object_get(v->keys, kid);
	struct verify_key *kept = place(v, kid);
	const char *value;

	if (own != NULL) {
		memset(out, 0, sizeof(*out));
		snprintf(out->kid, sizeof(out->kid), "%s", kid);
		snprintf(out->user, sizeof(out->user), "%s", verify_text(own, "user"));
		out->role = (enum verify_role)verify_number(own, "role");
		out->since = verify_number(own, "since");
		return true;
	}
	if (kept->role == VERIFY_SESSION && strcmp(kept->kid, kid) == 0) {
		*out = *kept;
		return true;
	}
	value = told_get(v->told, TOLD_KEY, kid);
	if (value == NULL)
		return false;
	read_session(value, kid, out);
	*kept = *out;
	return true;
}

void
verify_put_session(struct verify *v, const char *session, const char *state, const char *user)
{
	char value[256];

	snprintf(value, sizeof(value), "%s\t%s", state, user);
	told_put(v->told, TOLD_SESSION, session, value);
}

const char *
verify_session(struct verify *v, const char *session, char user[128])
{
	static const char *const states[] = { "open", "locked", "ended" };
	const char *value = told_get(v->told, TOLD_SESSION, session);
	size_t n = value != NULL ? strcspn(value, "\t") : 0;

	user[0] = '\0';
	for (int i = 0; value != NULL && i < 3; i++)
		if (strlen(states[i]) == n && strncmp(value, states[i], n) == 0) {
			snprintf(user, 128, "%s", value + n + (value[n] == '\t'));
			return states[i];
		}
	return "";
}

void
verify_close_session(struct verify *v, const char *kid)
{
	struct verify_key k;

	if (!verify_find_key(v, kid, &k) || k.role != VERIFY_SESSION)
		return;
	k.closed = true;
	verify_add_session(v, &k);
}

void
verify_end_keys(struct verify *v, const char *user, int64_t seq)
{
	json_object_set_new(v->ended, user, json_integer(seq));
}

bool
verify_key_ended(const struct verify *v, const struct verify_key *k)
{
	const json_t *at = json_object_get(v->ended, k->user);

	return at != NULL && k->since < json_integer_value(at);
}
