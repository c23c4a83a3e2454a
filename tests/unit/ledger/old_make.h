/* Archives as the programs of earlier versions wrote them (tests/unit/ledger/version-1 and on), in folders of their own. */
#ifndef TESTS_UNIT_LEDGER_OLD_MAKE_H
#define TESTS_UNIT_LEDGER_OLD_MAKE_H

#include "tests/unit/ledger/ledger_make.h"

/* `fixture`: "tests/unit/ledger/version-1"; the tests run from the root of the project. */
static inline struct made *
old_archive(const char *fixture)
{
	struct made *m = made_blank();
	char *anchors = made_path(m->folder, "anchors"), *sql;
	sqlite3 *db;

	mkdir(anchors, 0755);
	free(anchors);
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "system.key", "anchors.log", "officer.pub" };
		char to[64];
		size_t n = 0;
		char *bytes = made_read(fixture, names[i], &n);

		assert_non_null(bytes);
		snprintf(to, sizeof(to), "%s%s", i > 0 ? "anchors/" : "", names[i]);
		made_write(m->folder, to, bytes, n);
		free(bytes);
	}
	sql = made_read(fixture, "ledger.sql", NULL);
	assert_non_null(sql);
	db = raw_open(m->folder);
	raw_run(db, sql);
	raw_run(db, "PRAGMA journal_mode = WAL"); /* as every archive is; a dump does not say it */
	sqlite3_close(db);
	free(sql);
	m->now += INT64_C(3600000000);
	return m;
}

#endif
