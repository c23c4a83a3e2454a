/* The anchors: heads of the chain that were written to a second place as the archive grew.  Read in parts, so that the file
 * may be long; the signatures of a part are checked by all threads. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/verify/verify.h"

enum { LINE = 512, LINES = 32 };

/* ID SEQ HASH TIME NUMBER SIG; lines of the first form have no NUMBER. */
struct anchor {
	char text[LINE]; /* cut into its fields, but for the signed part, which is whole in `signed_` */
	char signed_[LINE];
	const char *id, *hash, *sig;
	long long seq, number; /* number 0: none */
	bool readable, good;
};

struct part {
	struct pool_job job;
	const char *system_key;
	struct anchor line[LINES];
	int lines;
};

struct reading {
	struct verify *v;
	FILE *f;
	int64_t left; /* bytes of the file */
	size_t line;
	long long seq, number;
	char hash[65];
	/* of anchors that were kept elsewhere: what stands before the id of the database is the other log's, lines without
	 * one are no anchors, and some may be missing */
	bool elsewhere;
	int64_t copies;
};

static bool
whole_number(const char *t, long long *n)
{
	char *end;

	errno = 0;
	*n = strtoll(t, &end, 10);
	return *t >= '1' && *t <= '9' && *end == '\0' && errno == 0;
}

static bool
split(struct anchor *a)
{
	char *field[7], *last = strrchr(a->text, ' ');
	int n = 0;

	if (last == NULL)
		return false;
	snprintf(a->signed_, sizeof(a->signed_), "%.*s", (int)(last - a->text), a->text);
	for (char *at = a->text; at != NULL && n < 7; n++) {
		field[n] = at;
		at = strchr(at, ' ');
		if (at != NULL)
			*at++ = '\0';
	}
	if (n != 5 && n != 6)
		return false;
	a->id = field[0];
	a->hash = field[2];
	a->sig = field[n - 1];
	a->number = 0;
	return whole_number(field[1], &a->seq) && (n == 5 || whole_number(field[4], &a->number));
}

static void
check_part(struct pool_job *j)
{
	struct part *p = (struct part *)j;

	for (int i = 0; i < p->lines; i++) {
		struct anchor *a = &p->line[i];

		a->readable = a->text[0] != '\0' && split(a);
		a->good = a->readable &&
			verify_signature(p->system_key, a->sig,
				a->number > 0 ? "ANCHOR-v2" : "ANCHOR-v1", a->signed_,
				strlen(a->signed_));
	}
}

/* Lines count up by one: one that was taken out, put in or moved is seen, but for the last ones. */
static void
check_number(struct reading *r, const struct anchor *a)
{
	if (a->number == 0 && r->number > 0)
		verify_altered(r->v, "anchor %zu: has no number, those before it have", r->line);
	if (a->number == 0)
		return;
	if (a->number != (r->number > 0 ? r->number + 1 : (long long)r->line))
		verify_altered(r->v, "anchor %zu: has the number %lld: lines are missing or moved",
			r->line, a->number);
	r->number = a->number;
}

static void
check_event(struct reading *r, const struct anchor *a)
{
	const char *what = r->elsewhere ? "anchor kept elsewhere, line" : "anchor";
	sqlite3_stmt *s = verify_kept(r->v, KEPT_EVENT);

	sqlite3_bind_int64(s, 1, a->seq);
	if (sqlite3_step(s) != SQLITE_ROW)
		verify_altered(r->v, "%s %zu: says that event %lld existed; the log ends at %lld",
			what, r->line, a->seq, (long long)r->v->events);
	else if (strcmp(verify_column(s, 1), a->hash) != 0)
		verify_altered(r->v, "%s %zu: event %lld was another one", what, r->line, a->seq);
	sqlite3_reset(s);
}

/* Kept where the archive's owner cannot write: what it names must be in the log, whatever became of the archive's own
 * file. */
static void
check_copy(struct reading *r, const struct anchor *a)
{
	if (!a->good)
		verify_altered(r->v, "anchor kept elsewhere, line %zu: bad signature", r->line);
	else
		check_event(r, a);
	r->copies++;
}

static void
check_line(struct reading *r, const struct anchor *a)
{
	r->line++;
	if (r->elsewhere && a->text[0] == '\0')
		return; /* of something else */
	if (!a->readable) {
		verify_altered(r->v, "anchor %zu: not readable", r->line);
		return;
	}
	if (r->elsewhere) {
		check_copy(r, a);
		return;
	}
	if (!a->good)
		verify_altered(r->v, "anchor %zu: bad signature", r->line);
	if (strcmp(a->id, r->v->id) != 0)
		verify_altered(r->v, "anchor %zu: belongs to another database", r->line);
	check_event(r, a);
	check_number(r, a);
	if (a->seq < r->seq)
		verify_altered(r->v, "anchor %zu: out of order", r->line);
	if (a->seq == r->seq && strcmp(a->hash, r->hash) != 0)
		verify_altered(r->v,
			"anchor %zu: event %lld was anchored before with another hash: two copies "
			"of the database were written to",
			r->line, a->seq);
	r->seq = a->seq;
	snprintf(r->hash, sizeof(r->hash), "%s", a->hash);
	r->v->anchors++;
}

/* A line that is too long is none of ours: it stays empty.  One without its end, the last, was cut off while it was written:
 * it is no anchor, and taking it for one would only say what a file that is shorter by a line does not. */
static bool
read_line(struct reading *r, struct anchor *a)
{
	int c = 0;
	size_t n = 0;

	while (r->left > 0 && (c = getc(r->f)) != EOF && c != '\n') {
		r->left--;
		if (n < LINE)
			a->text[n] = (char)(c != '\0' ? c : '?');
		n++;
	}
	if (r->left == 0 || c != '\n')
		return false;
	r->left--;
	a->text[n < LINE ? n : 0] = '\0';
	return true;
}

/* A system's log has a time and a name before each. */
static void
strip_front(const struct reading *r, struct anchor *a)
{
	const char *at = strstr(a->text, r->v->id);

	if (at != NULL && r->v->id[0] != '\0')
		memmove(a->text, at, strlen(at) + 1);
	else
		a->text[0] = '\0';
}

static void
fill(struct reading *r, struct part *p)
{
	p->system_key = r->v->system_key;
	for (p->lines = 0; p->lines < LINES && read_line(r, &p->line[p->lines]); p->lines++)
		if (r->elsewhere)
			strip_front(r, &p->line[p->lines]);
	p->job.run = check_part;
	pool_give(r->v->pool, &p->job);
}

static void
read_all(struct reading *r, struct part *parts, int n)
{
	do {
		for (int i = 0; i < n; i++)
			fill(r, &parts[i]);
		for (int i = 0; i < n; i++) {
			pool_wait(r->v->pool, &parts[i].job);
			for (int k = 0; k < parts[i].lines; k++)
				check_line(r, &parts[i].line[k]);
		}
	} while (parts[n - 1].lines > 0);
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
	v->copy_bytes = v->copies != NULL && stat(v->copies, &st) == 0 ? st.st_size : 0;
}

/* Those that were written while the ledger was read may name later events than it had: the file is read as it was. */
static void
check_elsewhere(struct verify *v, struct part *parts)
{
	struct reading r = { .v = v, .left = v->copy_bytes, .elsewhere = true };

	r.f = fopen(v->copies, "re");
	if (r.f == NULL) {
		verify_unsure(v, "%s: %s", v->copies, strerror(errno));
		return;
	}
	read_all(&r, parts, v->threads * 2);
	fclose(r.f);
	if (r.copies == 0)
		verify_unsure(v, "%s holds no anchor of this archive", v->copies);
	v->anchors += r.copies;
}

void
verify_anchors(struct verify *v)
{
	struct reading r = { .v = v, .left = v->anchor_bytes };
	struct part *parts = calloc((size_t)v->threads * 2, sizeof(*parts));
	char path[4096];

	anchors_path(v, path);
	r.f = fopen(path, "re");
	if (r.f == NULL)
		verify_unsure(v, "anchors/anchors.log: %s; a cut-off end of the log cannot be seen",
			strerror(errno));
	else if (parts == NULL)
		verify_unsure(v, "no memory for the anchors");
	else
		read_all(&r, parts, v->threads * 2);
	if (r.f != NULL && parts != NULL && r.line == 0)
		verify_unsure(v, "anchors/anchors.log is empty");
	if (r.f != NULL)
		fclose(r.f);
	if (v->copies != NULL && parts != NULL)
		check_elsewhere(v, parts);
	free(parts);
}
