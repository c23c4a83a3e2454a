/* What signatures share. */
#include "core/ledger/signing.h"

#include <string.h>

#include "core/base/str.h"
#include "core/ledger/setting.h"

void
signing_read(struct ledger *l, const char *user, struct signing_chain *out)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT signatures, last_signature FROM account WHERE id = $1");

	memset(out, 0, sizeof(*out));
	stmt_text(s, 1, user);
	if (stmt_step(s, NULL) == RC_OK) {
		out->running = stmt_get_int(s, 0);
		str_copy(out->previous, sizeof(out->previous), stmt_get_text(s, 1));
	}
	stmt_done(s);
	out->running++;
	clock_format_local(ledger_now(l), out->when);
}

enum rc
signing_write(struct ledger *l, const struct session *who, const struct signing_chain *c,
	const char *hash, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE account SET signatures = $1, last_signature = $2 WHERE id = $3");
	enum rc rc;

	stmt_int(s, 1, c->running);
	stmt_text(s, 2, hash);
	stmt_text(s, 3, who->user);
	rc = stmt_run(s, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l), "UPDATE session SET signed = signed + 1 WHERE id = $1");
	stmt_text(s, 1, who->id);
	return stmt_run(s, e);
}

bool
signing_asks_id(struct ledger *l, const struct session *who)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT signed FROM session WHERE id = $1");
	bool first;

	stmt_text(s, 1, who->id);
	first = stmt_step(s, NULL) != RC_OK || stmt_get_int(s, 0) == 0;
	stmt_done(s);
	return first || setting_number(l, SETTING_SIGN_ID) != 0;
}

enum rc
signing_check_components(
	struct ledger *l, const struct session *who, const char *user, struct err *e)
{
	if (user != NULL && strcmp(user, who->user) != 0)
		return err_set(e, RC_DENIED, "this is not your id: each signs for himself");
	return user != NULL || !signing_asks_id(l, who)
		? RC_OK
		: err_set(e, RC_DENIED, "this signature asks for your id and your password");
}

enum rc
signing_check_meaning(struct ledger *l, const char *meaning, const char *role, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT 1 FROM meaning WHERE name = $1 AND role = $2");
	bool may;

	stmt_text(s, 1, meaning);
	stmt_text(s, 2, role);
	may = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return may ? RC_OK
		   : err_set(e, RC_DENIED, "a %s does not sign with the meaning %s", role, meaning);
}
