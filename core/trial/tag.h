/* Tags: a key with a typed value at a study, subject, visit, exam, series or image, with its history; kept as entries of form
 * "tag", whose field is KEY, or KEY:TYPE where it is no text.  A key has one type in a study.  Ledger's thread. */
#ifndef CORE_TRIAL_TAG_H
#define CORE_TRIAL_TAG_H

#include "core/ledger/entry.h"

enum { TAG_KEY = 61 };
enum tag_type { TAG_TEXT, TAG_INTEGER, TAG_FLOAT, TAG_DATE, TAG_BOOLEAN, TAG_TYPES };
extern const char *const tag_types[TAG_TYPES];

/* "KEY" or "KEY:TYPE" apart; *typed: a type was given.  RC_INVALID: a key is letters, digits, '_', '-' and '.', beginning with a
 * letter, and the type one of the table. */
struct tag_name {
	char key[TAG_KEY];
	enum tag_type type;
	bool typed;
};
enum rc tag_name_read(const char *word, struct tag_name *out, struct err *e);

/* `value` "" takes the tag away.  Without a type it is of the one that the key has in the study, of none yet: text.  RC_INVALID: of
 * another type than the key has there, or the value is none of the type; otherwise as entry_save. */
struct tag_set {
	struct case_at at;
	const char *name, *value;
};
enum rc tag_set(struct ledger *l, const struct session *who, const struct tag_set *t,
	int64_t *saved, struct err *e);

struct tag {
	struct tag_name name;
	const struct entry *entry; /* lent during the call */
	const char *kind, *object;
};
/* Those that stand at a place, by key. */
enum rc tag_each(struct ledger *l, const struct case_at *at,
	void (*each)(void *ctx, const struct tag *t), void *ctx, struct err *e);

/* All that stand, by an expression: KEY, or KEY with one of = != < <= > >= and a value of its type; in `trial` (NULL: every one)
 * and where `account` (NULL: all) holds a role.  RC_DENIED where something is blinded for who reads. */
struct tag_search {
	const char *words, *trial, *account;
};
enum rc tag_find(struct ledger *l, const struct tag_search *q,
	void (*each)(void *ctx, const struct tag *t), void *ctx, struct err *e);

#endif
