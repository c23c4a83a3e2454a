/* The inside of a decision, for decision.c (what may be signed) and decision_rows.c (what is written). */
#ifndef CORE_LEDGER_DECISION_IN_H
#define CORE_LEDGER_DECISION_IN_H

#include "core/ledger/charter.h"
#include "core/ledger/decision.h"
#include "core/ledger/rights.h"
#include "core/ledger/signing.h"
#include "core/ledger/standing.h"
#include "core/ledger/viewing.h"

/* What is known about the series and step inside the transaction. */
struct ground {
	int64_t revision, task, supersedes; /* task 0: a correction */
	int reading;
	char state[16], manifest[DIGEST_HEX], series_uid[72];
	char role[RIGHTS_ROLE];
	enum outcome amounts;       /* of this verdict alone */
	struct charter_reason reason[DECISION_REASONS]; /* those of the request */
	int64_t study_version;                          /* that it is judged under; 0 none */
	bool by_id;                 /* id and password were typed */
	struct standing standing;   /* before; with this decision once decision_apply has run */
	struct standing_step *step; /* of it */
	struct viewing viewing;
};

struct signing {
	int64_t number;
	struct signing_chain chain;
	const char *meaning;
	const char *state; /* of the series afterwards */
	struct event_receipt event;
};

/* Everything decided on, for the bytes that the user's own key signs (11.70). */
json_t *decision_json(
	const struct decision_request *r, const struct ground *g, const struct signing *sg);
/* The tables, which tell again what the event tells. */
enum rc decision_run(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct ground *g, const struct signing *sg, struct err *e);

#endif
