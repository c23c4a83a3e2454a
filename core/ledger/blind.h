/* Blinding: fields of the images' headers that are not shown to who holds a blinded role.  A handle that somebody
 * reads through gives out `(blinded)` in their place; core masks, so that no screen, command or error text can forget to. */
#ifndef CORE_LEDGER_BLIND_H
#define CORE_LEDGER_BLIND_H

#include <jansson.h>
#include <stdbool.h>

#include "core/dicom/attr.h"
#include "core/ledger/ledger.h"

#define BLIND_MASK "(blinded)"

/* Who reads through the handle from now on; "" nobody in particular: a command without a login, which masks nothing.
 * session_open and session_close do this; a workstation asks again as often as it asks after the session. */
void blind_for(struct ledger *l, const char *user);
/* Is anything blinded for who reads?  The log and copies are then not for him, but what he did himself. */
bool blind_any(const struct ledger *l);
bool blind_account(struct ledger *l, const char *user);

/* "site", "subject", "visit", or a column of core/dicom/attr.def; what the work itself needs cannot be blinded. */
bool blind_field_known(const char *field);
bool blind_attr(const struct ledger *l, enum attr a);
enum blind_place { BLIND_SITE, BLIND_SUBJECT, BLIND_VISIT, BLIND_PLACES };
bool blind_place(const struct ledger *l, enum blind_place p);

/* The mask in place of the text where it is blinded. */
void blind_text(char *text, size_t size, bool blinded);
/* A header as DICOM JSON without them: the elements themselves, at any depth, and every text that holds what one of them
 * says.  Swallowed and given back; the same where nothing is blinded. */
char *blind_header(const struct ledger *l, char *json);

/* The table, inside a transaction.  RC_CONFLICT, RC_NOT_FOUND where it is so already. */
enum rc blind_put(
	struct ledger *l, const char *role, const char *field, int64_t event, struct err *e);
enum rc blind_drop(struct ledger *l, const char *role, const char *field, struct err *e);
/* Each row, by role and field. */
void blind_each(
	struct ledger *l, void (*each)(void *ctx, const char *role, const char *field), void *ctx);

#endif
