/* Findings as queries. */
#include "core/trial/ask.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

void
ask_about(const char *study, const char *subject, const struct comply_finding *f, struct ask *out)
{
	char words[200], series[24] = "";

	memset(out, 0, sizeof(*out));
	if (f->visit != NULL) {
		str_copy(out->kind, sizeof(out->kind), "visit");
		case_visit(out->object, study, subject, f->visit->id);
	} else {
		str_copy(out->kind, sizeof(out->kind), "exam");
		snprintf(out->object, sizeof(out->object), "%lld", (long long)f->exam);
	}
	if (f->series != 0)
		snprintf(series, sizeof(series), " S-%04lld", (long long)f->series);
	snprintf(out->rule, sizeof(out->rule), "%.30s %.40s %.40s%s", comply_kinds[f->kind].name,
		f->expected != NULL ? f->expected->id : "-",
		f->attribute != NULL ? f->attribute : "-", series);
	comply_words(f, words, sizeof(words));
	snprintf(out->text, sizeof(out->text), "%.30s%s%.60s%s: %.200s", comply_kinds[f->kind].name,
		f->expected != NULL ? ", " : "",
		f->expected == NULL                  ? ""
			: f->expected->title != NULL ? f->expected->title
						     : f->expected->id,
		series, words);
	out->query = (struct query_new){ .at = { out->kind, out->object },
		.rule = out->rule,
		.text = out->text,
		.type = QUERY_CHECK };
}
