/* What compliance finds in the demonstration: the faults that were put in, and those that come with the others (see
 * demo.h). */
#include "core/demo/demo.h"

#include <assert.h>

#include "core/base/mem.h"

static const struct demo_finding truth[] = {
	/* seeded */
	{ "NEURO-01", "N01-0001", "V2", "out-of-range-soft", "T2" },    /* TE 125 ms */
	{ "NEURO-01", "N03-0004", "BL", "out-of-range-hard", "FLAIR" }, /* TI 2850 ms at 1.5 T */
	{ "NEURO-01", "N01-0002", "V2", "out-of-window-soft", "" },     /* 12 days late */
	{ "NEURO-01", "N11-0005", "V2", "out-of-window-hard", "" },     /* 24 days late */
	{ "NEURO-01", "N11-0013", "BL", "missing", "FLAIR" },
	{ "NEURO-01", "N11-0013", "BL", "duplicate", "T2" }, /* the one before T2-AGAIN */
	{ "NEURO-01", "N11-0013", "V2", "overdue", "" },
	/* CT of the head: the trial does not ask for it */
	{ "NEURO-01", "N01-0001", "BL", "extra", "CT" },
	{ "NEURO-01", "N11-0005", "BL", "extra", "CT" },
	/* T1 that say neither before nor after contrast: for a person */
	{ "NEURO-01", "N03-0003", "BL", "unsure", "T1" },
	{ "NEURO-01", "N03-0003", "V2", "unsure", "T1" },
	{ "NEURO-01", "N03-0004", "BL", "unsure", "T1" },
	{ "NEURO-01", "N11-0005", "BL", "unsure", "T1" },
	{ "NEURO-01", "N11-0006", "BL", "unsure", "T1" },
	/* three slices were not sent */
	{ "LUNG-02", "L03-0009", "V2", "out-of-range-soft", "CT" },
};

size_t
demo_finding_count(void)
{
	return MEM_COUNT(truth);
}

const struct demo_finding *
demo_finding_at(size_t i)
{
	assert(i < MEM_COUNT(truth));
	return &truth[i];
}
