/* What a dictionary holds once its rows were read. */
#ifndef CORE_STUDY_REDCAP_IN_H
#define CORE_STUDY_REDCAP_IN_H

#include "core/study/csv.h"
#include "core/study/draft.h"
#include "core/study/redcap.h"
#include "core/study/study.h"

enum redcap_column {
	COL_NAME,
	COL_FORM,
	COL_SECTION,
	COL_TYPE,
	COL_LABEL,
	COL_CHOICES,
	COL_NOTE,
	COL_VALIDATION,
	COL_MIN,
	COL_MAX,
	COL_IDENTIFIER,
	COL_BRANCHING,
	COL_REQUIRED,
	COL_ALIGNMENT,
	COL_NUMBER,
	COL_MATRIX,
	COL_RANKING,
	COL_ANNOTATION
};

enum { REDCAP_CHOICES = 2000 };

struct redcap_choice {
	char *code, *label;
};

/* A field that is asked. */
struct redcap_field {
	uint32_t row;
	char **cell; /* lent by the CSV, without blanks around */
	enum study_type type;
	int digits;
	bool checkbox;
	struct redcap_choice *choice; /* of type code, and of a checkbox */
	size_t choices;
};

struct redcap {
	struct redcap_field *field;  /* in their order */
	struct redcap_field **named; /* by name */
	size_t fields;
};

/* What is read, and where it goes. */
struct redcap_import {
	struct csv csv;
	struct redcap r;
	struct draft d;
	json_t *form, *group, *checks;
	unsigned groups;
};

/* redcap_draft.c.  Forms, groups, fields and lists. */
void redcap_draft(struct redcap_import *im);

/* NULL where there is none. */
const struct redcap_field *redcap_find(const struct redcap *r, const char *name);

/* The item of choice `code` of a checkbox: name___code. */
void redcap_item(char *to, size_t size, const char *name, const char *code);

/* redcap_logic.c.  A condition of REDCap in the language of the study file, for a field of form `form`; owned by the
 * caller; NULL with the cause in `why`. */
enum { REDCAP_WHY = 240 };
char *redcap_logic(const struct redcap *r, const char *form, const char *text, char why[REDCAP_WHY]);

#endif
