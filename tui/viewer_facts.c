/* What the viewer knows about the open series beside its picture. */
#include "tui/viewer_facts.h"

#include <ncursesw/curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/series.h"
#include "core/ledger/why.h"

static void
number_slices(struct viewer_facts *f)
{
	f->slices = 0;
	for (size_t i = 0; i < f->image_count; i++)
		f->slices += (uint32_t)f->images[i].slices;
	f->slice_image = mem_zero(f->slices, sizeof(*f->slice_image));
	for (size_t i = 0, at = 0; i < f->image_count; i++)
		for (int64_t k = 0; k < f->images[i].slices; k++)
			f->slice_image[at++] = (uint32_t)i;
}

void
viewer_facts_take(struct viewer_facts *f, struct series *series, struct image **images, size_t n,
	const struct look_rule *rule, struct seen *kept)
{
	memset(f, 0, sizeof(*f));
	f->series = *series;
	memset(series, 0, sizeof(*series));
	f->images = *images;
	*images = NULL;
	f->image_count = n;
	f->opened_us = clock_mono_us();
	if (strcmp(f->series.modality, "CT") == 0)
		str_copy(f->unit, sizeof(f->unit), "HU");
	else if (f->series.value[ATTR_UNITS] != NULL)
		str_copy(f->unit, sizeof(f->unit), f->series.value[ATTR_UNITS]);
	number_slices(f);
	seen_take(&f->seen, f->slices, rule, kept);
}

void
viewer_facts_release(struct viewer_facts *f)
{
	series_release(&f->series);
	free(f->images);
	free(f->slice_image);
	seen_release(&f->seen);
	memset(f, 0, sizeof(*f));
}

void
viewer_letters_of(const struct image *im, struct viewport *v)
{
	struct series_letters l = { 0 };
	struct series_image plane = { 0 };

	if (im != NULL && series_plane(im->position, im->orientation, &plane))
		series_letters_of(plane.orientation, &l);
	else if (im != NULL)
		series_letters_from(im->patient_orientation, &l);
	memcpy(v->left, l.left, sizeof(l.left));
	memcpy(v->right, l.right, sizeof(l.right));
	memcpy(v->top, l.top, sizeof(l.top));
	memcpy(v->bottom, l.bottom, sizeof(l.bottom));
}

const struct image *
viewer_image(const struct viewer_facts *f, uint32_t slice)
{
	return slice < f->slices ? &f->images[f->slice_image[slice]] : NULL;
}

void
viewer_what(const struct viewer_facts *f, char *to, size_t size)
{
	const struct series *s = &f->series;

	snprintf(to, size, "%s, %s%s%s, %lld image%s",
		s->description[0] != '\0' ? s->description : "series without a description",
		str_or_dash(s->subject), s->visit[0] != '\0' ? " " : "", s->visit,
		(long long)s->images, s->images == 1 ? "" : "s");
}

void
viewer_seen_text(const struct viewer_facts *f, const struct viewport *v, const struct app *app,
	char *to, size_t size)
{
	enum picture_protocol p = term_protocol(app->term);
	char scale[16];

	viewport_scale_text(v, scale);
	snprintf(to, size, "seen %u/%u at %s, %u window%s, %lld s, %s%s", f->seen.count, f->slices,
		scale, f->seen.windows, f->seen.windows == 1 ? "" : "s",
		(long long)((clock_mono_us() - f->opened_us) / 1000000), picture_protocol_name(p),
		f->seen.count < f->slices ? "; NOT ALL SLICES SEEN" : "");
}

/* ---- drawing ---- */

struct lines {
	struct area a;
	int row;
};

static void
put(struct lines *l, enum style s, const char *text)
{
	if (l->row < l->a.rows)
		draw_text(l->a.row + l->row++, l->a.column, l->a.columns, s, text);
}

static void
put_wrapped(struct lines *l, enum style s, const char *text)
{
	size_t skip, n;
	char line[256];

	while (*text != '\0' && l->row < l->a.rows) {
		n = draw_wrap(text, (size_t)l->a.columns, &skip);
		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		put(l, s, line);
		text += skip;
	}
}

static const char *
value(const struct viewer_facts *f, enum attr a)
{
	return f->series.value[a] != NULL ? f->series.value[a] : "";
}

static void
put_slice(struct lines *l, const struct viewer_facts *f, const struct viewport *v)
{
	uint32_t total = f->slices > 0 ? f->slices : v->slices; /* while it comes */
	const struct image *im = viewer_image(f, v->glass);
	struct series_image plane = { 0 };
	char text[128], where[40] = "";

	if (!v->on_glass) {
		snprintf(text, sizeof(text), "slice -/%u", total);
	} else {
		if (im != NULL && series_plane(im->position, im->orientation, &plane))
			snprintf(where, sizeof(where), "   %.1f mm", series_along(&plane));
		snprintf(text, sizeof(text), "slice %u/%u%s", v->glass + 1, total, where);
	}
	put(l, STYLE_BOLD, text);
}

/* Blocks are for finding one's way: nobody can read 8-pixel text in them. */
static void
put_glass(struct lines *l, const struct app *app, const struct viewport *v)
{
	enum picture_protocol p = term_protocol(app->term);
	char text[160], scale[16], quality[40], window[64], rate[32] = "";

	viewport_window_text(v, window);
	snprintf(text, sizeof(text), "window %s", window);
	put(l, STYLE_PLAIN, text);
	scale[0] = '\0';
	if (v->on_glass)
		viewport_scale_text(v, scale);
	if (term_rate(app->term) > 0)
		snprintf(rate, sizeof(rate), "  %.3g Mbit/s", term_rate(app->term) / 1e6);
	if (p == PICTURE_BLOCKS_RGB || p == PICTURE_BLOCKS_256) {
		put(l, STYLE_WARN, "half blocks: cannot clear PHI");
	} else {
		viewport_quality_text(v, quality);
		if (v->shot.binned)
			snprintf(quality, sizeof(quality), "registers, inexact");
		snprintf(text, sizeof(text), "%s  %s%s", quality, scale, rate);
		put(l, !v->on_glass || viewport_is_readable(v) ? STYLE_PLAIN : STYLE_WARN, text);
	}
	if (v->on_glass && l->a.rows > 12)
		put(l, STYLE_DIM, picture_scaling_name(&v->shot.place, v->shot.scale));
}

static void
put_seen(struct lines *l, const struct viewer_facts *f)
{
	char text[160] = "seen ";
	int width = 14,
	    full = f->slices > 0 ? (int)((uint64_t)width * f->seen.count / f->slices) : 0;
	size_t used = strlen(text);

	if (full == 0 && f->seen.count > 0)
		full = 1; /* some is not none */
	for (int i = 0; i < width; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "%s", i < full ? "█" : "░");
	snprintf(text + used, sizeof(text) - used, " %u/%u", f->seen.count, f->slices);
	put(l, f->seen.count == f->slices ? STYLE_GOOD : STYLE_PLAIN, text);
}

static void
put_scanner(struct lines *l, const struct viewer_facts *f)
{
	static const struct {
		enum attr attr;
		const char *before, *after;
	} numbers[] = {
		{ ATTR_FIELD_STRENGTH, "", " T" },
		{ ATTR_TR, "TR ", "" },
		{ ATTR_TE, "TE ", "" },
		{ ATTR_TI, "TI ", "" },
		{ ATTR_KVP, "", " kV" },
		{ ATTR_KERNEL, "", "" },
		{ ATTR_SLICE_THICKNESS, "slice ", " mm" },
		{ ATTR_CONTRAST_AGENT, "contrast ", "" },
	};
	char text[256] = "";
	size_t used = 0;

	if (*value(f, ATTR_MANUFACTURER) != '\0' || *value(f, ATTR_MODEL) != '\0') {
		snprintf(text, sizeof(text), "%s %s", value(f, ATTR_MANUFACTURER),
			value(f, ATTR_MODEL));
		put_wrapped(l, STYLE_PLAIN, text);
		text[0] = '\0';
	}
	for (size_t i = 0; i < MEM_COUNT(numbers); i++)
		if (*value(f, numbers[i].attr) != '\0' && used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s%s%s",
				used > 0 ? "  " : "", numbers[i].before, value(f, numbers[i].attr),
				numbers[i].after);
	put_wrapped(l, STYLE_PLAIN, text);
	if (f->series.spacing[0] != '\0') {
		snprintf(text, sizeof(text), "slices every %s mm", f->series.spacing);
		put(l, STYLE_PLAIN, text);
	}
}

static void
put_why(struct lines *l, const struct viewer_facts *f)
{
	char text[400];

	for (unsigned i = 0; i < WHY_BITS; i++) {
		if (!(f->series.why >> i & 1))
			continue;
		snprintf(text, sizeof(text), "! %s", why_help((enum why_bit)i));
		put_wrapped(l, STYLE_WARN, text);
	}
	if (f->series.gap[0] != '\0')
		put_wrapped(l, STYLE_WARN, f->series.gap);
	if (f->series.missing[0] != '\0') {
		snprintf(text, sizeof(text), "missing: %s", f->series.missing);
		put_wrapped(l, STYLE_WARN, text);
	}
}

void
viewer_facts_draw(struct app *app, const struct viewer_facts *f, const struct viewport *v,
	const struct facts_more *more, struct area a)
{
	struct lines l = { .a = a };
	const char *modality = f->series.modality;
	char text[400];

	if (more->instead[0] != '\0')
		put(&l, STYLE_BOLD, more->instead);
	else
		put_slice(&l, f, v);
	put_glass(&l, app, v);
	put_seen(&l, f);
	for (unsigned i = 0; i < more->lines; i++)
		put_wrapped(&l, STYLE_ACCENT, more->line[i]);
	snprintf(text, sizeof(text), "%s  %s", modality, f->standing);
	put(&l, STYLE_ACCENT, text);
	if (a.rows > 12) {
		put(&l, STYLE_PLAIN, "");
		put_wrapped(&l, STYLE_PLAIN, f->series.patient_name);
		snprintf(text, sizeof(text), "ID %s", str_or_dash(f->series.patient_id));
		put_wrapped(&l, STYLE_PLAIN, text);
		put(&l, STYLE_PLAIN, "");
		put_scanner(&l, f);
		put(&l, STYLE_PLAIN, "");
	}
	put_why(&l, f);
}

void
viewer_open_tags(struct app *app, const struct viewer_facts *f, const struct viewport *v)
{
	struct tags_argument a = { .facts = f, .port = v };

	if (f->image_count > 0)
		app_push(app, &scr_tags_ops, &a);
}
