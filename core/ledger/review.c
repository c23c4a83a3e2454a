/* Who may do what, since when and by whom: for the periodic review. */
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/account.h"

static void
fill(struct account_grant *g, struct stmt *s)
{
	json_t *body = json_loads(stmt_get_text(s, 6), 0, NULL);
	const char *by = json_string_value(json_object_get(body, "user"));
	const char *at = json_string_value(json_object_get(body, "time"));

	memset(g, 0, sizeof(*g));
	str_copy(g->id, sizeof(g->id), stmt_get_text(s, 0));
	str_copy(g->name, sizeof(g->name), stmt_get_text(s, 1));
	str_copy(g->state, sizeof(g->state), stmt_get_text(s, 2));
	str_copy(g->role, sizeof(g->role), stmt_get_text(s, 3));
	str_copy(g->study, sizeof(g->study), stmt_get_text(s, 4));
	str_copy(g->site, sizeof(g->site), stmt_get_text(s, 5));
	str_copy(g->granted, sizeof(g->granted), at != NULL ? at : "");
	str_copy(g->by, sizeof(g->by), by != NULL ? by : "");
	g->trained = stmt_get_int(s, 7);
	g->last_login = stmt_get_int(s, 8);
	json_decref(body);
}

enum rc
account_review(struct ledger *l, void (*each)(void *ctx, const struct account_grant *g), void *ctx,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT a.id, a.name, a.state, coalesce(r.role, ''), coalesce(r.study, ''),"
		" coalesce(r.site, ''), coalesce(v.body, ''), t.at,"
		" (SELECT max(started) FROM session WHERE session.account = a.id)"
		" FROM account a LEFT JOIN account_role r ON r.account = a.id"
		" LEFT JOIN event v ON v.seq = r.event"
		" LEFT JOIN training t ON t.account = a.id AND t.role = r.role"
		" ORDER BY a.id, r.role, r.study, r.site");
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct account_grant g;

		fill(&g, s);
		each(ctx, &g);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
