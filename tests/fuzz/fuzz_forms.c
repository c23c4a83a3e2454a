/* libFuzzer target: forms of other formats, and what is typed into one.  By its first letter the rest is a REDCap
 * dictionary (r), ODM (o), or texts for the fields of the brain example, a line each (anything else). */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/study/form.h"
#include "core/study/odm_read.h"
#include "core/study/redcap.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Either a study file that is taken, or mistakes. */
static void
expect(char *out, struct mistakes *wrong, struct mistakes *notes)
{
	struct mistakes m;
	struct study *s = NULL;

	if ((out == NULL) != (wrong->n > 0))
		abort();
	if (out != NULL) {
		if (study_read(&s, out, strlen(out), &m) != RC_OK)
			abort();
		mistakes_free(&m);
	}
	study_free(s);
	free(out);
	mistakes_free(wrong);
	mistakes_free(notes);
}

static void
expect_sheet(struct form_sheet *sheet)
{
	struct form_sum sum = form_sheet_sum(sheet);

	for (size_t i = 0; i < form_sheet_fields(sheet); i++) {
		const struct form_cell *c = form_sheet_cell(sheet, i);

		for (const char *s = c->value; *s != '\0'; s++)
			if ((unsigned char)*s < ' ')
				abort();
		if (c->skipped && (c->findings > 0 || *c->value != '\0'))
			abort();
	}
	if (sum.entered + sum.skipped + sum.proposed > form_sheet_fields(sheet))
		abort();
}

/* What is kept of a value is kept of it once more. */
static void
expect_stable(struct form_sheet *sheet, size_t at)
{
	const struct form_cell *c = form_sheet_cell(sheet, at);
	struct typed again;

	if (c->skipped || c->value[0] == '\0')
		return;
	typed_read(&again, c->field, c->value);
	if (again.fault != TYPED_FINE || strcmp(again.text, c->value) != 0)
		abort();
	typed_free(&again);
}

static void
fill_in(char *text)
{
	struct mistakes m;
	struct study *s;
	struct form_sheet *sheet;
	char *next;

	if (study_read(&s, study_example_brain, strlen(study_example_brain), &m) != RC_OK)
		abort();
	sheet = form_sheet_new(s, &s->form[0], NULL);
	for (size_t i = 0; text != NULL; i++, text = next) {
		next = strchr(text, '\n');
		if (next != NULL)
			*next++ = '\0';
		form_sheet_load(sheet, i % form_sheet_fields(sheet), text, NULL);
		expect_stable(sheet, i % form_sheet_fields(sheet));
	}
	expect_sheet(sheet);
	form_sheet_free(sheet);
	study_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct odm_options options = { 0 };
	struct mistakes wrong, notes;
	char *out, *text;

	if (size == 0)
		return 0;
	text = mem_alloc(size);
	memcpy(text, bytes + 1, size - 1);
	text[size - 1] = '\0';
	if (bytes[0] == 'r') {
		redcap_read(&out, text, size - 1, "F", &wrong, &notes);
		expect(out, &wrong, &notes);
	} else if (bytes[0] == 'o') {
		odm_read(&out, text, size - 1, &options, &wrong, &notes);
		expect(out, &wrong, &notes);
	} else {
		fill_in(text);
	}
	free(text);
	return 0;
}
