/* What is wrong with a study file: all of it at once, each with its line. */
#ifndef CORE_STUDY_MISTAKE_H
#define CORE_STUDY_MISTAKE_H

#include "core/study/outline.h"

enum { MISTAKES_MOST = 200, MISTAKE_TEXT = 320 };

struct mistake {
	uint32_t line, column;
	char path[OUTLINE_PATH]; /* "forms[0].id"; "" where the writing itself is wrong */
	char text[MISTAKE_TEXT]; /* what is wrong and what is allowed, cleaned */
};

/* Zero-initialised is empty. */
struct mistakes {
	struct mistake *one; /* in the order of lines once mistakes_sort was called */
	size_t n, more;      /* more: that were not kept */
};

void mistakes_add(struct mistakes *m, const struct outline *o, uint32_t at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Of the member `key` of `at`, or of `at` where it has none. */
void mistakes_member(struct mistakes *m, const struct outline *o, uint32_t at, const char *key,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Of a line or row of another file: `name` is what stands there, "" nothing that has a name. */
void mistakes_line(struct mistakes *m, uint32_t line, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Of no value: the writing. */
void mistakes_place(struct mistakes *m, const struct outline_fault *at, const char *text);

void mistakes_sort(struct mistakes *m);
void mistakes_free(struct mistakes *m);

/* The one of `known` (NULL at the end) that is most like `word`; NULL where none is. */
const char *mistake_nearest(const char *word, const char *const *known);

#endif
