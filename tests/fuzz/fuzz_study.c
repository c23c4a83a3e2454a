/* libFuzzer target: study files.  Whatever is read, each mistake stands on a line of the text; what is fine can be asked. */
#include <stdlib.h>
#include <string.h>

#include "core/study/study.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct value
nothing(void *ctx, int64_t id)
{
	const struct study *s = ctx;
	struct study_name n = study_name(id);

	if (n.what == STUDY_NAME_FIELD && n.which >= s->fields)
		abort();
	if (n.where == STUDY_AT && n.visit >= s->visits)
		abort();
	return (struct value){ .type = VALUE_MISSING };
}

static void
ask(struct study *s)
{
	for (size_t f = 0; f < s->forms; f++)
		for (size_t i = 0; i < s->form[f].checks; i++)
			expr_evaluate(s->form[f].check[i].holds, nothing, s);
	for (size_t i = 0; i < s->fields; i++)
		if (s->named[i].field->skipped != NULL)
			expr_evaluate(s->named[i].field->skipped, nothing, s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct study *s;
	struct mistakes m;
	uint32_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += bytes[i] == '\n';
	if (study_read(&s, (const char *)bytes, size, &m) == RC_OK)
		ask(s);
	else if (m.n == 0)
		abort();
	for (size_t i = 0; i < m.n; i++)
		if (m.one[i].line > lines)
			abort();
	mistakes_free(&m);
	study_free(s);
	return 0;
}
