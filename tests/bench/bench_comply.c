/* Owns the measurement of compliance: subjects of 5 visits with 8 series each against a study that asks for them with three
 * ranges each.  Only the reckoning: no storage.  Processor time, one thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/study/comply.h"

enum { VISITS = 5, SERIES = 8 };

static const char *const labels[SERIES] = { "AX T1 PRE", "AX T1 POST", "AX T2", "AX FLAIR",
	"AX DWI", "AX SWI", "SAG T1 PRE 3D", "AX PERF-DSC 4D" };

static struct study *
make_study(void)
{
	struct buf b = { 0 };
	struct mistakes m;
	struct study *s;

	buf_text(&b,
		"{\"wetread_study\": 1, \"id\": \"B\", \"version\": 1, \"title\": \"t\", "
		"\"visits\": [");
	for (int v = 0; v < VISITS; v++) {
		buf_format(&b, "%s{\"id\": \"V%d\", \"title\": \"t\"", v > 0 ? "," : "", v);
		if (v > 0)
			buf_format(&b, ", \"after\": \"V0\", \"day\": %d, \"early\": 3, \"late\": 3",
				28 * v);
		buf_text(&b, ", \"series\": [");
		for (int i = 0; i < SERIES; i++)
			buf_format(&b,
				"%s{\"id\": \"s%d\", \"label\": \"%s\", \"same_frame_as\": "
				"\"s%d\", "
				"\"parameters\": [{\"attribute\": \"echo_time\", \"soft\": [80, "
				"110]}, "
				"{\"attribute\": \"repetition_time\", \"hard\": [400, 900]}, "
				"{\"attribute\": \"slices\", \"soft\": [20, 30]}]}",
				i > 0 ? "," : "", i, labels[i], (i + 1) % SERIES);
		buf_text(&b, "]}");
	}
	buf_text(&b, "]}");
	if (study_read(&s, b.data, b.len, &m) != RC_OK) {
		fprintf(stderr, "bench_comply: %s\n", m.one[0].text);
		exit(1);
	}
	mistakes_free(&m);
	buf_release(&b);
	return s;
}

static void
run(const struct comply *c, long subjects)
{
	const char *value[ATTR_COUNT] = {
		[ATTR_MODALITY] = "MR", [ATTR_TE] = "98", [ATTR_TR] = "600", [ATTR_FRAME_OF_REFERENCE] = "1.2.3"
	};
	static const char *const dates[VISITS] = { "20240205", "20240304", "20240401", "20240429",
		"20240527" };
	static const char *const visits[VISITS] = { "V0", "V1", "V2", "V3", "V4" };
	struct comply_series series[SERIES];
	struct comply_exam exam[VISITS];
	struct comply_subject in = { exam, VISITS, 20000 };
	struct comply_report r = { 0 };
	size_t findings = 0;
	clock_t from = clock();
	double s;

	for (int i = 0; i < SERIES; i++)
		series[i] = (struct comply_series){ .id = i + 1,
			.label = labels[i],
			.state = "approved",
			.value = value,
			.slices = i == 3 ? 12 : 24 };
	for (long n = 0; n < subjects; n++) {
		for (int v = 0; v < VISITS; v++)
			exam[v] =
				(struct comply_exam){ v + 1, visits[v], dates[v], series, SERIES };
		comply_check(c, &in, &r);
		findings += r.findings;
	}
	s = (double)(clock() - from) / CLOCKS_PER_SEC;
	printf("comply  %8ld subjects x %d visits x %d series: %8.1f ms, %.2f us a series, %zu "
	       "findings\n",
		subjects, VISITS, SERIES, s * 1e3, s * 1e6 / ((double)subjects * VISITS * SERIES),
		findings);
	comply_report_release(&r);
}

int
main(void)
{
	struct study *s = make_study();
	struct comply *c = comply_make(s);

	run(c, 250); /* 10^4 series */
	run(c, 1000);
	run(c, 2500);
	run(c, 25000);
	comply_free(c);
	study_free(s);
	return 0;
}
