/* Owns the measurement of a keystroke in a form: a value is set, and what it changes is asked again.  Wall time, one
 * thread.  Each tenth field is used by the conditions of the nine after it, each hundredth by a check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/buf.h"
#include "core/study/form.h"

enum { KEYS = 2000, WANTED = 5 /* ms, of the slowest keystroke */ };

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct study *
make(int fields)
{
	struct buf b = { 0 };
	struct study *s;
	struct mistakes m;

	buf_text(&b,
		"{\"wetread_study\": 1, \"id\": \"S\", \"version\": 1, \"title\": \"t\","
		"\"visits\": [{\"id\": \"V1\", \"title\": \"v\"}], \"forms\": [{\"id\": \"f\","
		"\"title\": \"t\", \"level\": \"exam\", \"groups\": [{\"id\": \"g\", \"fields\": "
		"[");
	for (int i = 0; i < fields; i++) {
		buf_format(&b,
			"%s{\"id\": \"a%d\", \"label\": \"l\", \"type\": \"float\", \"unit\": "
			"\"kg\", \"required\": true, \"ranges\": [{\"comparator\": \"LE\", "
			"\"value\": "
			"300, \"kind\": \"hard\"}, {\"comparator\": \"GE\", \"value\": 40, "
			"\"kind\": "
			"\"soft\"}]",
			i == 0 ? "" : ",", i);
		if (i % 10 != 0)
			buf_format(&b, ", \"skip\": \"a%d > 100 and a%d < 200\"", i - i % 10,
				i - i % 10);
		buf_char(&b, '}');
	}
	buf_text(&b, "]}], \"checks\": [");
	for (int i = 0; i < fields; i += 100)
		buf_format(&b,
			"%s{\"id\": \"k%d\", \"that\": \"a%d / a%d < 2\", \"kind\": \"soft\", "
			"\"message\": \"m\"}",
			i == 0 ? "" : ",", i, i, i + 1);
	buf_text(&b, "]}]}");
	if (study_read(&s, b.data, b.len, &m) != RC_OK) {
		fprintf(stderr, "bench_form: %s: %s\n", m.one[0].path, m.one[0].text);
		exit(1);
	}
	mistakes_free(&m);
	buf_release(&b);
	return s;
}

static void
measure(int fields)
{
	struct study *s = make(fields);
	double from = now(), opened, each, most = 0;
	struct form_sheet *sheet = form_sheet_new(s, &s->form[0], NULL);

	opened = now() - from;
	for (size_t i = 0; i < (size_t)fields; i++)
		form_sheet_load(sheet, i, "80", NULL);
	from = now();
	for (int k = 0; k < KEYS; k++) {
		double key = now();

		/* "8", "80", "150": the last skips the nine that follow */
		form_sheet_load(sheet, (size_t)(k * 7919 % fields),
			k % 3 == 0           ? "8"
				: k % 3 == 1 ? "80 kg"
					     : "150",
			NULL);
		form_sheet_sum(sheet);
		key = now() - key;
		most = key > most ? key : most;
	}
	each = (now() - from) / KEYS;
	printf("form of %6d fields: opened in %7.3f ms, a keystroke %.4f ms, the slowest %.3f ms  "
	       "%s\n",
		fields, opened, each, most, most < WANTED ? "PASS" : "MISS");
	form_sheet_free(sheet);
	study_free(s);
}

int
main(void)
{
	measure(100);
	measure(1000);
	measure(10000);
	return 0;
}
