/* The OIDs of our ODM: of a study's own things their ids, which hold no '-'; of those that every study has "wr-" and a name, by
 * which core/study/odm_read.c leaves them out. */
#ifndef CORE_TRIAL_ODM_OUT_H
#define CORE_TRIAL_ODM_OUT_H

#include "core/trial/extract_in.h"

enum { ODM_OID = 300 };

#define ODM_FORM_VERDICT   EXTRACT_VERDICT
#define ODM_FORM_QUESTIONS "wr-questions"   /* what is asked about a place and no form */
#define ODM_VISIT_SUBJECT  "SE.wr-subject"  /* what is about a subject and no visit */
#define ODM_VISIT_NONE     "SE.wr-unplaced" /* exams whose visit nobody knows yet */
#define ODM_LOCATION       "L.wr-archive"   /* where people work */
#define ODM_CHECK          "check:" /* a check across fields that was kept with a reason (fill_save.c) */

bool odm_is_own(const char *form); /* is it a form that every study has? */
void odm_oid_form(char to[ODM_OID], const char *form);
/* Can there be several of it at a visit: of exams, of series, of two people? */
bool odm_repeats(const struct study *s, const char *form);
/* The group of a field; of a check the form's group of these. */
void odm_oid_group(char to[ODM_OID], const char *form, const char *group);
void odm_oid_item(char to[ODM_OID], const char *form, const char *field);
void odm_out_text(
	struct extract_out *o, const char *element, const char *words); /* with a TranslatedText */

/* odm_case.c: what was done at a place under a version, act by act or as it stands.  `subject`: is one open? */
struct odm_writing {
	struct extract *x;
	const struct extract_version *version;
	bool snapshot;
	const struct extract_place *subject; /* whose SubjectData is open; NULL none */
	char visit[ODM_OID];                 /* whose StudyEventData is; "" none */
	int notes;                           /* Annotations of the element that is open */
};
enum rc odm_case(struct extract *x, const struct extract_case *c, void *writing, struct err *e);
void odm_subject_end(struct odm_writing *w);

#endif
