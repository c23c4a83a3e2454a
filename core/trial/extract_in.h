/* What the writers of exports share. */
#ifndef CORE_TRIAL_EXTRACT_IN_H
#define CORE_TRIAL_EXTRACT_IN_H

#include "core/ledger/case.h"
#include "core/ledger/decision.h"
#include "core/ledger/query.h"
#include "core/study/study.h"
#include "core/study/version.h"
#include "core/trial/extract.h"
#include "core/trial/extract_out.h"

enum { EXTRACT_NAME = CASE_KEY + 32 };

/* Where something was entered, signed, asked or decided. */
struct extract_place {
	char *kind, *object;
	char *name; /* as people write it: "S-0012", "E-7", "S-0012#3" an image */
	struct case_of of;
	size_t visit; /* of the last version; SIZE_MAX none of its */
};

struct extract_value {
	char *form, *field, *value, *was, *why, *spot,
		*reason; /* reason: why what was signed is changed */
	char *account;
	int pass;
	int64_t version, event, at; /* version: study_version.id; 0 none */
	bool stands;                /* the last of its pass */
	bool counts;                /* and what was settled goes before what was entered first */
};

/* Signed, locked, unlocked. */
struct extract_step {
	char *form, *step, *why, *account, *name, *role;
	char when[CLOCK_TEXT], meaning[24]; /* of a signature: local time with its offset */
	int pass;
	int64_t event, at;
	bool stands; /* nothing was entered, locked or unlocked since */
};

struct extract_query {
	struct query_row row;
	struct query_line *line;
	size_t lines;
};

struct extract_decision {
	struct decision d;
	int64_t event;
};

/* All of one place. */
struct extract_case {
	const struct extract_place *place;
	struct extract_value *value;
	struct extract_step *step;
	struct extract_query *query;
	struct extract_decision *decision;
	size_t values, steps, queries, decisions;
};

/* A field of a builtin form that somewhere has a value. */
struct extract_builtin {
	char *form, *field;
};
struct extract_user {
	char *account, *name;
};

struct extract {
	struct ledger *l;
	const struct extract_want *want;
	struct extract_told *told;
	struct extract_out out;

	struct extract_version {
		struct study_version v;
		struct study *study;
	} * version; /* those that were used and the last one, by number */
	size_t versions;
	struct extract_place *place; /* by site, subject, visit, kind and number */
	size_t places;
	struct extract_builtin *builtin; /* by form and field */
	size_t builtins;
	struct extract_user *user; /* by account */
	size_t users;
	int64_t last_at; /* of what is told */
	bool frozen;
};

/* Everything but the cases.  extract_close in any case. */
enum rc extract_begin(struct extract *x, struct err *e);
void extract_close_all(struct extract *x);

/* One place, without what is held back and left out; they are counted where `count`.  Release it. */
enum rc extract_load(struct extract *x, const struct extract_place *p, bool count,
	struct extract_case *out, struct err *e);
void extract_release(struct extract_case *c);

/* Each place loaded in turn. */
enum rc extract_each(struct extract *x, bool count,
	enum rc (*each)(struct extract *x, const struct extract_case *c, void *ctx, struct err *e),
	void *ctx, struct err *e);

const struct extract_version *extract_last(const struct extract *x);
/* The version of an id; the last one where it has none. */
const struct extract_version *extract_version_of(const struct extract *x, int64_t id);
/* The field of a form of that version; NULL. */
const struct study_named *extract_field(
	const struct extract_version *v, const char *form, const char *field);
const struct study_form *extract_form(const struct study *s, const char *form);
/* The signature that stands for a form's values that count; NULL none. */
const struct extract_step *extract_signature(
	const struct extract_case *c, const char *form, int pass);
bool extract_locked(const struct extract_case *c, const char *form);
/* How people call a coded value; "" where it is none. */
const char *extract_code_label(
	const struct extract_version *v, const char *form, const char *field, const char *value);
/* What a header column holds that names a person. */
bool extract_identifies(const char *form, const char *field);

/* "2026-11-22T10:43:07.000123+00:00" */
void extract_time(int64_t at, char to[CLOCK_TEXT + 8]);
/* "2026-11-22 10:43:07 +01:00" as ODM writes it: "2026-11-22T10:43:07+01:00" */
void extract_local(const char *when, char to[CLOCK_TEXT]);

/* The grades of the study's scale, or those that everybody has. */
struct extract_grade {
	const char *code, *meaning;
};
size_t extract_grades(const struct study *s, struct extract_grade *to, size_t most);

/* Verdicts of series stand as a form, by a name that no form of a study can have. */
#define EXTRACT_VERDICT "wr-verdict"
/* The fields of a verdict as an export has it, with their values. */
enum { EXTRACT_VERDICT_FIELDS = 10 };
extern const char *const extract_verdict_fields[EXTRACT_VERDICT_FIELDS];
void extract_verdict(
	const struct decision *d, const char *to[EXTRACT_VERDICT_FIELDS], char text[2][24]);

/* The writers. */
enum rc odm_write(struct extract *x, bool snapshot, struct err *e);
void odm_meta(struct extract *x);
enum rc extract_long(struct extract *x, struct err *e);
enum rc extract_wide(struct extract *x, struct err *e);
enum rc extract_json(struct extract *x, struct err *e);
void extract_table_dictionary(struct extract *x);

#endif
