/* How the ledger is opened: read-only, through SQLite's own locks and WAL, so that it can be checked beside a workstation; on
 * a disc that cannot be written, where SQLite can make no wal-index, as a file that does not change. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/verify/verify.h"

static long long
size_of(const char *path, const char *suffix)
{
	char name[4200];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	return stat(name, &st) == 0 ? (long long)st.st_size : -1;
}

/* Everything is in the file itself, and nobody has it open. */
static bool
is_still(const char *folder, const char *path)
{
	long long wal = size_of(path, "-wal");

	return access(folder, W_OK) != 0 && errno != ENOENT && wal <= 0 &&
		(wal < 0 || size_of(path, "-shm") < 0);
}

int
verify_open(const char *folder, sqlite3 **db)
{
	char path[4096], uri[3 * 4096 + 40];
	size_t n;
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;

	snprintf(path, sizeof(path), "%s/ledger.db", folder);
	if (!is_still(folder, path))
		return sqlite3_open_v2(path, db, flags, NULL);
	n = (size_t)snprintf(uri, sizeof(uri), "file:");
	for (const unsigned char *p = (const unsigned char *)path; *p != '\0'; p++)
		n += (size_t)snprintf(
			uri + n, sizeof(uri) - n, strchr("?#%", *p) != NULL ? "%%%02X" : "%c", *p);
	snprintf(uri + n, sizeof(uri) - n, "?immutable=1");
	return sqlite3_open_v2(uri, db, flags | SQLITE_OPEN_URI, NULL);
}
