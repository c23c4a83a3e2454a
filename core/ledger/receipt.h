/* A receipt of a signed decision for its signer to keep: text of at most 100 columns, signed as a whole by the archive's
 * system key, with the head of the chain at printing.  Receipts that people hold show later that their events, and all
 * before them, were there (docs/RECORD.md, "Receipts"). */
#ifndef CORE_LEDGER_RECEIPT_H
#define CORE_LEDGER_RECEIPT_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/ledger/ledger.h"

enum { RECEIPT_MOST = 1 << 16 /* bytes */ };

struct receipt {
	struct buf text;
	bool is_signed; /* false: the system's key could not be read here, and the text says so */
};

/* Of decision `number`.  RC_NOT_FOUND; RC_CORRUPT where its event is not there.  Release text. */
enum rc receipt_make(struct ledger *l, int64_t number, struct receipt *out, struct err *e);

struct receipt_facts {
	char key[KEY_PUBLIC_HEX]; /* that signed it */
	char db[33];
	char hash[DIGEST_HEX], head[DIGEST_HEX];
	int64_t event, head_event;
};
/* Is it whole as it was printed?  RC_INVALID: it is none, or not signed; RC_CORRUPT: the signature does not fit. */
enum rc receipt_read(const char *text, struct receipt_facts *out, struct err *e);
/* ... and is it of this archive, whose log holds its event and its head?  RC_CONFLICT: no. */
enum rc receipt_compare(struct ledger *l, const struct receipt_facts *f, struct err *e);

#endif
