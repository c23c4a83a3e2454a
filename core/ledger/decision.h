/* Verdicts: signed, chained, never changed. */
#ifndef CORE_LEDGER_DECISION_H
#define CORE_LEDGER_DECISION_H

#include "core/ledger/account.h"
#include "core/ledger/ledger.h"
#include "core/ledger/mark.h"

enum { DECISION_REASONS = 16, DECISION_NOTE = 2000 };

struct decision_request {
	int64_t series;
	const char *step;    /* "phi", "quality" */
	const char *verdict; /* "pass" or "fail": raters agree on nothing in between */
	const char *reasons[DECISION_REASONS]; /* codes of reason.def; at least one for "fail", none for "pass" */
	size_t reason_count;
	const char *note; /* free text, at most DECISION_NOTE bytes; "" none */
	int64_t revision; /* of the series, as it was looked at; 0: as it is now (scripts) */
	const char *seen; /* what was on the glass, e.g. "60/60 slices, 2 windows, 38 s"; part of what is signed */
	const struct mark *marks; /* with a fail only, at most MARKS_MOST; signed with it */
	size_t mark_count;
	const char *password;
};

struct decision_receipt {
	int64_t number; /* running number of the signature */
	int64_t at;
	char hash[DIGEST_HEX]; /* of its event: the head of the chain */
	char state[16];        /* of the series afterwards */
};

/* Sign.  One transaction holds the role check, the state check, decision, reasons, signature, task, series state
 * and the event signed with the user's own key; any failure undoes all of them.  The signer's looks at the series
 * are signed with it, and go from the working state when no step is open any more; the signer's drafts of marks
 * go with marks that are signed, and with the step that asks for pixels.
 * RC_DENIED: role or password.  RC_CONFLICT: the series changed since `revision`, or somebody decided this
 * step first (the text says who and when).  RC_INVALID: no reason for a fail, an unknown code, a pass of a step
 * that asks for pixels without every slice having been on the glass (the text says which is next), ... */
enum rc decision_sign(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct decision_receipt *out, struct err *e);

/* Put the task off to the end of its queue: a place, not a verdict.  Writes an event. */
enum rc decision_later(struct ledger *l, const struct session *who, int64_t series,
	const char *step, struct err *e);

struct decision {
	int64_t number, at;
	char step[32], verdict[8], state[12]; /* state: "valid", "stale" (images changed), "superseded" */
	char account[ACCOUNT_ID], name[ACCOUNT_NAME], role[16], meaning[24], when[CLOCK_TEXT];
	char reasons[400]; /* "GEO-GAP Missing or unevenly spaced slices; ..." */
	char note[DECISION_NOTE + 1];
	char hash[DIGEST_HEX];
};

/* Each decision on a series, oldest first. */
enum rc decision_each(struct ledger *l, int64_t series,
	void (*each)(void *ctx, const struct decision *d), void *ctx, struct err *e);

/* One of them and its series.  RC_NOT_FOUND. */
enum rc decision_get(
	struct ledger *l, int64_t number, struct decision *out, int64_t *series, struct err *e);

/* ---- the log, for `wetread history` ---- */

/* Each event on (kind, object) or, with kind NULL, each event at all; oldest first. */
enum rc history_each(struct ledger *l, const char *kind, const char *object,
	void (*each)(void *ctx, int64_t seq, const char *body, const char *hash), void *ctx,
	struct err *e);

#endif
