/* What the study of a series says about its verdicts, as it was applied last: reasons beside the program's own, the share that is
 * read twice, and the least terminal to judge images on.  Read from the file's JSON, which study_apply found to be right. */
#ifndef CORE_LEDGER_CHARTER_H
#define CORE_LEDGER_CHARTER_H

#include "core/ledger/reason.h"
#include "core/ledger/ledger.h"

enum { CHARTER_REASONS = 60, CHARTER_CODE = 33 };

/* A reason, its texts with it: of the program's list or of a study. */
struct charter_reason {
	char code[CHARTER_CODE], scheme[CHARTER_CODE], meaning[80], group[CHARTER_CODE];
	enum reason_action action;
	bool phi;
};

/* A code that may be given for the series: the program's, or one that any version of its study added (a code keeps its
 * meaning).  False where it is none. */
bool charter_find(struct ledger *l, int64_t series, const char *code, struct charter_reason *out);
/* Those of the study's last version that fit the modality.  How many; 0 also where no study was applied. */
size_t charter_reasons(struct ledger *l, int64_t series, const char *modality,
	struct charter_reason out[CHARTER_REASONS]);

/* How many in a hundred series of this step are read twice; -1 where the study does not say. */
double charter_double_percent(struct ledger *l, const char *series_uid, const char *step);

/* The version in question (study_version.id); 0 where no study was applied. */
int64_t charter_version(struct ledger *l, int64_t series);

/* The least terminal for a verdict on pixels; zeros where the study does not say. */
struct charter_terminal {
	int columns, rows, greys;
};
struct charter_terminal charter_terminal(struct ledger *l, int64_t series);

#endif
