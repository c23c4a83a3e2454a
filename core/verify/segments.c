/* A log that was written out (wetread history --format jsonl), in one file or in several that follow each other: the chain,
 * every signature and whose key made it.  There are no tables to compare with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

enum { LINE_MOST = 64 << 20 }; /* no event of ours is nearly as long */

struct segment {
	struct verify *v;
	struct verify_chain *chain;
	const char *name;
	int64_t line;
	bool began;
};

/* The first and last line of a file say what it covers.  What was filtered by more than time has gaps, and is no segment. */
static void
take_facts(struct segment *s, const json_t *j)
{
	const json_t *export = json_object_get(j, "export");
	const char *filter = verify_text(export, "filter");

	if (verify_number(export, "seq") == s->chain->seq && s->chain->seq > 0 &&
		strcmp(verify_text(export, "head"), s->chain->hash) != 0)
		verify_altered(s->v, "%s: its head is not that of event %lld", s->name,
			(long long)s->chain->seq);

	for (const char *at = filter; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " "))
		if (strncmp(at, "from:", 5) != 0 && strncmp(at, "before:", 7) != 0 &&
			strncmp(at, "to:", 3) != 0) {
			verify_unsure(s->v, "%s: only a part of the events was written out (%s)",
				s->name, filter);
			return;
		}
}

/* Every text is lent by j. */
static void
take_event(struct segment *s, const json_t *j)
{
	const char *body = verify_text(j, "body");
	struct verify_row row = {
		.seq = verify_number(j, "seq"),
		.prev = verify_text(j, "prev"),
		.hash = verify_text(j, "hash"),
		.kid = verify_text(j, "kid"),
		.sig = verify_text(j, "sig"),
		.body_size = strlen(body),
	};

	row.body = strdup(body);
	if (row.body == NULL) {
		verify_unsure(s->v, "no memory for event %lld", (long long)row.seq);
		return;
	}
	verify_check_row(&row);
	if (!s->began && s->chain->seq == 0 && row.seq > 1)
		verify_unsure(s->v, "%s begins with event %lld: the segments before it are needed",
			s->name, (long long)row.seq);
	if (s->chain->seq == 0 && s->v->id[0] == '\0')
		snprintf(s->v->id, sizeof(s->v->id), "%s", row.readable ? row.e.db : "");
	s->began = true;
	verify_take_row(s->v, s->chain, &row);
	json_decref(row.data);
	json_decref(row.j);
	free(row.body);
}

static void
take_line(struct segment *s, const char *line, size_t n)
{
	json_t *j = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(j))
		verify_altered(s->v, "%s, line %lld: not readable", s->name, (long long)s->line);
	else if (json_object_get(j, "body") != NULL)
		take_event(s, j);
	else
		take_facts(s, j);
	json_decref(j);
}

static void
read_segment(struct verify *v, struct verify_chain *chain, const char *path)
{
	struct segment s = { .v = v, .chain = chain, .name = path };
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (f == NULL) {
		verify_unsure(v, "%s cannot be read", path);
		return;
	}
	while ((n = getline(&line, &room, f)) > 0) {
		s.line++;
		if (n > LINE_MOST) {
			verify_altered(v, "%s, line %lld: too long", path, (long long)s.line);
			break;
		}
		take_line(&s, line, (size_t)n);
	}
	if (ferror(f))
		verify_unsure(v, "%s cannot be read past line %lld", path, (long long)s.line);
	free(line);
	fclose(f);
}

enum verify_result
verify_segments(struct verify *v, const char *pin, char *const files[], int count)
{
	struct verify_chain chain = { 0 };

	v->alone = true;
	if (verify_prepare(v)) {
		verify_read_pin(v, pin);
		for (int i = 0; i < count; i++)
			read_segment(v, &chain, files[i]);
		if (v->events == 0)
			verify_unsure(v, "no event was found");
		snprintf(v->head, sizeof(v->head), "%s", chain.hash);
	}
	return verify_result_of(v);
}
