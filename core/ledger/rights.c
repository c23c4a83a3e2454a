/* Who may do what. */
#include "core/ledger/rights.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/blind.h"

/* Roles that are kept apart: nobody who rules over accounts judges images. */
static const struct {
	const char *role;
	bool reviews, rules;
} apart[] = {
	{ "reviewer", true, false },
	{ "radiologist", true, false },
	{ "expert", true, false },
	{ "officer", false, true },
	{ "admin", false, true },
};

static void
sort_of(const char *role, bool *reviews, bool *rules)
{
	*reviews = *rules = false;
	for (size_t i = 0; i < MEM_COUNT(apart); i++)
		if (strcmp(apart[i].role, role) == 0) {
			*reviews = apart[i].reviews;
			*rules = apart[i].rules;
		}
}

/* Roles that read the whole log, where they are held for every study and site: an event says what was done in all of them. */
static const char *const log_readers[] = { "auditor", "manager", "officer", "admin" };

bool
rights_log(struct ledger *l, const char *user)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT r.role FROM account a JOIN account_role r ON r.account = a.id WHERE a.id = "
		"$1"
		" AND a.state = 'active' AND r.study = '*' AND r.site = '*'");
	bool may = false;

	stmt_text(s, 1, user);
	while (stmt_step(s, NULL) == RC_OK)
		for (size_t i = 0; i < MEM_COUNT(log_readers); i++)
			may |= strcmp(stmt_get_text(s, 0), log_readers[i]) == 0;
	stmt_done(s);
	return may &&
		!blind_account(l, user); /* events say what is blinded, and are signed as they are */
}

/* Where the site asks for training (setting training), a role r without a row of it does nothing.  Officers and admins are
 * not asked: somebody has to be able to record it. */
#define TRAINED \
	" AND (NOT EXISTS (SELECT 1 FROM setting WHERE name = 'training' AND value = '1') OR" \
	" EXISTS (SELECT 1 FROM training g WHERE g.account = r.account AND g.role = r.role))"

enum rc
rights_officer(struct ledger *l, const char *user, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM account a JOIN account_role r ON r.account = a.id WHERE a.id = $1"
		" AND a.state = 'active' AND r.role = 'officer'");
	bool is;

	stmt_text(s, 1, user);
	is = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return is ? RC_OK : err_set(e, RC_DENIED, "only an officer does this");
}

enum rc
rights_step(struct ledger *l, const char *user, const char *step, int64_t series,
	char role[RIGHTS_ROLE], struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT r.role FROM account_role r JOIN account a ON a.id = r.account JOIN "
		"step_role p"
		" ON p.role = r.role WHERE p.workflow = 'default' AND p.step = $1 AND r.account = "
		"$2"
		" AND a.state = 'active' AND NOT EXISTS (SELECT 1 FROM account_role o WHERE"
		" o.account = r.account AND o.role IN ('officer', 'admin'))"
		" AND ($3 = 0 OR EXISTS (SELECT 1 FROM series JOIN exam ON exam.id = series.exam"
		" WHERE series.id = $3 AND (r.study = '*' OR r.study = exam.trial)"
		" AND (r.site = '*' OR r.site = exam.site)))" TRAINED " ORDER BY r.event, r.role");
	bool may;

	stmt_text(s, 1, step);
	stmt_text(s, 2, user);
	stmt_int(s, 3, series);
	may = stmt_step(s, NULL) == RC_OK;
	str_copy(role, RIGHTS_ROLE, may ? stmt_get_text(s, 0) : "");
	stmt_done(s);
	return may ? RC_OK
		   : err_set(e, RC_DENIED, "none of your roles does the step %.30s%s", step,
			     series != 0 ? " on this series" : "");
}

/* What a series is decides what is asked of it: by who answers for the data or knows the images, and not by who rules
 * over accounts. */
enum rc
rights_label(
	struct ledger *l, const char *user, int64_t series, char role[RIGHTS_ROLE], struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT r.role FROM account_role r JOIN account a ON a.id = r.account JOIN series q"
		" ON q.id = $1 JOIN exam x ON x.id = q.exam WHERE r.account = $2 AND a.state ="
		" 'active' AND r.role IN ('coordinator', 'expert', 'manager', 'radiologist')"
		" AND (r.study = '*' OR r.study = x.trial) AND (r.site = '*' OR r.site = x.site)"
		" AND NOT EXISTS (SELECT 1 FROM account_role o WHERE o.account = r.account AND"
		" o.role IN ('officer', 'admin'))" TRAINED " ORDER BY r.event, r.role");
	bool may;

	stmt_int(s, 1, series);
	stmt_text(s, 2, user);
	may = stmt_step(s, NULL) == RC_OK;
	str_copy(role, RIGHTS_ROLE, may ? stmt_get_text(s, 0) : "");
	stmt_done(s);
	return may ? RC_OK
		   : err_set(e, RC_DENIED,
			     "a label is given by a coordinator, expert, manager or radiologist of "
			     "the study and site");
}

bool
rights_role(struct ledger *l, const char *user, const char *role, const struct rights_place *at)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM account_role r JOIN account a ON a.id = r.account WHERE r.account = $1"
		" AND r.role = $2 AND a.state = 'active' AND (r.study = '*' OR r.study = $3)"
		" AND (r.site = '*' OR r.site = $4) AND NOT EXISTS (SELECT 1 FROM account_role o"
		" WHERE o.account = r.account AND o.role IN ('officer', 'admin'))" TRAINED);
	bool holds;

	stmt_text(s, 1, user);
	stmt_text(s, 2, role);
	stmt_text(s, 3, at->study);
	stmt_text(s, 4, at->site);
	holds = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return holds;
}

bool
rights_everywhere(struct ledger *l, const char *user, const char *step)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM account_role r JOIN step_role p ON p.role = r.role WHERE"
		" p.workflow = 'default' AND p.step = $1 AND r.account = $2 AND r.study = '*' AND "
		"r.site = '*'" TRAINED);
	bool all;

	stmt_text(s, 1, step);
	stmt_text(s, 2, user);
	all = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return all;
}

void
rights_sql(char *to, size_t size, int account_parameter)
{
	snprintf(to, size,
		" AND EXISTS (SELECT 1 FROM series q JOIN exam x ON x.id = q.exam JOIN step_role p"
		" ON p.workflow = 'default' AND p.step = $1 JOIN account_role r ON r.role = p.role"
		" AND r.account = $%d WHERE q.id = task.series AND (r.study = '*' OR r.study = "
		"x.trial)"
		" AND (r.site = '*' OR r.site = x.site)" TRAINED ")",
		account_parameter);
}

static const char *
place(const char *text)
{
	return text != NULL ? text : "*";
}

static enum rc
check_place(const char *what, const char *text, struct err *e)
{
	return *text != '\0' && strlen(text) < RIGHTS_PLACE && account_clean(text)
		? RC_OK
		: err_set(e, RC_INVALID, "this cannot be a %s", what);
}

static enum rc
check_apart(struct ledger *l, const struct role_grant *g, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT DISTINCT role FROM account_role WHERE account = $1");
	bool reviews, rules, other_reviews, other_rules, both = false;

	sort_of(g->role, &reviews, &rules);
	stmt_text(s, 1, g->user);
	while (stmt_step(s, NULL) == RC_OK) {
		sort_of(stmt_get_text(s, 0), &other_reviews, &other_rules);
		both |= (reviews && other_rules) || (rules && other_reviews);
	}
	return both ? err_set(e, RC_DENIED,
			      "who is officer or admin does not review, and who reviews is neither")
		    : RC_OK;
}

enum rc
rights_check(struct ledger *l, const struct role_grant *g, struct err *e)
{
	bool reviews, rules,
		part = strcmp(place(g->study), "*") != 0 || strcmp(place(g->site), "*") != 0;
	enum rc rc = check_place("study", place(g->study), e);

	if (rc == RC_OK)
		rc = check_place("site", place(g->site), e);
	if (rc != RC_OK)
		return rc;
	if (!account_role_known(g->role))
		return err_set(e, RC_INVALID, "there is no role %.30s", g->role);
	sort_of(g->role, &reviews, &rules);
	if (rules && part)
		return err_set(e, RC_INVALID, "%s is for the whole archive", g->role);
	return check_apart(l, g, e);
}

static struct stmt *
bound(struct stmt *s, const struct role_grant *g)
{
	stmt_text(s, 1, g->user);
	stmt_text(s, 2, g->role);
	stmt_text(s, 3, place(g->study));
	stmt_text(s, 4, place(g->site));
	return s;
}

enum rc
rights_grant(struct ledger *l, const struct role_grant *g, int64_t seq, struct err *e)
{
	enum rc rc = rights_check(l, g, e);
	struct stmt *s;

	if (rc != RC_OK)
		return rc;
	s = bound(db_query(ledger_db(l), "INSERT INTO account_role VALUES ($1, $2, $3, $4, $5)"), g);
	stmt_int(s, 5, seq);
	rc = stmt_run(s, NULL);
	return rc == RC_CONFLICT ? err_set(e, rc, "%s has this role already", g->user) : rc;
}

enum rc
rights_revoke(struct ledger *l, const struct role_grant *g, struct err *e)
{
	enum rc rc =
		stmt_run(bound(db_query(ledger_db(l),
				       "DELETE FROM account_role WHERE account = $1 AND role = $2"
				       " AND study = $3 AND site = $4"),
				 g),
			e);

	if (rc == RC_OK && db_changes(ledger_db(l)) == 0)
		rc = err_set(e, RC_NOT_FOUND, "%s does not have this role", g->user);
	return rc;
}
