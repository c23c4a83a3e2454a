/* Anchors. */
#include "core/ledger/anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/ledger_in.h"
#include "core/ledger/setting.h"

const char *const anchor_place_names[ANCHOR_PLACES] = {
	[ANCHOR_LOG] = "anchors.log",
	[ANCHOR_FILE] = "file",
	[ANCHOR_SYSLOG] = "syslog",
	[ANCHOR_URL] = "url",
};

/* ---- the archive's own file ---- */

static int
open_log(struct ledger *l, int flags)
{
	char *path = mem_format("%s/anchors/anchors.log", l->folder);
	int fd = open(path, flags | O_CLOEXEC, 0644);

	free(path);
	return fd;
}

static int64_t
count_lines(int fd)
{
	char bytes[4096];
	int64_t lines = 0;
	off_t at = 0;
	ssize_t n;

	for (; (n = pread(fd, bytes, sizeof(bytes), at)) > 0; at += n)
		for (ssize_t i = 0; i < n; i++)
			lines += bytes[i] == '\n';
	return lines;
}

/* Without its line feed; "" where there is none. */
static void
last_line(int fd, char to[ANCHOR_LINE])
{
	char bytes[ANCHOR_LINE], *line;
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > ANCHOR_LINE - 1 ? size - (ANCHOR_LINE - 1) : 0;
	ssize_t n = pread(fd, bytes, ANCHOR_LINE - 1, from);

	to[0] = '\0';
	if (n < 1)
		return;
	bytes[n - 1] = '\0'; /* its line feed */
	line = strrchr(bytes, '\n');
	str_copy(to, ANCHOR_LINE, line != NULL ? line + 1 : bytes);
}

/* Field n, from 0, of a line; lent of it, which is cut. */
static const char *
field(char *line, int n)
{
	for (; n > 0 && *line != '\0'; line++)
		n -= *line == ' ';
	line[strcspn(line, " ")] = '\0';
	return line;
}

/* One more than the last line has, so that a line taken out of the middle is missed.  Lines of the first form have none: the
 * first one that has counts them. */
static int64_t
next_number(int fd)
{
	char line[ANCHOR_LINE];
	long number;

	last_line(fd, line);
	if (line[0] == '\0')
		return 1;
	return str_int(field(line, 4), 1, LONG_MAX - 1, &number) ? number + 1 : count_lines(fd) + 1;
}

/* A line without its end was cut off while it was written, by a full disk or a power cut: it was never an anchor, and the
 * next one must not stand behind it. */
static bool
drop_torn_line(int fd)
{
	char bytes[ANCHOR_LINE];
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > ANCHOR_LINE ? size - ANCHOR_LINE : 0;
	ssize_t n = pread(fd, bytes, ANCHOR_LINE, from), keep = n;

	while (keep > 0 && bytes[keep - 1] != '\n')
		keep--;
	return n < 1 || keep == n || ftruncate(fd, from + keep) == 0;
}

/* All of the line, on the disk, or nothing of it. */
static bool
put_line(int fd, const char *line)
{
	char *text = mem_format("%s\n", line);
	size_t n = strlen(text);
	ssize_t put = write(fd, text, n);
	bool good = put == (ssize_t)n && fsync(fd) == 0;
	int why = put >= 0 && put < (ssize_t)n ? ENOSPC : errno;

	free(text);
	if (!good)
		drop_torn_line(fd);
	errno = why;
	return good;
}

static enum rc
write_line(struct ledger *l, int fd, char text[ANCHOR_LINE], struct err *e)
{
	char hash[DIGEST_HEX], time[CLOCK_TEXT], sig[KEY_SIGNATURE_HEX];
	int64_t seq;
	size_t n;
	enum rc rc = event_head(l, &seq, hash, e);

	if (rc != RC_OK)
		return rc;
	if (!drop_torn_line(fd))
		return err_errno(e, RC_FAILED, "cannot write anchors/anchors.log");
	clock_format(ledger_now(l), time);
	n = (size_t)snprintf(text, ANCHOR_LINE, "%s %lld %s %s %lld", l->id, (long long)seq, hash,
		time, (long long)next_number(fd));
	key_sign(&l->system_key, "ANCHOR-v2", text, n, sig);
	snprintf(text + n, ANCHOR_LINE - n, " %s", sig);
	if (!put_line(fd, text))
		return err_errno(e, RC_FAILED, "cannot write anchors/anchors.log");
	l->unanchored = 0;
	return RC_OK;
}

bool
anchor_due(struct ledger *l)
{
	int64_t span = setting_number(l, SETTING_ANCHOR_MINUTES) * INT64_C(60000000);
	int64_t now = ledger_now(l);
	char line[ANCHOR_LINE] = "", limit[CLOCK_TEXT];
	int fd;

	if (l->anchored != 0 && now - l->anchored < span)
		return false;
	fd = open_log(l, O_RDONLY);
	if (fd >= 0) {
		last_line(fd, line);
		close(fd);
	}
	clock_format(now - span, limit);
	if (line[0] == '\0' || strcmp(field(line, 3), limit) <= 0)
		return true;
	/* somebody else's: asked again within a tenth, so that none is late by more */
	l->anchored = now - span + span / 10;
	return false;
}

/* ---- how it goes with the places ---- */

static bool
is_set(struct ledger *l, enum anchor_place p)
{
	char text[SETTING_TEXT];

	switch (p) {
	case ANCHOR_FILE:
		return setting_text(l, SETTING_ANCHOR_FILE, text);
	case ANCHOR_SYSLOG:
		return setting_number(l, SETTING_ANCHOR_SYSLOG) != 0;
	case ANCHOR_URL:
		return setting_text(l, SETTING_ANCHOR_URL, text);
	default:
		return false;
	}
}

static bool
read_state(struct ledger *l, enum anchor_place p, struct anchor_state *out)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT at, missed, fault FROM anchor_place WHERE name = $1");
	bool there;

	memset(out, 0, sizeof(*out));
	stmt_text(s, 1, anchor_place_names[p]);
	there = stmt_step(s, NULL) == RC_OK;
	if (there) {
		out->at = stmt_get_int(s, 0);
		out->missed = stmt_get_int(s, 1);
		str_copy(out->fault, sizeof(out->fault), stmt_get_text(s, 2));
	}
	stmt_done(s);
	return there;
}

bool
anchor_state(struct ledger *l, enum anchor_place p, struct anchor_state *out)
{
	bool there = read_state(l, p, out);

	return is_set(l, p) || (p == ANCHOR_LOG && there && out->missed > 0);
}

static enum rc
write_state(struct ledger *l, enum anchor_place p, const struct anchor_state *a, struct err *e)
{
	struct stmt *s;
	enum rc rc = db_begin(l->db, e);

	if (rc != RC_OK)
		return rc;
	s = db_query(l->db,
		"INSERT INTO anchor_place VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET"
		" at = excluded.at, missed = excluded.missed, fault = excluded.fault");
	stmt_text(s, 1, anchor_place_names[p]);
	stmt_int(s, 2, a->at);
	stmt_int(s, 3, a->missed);
	stmt_text(s, 4, a->fault);
	rc = stmt_run(s, e);
	if (rc != RC_OK) {
		db_rollback(l->db);
		return rc;
	}
	return db_commit(l->db, e);
}

enum rc
anchor_told(struct ledger *l, enum anchor_place p, const char *fault, struct err *e)
{
	struct anchor_state a;

	read_state(l, p, &a);
	if (fault == NULL) {
		a = (struct anchor_state){ .at = ledger_now(l) };
	} else {
		a.missed += p != ANCHOR_URL ||
			a.missed == 0; /* there it was counted when it was written */
		str_copy(a.fault, sizeof(a.fault), fault);
	}
	return write_state(l, p, &a, e);
}

static bool
is_failing(const struct anchor_state *a)
{
	return a->fault[0] != '\0' || a->missed > 1;
}

bool
anchor_warning(struct ledger *l, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (int p = 0; p < ANCHOR_PLACES; p++) {
		struct anchor_state a;

		if (!anchor_state(l, (enum anchor_place)p, &a) || !is_failing(&a) || used >= size)
			continue;
		used += (size_t)snprintf(to + used, size - used, "%s%s: %s, %lld missed",
			used > 0 ? "; " : "anchors: ", anchor_place_names[p],
			a.fault[0] != '\0' ? a.fault : "no answer yet", (long long)a.missed);
	}
	return used > 0;
}

enum rc
anchor_check(struct ledger *l, struct err *e)
{
	int64_t most = setting_number(l, SETTING_ANCHOR_MISSED);

	for (int p = 0; most > 0 && p < ANCHOR_PLACES; p++) {
		struct anchor_state a;

		if (anchor_state(l, (enum anchor_place)p, &a) && is_failing(&a) && a.missed >= most)
			return err_set(e, RC_DENIED,
				"%lld anchors did not reach %s: nothing is signed until one does; "
				"tell "
				"an officer",
				(long long)a.missed, anchor_place_names[p]);
	}
	return RC_OK;
}

bool
anchor_for_url(struct ledger *l, char line[ANCHOR_LINE])
{
	struct anchor_state a;
	int fd;

	line[0] = '\0';
	if (!anchor_state(l, ANCHOR_URL, &a) || (a.missed == 0 && a.at != 0))
		return false;
	fd = open_log(l, O_RDONLY);
	if (fd < 0)
		return false;
	last_line(fd, line);
	close(fd);
	return line[0] != '\0';
}

/* ---- writing one ---- */

static enum rc
send_to(struct ledger *l, enum anchor_place p, const char *line, struct err *e)
{
	char path[SETTING_TEXT];

	if (p == ANCHOR_SYSLOG)
		return anchor_syslog("/dev/log", line, e);
	setting_text(l, SETTING_ANCHOR_FILE, path);
	return anchor_append(path, line, e);
}

/* One more that has to get to the URL. */
static void
count_for_url(struct ledger *l)
{
	struct anchor_state a;

	if (!anchor_state(l, ANCHOR_URL, &a))
		return;
	a.missed++;
	write_state(l, ANCHOR_URL, &a, NULL);
}

static void
send_line(struct ledger *l, const char *line)
{
	for (int p = ANCHOR_FILE; p <= ANCHOR_SYSLOG; p++) {
		struct err e = { 0 };

		if (is_set(l, (enum anchor_place)p))
			anchor_told(l, (enum anchor_place)p,
				send_to(l, (enum anchor_place)p, line, &e) == RC_OK ? NULL : e.text,
				NULL);
	}
	count_for_url(l);
}

/* A write that failed is told until one does not. */
static void
note_log(struct ledger *l, enum rc rc, const struct err *e)
{
	struct anchor_state a;

	if (rc != RC_OK || (read_state(l, ANCHOR_LOG, &a) && a.missed > 0))
		anchor_told(l, ANCHOR_LOG, rc == RC_OK ? NULL : e->text, NULL);
}

/* The head is read under the file's lock: another process may anchor too, and the numbers must not go back. */
enum rc
ledger_anchor(struct ledger *l, struct err *e)
{
	int fd = open_log(l, O_RDWR | O_CREAT | O_APPEND);
	char line[ANCHOR_LINE];
	struct err why = { 0 };
	enum rc rc;

	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		rc = err_errno(&why, RC_FAILED, "cannot write anchors/anchors.log");
	else
		rc = write_line(l, fd, line, &why);
	note_log(l, rc, &why);
	if (rc == RC_OK)
		send_line(l, line);
	if (fd >= 0)
		close(fd);
	l->anchored = ledger_now(l);
	return rc == RC_OK ? RC_OK : err_set(e, rc, "%s", why.text);
}
