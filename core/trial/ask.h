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

#endif
