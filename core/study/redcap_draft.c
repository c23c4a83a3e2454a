/* The fields of a data dictionary as forms of a study file. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/study/redcap_in.h"

enum { LISTS = 500 }; /* of a study; more are refused, and need not be looked through */

/* A limit of REDCap warns and can be kept. */
static void
draft_limit(struct redcap_import *im, json_t *field, const struct redcap_field *f,
	enum redcap_column column)
{
	const char *comparator = column == COL_MIN ? "GE" : "LE";
	enum value_type type = study_value_type(f->type);
	char text[40], *blank;
	struct value v;

	if (f->cell[column][0] == '\0' || f->cell[COL_VALIDATION][0] == '\0')
		return;
	snprintf(text, sizeof(text), "%.39s", f->cell[column]);
	blank = strchr(text, ' ');
	if (type == VALUE_MOMENT && blank != NULL)
		*blank = 'T';
	if (type == VALUE_TEXT || !value_read(type, text, &v) || v.low != v.high)
		mistakes_line(im->d.wrong, f->row, f->cell[COL_NAME],
			"'%.60s' is no limit of this field; today, now and other fields are not "
			"supported",
			f->cell[column]);
	else if (type == VALUE_NUMBER)
		draft_range(field, comparator,
			f->type == STUDY_INTEGER ? json_integer((json_int_t)v.low)
						 : json_real(v.low),
			"soft");
	else
		draft_range(field, comparator, json_string(text), "soft");
}

/* The list of these choices, one for all fields that have the same; its id is that of the first. */
static const char *
draft_list(struct redcap_import *im, const struct redcap_field *f)
{
	json_t *codes = json_array(), *list;
	size_t i;

	for (i = 0; i < f->choices; i++) {
		json_t *code = draft_add(&im->d, codes, NULL, 0);

		draft_word(&im->d, code, "code", f->choice[i].code);
		draft_text(&im->d, code, "label", f->choice[i].label);
	}
	json_array_foreach(im->d.lists, i, list)
	{
		if (i >= LISTS || !json_equal(json_object_get(list, "codes"), codes))
			continue;
		json_decref(codes);
		return json_string_value(json_object_get(list, "id"));
	}
	list = draft_add(&im->d, im->d.lists, f->cell[COL_NAME], f->row);
	json_object_set_new(list, "codes", codes);
	return f->cell[COL_NAME];
}

/* Branching says when a field is shown; NULL where it always is, or (told) where it cannot be read. */
static char *
skip_of(struct redcap_import *im, const struct redcap_field *f)
{
	char why[REDCAP_WHY], *shown, *skip;

	if (f->cell[COL_BRANCHING][0] == '\0')
		return NULL;
	shown = redcap_logic(&im->r, f->cell[COL_FORM], f->cell[COL_BRANCHING], why);
	if (shown == NULL) {
		mistakes_line(im->d.wrong, f->row, f->cell[COL_NAME], "branching logic: %s", why);
		return NULL;
	}
	skip = mem_format("not (%s)", shown);
	free(shown);
	return skip;
}

static json_t *
draft_field(
	struct redcap_import *im, const struct redcap_field *f, const char *id, const char *label)
{
	json_t *j = draft_add(&im->d, draft_array(im->group, "fields"), id, f->row);

	draft_text(&im->d, j, "label", *label != '\0' ? label : id);
	if (json_object_get(j, "label") == NULL)
		draft_word(&im->d, j, "label", id);
	draft_word(&im->d, j, "type", study_types[f->type]);
	return j;
}

static void
draft_checkbox(struct redcap_import *im, const struct redcap_field *f, const char *skip)
{
	struct buf any = { 0 };
	char id[200];

	for (size_t i = 0; i < f->choices; i++) {
		char *label = mem_format("%.2000s: %s", f->cell[COL_LABEL], f->choice[i].label);
		json_t *j;

		redcap_item(id, sizeof(id), f->cell[COL_NAME], f->choice[i].code);
		j = draft_field(im, f, id, label);
		draft_text(&im->d, j, "help", f->cell[COL_NOTE]);
		if (skip != NULL)
			draft_word(&im->d, j, "skip", skip);
		buf_format(&any, "%spresent(%s)", i == 0 ? "" : " or ", id);
		free(label);
	}
	if (f->cell[COL_REQUIRED][0] != '\0' && f->choices > 0) {
		json_t *check = draft_add(&im->d, im->checks, f->cell[COL_NAME], f->row);
		char *that = skip != NULL ? mem_format("%s or %s", skip, any.data)
					  : mem_string(any.data);

		draft_word(&im->d, check, "that", that);
		draft_word(&im->d, check, "kind", "hard");
		draft_word(&im->d, check, "message", "one of the choices must be answered");
		free(that);
	}
	buf_release(&any);
}

static void
draft_plain(struct redcap_import *im, const struct redcap_field *f, const char *skip)
{
	json_t *j = draft_field(im, f, f->cell[COL_NAME], f->cell[COL_LABEL]);

	if (f->type == STUDY_CODE && f->choices > 0)
		draft_word(&im->d, j, "codes", draft_list(im, f));
	if (f->digits >= 0)
		json_object_set_new(j, "digits", json_integer(f->digits));
	if (f->cell[COL_REQUIRED][0] != '\0')
		json_object_set_new(j, "required", json_true());
	draft_text(&im->d, j, "help", f->cell[COL_NOTE]);
	if (skip != NULL)
		draft_word(&im->d, j, "skip", skip);
	if (f == &im->r.field[0] && f->type == STUDY_TEXT)
		draft_word(&im->d, j, "header", "trial_subject"); /* the record id */
	if (strcmp(f->cell[COL_TYPE], "text") == 0) {
		draft_limit(im, j, f, COL_MIN);
		draft_limit(im, j, f, COL_MAX);
	}
}

/* "baseline_imaging" for people: "Baseline imaging". */
static void
draft_title(struct redcap_import *im, json_t *form, const char *name)
{
	char *title = mem_string(name);

	for (char *c = title; *c != '\0'; c++)
		*c = *c == '_' ? ' ' : *c;
	title[0] = (char)toupper((unsigned char)title[0]);
	draft_text(&im->d, form, "title", title);
	free(title);
}

/* A new form where its name changes, a new group where a section begins. */
static void
open_group(struct redcap_import *im, const struct redcap_field *f, const char *before)
{
	bool new_form = before == NULL || strcmp(before, f->cell[COL_FORM]) != 0;
	char id[20];

	if (new_form) {
		im->form = draft_add(&im->d, im->d.forms, f->cell[COL_FORM], f->row);
		draft_title(im, im->form, f->cell[COL_FORM]);
		draft_word(&im->d, im->form, "level", "visit");
		im->groups = 0;
		draft_array(im->form, "groups");
		im->checks = draft_array(im->form, "checks");
	}
	if (!new_form && f->cell[COL_SECTION][0] == '\0')
		return;
	snprintf(id, sizeof(id), "g%u", ++im->groups);
	im->group = draft_add(&im->d, draft_array(im->form, "groups"), id, f->row);
	draft_text(&im->d, im->group, "title", f->cell[COL_SECTION]);
}

static void
note_rest(struct redcap_import *im, const struct redcap_field *f)
{
	if (f->cell[COL_IDENTIFIER][0] != '\0')
		mistakes_line(im->d.notes, f->row, f->cell[COL_NAME],
			"is marked as identifying: nothing is done about it here");
	if (strchr(f->cell[COL_ANNOTATION], '@') != NULL)
		mistakes_line(im->d.notes, f->row, f->cell[COL_NAME],
			"its annotation '%.60s' is left out", f->cell[COL_ANNOTATION]);
	if (f->cell[COL_RANKING][0] != '\0')
		mistakes_line(im->d.notes, f->row, f->cell[COL_NAME], "its ranking is left out");
}

void
redcap_draft(struct redcap_import *im)
{
	const char *before = NULL;

	for (size_t i = 0; i < im->r.fields && !draft_full(&im->d); i++) {
		const struct redcap_field *f = &im->r.field[i];
		char *skip = skip_of(im, f);

		open_group(im, f, before);
		before = f->cell[COL_FORM];
		if (f->checkbox)
			draft_checkbox(im, f, skip);
		else
			draft_plain(im, f, skip);
		note_rest(im, f);
		free(skip);
	}
}
