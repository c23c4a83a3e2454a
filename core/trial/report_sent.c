/* What was sent to a site, in the record. */
#include <jansson.h>
#include <string.h>

#include "core/base/str.h"
#include "core/trial/report.h"

static const int64_t day_us = INT64_C(86400) * 1000000;

static const char *const senders[] = { "coordinator", "manager", NULL };

enum rc
report_may_send(struct ledger *l, const struct session *who, const char *study, const char *site,
	struct err *e)
{
	char role[RIGHTS_ROLE];
	struct case_of c = { .trial = "" };

	str_copy(c.trial, sizeof(c.trial), study);
	str_copy(c.site, sizeof(c.site), site);
	return case_role(l, who->user, &c, senders, "write to this site", role, e);
}

static enum rc
sent_inside(struct ledger *l, const struct session *who, const struct report_sent *s, struct err *e)
{
	char key[CASE_KEY], role[RIGHTS_ROLE];
	struct event ev = { .action = "report-sent", .kind = "site", .object = key };
	struct case_of c = { .trial = "" };
	struct signer author;
	enum rc rc;

	str_copy(c.trial, sizeof(c.trial), s->study);
	str_copy(c.site, sizeof(c.site), s->site);
	rc = case_role(l, who->user, &c, senders, "write to this site", role, e);
	if (rc != RC_OK)
		return rc;
	case_subject(key, s->study, s->site);
	author = session_signer(who, role);
	ev.data = json_pack("{s:s, s:s, s:s, s:s, s:I}", "study", s->study, "site", s->site, "to",
		s->to, "digest", s->digest, "lines", (json_int_t)s->lines);
	return event_append(l, &author, &ev, NULL, e);
}

enum rc
report_was_sent(
	struct ledger *l, const struct session *who, const struct report_sent *s, struct err *e)
{
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, sent_inside(l, who, s, e), e) : rc;
}

/* Times in bodies are UTC and of one width: their bytes are in their order. */
bool
report_sent_today(struct ledger *l, const char *study, const char *site, char when[CLOCK_TEXT])
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT v.body FROM event_object o JOIN event v ON v.seq = o.seq WHERE o.kind = "
		"'site'"
		" AND o.object = $1 AND v.body LIKE '%\"action\":\"report-sent\"%'"
		" ORDER BY o.seq DESC LIMIT 1");
	char key[CASE_KEY], since[CLOCK_TEXT];
	json_t *body = NULL;

	case_subject(key, study, site);
	clock_format(ledger_now(l) - day_us, since);
	stmt_text(s, 1, key);
	when[0] = '\0';
	if (stmt_step(s, NULL) == RC_OK)
		body = json_loads(stmt_get_text(s, 0), 0, NULL);
	stmt_done(s);
	if (json_is_string(json_object_get(body, "time")))
		str_copy(when, CLOCK_TEXT, json_string_value(json_object_get(body, "time")));
	json_decref(body);
	return strcmp(when, since) > 0;
}
