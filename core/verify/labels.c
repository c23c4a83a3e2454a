/* Labels of series: what a person said one is, against its event.  What the rules say is not compared: it follows from the
 * header, and can be told again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

static json_t *
labels(struct verify *v)
{
	json_t *all = json_object_get(v->replay, "label");

	if (all == NULL) {
		all = json_object();
		json_object_set_new(v->replay, "label", all);
	}
	return all;
}

static void
check_author(struct verify *v, const struct verify_row *row)
{
	static const char *const may[] = { "coordinator", "expert", "manager", "radiologist", NULL };

	if (!verify_may(v, row, may))
		verify_altered(v, "event %lld: a label by somebody who may not give one",
			(long long)row->seq);
}

/* The label before, where it was a person's: nothing was left out in between. */
static void
check_before(struct verify *v, struct verify_row *row, const json_t *standing)
{
	const char *before = verify_text(verify_data(row), "before");
	bool by_person = strcmp(verify_text(verify_data(row), "rule"), "person") == 0;

	if (by_person != (standing != NULL) ||
		(standing != NULL && strcmp(verify_text(standing, "label"), before) != 0))
		verify_altered(v, "event %lld: takes the place of a label that did not stand",
			(long long)row->seq);
}

void
verify_take_label(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);

	check_author(v, row);
	check_before(v, row, json_object_get(labels(v), row->e.object));
	json_object_set_new(labels(v), row->e.object,
		json_pack("{s:s, s:s, s:s, s:I}", "label", verify_text(data, "label"), "account",
			row->e.user, "reason", verify_text(data, "reason"), "event",
			(json_int_t)row->seq));
}

void
verify_take_label_cleared(struct verify *v, struct verify_row *row)
{
	json_t *standing = json_object_get(labels(v), row->e.object);

	check_author(v, row);
	if (standing == NULL)
		verify_altered(
			v, "event %lld: takes back a label that nobody gave", (long long)row->seq);
	else
		check_before(v, row, standing);
	json_object_del(labels(v), row->e.object);
}

static void
check_row(struct verify *v, sqlite3_stmt *s, size_t *persons)
{
	static const char *const names[] = { "label", "account", "reason" };
	const json_t *told = json_object_get(labels(v), verify_column(s, 0));
	bool same = told != NULL && verify_number(told, "event") == sqlite3_column_int64(s, 4) &&
		strcmp(verify_column(s, 5), "person") == 0;

	/* nobody's, and none should be */
	if (told == NULL && sqlite3_column_int64(s, 4) == 0 && *verify_column(s, 2) == '\0' &&
		strcmp(verify_column(s, 5), "person") != 0)
		return;
	++*persons;
	for (int i = 0; i < 3; i++)
		same = same && strcmp(verify_text(told, names[i]), verify_column(s, i + 1)) == 0;
	if (!same)
		verify_altered(
			v, "series %s: its label differs from its event", verify_column(s, 0));
}

void
verify_labels(struct verify *v)
{
	sqlite3_stmt *s = verify_query(v,
		"SELECT series, label, account, reason, event, rule FROM series_label ORDER BY "
		"series");
	size_t persons = 0;

	while (sqlite3_step(s) == SQLITE_ROW)
		check_row(v, s, &persons);
	sqlite3_finalize(s);
	if (persons != json_object_size(labels(v)))
		verify_altered(v, "labels: the table has %zu of people, the events tell of %zu",
			persons, json_object_size(labels(v)));
}
