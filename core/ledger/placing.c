/* Exams are given their places. */
#include "core/ledger/placing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/settle_in.h"

enum { PLACINGS = 1000 };

static enum rc
check(const struct session *who, const struct placing *p, struct err *e)
{
	const char *texts[] = { p->trial, p->site, p->subject, p->visit };

	for (size_t i = 0; i < MEM_COUNT(texts); i++)
		if (strlen(texts[i]) >= RIGHTS_PLACE || !account_clean(texts[i]))
			return err_set(
				e, RC_INVALID, "this cannot be a study, site, subject or visit");
	return who != NULL ? account_words_check("the reason", p->reason, e) : RC_OK;
}

static enum rc
find_role(struct ledger *l, const struct session *who, const struct case_of *now,
	const struct placing *p, char role[RIGHTS_ROLE], struct err *e)
{
	static const char *const roles[] = { "coordinator", "manager", NULL };
	struct case_of next = *now;
	enum rc rc = case_role(l, who->user, now, roles, "say whose this is", role, e);

	str_copy(next.trial, sizeof(next.trial), p->trial);
	str_copy(next.site, sizeof(next.site), p->site);
	return rc == RC_OK ? case_role(l, who->user, &next, roles, "say whose this is", role, e)
			   : rc;
}

static enum rc
write_exam(struct ledger *l, const struct placing *p, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE exam SET trial = $2, site = $3, subject = $4, visit = $5 WHERE id = $1");

	stmt_int(s, 1, p->exam);
	stmt_text(s, 2, p->trial);
	stmt_text(s, 3, p->site);
	stmt_text(s, 4, p->subject);
	stmt_text(s, 5, p->visit);
	return stmt_run(s, e);
}

/* What worklists show and search. */
static enum rc
write_tasks(struct ledger *l, const struct placing *p, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE task SET subject = $2 WHERE series IN (SELECT id FROM series WHERE exam = "
		"$1)");
	int64_t *series, n = 0;
	enum rc rc;

	stmt_int(s, 1, p->exam);
	stmt_text(s, 2, p->subject);
	rc = stmt_run(s, e);
	if (rc != RC_OK)
		return rc;
	series = mem_zero(1, sizeof(*series));
	/* by the exam: the index on `settled` knows nearly all series */
	s = db_query(ledger_db(l), "SELECT id FROM series WHERE exam = $1 AND +settled = 1");
	stmt_int(s, 1, p->exam);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		series = mem_grow(series, (size_t)n + 1, sizeof(*series));
		series[n++] = stmt_get_int(s, 0);
	}
	stmt_done(s);
	rc = rc == RC_NOT_FOUND ? RC_OK : rc;
	for (int64_t i = 0; rc == RC_OK && i < n; i++)
		rc = settle_search(l, series[i], e);
	free(series);
	return rc;
}

static enum rc
place_one(struct ledger *l, const struct session *who, const struct placing *p, int64_t *changed,
	struct err *e)
{
	char object[24], role[RIGHTS_ROLE] = "";
	struct case_at at = { "exam", object };
	struct event ev = { .action = "exam-placed", .kind = "exam", .object = object };
	struct signer author;
	struct case_of now;
	enum rc rc;

	snprintf(object, sizeof(object), "%lld", (long long)p->exam);
	rc = case_find(l, &at, &now, e);
	if (rc != RC_OK ||
		(strcmp(now.trial, p->trial) == 0 && strcmp(now.site, p->site) == 0 &&
			strcmp(now.subject, p->subject) == 0 && strcmp(now.visit, p->visit) == 0))
		return rc;
	if (who != NULL)
		rc = find_role(l, who, &now, p, role, e);
	if (rc != RC_OK)
		return rc;
	author = who != NULL ? session_signer(who, role) : *ledger_system(l);
	ev.data = json_pack("{s:s, s:s, s:s, s:s, s:[s, s, s, s], s:s, s:s}", "trial", p->trial,
		"site", p->site, "subject", p->subject, "visit", p->visit, "before", now.trial,
		now.site, now.subject, now.visit, "rule", p->rule != NULL ? p->rule : "", "reason",
		p->reason != NULL ? p->reason : "");
	rc = event_append(l, &author, &ev, NULL, e);
	if (rc == RC_OK)
		rc = write_exam(l, p, e);
	*changed += rc == RC_OK;
	return rc == RC_OK ? write_tasks(l, p, e) : rc;
}

static enum rc
place_all(struct ledger *l, const struct session *who, const struct placing *list, size_t n,
	int64_t *changed, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = place_one(l, who, &list[i], changed, e);
	return rc;
}

enum rc
placing_set(struct ledger *l, const struct session *who, const struct placing *list, size_t n,
	int64_t *changed, struct err *e)
{
	int64_t count = 0;
	enum rc rc = who != NULL ? session_alive(l, who, e) : RC_OK;

	if (rc == RC_OK && n > PLACINGS)
		rc = err_set(e, RC_LIMIT, "at most %d exams at once", PLACINGS);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = check(who, &list[i], e);
	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	if (rc == RC_OK)
		rc = ledger_end(l, place_all(l, who, list, n, &count, e), e);
	if (changed != NULL)
		*changed = rc == RC_OK ? count : 0;
	return rc;
}
