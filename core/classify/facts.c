/* What the rules may ask of a series. */
#include "core/classify/facts.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/dicom/series.h"

const char *const fact_number_names[FACT_NUMBERS] = {
	[FACT_TE] = "te",
	[FACT_IMAGES] = "images",
	[FACT_ORIENTATIONS] = "orientations",
	[FACT_VOLUMES] = "volumes",
	[FACT_TIMES] = "times",
	[FACT_PLANE_X] = "plane_x",
	[FACT_PLANE_Y] = "plane_y",
	[FACT_PLANE_Z] = "plane_z",
	[FACT_PLANE_MOST] = "plane_most",
};

static const double apart = 0.99619; /* cosine of 5 degrees */

bool
facts_allowed(enum attr a)
{
	return attr_table[a].level == ATTR_LEVEL_SERIES || a == ATTR_IMAGE_TYPE ||
		a == ATTR_STUDY_DESC;
}

void
facts_words(char *to, size_t size, const char *from)
{
	size_t n = 0;

	to[n++] = ' ';
	for (; *from != '\0' && n + 3 < size; from++) {
		unsigned char c = (unsigned char)*from;
		bool blank = c < 0x80 && !isalnum(c) && c != '+' && c != '*';

		if (c == '+' && to[n - 1] != ' ')
			to[n++] = ' ';
		if (!blank)
			to[n++] = (char)(c < 0x80 ? tolower(c) : c);
		else if (to[n - 1] != ' ')
			to[n++] = ' ';
	}
	if (to[n - 1] != ' ')
		to[n++] = ' ';
	to[n] = '\0';
}

static void
set(struct facts *f, enum fact_number n, double v)
{
	f->known[n] = true;
	f->number[n] = v;
}

static void
take_echo(struct facts *f)
{
	static const enum attr echoes[] = { ATTR_TE, ATTR_TE_EFFECTIVE };
	double v;

	for (int i = 0; i < 2 && !f->known[FACT_TE]; i++)
		if (f->value[echoes[i]] != NULL && str_double(f->value[echoes[i]], &v))
			set(f, FACT_TE, v);
}

void
facts_begin(struct facts *f, const char *const value[ATTR_COUNT])
{
	char both[FACTS_TEXT];

	memset(f, 0, sizeof(*f));
	for (int a = 0; a < ATTR_COUNT; a++)
		if (facts_allowed((enum attr)a) && !str_empty(value[a]))
			f->value[a] = value[a];
	snprintf(both, sizeof(both), "%s %s",
		f->value[ATTR_SERIES_DESC] != NULL ? f->value[ATTR_SERIES_DESC] : "",
		f->value[ATTR_PROTOCOL] != NULL ? f->value[ATTR_PROTOCOL] : "");
	facts_words(f->text, sizeof(f->text), both);
	take_echo(f);
}

/* Is the value at `word` (n bytes) one of those joined in `list`? */
static bool
listed(const char *list, const char *word, size_t n)
{
	for (const char *p = list; *p != '\0';) {
		size_t m = strcspn(p, "\\");

		if (m == n && memcmp(p, word, n) == 0)
			return true;
		p += m + (p[m] != '\0');
	}
	return false;
}

static void
take_types(struct facts *f, const char *type)
{
	for (const char *p = type; *p != '\0';) {
		size_t n = strcspn(p, "\\"), used = strlen(f->types);

		if (n > 0 && !listed(f->types, p, n) && used + n + 2 < sizeof(f->types))
			snprintf(f->types + used, sizeof(f->types) - used, "%s%.*s",
				used > 0 ? "\\" : "", (int)n, p);
		p += n + (p[n] != '\0');
	}
	f->value[ATTR_IMAGE_TYPE] = f->types[0] != '\0' ? f->types : NULL;
}

static void
first_plane(struct facts *f, const double n[3])
{
	double most = 0;

	for (int i = 0; i < 3; i++) {
		set(f, (enum fact_number)(FACT_PLANE_X + i), fabs(n[i]));
		most = fabs(n[i]) > most ? fabs(n[i]) : most;
	}
	set(f, FACT_PLANE_MOST, most);
}

/* Nearly all images of a series say the same as the one before. */
static void
take_plane(struct facts *f, const char *orientation)
{
	size_t known = f->known[FACT_ORIENTATIONS] ? (size_t)f->number[FACT_ORIENTATIONS] : 0;
	struct series_image im = { 0 };
	double n[3];
	const double *o = im.orientation;

	if (strcmp(f->oriented, orientation) == 0 || !series_plane("0\\0\\0", orientation, &im))
		return;
	str_copy(f->oriented, sizeof(f->oriented), orientation);
	n[0] = o[1] * o[5] - o[2] * o[4];
	n[1] = o[2] * o[3] - o[0] * o[5];
	n[2] = o[0] * o[4] - o[1] * o[3];
	if (known == 0)
		first_plane(f, n);
	for (size_t i = 0; i < known; i++) {
		const double *m = f->normal[i];

		if (fabs(m[0] * n[0] + m[1] * n[1] + m[2] * n[2]) > apart)
			return;
	}
	if (known == FACTS_PLANES)
		return;
	memcpy(f->normal[known], n, sizeof(n));
	set(f, FACT_ORIENTATIONS, (double)known + 1);
}

static void
take_time(struct facts *f, const char *temporal)
{
	size_t known = f->known[FACT_TIMES] ? (size_t)f->number[FACT_TIMES] : 0;
	long t;

	if (known == FACTS_TIMES || !str_int(temporal, -2147483647L, 2147483647L, &t))
		return;
	for (size_t i = known; i > 0; i--)
		if (f->times[i - 1] == t)
			return;
	f->times[known] = t;
	set(f, FACT_TIMES, (double)known + 1);
}

void
facts_image(struct facts *f, const struct fact_image *im)
{
	take_types(f, im->type);
	take_plane(f, im->orientation);
	take_time(f, im->temporal);
	set(f, FACT_IMAGES, f->number[FACT_IMAGES] + (double)(im->frames > 0 ? im->frames : 1));
	if (im->position[0] == '\0')
		return;
	if (f->place[0] == '\0')
		str_copy(f->place, sizeof(f->place), im->position);
	if (strcmp(f->place, im->position) == 0)
		set(f, FACT_VOLUMES, f->number[FACT_VOLUMES] + 1);
}
