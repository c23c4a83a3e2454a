/* The inside of a ledger handle, for the files of core/ledger that make it up. */
#ifndef CORE_LEDGER_LEDGER_IN_H
#define CORE_LEDGER_LEDGER_IN_H

#include "core/classify/rules.h"
#include "core/dicom/attr.h"
#include "core/ledger/ledger.h"

/* What is blinded for who reads (blind.h). */
struct blind {
	bool any, attr[ATTR_COUNT], place[3];
};

typedef bool (*label_before_fn)(
	void *ctx, struct ledger *l, int64_t series, struct classify_said *out);

struct ledger {
	struct db *db;
	char *folder;
	const struct clock *clock;
	char id[33];
	char boot[40];
	struct sign_key system_key;
	struct signer system;
	int64_t appended;   /* events of the open transaction */
	bool ready; /* opened, and its tables are of this version */
	/* the time of the last event, where the clock was found to be behind it: the event of that is still to be written */
	char behind[CLOCK_TEXT];
	struct blind blind; /* for who reads through it */
	/* label.c: the rules in use, read at the first need; where it is among the series that wait for a label */
	struct rules *rules;
	char rules_digest[DIGEST_HEX];
	struct stmt *label_series;
	int64_t label_last;
	label_before_fn label_before; /* what goes before the rules, with what it keeps; NULL nothing */
	void *label_ctx;
	void (*label_drop)(void *ctx);
	int64_t unanchored; /* events since the last anchor */
	int64_t anchored;   /* when this handle last saw one being written; 0: it has to look */
};

/* event.c: after the transaction that was refused for it, an event `clock`; none where the last one is one. */
void event_clock_behind(struct ledger *l);

/* session.c: RC_DENIED once a session that began then has lasted as long as the site lets it. */
enum rc session_in_time(struct ledger *l, int64_t started, struct err *e);

#endif
