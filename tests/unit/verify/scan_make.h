/* The verifier's reader of bodies against jansson: for the test here and for tests/fuzz/fuzz_scan.c. */
#ifndef TESTS_UNIT_VERIFY_SCAN_MAKE_H
#define TESTS_UNIT_VERIFY_SCAN_MAKE_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/scan.h"

/* The same value under the name, or "" where it is no text? */
static inline bool
scan_same_text(const json_t *j, const char *name, const char *read)
{
	const char *s = json_string_value(json_object_get(j, name));

	return strcmp(s != NULL ? s : "", read) == 0;
}

static inline bool
scan_same(const json_t *j, const struct scan *s)
{
	json_t *data = NULL;
	bool same;

	if (s->data != NULL)
		data = json_loadb(
			s->data, s->data_size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	same = (s->data == NULL) == (json_object_get(j, "data") == NULL) &&
		(s->data == NULL || json_equal(data, json_object_get(j, "data")));
	json_decref(data);
	return same && json_integer_value(json_object_get(j, "seq")) == s->seq &&
		scan_same_text(j, "action", s->action) && scan_same_text(j, "db", s->db) &&
		scan_same_text(j, "kind", s->kind) && scan_same_text(j, "name", s->name) &&
		scan_same_text(j, "object", s->object) && scan_same_text(j, "role", s->role) &&
		scan_same_text(j, "session", s->session) && scan_same_text(j, "time", s->time) &&
		scan_same_text(j, "user", s->user);
}

/* What scan_event takes jansson takes too, and reads the same; what it refuses it leaves as it was.  *taken says which. */
static inline bool
scan_agrees(const char *body, size_t n, bool *taken)
{
	char *copy = malloc(n + 1);
	struct scan s;
	json_t *j;
	bool agrees;

	if (copy == NULL)
		abort();
	memcpy(copy, body, n);
	copy[n] = '\0';
	*taken = scan_event(copy, n, &s);
	if (*taken) {
		j = json_loadb(body, n, JSON_REJECT_DUPLICATES, NULL);
		agrees = j != NULL && scan_same(j, &s);
		json_decref(j);
	} else {
		agrees = memcmp(copy, body, n) == 0;
	}
	free(copy);
	return agrees;
}

#endif
