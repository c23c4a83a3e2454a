/* What people enter stands at something: a study, a subject, a visit, an exam, a series or an image of the archive.  Here it
 * is named, found, and asked who may do what there. */
#ifndef CORE_LEDGER_CASE_H
#define CORE_LEDGER_CASE_H

#include "core/ledger/rights.h"

enum { CASE_KEY = 3 * 3 * RIGHTS_PLACE };

/* kind: "study", "subject", "visit", "exam", "series" or "image".  object: the number of an exam or series, the SOP Instance
 * UID of an image, otherwise as the functions below make it.  Texts are lent. */
struct case_at {
	const char *kind, *object;
};

/* STUDY/SUBJECT and STUDY/SUBJECT/VISIT; '%' and '/' inside a part are written as %25 and %2F. */
void case_subject(char key[CASE_KEY], const char *trial, const char *subject);
void case_visit(char key[CASE_KEY], const char *trial, const char *subject, const char *visit);

/* Whose it is; "" where the kind has no such part or nothing is known.  A subject's site is that of its first exam. */
struct case_of {
	char trial[RIGHTS_PLACE], site[RIGHTS_PLACE], subject[RIGHTS_PLACE], visit[RIGHTS_PLACE];
	int64_t exam, series; /* 0 none */
	int64_t version; /* of the study: the last that was applied (study_version.id); 0 none */
};
/* RC_NOT_FOUND where the archive has no such thing, RC_INVALID where the kind or key is none. */
enum rc case_find(struct ledger *l, const struct case_at *at, struct case_of *out, struct err *e);

/* A role of `user` among `roles` (NULL at the end) for the study and site; an account that holds officer or admin does
 * nothing here.  RC_DENIED with `what` in the text. */
enum rc case_role(struct ledger *l, const char *user, const struct case_of *c,
	const char *const *roles, const char *what, char role[RIGHTS_ROLE], struct err *e);

#endif
