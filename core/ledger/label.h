/* What a series is: by the rules (core/classify), told again whenever they or its header change, or by a person, whose word
 * stands until it is taken back.  It is told by the header as it came, and kept: what is taken out of files on their way
 * out changes no label. */
#ifndef CORE_LEDGER_LABEL_H
#define CORE_LEDGER_LABEL_H

#include "core/classify/rules.h"
#include "core/ledger/account.h"

/* The rule of a label that a person gave. */
#define LABEL_BY_PERSON "person"

struct label_row {
	char text[LABEL_TEXT], rule[LABEL_RULES];
	char rules[DIGEST_HEX]; /* of the table */
	int confidence;
	char account[ACCOUNT_ID], reason[400]; /* of a person's; "" otherwise */
	int64_t event;                         /* of a person's; 0 */
};

/* RC_NOT_FOUND where there is none yet.  Where something that the rules ask is blinded for who reads, its words are the mask:
 * a label would tell. */
enum rc label_of(struct ledger *l, int64_t series, struct label_row *out, struct err *e);
bool label_blinded(struct ledger *l);

/* Each series in order; `row` NULL where it has none yet. */
enum rc label_each(struct ledger *l,
	void (*each)(void *ctx, int64_t series, const struct label_row *row), void *ctx,
	struct err *e);

/* By the rules, from the tables alone.  Inside a transaction.  A person's is left as it is.  *changed may be NULL. */
enum rc label_tell(struct ledger *l, int64_t series, bool *changed, struct err *e);

/* Series that are settled and have no label, or one of another table of rules: the next `limit` of them in one
 * transaction.  *done: how many there were; 0: no more. */
enum rc label_tell_next(struct ledger *l, int64_t limit, int64_t *done, struct err *e);
int64_t label_waiting(struct ledger *l);

/* A person's: `text` in the usual form or any order, `reason` of 5 characters or more.  Signed by the session's key, as
 * coordinator, expert, manager or radiologist for the series' study and site; RC_DENIED.  RC_CONFLICT where it is so already. */
struct label_request {
	int64_t series;
	const char *text; /* NULL: taken back, the rules say it again */
	const char *reason;
};
enum rc label_set(
	struct ledger *l, const struct session *who, const struct label_request *r, struct err *e);

/* How the rules come to it: the facts of the series, for classify_try.  RC_DENIED where something is blinded.
 * Free with label_facts_free. */
struct label_facts {
	char *value[ATTR_COUNT];
	struct facts facts;
	struct label label; /* what the rules say, whatever a person said */
};
enum rc label_facts(struct ledger *l, int64_t series, struct label_facts *out, struct err *e);
void label_facts_free(struct label_facts *f);

/* Somebody who is asked before the rules: what a study's file says of a series (core/trial/relabel.h).  ctx is given to each
 * call and to `drop` when the ledger is closed.  False: it says nothing. */
void label_use(struct ledger *l,
	bool (*before)(void *ctx, struct ledger *l, int64_t series, struct classify_said *out),
	void *ctx, void (*drop)(void *ctx));

/* By the rules anew, in one transaction: at most 1,000 series.  *changed: how many have another label. */
enum rc label_tell_list(struct ledger *l, const int64_t *series, size_t n, int64_t *changed,
	struct err *e);

/* The table in use, lent. */
const struct rules *label_rules(struct ledger *l);

#endif
