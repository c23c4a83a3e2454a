/* Reading a data dictionary: its rows as fields first, so that conditions can name those further on, then the draft. */
#include "core/study/redcap.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/redcap_in.h"

/* Columns may say more in brackets behind. */
static const char *const columns[REDCAP_COLUMNS] = {
	[COL_NAME] = "Variable / Field Name",
	[COL_FORM] = "Form Name",
	[COL_SECTION] = "Section Header",
	[COL_TYPE] = "Field Type",
	[COL_LABEL] = "Field Label",
	[COL_CHOICES] = "Choices, Calculations, OR Slider Labels",
	[COL_NOTE] = "Field Note",
	[COL_VALIDATION] = "Text Validation Type OR Show Slider Number",
	[COL_MIN] = "Text Validation Min",
	[COL_MAX] = "Text Validation Max",
	[COL_IDENTIFIER] = "Identifier?",
	[COL_BRANCHING] = "Branching Logic",
	[COL_REQUIRED] = "Required Field?",
	[COL_ALIGNMENT] = "Custom Alignment",
	[COL_NUMBER] = "Question Number",
	[COL_MATRIX] = "Matrix Group Name",
	[COL_RANKING] = "Matrix Ranking?",
	[COL_ANNOTATION] = "Field Annotation",
};

/* ---- finding ---- */

static int
by_name(const void *a, const void *b)
{
	const struct redcap_field *const *x = a, *const *y = b;

	return strcmp((*x)->cell[COL_NAME], (*y)->cell[COL_NAME]);
}

const struct redcap_field *
redcap_find(const struct redcap *r, const char *name)
{
	char *cell[] = { (char *)name };
	const struct redcap_field key = { .cell = cell }, *k = &key;
	struct redcap_field **found = r->fields == 0
		? NULL
		: bsearch(&k, r->named, r->fields, sizeof(*r->named), by_name);

	return found != NULL ? *found : NULL;
}

void
redcap_item(char *to, size_t size, const char *name, const char *code)
{
	snprintf(to, size, code[0] != '\0' ? "%s___%s" : "%s%s", name, code);
	for (char *c = to + strlen(name) < to + size ? to + strlen(name) : to; *c != '\0'; c++)
		*c = *c == '-' ? '_' : (char)tolower((unsigned char)*c);
}

/* ---- choices ---- */

/* In place: without blanks around. */
static char *
trim(char *s)
{
	char *end = s + strlen(s);

	while (isspace((unsigned char)*s))
		s++;
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

static bool
add_choice(struct redcap_import *im, struct redcap_field *f, char *one)
{
	char *comma = strchr(one, ','), *code;

	if (comma == NULL) {
		mistakes_line(im->d.wrong, f->row, f->cell[COL_NAME],
			"'%.60s' is no choice: a code, a comma and a label are needed", trim(one));
		return false;
	}
	*comma = '\0';
	code = trim(one);
	for (size_t i = 0; i < f->choices; i++)
		if (strcmp(f->choice[i].code, code) == 0) {
			mistakes_line(im->d.wrong, f->row, f->cell[COL_NAME],
				"the choice '%.60s' is there twice", code);
			return false;
		}
	if (f->choices == REDCAP_CHOICES) {
		mistakes_line(im->d.wrong, f->row, f->cell[COL_NAME], "it has more than %d choices",
			REDCAP_CHOICES);
		return false;
	}
	if (*code == '\0' || *trim(comma + 1) == '\0') {
		mistakes_line(
			im->d.wrong, f->row, f->cell[COL_NAME], "a choice has no code or no label");
		return false;
	}
	f->choice = mem_grow(f->choice, f->choices + 1, sizeof(*f->choice));
	f->choice[f->choices++] =
		(struct redcap_choice){ mem_string(code), mem_string(trim(comma + 1)) };
	return true;
}

/* "1, yes | 0, no" */
static void
read_choices(struct redcap_import *im, struct redcap_field *f, const char *text)
{
	char *copy = mem_string(text), *at = copy, *bar;
	bool good = true;

	if (*text == '\0')
		mistakes_line(im->d.wrong, f->row, f->cell[COL_NAME], "it has no choices");
	for (; good && at != NULL && *text != '\0'; at = bar) {
		bar = strchr(at, '|');
		if (bar != NULL)
			*bar++ = '\0';
		good = add_choice(im, f, at);
	}
	free(copy);
}

/* ---- rows as fields ---- */

static void
take_text(struct redcap_import *im, struct redcap_field *f)
{
	static const struct {
		const char *begins;
		enum study_type type;
		int digits;
		bool format; /* texts of a form that is not checked here */
	} known[] = {
		{ "integer", STUDY_INTEGER, -1, false },
		{ "number_1dp", STUDY_FLOAT, 1, false },
		{ "number_2dp", STUDY_FLOAT, 2, false },
		{ "number_3dp", STUDY_FLOAT, 3, false },
		{ "number_4dp", STUDY_FLOAT, 4, false },
		{ "number", STUDY_FLOAT, -1, false },
		{ "date_ymd", STUDY_DATE, -1, false },
		{ "date_mdy", STUDY_DATE, -1, false },
		{ "date_dmy", STUDY_DATE, -1, false },
		{ "datetime_ymd", STUDY_DATETIME, -1, false },
		{ "datetime_mdy", STUDY_DATETIME, -1, false },
		{ "datetime_dmy", STUDY_DATETIME, -1, false },
		{ "datetime_seconds_ymd", STUDY_DATETIME, -1, false },
		{ "datetime_seconds_mdy", STUDY_DATETIME, -1, false },
		{ "datetime_seconds_dmy", STUDY_DATETIME, -1, false },
		{ "time", STUDY_TIME, -1, false },
		{ "time_hh_mm_ss", STUDY_TIME, -1, false },
		{ "alpha_only", STUDY_TEXT, -1, true },
		{ "email", STUDY_TEXT, -1, true },
		{ "phone", STUDY_TEXT, -1, true },
		{ "phone_australia", STUDY_TEXT, -1, true },
		{ "postalcode_australia", STUDY_TEXT, -1, true },
		{ "postalcode_canada", STUDY_TEXT, -1, true },
		{ "ssn", STUDY_TEXT, -1, true },
		{ "zipcode", STUDY_TEXT, -1, true },
	};
	const char *validation = f->cell[COL_VALIDATION];

	f->type = STUDY_TEXT;
	if (*validation == '\0')
		return;
	for (size_t i = 0; i < MEM_COUNT(known); i++) {
		if (strcmp(known[i].begins, validation) != 0)
			continue;
		f->type = known[i].type;
		f->digits = known[i].digits;
		if (known[i].format)
			mistakes_line(im->d.notes, f->row, f->cell[COL_NAME],
				"is a text here: the format '%.40s' is not checked", validation);
		return;
	}
	mistakes_line(im->d.wrong, f->row, f->cell[COL_NAME],
		"the validation '%.40s' is not supported", validation);
}

static void
take_notes(struct redcap_import *im, struct redcap_field *f)
{
	(void)im;
	f->type = STUDY_TEXT;
}

static void
take_choices(struct redcap_import *im, struct redcap_field *f)
{
	f->type = STUDY_CODE;
	read_choices(im, f, f->cell[COL_CHOICES]);
}

static void
take_checkbox(struct redcap_import *im, struct redcap_field *f)
{
	f->checkbox = true;
	f->type = STUDY_BOOLEAN;
	read_choices(im, f, f->cell[COL_CHOICES]);
}

static void
take_yesno(struct redcap_import *im, struct redcap_field *f)
{
	f->type = STUDY_CODE;
	read_choices(im, f, "1, Yes | 0, No");
}

static void
take_truefalse(struct redcap_import *im, struct redcap_field *f)
{
	f->type = STUDY_CODE;
	read_choices(im, f, "1, True | 0, False");
}

static void
take_none(struct redcap_import *im, struct redcap_field *f)
{
	mistakes_line(im->d.wrong, f->row, f->cell[COL_NAME],
		"fields of type '%.20s' are not supported", f->cell[COL_TYPE]);
}

static const struct redcap_type {
	const char *name;
	void (*take)(struct redcap_import *im, struct redcap_field *f);
} types[] = {
	{ "text", take_text },
	{ "notes", take_notes },
	{ "dropdown", take_choices },
	{ "radio", take_choices },
	{ "checkbox", take_checkbox },
	{ "yesno", take_yesno },
	{ "truefalse", take_truefalse },
	{ "calc", take_none },
	{ "file", take_none },
	{ "slider", take_none },
	{ "sql", take_none },
};

static void
read_row(struct redcap_import *im, uint32_t row, char **cell)
{
	struct redcap_field *f = &im->r.field[im->r.fields];

	*f = (struct redcap_field){ .row = row, .cell = cell, .digits = -1 };
	if (strcmp(cell[COL_TYPE], "descriptive") == 0) {
		mistakes_line(im->d.notes, row, cell[COL_NAME], "only describes: it is left out");
		return;
	}
	im->r.fields++;
	for (size_t i = 0; i < MEM_COUNT(types); i++)
		if (strcmp(types[i].name, cell[COL_TYPE]) == 0) {
			types[i].take(im, f);
			return;
		}
	mistakes_line(
		im->d.wrong, row, cell[COL_NAME], "there is no field type '%.40s'", cell[COL_TYPE]);
}

/* ---- the dictionary as a whole ---- */

static void
check_columns(struct redcap_import *im, const struct csv_row *row)
{
	size_t n = row->cells < REDCAP_COLUMNS ? row->cells : REDCAP_COLUMNS;

	for (size_t i = 0; i < n; i++)
		if (strncasecmp(row->cell[i], columns[i], strlen(columns[i])) != 0)
			mistakes_line(im->d.wrong, 1, "", "column %zu is '%.60s', '%s' is wanted",
				i + 1, row->cell[i], columns[i]);
	if (row->cells != REDCAP_COLUMNS)
		mistakes_line(im->d.wrong, 1, "", "%zu columns, a dictionary has %d", row->cells,
			REDCAP_COLUMNS);
}

static void
check_twice(struct redcap_import *im)
{
	struct redcap *r = &im->r;

	r->named = mem_alloc((r->fields + 1) * sizeof(*r->named));
	for (size_t i = 0; i < r->fields; i++)
		r->named[i] = &r->field[i];
	qsort(r->named, r->fields, sizeof(*r->named), by_name);
	for (size_t i = 1; i < r->fields; i++) {
		const struct redcap_field *a = r->named[i - 1], *b = r->named[i];

		if (by_name(&a, &b) == 0)
			mistakes_line(im->d.wrong, a->row > b->row ? a->row : b->row,
				a->cell[COL_NAME], "the name is there already, in row %u",
				a->row < b->row ? a->row : b->row);
	}
}

static void
check_row(struct redcap_import *im, uint32_t number, const struct csv_row *row)
{
	if (row->cells != REDCAP_COLUMNS) {
		mistakes_line(im->d.wrong, number, trim(row->cell[0]),
			"%zu columns, the header has %d", row->cells, REDCAP_COLUMNS);
		return;
	}
	for (size_t i = 0; i < row->cells; i++)
		row->cell[i] = trim(row->cell[i]);
	read_row(im, number, row->cell);
}

static void
read_rows(struct redcap_import *im)
{
	const struct csv *c = &im->csv;

	im->r.field = mem_zero(c->rows + 1, sizeof(*im->r.field));
	if (c->rows == 0) {
		mistakes_line(im->d.wrong, 1, "", "the dictionary is empty");
		return;
	}
	check_columns(im, &c->row[0]);
	for (size_t i = 1; i < c->rows && c->row[0].cells == REDCAP_COLUMNS; i++)
		check_row(im, (uint32_t)i + 1, &c->row[i]);
	check_twice(im);
}

/* REDCap keeps the rows of a form together. */
static void
check_forms(struct redcap_import *im)
{
	const struct redcap *r = &im->r;

	for (size_t i = 1; i < r->fields; i++) {
		size_t k = i;

		if (strcmp(r->field[i].cell[COL_FORM], r->field[i - 1].cell[COL_FORM]) == 0)
			continue;
		while (k-- > 0 &&
			strcmp(r->field[k].cell[COL_FORM], r->field[i].cell[COL_FORM]) != 0)
			;
		if (k != SIZE_MAX)
			mistakes_line(im->d.wrong, r->field[i].row, r->field[i].cell[COL_NAME],
				"form '%.60s' was left in row %u: rows of a form stand together",
				r->field[i].cell[COL_FORM], r->field[k].row + 1);
	}
}

static void
release(struct redcap_import *im)
{
	for (size_t i = 0; i < im->r.fields; i++) {
		for (size_t k = 0; k < im->r.field[i].choices; k++) {
			free(im->r.field[i].choice[k].code);
			free(im->r.field[i].choice[k].label);
		}
		free(im->r.field[i].choice);
	}
	free(im->r.field);
	free(im->r.named);
	csv_free(&im->csv);
}

enum rc
redcap_read(char **out, const char *text, size_t n, const char *id, struct mistakes *wrong,
	struct mistakes *notes)
{
	struct redcap_import im = { .d = { .from = "_row", .wrong = wrong, .notes = notes } };
	struct err e = { 0 };
	uint32_t at;
	json_t *visit;

	*out = NULL;
	memset(wrong, 0, sizeof(*wrong));
	memset(notes, 0, sizeof(*notes));
	draft_begin(&im.d, id, "From a REDCap data dictionary");
	visit = draft_add(&im.d, im.d.visits, "V1", 0);
	draft_word(&im.d, visit, "title", "Visit 1");
	if (csv_read(&im.csv, text, n, &at, &e) != RC_OK)
		mistakes_line(wrong, at, "", "%s", e.text);
	else
		read_rows(&im);
	if (im.r.fields == 0 && wrong->n == 0)
		mistakes_line(wrong, 1, "", "the dictionary has no fields");
	check_forms(&im);
	if (im.r.named != NULL)
		redcap_draft(&im);
	*out = draft_end(&im.d);
	release(&im);
	return *out != NULL ? RC_OK : RC_INVALID;
}
