/* Queries about what compliance finds: each once, by what it is about and never by whom. */
#ifndef CORE_TRIAL_ASK_H
#define CORE_TRIAL_ASK_H

#include "core/ledger/query.h"
#include "core/study/comply.h"

/* What a finding asks, for query_open and query_open_found; place, rule and text lie in the struct. */
struct ask {
	char kind[12], object[CASE_KEY], rule[QUERY_RULE], text[400];
	struct query_new query;
};

/* Of a finding of a subject: at the visit, of an exam that nobody placed at the exam. */
void ask_about(
	const char *study, const char *subject, const struct comply_finding *f, struct ask *out);

/* Every finding of the study that asks for a query or a refusal and was never asked about becomes a query, by the program.
 * Exams that rules tell are placed first (assign_by_rules): a query stands at a visit.  A second call asks nothing.
 * site NULL: all.  Ledger worker; what was asked stays asked where a later batch fails. */
struct ask_result {
	int64_t findings, asked; /* that ask for one; those that are new */
};
enum rc ask_all(struct ledger *l, const char *study, const char *site, struct ask_result *out,
	struct err *e);

#endif
