/* Labels as sets of words. */
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/study/comply_in.h"

static const char *const aside[] = { "LOCALIZER", "DERIVED", "MPR", "SCREEN", "DOSEREPORT", "SEG",
	"REPORT" };

struct comply_label
comply_label_read(const char *text)
{
	struct comply_label l = { 0 };

	while (text != NULL && l.n < COMPLY_WORDS) {
		bool optional;
		size_t n;

		text += strspn(text, " ");
		optional = *text == '(';
		text += optional;
		n = strcspn(text, " )");
		if (n == 0)
			break;
		l.word[l.n].at = text;
		l.word[l.n].length = n;
		l.word[l.n++].optional = optional;
		text += n;
		text += *text == ')';
	}
	return l;
}

static bool
has(const struct comply_label *l, const char *word, size_t n)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->word[i].length == n && strncasecmp(l->word[i].at, word, n) == 0)
			return true;
	return false;
}

static bool
all_within(const struct comply_label *in, const struct comply_label *words)
{
	for (size_t i = 0; i < words->n; i++)
		if (!words->word[i].optional && !has(in, words->word[i].at, words->word[i].length))
			return false;
	return true;
}

bool
comply_label_fits(const struct comply_label *wanted, const struct comply_label *got)
{
	return wanted->n > 0 && got->n > 0 && all_within(got, wanted) && all_within(wanted, got);
}

bool
comply_label_could(const struct comply_label *wanted, const struct comply_label *got)
{
	return wanted->n > 0 && got->n > 0 && all_within(wanted, got);
}

bool
comply_label_aside(const struct comply_label *got)
{
	for (size_t i = 0; i < MEM_COUNT(aside); i++)
		if (has(got, aside[i], strlen(aside[i])))
			return true;
	return false;
}
