/* The rules applied: a label, why, and the usual form of one that a person gives. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/classify/rules_in.h"

/* Words that are left out of a label: they say that there is nothing to say. */
static const char *const silent[] = { "ACQ", "NA", "NONE", "UNSAID", "2D" };
/* What is no picture of anybody is called that and nothing else. */
static const char *const alone[] = { "LOCALIZER", "DOSEREPORT", "SCREEN", "SEG", "REPORT" };
/* Radiographers say the plane first. */
static const enum axis spoken[AXIS_COUNT] = { AXIS_CLASS, AXIS_PLANE, AXIS_BASE, AXIS_CONTRAST,
	AXIS_DIM, AXIS_FATSAT };

static bool
among(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

bool
classify_try(const struct rules *r, size_t i, const struct facts *f, const struct label *told,
	void (*each)(void *ctx, const struct term_result *t), void *ctx)
{
	const struct rule *rule = &r->rule[i];
	bool all = true, any = false;

	for (size_t n = 0; n < rule->n; n++) {
		const struct term *t = &rule->terms[n];
		struct term_result result = { .fact = t->fact,
			.operator= term_op_name(t->op),
			.wanted = t->wanted,
			.other = t->other };

		if (t->other) {
			any |= all;
			all = true;
		}
		result.held = term_holds(r, t, f, told);
		all &= result.held;
		if (each == NULL)
			continue;
		term_met(r, t, f, told, result.met, sizeof(result.met));
		each(ctx, &result);
	}
	return any || all;
}

/* The words of the axes into one text. */
static void
speak(const char *const word[AXIS_COUNT], char to[LABEL_TEXT])
{
	bool only = among(alone, MEM_COUNT(alone), word[AXIS_CLASS]);
	size_t used = 0;

	to[0] = '\0';
	for (int i = 0; i < AXIS_COUNT; i++) {
		const char *w = word[spoken[i]];

		if (*w != '\0' && !among(silent, MEM_COUNT(silent), w) &&
			(!only || spoken[i] == AXIS_CLASS) && used < LABEL_TEXT)
			used += (size_t)snprintf(
				to + used, LABEL_TEXT - used, "%s%s", used > 0 ? " " : "", w);
	}
}

static void
note_rule(struct label *out, size_t *used, enum axis a, const char *rule)
{
	if (*used < LABEL_RULES)
		*used += (size_t)snprintf(out->rules + *used, LABEL_RULES - *used, "%s%s.%s",
			a > 0 ? " " : "", axis_names[a], rule);
}

void
classify(const struct rules *r, const struct facts *f, struct label *out)
{
	classify_before(r, f, NULL, out);
}

void
classify_before(const struct rules *r, const struct facts *f, const struct classify_said *said,
	struct label *out)
{
	const char *word[AXIS_COUNT];
	size_t used = 0;
	bool only = false;

	memset(out, 0, sizeof(*out));
	out->confidence = 100;
	for (int a = 0; a < AXIS_COUNT; a++) {
		bool told = said != NULL && said->told[a];
		const struct rule_info *info;
		size_t i = r->first[a];
		char number[24];
		int confidence;

		while (!classify_try(r, i, f, out, NULL, NULL))
			i++; /* the last one always holds */
		info = &r->rule[i].info;
		out->winner[a] = i;
		word[a] = told ? said->word[a] : info->label;
		confidence = told ? said->confidence[a] : info->confidence;
		if (!only && confidence < out->confidence)
			out->confidence = confidence;
		only |= a == AXIS_CLASS && among(alone, MEM_COUNT(alone), word[a]);
		snprintf(number, sizeof(number), "%ld", info->number);
		note_rule(out, &used, (enum axis)a, told ? said->rule[a] : number);
	}
	speak(word, out->text);
}

/* The word as a rule gives it, with its axis; NULL where none does. */
static const char *
find_word(const struct rules *r, const char *word, enum axis *axis)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->rule[i].info.label, word) == 0) {
			*axis = r->rule[i].info.axis;
			return r->rule[i].info.label;
		}
	return NULL;
}

enum rc
label_normal(const struct rules *r, const char *text, char to[LABEL_TEXT], struct err *e)
{
	const char *word[AXIS_COUNT] = { "", "", "", "", "", "" };
	char upper[LABEL_TEXT], *rest = upper;
	enum axis axis = AXIS_CLASS;

	if (!str_copy(upper, sizeof(upper), text))
		return err_set(e, RC_INVALID, "a label is shorter");
	for (char *p = upper; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	for (char *w; (w = strtok_r(rest, " ", &rest)) != NULL;) {
		const char *known = find_word(r, w, &axis);

		str_clean(w);
		if (known == NULL || among(silent, MEM_COUNT(silent), known))
			return err_set(e, RC_INVALID, "%.20s is no word of a label", w);
		if (*word[axis] != '\0')
			return err_set(e, RC_INVALID, "%s and %s are both about %s", word[axis],
				known, axis_names[axis]);
		word[axis] = known;
	}
	speak(word, to);
	if (*to == '\0')
		return err_set(e, RC_INVALID, "a label has at least one word");
	if (*word[AXIS_BASE] == '\0' && !among(alone, MEM_COUNT(alone), word[AXIS_CLASS]))
		return err_set(e, RC_INVALID, "a label says what kind it is: T1, CT, SCREEN ...");
	return RC_OK;
}
