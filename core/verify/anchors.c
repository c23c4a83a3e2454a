/* The anchors: heads of the chain that were written to a second place as the archive grew. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/verify/verify.h"

/* "ID SEQ HASH TIME SIG", the signature by the system's key over the line before it */
static void
check_line(struct verify *v, char *line, size_t number, int64_t *last)
{
	char id[64], hash[65], time[40], sig[129];
	long long seq;
	sqlite3_stmt *s = verify_kept(v, KEPT_EVENT);

	if (sscanf(line, "%63s %lld %64s %39s %128s", id, &seq, hash, time, sig) != 5) {
		verify_altered(v, "anchor %zu: not readable", number);
		return;
	}
	*strrchr(line, ' ') = '\0';
	if (!verify_signature(v->system_key, sig, "ANCHOR-v1", line, strlen(line)))
		verify_altered(v, "anchor %zu: bad signature", number);
	if (strcmp(id, v->id) != 0)
		verify_altered(v, "anchor %zu: belongs to another database", number);
	sqlite3_bind_int64(s, 1, seq);
	if (sqlite3_step(s) != SQLITE_ROW)
		verify_altered(v, "anchor %zu: says that event %lld existed; the log ends at %lld",
			number, seq, (long long)v->events);
	else if (strcmp(verify_column(s, 1), hash) != 0)
		verify_altered(v, "anchor %zu: event %lld was another one", number, seq);
	if (seq < *last)
		verify_altered(v, "anchor %zu: out of order", number);
	*last = seq;
	v->anchors++;
}

static void
anchors_path(const struct verify *v, char path[4096])
{
	snprintf(path, 4096, "%s/anchors/anchors.log", v->folder);
}

/* An anchor follows its event, so each that is there before the ledger is read names an event that is in it.  Those
 * that a workstation writes meanwhile need not. */
void
verify_anchors_measure(struct verify *v)
{
	char path[4096];
	struct stat st;

	anchors_path(v, path);
	v->anchor_bytes = stat(path, &st) == 0 ? st.st_size : 0;
}

void
verify_anchors(struct verify *v)
{
	char path[4096], *line = NULL;
	size_t room = 0, number = 0;
	int64_t last = 0, left = v->anchor_bytes;
	ssize_t n;
	FILE *f;

	anchors_path(v, path);
	f = fopen(path, "re");
	if (f == NULL) {
		verify_unsure(v, "anchors/anchors.log: %s; a cut-off end of the log cannot be seen",
			strerror(errno));
		return;
	}
	while (left > 0 && (n = getline(&line, &room, f)) > 0) {
		left -= n;
		line[strcspn(line, "\n")] = '\0';
		check_line(v, line, ++number, &last);
	}
	if (number == 0)
		verify_unsure(v, "anchors/anchors.log is empty");
	free(line);
	fclose(f);
}
