/* What people enter beside images: values of a study's forms, of headers that lack them, tags, findings of quality.  Each is a
 * row that never changes, with its event; the last one of a field counts.  Values are not looked at here: core/trial does
 * that by the study's file before it saves. */
#ifndef CORE_LEDGER_ENTRY_H
#define CORE_LEDGER_ENTRY_H

#include "core/ledger/case.h"
#include "core/ledger/query.h"

/* Forms of every archive; others are those of studies.
 *   header   field: a column of attr.def; what a header lacks or says wrongly.  Originals never change: it is applied to
 *            copies on their way out.
 *   tag      field: KEY or KEY:TYPE with integer, float, date or boolean; at every level.
 *   quality  field: "rating", or the code of an artifact with its severity, 0 absent to 3 severe. */
#define ENTRY_HEADER  "header"
#define ENTRY_TAG     "tag"
#define ENTRY_QUALITY "quality"
bool entry_is_builtin(const char *form);

enum {
	ENTRY_VALUES = 10000,
	ENTRY_FIELD = 141,
	ENTRY_VALUE = 4001,
	ENTRY_WHY = 2001,
	ENTRY_SPOT = 201,
	ENTRY_FORM = 65,
	/* passes of a form that two people fill: first, second, and who settles where they differ */
	PASS_FIRST = 1,
	PASS_SECOND = 2,
	PASS_SETTLED = 3
};

/* One value to be saved.  value: "" takes it away; why: the reason for a value that a check asks about, or NULL; spot: where
 * on the images ("slice 12; point 100,80; window 40,400"), or NULL. */
struct entry_value {
	const char *field, *value, *why, *spot;
};

/* queries are opened in the same transaction.  reason: why what was signed is changed; NULL otherwise. */
struct entry_save {
	struct case_at at;
	const char *form;
	int pass;
	int64_t version; /* of the study, that the form is of (study_version.id); 0 for the builtin ones where there is none */
	const struct entry_value *values;
	size_t n;
	const char *reason;
	const struct query_new *queries;
	size_t query_count;
};

/* Save a list, each with its event, all of them or none: what fills many like series is one act.  Values that are there already
 * write nothing; *saved (NULL: not wanted) is how many were written.  By coordinators for forms and headers, by readers
 * for quality (entry.c has the table).  RC_DENIED: not this person, or another pass of the form is his; RC_CONFLICT: locked,
 * frozen, or signed and no reason is given; RC_INVALID, RC_LIMIT: what cannot be a value. */
enum rc entry_save(struct ledger *l, const struct session *who, const struct entry_save *list,
	size_t n, int64_t *saved, struct err *e);

/* A value as it stands, or as it stood. */
struct entry {
	char field[ENTRY_FIELD], value[ENTRY_VALUE], was[ENTRY_VALUE], why[ENTRY_WHY];
	char spot[ENTRY_SPOT], account[ACCOUNT_ID];
	int pass;
	int64_t event, at, version;
};

/* The values of a form as they stand now, by field; a value that was taken away is told with "". */
enum rc entry_each(struct ledger *l, const struct case_at *at, const char *form, int pass,
	void (*each)(void *ctx, const struct entry *v), void *ctx, struct err *e);
/* All there ever were, oldest first. */
enum rc entry_history(struct ledger *l, const struct case_at *at, const char *form,
	void (*each)(void *ctx, const struct entry *v), void *ctx, struct err *e);
/* One value as it stands; RC_NOT_FOUND where there is none. */
enum rc entry_one(struct ledger *l, const struct case_at *at, const char *form, int pass,
	const char *field, struct entry *out, struct err *e);

/* Everything that stands in a study, in the order of kind, object, form, pass and field; by one statement. */
struct entry_place {
	const char *kind, *object, *form;
};
enum rc entry_all(struct ledger *l, const char *form,
	void (*each)(void *ctx, const struct entry_place *p, const struct entry *v), void *ctx,
	struct err *e);

#endif
