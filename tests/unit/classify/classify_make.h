/* Series as a line of text, for tests of rules: "modality=MR;series_description=AX T1" and how its images lie. */
#ifndef TESTS_UNIT_CLASSIFY_MAKE_H
#define TESTS_UNIT_CLASSIFY_MAKE_H

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/classify/rules.h"

enum lie { FLAT, AXIAL, CORONAL, SAGITTAL, OBLIQUE, THREE, VOLUMES };

struct made {
	char *bytes;
	const char *value[ATTR_COUNT];
	struct facts facts;
};

static inline struct rules *
own_rules(void)
{
	struct rules *r = NULL;
	struct err e = { 0 };

	if (rules_parse(classify_rules, strlen(classify_rules), "rules.tsv", &r, &e) != RC_OK)
		fail_msg("%s", e.text);
	return r;
}

static inline void
made_images(struct made *m, enum lie how, const char *type)
{
	static const char *const planes[] = {
		[FLAT] = "",
		[AXIAL] = "1\\0\\0\\0\\1\\0",
		[CORONAL] = "1\\0\\0\\0\\0\\-1",
		[SAGITTAL] = "0\\1\\0\\0\\0\\-1",
		[OBLIQUE] = "1\\0\\0\\0\\0.70710678\\0.70710678",
	};
	int n = how == VOLUMES ? 12 : 3;

	for (int i = 0; i < n; i++) {
		enum lie lie = how == THREE ? (enum lie)(AXIAL + i) : how == VOLUMES ? AXIAL : how;
		char place[40] = "", time[12] = "";
		struct fact_image im = { .type = type,
			.orientation = planes[lie],
			.frames = 1,
			.position = place,
			.temporal = time };

		/* VOLUMES: two places, again and again */
		if (lie != FLAT)
			snprintf(place, sizeof(place), "0\\0\\%d", how == VOLUMES ? i % 2 : i);
		if (how == VOLUMES)
			snprintf(time, sizeof(time), "%d", i / 2 + 1);
		facts_image(&m->facts, &im);
	}
}

static inline void
made_begin(struct made *m, const char *line, enum lie how)
{
	char *rest;

	memset(m, 0, sizeof(*m));
	rest = m->bytes = mem_string(line);
	for (char *w; (w = strtok_r(rest, ";", &rest)) != NULL;) {
		char *v = strchr(w, '=');
		int a = 0;

		*v++ = '\0';
		while (a < ATTR_COUNT && strcmp(attr_table[a].column, w) != 0)
			a++;
		if (a == ATTR_COUNT)
			fail_msg("no attribute %s", w);
		m->value[a] = v;
	}
	facts_begin(&m->facts, m->value);
	made_images(m, how, m->value[ATTR_IMAGE_TYPE] != NULL ? m->value[ATTR_IMAGE_TYPE] : "");
}

static inline void
made_end(struct made *m)
{
	free(m->bytes);
}

static inline struct label
label_of(const struct rules *r, const char *line, enum lie how)
{
	struct made m;
	struct label out;

	made_begin(&m, line, how);
	classify(r, &m.facts, &out);
	made_end(&m);
	return out;
}

#endif
