/* What a coordinator has to do: everything that is missing, open or to be asked in the studies and sites of an account, subject by
 * subject.  Any handle that reads; the list belongs to one thread. */
#ifndef CORE_TRIAL_TODO_H
#define CORE_TRIAL_TODO_H

#include "core/trial/ask.h"
#include "core/trial/fill.h"

enum todo_kind {
	TODO_PLACE,  /* nobody knows whose exam it is */
	TODO_LABEL,  /* nobody knows what the series is */
	TODO_HEADER, /* the header does not say what the study or the modality needs */
	TODO_CHECK,  /* what came is not what was asked for: to be asked, or left */
	TODO_FORM,   /* to be filled in, filled a second time, settled or signed */
	TODO_QUERY,  /* asked, and it is this account's turn */
	TODO_KINDS
};
extern const char *const todo_kinds[TODO_KINDS];

struct todo {
	enum todo_kind kind;
	int64_t series, exam; /* what to open; 0 none */
	char trial[RIGHTS_PLACE], site[RIGHTS_PLACE], subject[RIGHTS_PLACE], visit[RIGHTS_PLACE];
	char text[400];
	char field[ENTRY_FIELD]; /* HEADER: column of attr.def; FORM: the form's id */
	int64_t query, since;    /* QUERY: number, and when it was asked; 0 */
	struct ask *ask;         /* CHECK: what would be asked; NULL otherwise */
};

struct todo_list {
	struct todo *item;
	size_t n, room;
};

/* By site, subject, visit, kind.  `account` is who would do it.  Release in any case. */
enum rc todo_read(struct ledger *l, const char *account, struct todo_list *out, struct err *e);
void todo_release(struct todo_list *t);

#endif
