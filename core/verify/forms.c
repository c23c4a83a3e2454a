/* What was entered beside images, signed and locked: each with its rows as its event is told, and by whom it may be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/digest.h"
#include "core/verify/verify.h"

/* ---- who ---- */

static const struct {
	const char *form; /* NULL: those of studies */
	const char *roles[6];
} works[] = {
	{ "header", { "coordinator", "expert", "manager" } },
	{ "tag", { "coordinator", "reviewer", "radiologist", "expert", "manager" } },
	{ "quality", { "reviewer", "radiologist", "expert" } },
	{ NULL, { "coordinator", "expert", "radiologist" } },
};

static const char *const *
roles_of(const char *form)
{
	size_t i = 0;

	while (works[i].form != NULL && strcmp(works[i].form, form) != 0)
		i++;
	return works[i].roles;
}

/* kind TAB object TAB form, and the user where one is given. */
static void
key_of(const struct verify_row *row, const char *form, const char *user, char to[900])
{
	snprintf(to, 900, "%.20s\t%.600s\t%.70s%s%.40s", row->e.kind, row->e.object, form,
		user != NULL ? "\t" : "", user != NULL ? user : "");
}

static void
check_pass(struct verify *v, const struct verify_row *row, const char *form, int64_t pass)
{
	char key[900], text[24];
	const char *told;

	key_of(row, form, row->e.user, key);
	snprintf(text, sizeof(text), "%lld", (long long)pass);
	told = told_get(v->told, TOLD_PASS, key);
	if (told != NULL && strcmp(told, text) != 0)
		verify_altered(v, "event %lld: %s filled the same form twice", (long long)row->seq,
			row->e.user);
	told_put(v->told, TOLD_PASS, key, text);
}

static void
check_open(struct verify *v, const struct verify_row *row, const char *form, const char *trial)
{
	char key[900];
	const char *told;

	key_of(row, form, NULL, key);
	told = told_get(v->told, TOLD_FORM, key);
	if (told != NULL && strcmp(told, "locked") == 0)
		verify_altered(v, "event %lld: enters into a locked form", (long long)row->seq);
	snprintf(key, sizeof(key), "study\t%.600s\t", trial);
	told = told_get(v->told, TOLD_FORM, key);
	if (told != NULL && strcmp(told, "frozen") == 0)
		verify_altered(v, "event %lld: enters into a frozen study", (long long)row->seq);
}

/* ---- entries ---- */

static bool
value_is(sqlite3_stmt *s, const json_t *told)
{
	for (int i = 0; i < 5; i++) {
		const char *text = json_string_value(json_array_get(told, (size_t)i));

		if (text == NULL || strcmp(text, verify_column(s, 7 + i)) != 0)
			return false;
	}
	return true;
}

static bool
head_is(sqlite3_stmt *s, const struct verify_row *row, const json_t *data)
{
	return strcmp(verify_column(s, 0), row->e.kind) == 0 &&
		strcmp(verify_column(s, 1), row->e.object) == 0 &&
		strcmp(verify_column(s, 2), verify_text(data, "form")) == 0 &&
		sqlite3_column_int64(s, 3) == verify_number(data, "pass") &&
		sqlite3_column_int64(s, 4) == verify_number(data, "version") &&
		strcmp(verify_column(s, 5), row->e.user) == 0 &&
		sqlite3_column_int64(s, 6) == row->time;
}

static void
compare_entries(struct verify *v, const struct verify_row *row, const json_t *data)
{
	const json_t *values = json_object_get(data, "values");
	sqlite3_stmt *s = verify_kept(v, KEPT_ENTRY);
	size_t n = 0;
	bool same = true;

	sqlite3_bind_int64(s, 1, row->seq);
	for (; sqlite3_step(s) == SQLITE_ROW; n++)
		same = same && head_is(s, row, data) && value_is(s, json_array_get(values, n));
	sqlite3_reset(s);
	if (!same || n != json_array_size(values))
		verify_altered(v, "event %lld: what was entered differs from its event",
			(long long)row->seq);
}

void
verify_take_entered(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	const char *form = verify_text(data, "form");

	if (!verify_may(v, row, roles_of(form)))
		verify_altered(
			v, "event %lld: entered by somebody who may not", (long long)row->seq);
	check_pass(v, row, form, verify_number(data, "pass"));
	check_open(v, row, form, verify_text(data, "trial"));
	v->entries += (int64_t)json_array_size(json_object_get(data, "values"));
	if (!v->alone)
		compare_entries(v, row, data);
}

/* ---- steps ---- */

static void
compare_step(struct verify *v, const struct verify_row *row, const char *step)
{
	const json_t *data = verify_data((struct verify_row *)row);
	const char *should[] = { row->e.kind, row->e.object, verify_text(data, "form"), step,
		verify_text(data, "reason"), verify_text(data, "digest"), row->e.user, row->e.name,
		row->e.role };
	sqlite3_stmt *s = verify_kept(v, KEPT_FORM_STEP);
	bool same;

	sqlite3_bind_int64(s, 1, row->seq);
	same = sqlite3_step(s) == SQLITE_ROW;
	for (int i = 0; same && i < 9; i++)
		same = strcmp(verify_column(s, i), should[i]) == 0;
	same = same && sqlite3_column_int64(s, 9) == verify_number(data, "pass") &&
		sqlite3_column_int64(s, 10) == verify_number(data, "running") &&
		sqlite3_column_int64(s, 11) == row->time;
	sqlite3_reset(s);
	if (!same)
		verify_altered(v, "event %lld: the table differs from what was %s",
			(long long)row->seq, step);
}

/* Of the values as they stood when it was signed. */
static void
values_digest(struct verify *v, const struct verify_row *row, const json_t *data, char hex[65])
{
	sqlite3_stmt *s = verify_kept(v, KEPT_FORM_VALUES);
	struct digest d;

	digest_begin(&d);
	sqlite3_bind_text(s, 1, row->e.kind, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 2, row->e.object, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 3, verify_text(data, "form"), -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(s, 4, verify_number(data, "pass"));
	sqlite3_bind_int64(s, 5, row->seq);
	while (sqlite3_step(s) == SQLITE_ROW)
		for (int i = 0; i < 3; i++) {
			const char *text = verify_column(s, i);

			digest_add(&d, text, strlen(text));
			digest_add(&d, i < 2 ? "\t" : "\n", 1);
		}
	sqlite3_reset(s);
	digest_end_hex(&d, hex);
}

void
verify_take_form_signed(struct verify *v, struct verify_row *row)
{
	static const char *const may[] = { "coordinator", "expert", "radiologist", NULL };
	const json_t *data = verify_data(row);
	char hex[65];

	if (!verify_may(v, row, may))
		verify_altered(v, "event %lld: %s did not hold the role %s", (long long)row->seq,
			row->e.user, row->e.role);
	verify_take_signature(v, row);
	check_pass(v, row, verify_text(data, "form"), verify_number(data, "pass"));
	v->form_steps++;
	if (v->alone)
		return;
	values_digest(v, row, data, hex);
	if (strcmp(hex, verify_text(data, "digest")) != 0)
		verify_altered(v, "event %lld: the form that was signed had other values",
			(long long)row->seq);
	compare_step(v, row, "signed");
}

void
verify_take_form_marked(struct verify *v, struct verify_row *row)
{
	static const char *const may[] = { "manager", NULL };
	static const char *const pairs[][2] = { { "locked", "unlocked" }, { "frozen", "thawed" } };
	const json_t *data = verify_data(row);
	const char *step = verify_text(data, "step"), *form = verify_text(data, "form"), *told;
	bool whole = form[0] == '\0', on = strcmp(step, pairs[whole][0]) == 0;
	char key[900];

	if (!verify_may(v, row, may))
		verify_altered(v, "event %lld: locks or unlocks without being a manager",
			(long long)row->seq);
	key_of(row, form, NULL, key);
	told = told_get(v->told, TOLD_FORM, key);
	if ((!on && strcmp(step, pairs[whole][1]) != 0) ||
		on == (told != NULL && strcmp(told, pairs[whole][0]) == 0))
		verify_altered(
			v, "event %lld: what was %.20s could not be", (long long)row->seq, step);
	told_put(v->told, TOLD_FORM, key, step);
	v->form_steps++;
	if (!v->alone)
		compare_step(v, row, step);
}

void
verify_forms(struct verify *v)
{
	int64_t entries = verify_count(v, "SELECT count(*) FROM entry");
	int64_t steps = verify_count(v, "SELECT count(*) FROM form_step");

	if (entries != v->entries)
		verify_altered(v, "entries: the table has %lld, the events tell of %lld",
			(long long)entries, (long long)v->entries);
	if (steps != v->form_steps)
		verify_altered(v, "steps of forms: the table has %lld, the events tell of %lld",
			(long long)steps, (long long)v->form_steps);
}
