/* Data leave the archive: what people entered and signed in a study, with who, when and why, as ODM 1.3.2, CSV or JSON
 * (docs/EXPORT.md).  What double entry still hides from others stays behind, and so does what identifies a person.  Ledger's
 * thread; memory grows with the number of places, not with what was entered there. */
#ifndef CORE_TRIAL_EXTRACT_H
#define CORE_TRIAL_EXTRACT_H

#include <stdio.h>

#include "core/ledger/account.h"
#include "core/ledger/ledger.h"

enum extract_format {
	EXTRACT_ODM,      /* Transactional: every act, in its order */
	EXTRACT_SNAPSHOT, /* ODM too: what counts now */
	EXTRACT_CSV_LONG, /* a row a value */
	EXTRACT_CSV_WIDE, /* a row a place, a column a field */
	EXTRACT_JSON,
	EXTRACT_FORMATS
};
/* "odm", "odm-snapshot", "csv-long", "csv-wide", "json".  False where it is none. */
bool extract_format_of(const char *name, enum extract_format *out);
/* How a file of it is called behind the study's name: "-odm.xml", "-long.csv". */
const char *extract_ending(enum extract_format f);
/* Does it come with a data dictionary beside it?  ODM brings its own. */
bool extract_has_dictionary(enum extract_format f);

struct extract_want {
	const struct session *who;
	const char *study;
	enum extract_format format;
	bool decisions;                                         /* verdicts of series too */
	void (*progress)(void *ctx, int64_t done, int64_t all); /* NULL: nobody looks */
	void *ctx;
};

struct extract_told {
	int64_t subjects, places, values, signatures, queries, decisions;
	int64_t held_back; /* forms that two people are filling still, verdicts without an outcome */
	int64_t left_out; /* values that identify a person, or of a study that an exam was taken out of */
	int64_t seq;                               /* the head of the log that it covers */
	char head[DIGEST_HEX], digest[DIGEST_HEX]; /* digest: SHA-256 of the file */
};

/* What stands in the study, for the sites where `who` is coordinator, manager or auditor.  The same state makes the same bytes, but
 * for FileOID and CreationDateTime of ODM.  RC_DENIED: none of these roles, or something is blinded for who asks; RC_NOT_FOUND:
 * no such study. */
enum rc extract_write(struct ledger *l, const struct extract_want *w, FILE *to,
	struct extract_told *told, struct err *e);
/* The data dictionary: what each field is, as CSV. */
enum rc extract_dictionary(struct ledger *l, const struct extract_want *w, FILE *to, struct err *e);
/* The event `exported`, after the file is written and before it has its name. */
enum rc extract_record(struct ledger *l, const struct extract_want *w,
	const struct extract_told *told, struct err *e);

#endif
