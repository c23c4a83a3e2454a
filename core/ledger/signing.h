/* What all signatures by people's own keys share: the running number of the signer, the signature before, and whether the id
 * has to be typed too.  Inside a transaction but for signing_asks_id. */
#ifndef CORE_LEDGER_SIGNING_H
#define CORE_LEDGER_SIGNING_H

#include "core/ledger/account.h"

struct signing_chain {
	int64_t running;           /* of the signature to come */
	char previous[DIGEST_HEX]; /* hash of the one before */
	char when[CLOCK_TEXT];     /* local time with its offset (11.50) */
};
void signing_read(struct ledger *l, const char *user, struct signing_chain *out);
/* After the event: the signer's running number and last signature, and that his session has signed. */
enum rc signing_write(struct ledger *l, const struct session *who, const struct signing_chain *c,
	const char *hash, struct err *e);

/* The first signature of a session, and of what follows a lock, takes both components (11.200(a)(1)).
 * user: what was typed as the id, NULL nothing.  RC_DENIED. */
bool signing_asks_id(struct ledger *l, const struct session *who);
enum rc signing_check_components(
	struct ledger *l, const struct session *who, const char *user, struct err *e);

/* May the meaning be signed under the role (table meaning)?  RC_DENIED. */
enum rc signing_check_meaning(
	struct ledger *l, const char *meaning, const char *role, struct err *e);

#endif
