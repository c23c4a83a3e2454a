/* What a study misses from its sites: what came against what was asked for, as a site is told of it.  Subjects by their number in
 * the trial, labels of our own vocabulary, values with their ranges; no text of a header.  Queries go out as they were written.
 * Read by any handle that reads; a report does not change, and any thread may look at it. */
#ifndef CORE_TRIAL_REPORT_H
#define CORE_TRIAL_REPORT_H

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/ledger/account.h"
#include "core/ledger/case.h"
#include "core/trial/survey.h"

struct report_item {
	const char *site, *subject, *visit; /* lent by the survey; of a query by the report */
	const char *kind;                   /* a finding's name (comply_kinds), "due" or "query" */
	const char *asks; /* "query", "refuse"; of a visit that is due "send"; "answer" */
	const struct study_series *expected; /* NULL: about none */
	int64_t series;                      /* 0 none */
	long number;                         /* that the scanner gave it; 0 none */
	bool actual_known;
	int64_t actual; /* with actual_known: the day of the visit's first exam */
	bool planned_known;
	int64_t planned, first,
		last;         /* days since 1970-01-01, with planned_known: the visit's window */
	int64_t query, since; /* where it was asked: number, and when (UTC); 0 */
	char *text;
};
struct report_site {
	const char *id;                /* "" where nobody knows the site */
	const struct study_site *site; /* NULL: the study names no such site */
	size_t item, items;            /* of report.item, by subject, visit and kind */
};
struct report {
	struct survey *survey;
	struct report_item *item;
	struct report_site *site; /* those of the study in its order, then those that it does not name */
	size_t items, sites;
	int64_t now;
	struct report_query *query; /* while it is made, and what items lend from it */
	size_t queries;
	size_t room;
};

/* want as for survey_read.  In it: findings that ask for a query or a refusal, unless a query about them is answered, closed
 * or waits for the site (it is told as such then); visits that are due now; open queries whose turn is the site's.  What a
 * person here has to decide is not in it.  Free with report_free. */
enum rc report_read(
	struct ledger *l, const struct survey_want *want, struct report **out, struct err *e);
void report_free(struct report *r); /* NULL is allowed */

/* The letter to a site, UTF-8, lines of at most 76 columns; appended. */
void report_letter(const struct report *r, const struct report_site *s, struct buf *out);
/* Its subject, one line. */
void report_subject(const struct report *r, const struct report_site *s, char *to, size_t size);

/* ---- what was sent (report_sent.c); ledger worker ---- */

struct report_sent {
	const char *study, *site, *to; /* to: the address */
	const char *digest;            /* SHA-256 of the letter's text */
	int64_t lines;                 /* of it */
};
/* May `who` send to this site: a coordinator or manager for it.  RC_DENIED. */
enum rc report_may_send(struct ledger *l, const struct session *who, const char *study,
	const char *site, struct err *e);
/* The event `report-sent`, by the session, after the server took the letter. */
enum rc report_was_sent(
	struct ledger *l, const struct session *who, const struct report_sent *s, struct err *e);
/* Did the site get one within the last 24 hours?  when: of it. */
bool report_sent_today(struct ledger *l, const char *study, const char *site, char when[CLOCK_TEXT]);

#endif
