/* The inside of the list of what is to be done. */
#ifndef CORE_TRIAL_TODO_IN_H
#define CORE_TRIAL_TODO_IN_H

#include "core/trial/todo.h"

struct todo *todo_add(struct todo_list *t, enum todo_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* todo_forms.c: forms that are not signed by as many as the study wants; lent in one reading of the tables. */
enum rc todo_forms(struct ledger *l, const char *account, const struct study *s, const char *trial,
	struct todo_list *out, struct err *e);
/* todo_headers.c: what a header of the modality should say and does not, where nobody filled it in. */
enum rc todo_headers(struct ledger *l, const char *account, struct todo_list *out, struct err *e);

#endif
