/* Verdicts: signed, chained, never changed. */
#ifndef CORE_LEDGER_DECISION_H
#define CORE_LEDGER_DECISION_H

#include <stdbool.h>

#include "core/ledger/account.h"
#include "core/ledger/charter.h"
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
	/* A correction: the standing decision that this one replaces, 0 none, and why (correction_find). */
	int64_t corrects;
	const char *correction; /* NULL none */
	/* Signed by a command: a lease of somebody else does not hold it up, he hears of it as a conflict. */
	bool unattended;
	/* Id and password (11.200(a)(1)): the id as typed for the first signature of a session, after it was locked, and
	 * where the site asks for both each time; NULL: only the password was typed. */
	const char *user;
	const char *password;
	/* What it was judged on; NULL: nobody looked (scripts).  A study may ask for a least one. */
	const struct charter_terminal *terminal;
};

/* Why a signed decision is replaced by another one; NULL at the end of correction_list.  "other" needs a note. */
struct correction {
	const char *code, *meaning;
};
extern const struct correction correction_list[];
const struct correction *correction_find(const char *code); /* NULL: there is none */

struct decision_receipt {
	int64_t number; /* running number of the signature */
	int64_t at;
	char hash[DIGEST_HEX]; /* of its event: the head of the chain */
	char state[16];        /* of the series afterwards */
};

/* Which reading of a step is signed follows from the tasks that are open (standing.h): a second one by nobody who read
 * the first, an adjudication by neither.  A step that is read twice, and where the readings differ, has no outcome until
 * it is adjudicated.
 * A correction is by the one who signed, or by anybody who may do the step once that account is disabled.
 *
 * Sign.  One transaction holds the role check, the state check, decision, reasons, signature, task, series state
 * and the event signed with the user's own key; any failure undoes all of them.  The signer's looks at the series
 * are signed with it, and go from the working state when no step is open any more; the signer's drafts of marks
 * go with marks that are signed, and with the step that asks for pixels.
 * RC_DENIED: role, password, id, an own reading.  RC_CONFLICT: the series changed since `revision`, somebody decided this
 * step first or has it open (the text says who and when), or it would be approved while a query refuses it
 * (query_allows_approval).  RC_INVALID: no reason for a fail, an unknown code, a pass of a step
 * that asks for pixels without every slice having been on the glass (the text says which is next), ... */
enum rc decision_sign(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct decision_receipt *out, struct err *e);

/* The same for a list of records that was shown, with one password; each is bound by itself, in a transaction of its own
 * .  errs[i] says what became of record i, RC_OK in its rc where it was signed.  RC_OK where all were. */
enum { DECISION_BATCH = 50 };
enum rc decision_sign_batch(struct ledger *l, const struct session *who,
	const struct decision_request *rs, size_t n, struct decision_receipt *outs,
	struct err *errs, struct err *e);

/* Put the task off to the end of its queue: a place, not a verdict.  Writes an event. */
enum rc decision_later(struct ledger *l, const struct session *who, int64_t series,
	const char *step, struct err *e);

struct decision {
	int64_t number, at;
	char step[32], verdict[8],
		state[12]; /* state: "valid", "stale" (images changed), "superseded" */
	char account[ACCOUNT_ID], name[ACCOUNT_NAME], role[16], meaning[24], when[CLOCK_TEXT];
	int64_t reading, readings; /* which one, of how many (standing.h) */
	int64_t supersedes;        /* 0 none */
	char correction[20];       /* why that one was replaced; "" it was not corrected */
	char changed[100]; /* of a stale one: what changed since it was signed, "2 images added"; "" else */
	bool held_back; /* no outcome yet: verdict, reasons and note are blank, so that the second reader is blind */
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

/* The two readings that an adjudicator has to settle, without names, places and numbers, in an order that was drawn:
 * account is "A" or "B".  RC_DENIED where the session may not adjudicate them, RC_NOT_FOUND where nothing is disputed. */
enum rc decision_disputed(struct ledger *l, const struct session *who, int64_t series,
	const char *step, struct decision out[2], struct err *e);

#endif
