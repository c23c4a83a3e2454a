/* What headers should say and do not, as settlement found it, where nobody filled it in and somebody can: geometry and
 * UIDs are not known to people. */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/dicom/attr.h"
#include "core/ledger/catalog.h"
#include "core/trial/todo_in.h"

static bool
filled(struct ledger *l, int64_t series, int64_t exam, const char *column)
{
	char object[24];
	struct case_at at = { "series", object };
	struct entry v;

	snprintf(object, sizeof(object), "%lld", (long long)series);
	if (entry_one(l, &at, ENTRY_HEADER, PASS_FIRST, column, &v, NULL) == RC_OK &&
		v.value[0] != '\0')
		return true;
	at.kind = "exam";
	snprintf(object, sizeof(object), "%lld", (long long)exam);
	return entry_one(l, &at, ENTRY_HEADER, PASS_FIRST, column, &v, NULL) == RC_OK &&
		v.value[0] != '\0';
}

static void
take_name(struct ledger *l, struct stmt *s, const char *name, struct todo_list *out)
{
	int a = catalog_missing_attr(name);
	int64_t series = stmt_get_int(s, 0), exam = stmt_get_int(s, 1);
	struct todo *d;

	if (a < 0 || attr_table[a].level == ATTR_LEVEL_IMAGE ||
		attr_table[a].kind == ATTR_KIND_UID || filled(l, series, exam, attr_table[a].column))
		return;
	d = todo_add(out, TODO_HEADER, "%s is not in the header of S-%04lld %s", name,
		(long long)series, stmt_get_text(s, 6));
	d->series = series;
	d->exam = exam;
	str_copy(d->field, sizeof(d->field), attr_table[a].column);
	str_copy(d->trial, sizeof(d->trial), stmt_get_text(s, 2));
	str_copy(d->site, sizeof(d->site), stmt_get_text(s, 3));
	str_copy(d->subject, sizeof(d->subject), stmt_get_text(s, 4));
	str_copy(d->visit, sizeof(d->visit), stmt_get_text(s, 5));
}

enum rc
todo_headers(struct ledger *l, const char *account, struct todo_list *out, struct err *e)
{
	struct stmt *s = db_query_once(ledger_db(l),
		"SELECT q.id, x.id, x.trial, x.site, x.subject, x.visit, q.series_description, "
		"q.missing"
		" FROM series q JOIN exam x ON x.id = q.exam WHERE q.missing <> '' AND q.state NOT "
		"IN"
		" ('rejected', 'void') AND EXISTS (SELECT 1 FROM account_role r WHERE r.account = "
		"$1"
		" AND r.role IN ('coordinator', 'expert', 'manager') AND (r.study = '*' OR r.study "
		"="
		" x.trial) AND (r.site = '*' OR r.site = x.site)) ORDER BY q.id");
	char names[1000], *rest, *name;
	enum rc rc;

	stmt_text(s, 1, account);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		str_copy(names, sizeof(names), stmt_get_text(s, 7));
		rest = names;
		while ((name = strsep(&rest, " ")) != NULL)
			if (*name != '\0')
				take_name(l, s, name, out);
	}
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
