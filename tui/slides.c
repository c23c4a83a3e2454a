/* Which bytes are slice N of an open series. */
#include "tui/slides.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/dicom/decoder.h"
#include "render/mosaic.h"

struct slide {
	char digest[DIGEST_HEX];
	uint32_t frame;
	bool checked; /* the digest of these bytes was verified since the series was opened */
};

/* The projections of a series, finished and never changed after. */
struct projected {
	int refs; /* atomic */
	struct project *project;
	uint32_t slices; /* in it */
};

struct tray {
	uint64_t series;
	uint32_t n;
	struct slide *slides;
	struct slides_sheet sheet;
	uint64_t other;              /* of a pair; 0 none */
	struct projected *projected; /* one reference; NULL not made yet */
	uint32_t progress;           /* slices read for it */
	struct tray *next;
};

struct slides {
	struct store *store;
	pthread_mutex_t lock; /* guards trays and the checked marks */
	struct tray *trays;
	struct decoder **decoders;
	unsigned workers;
	struct frame *(*cached)(void *ctx, uint64_t series, uint32_t index); /* may be NULL */
	void *cached_ctx;
};

struct slides *
slides_new(struct store *store, unsigned workers)
{
	struct slides *s = mem_zero(1, sizeof(*s));

	s->store = store;
	s->workers = workers;
	s->decoders = mem_zero(workers, sizeof(*s->decoders));
	for (unsigned i = 0; i < workers; i++)
		s->decoders[i] = decoder_new(NULL);
	for (unsigned i = 0; i < workers; i++)
		decoder_prepare(s->decoders[i]); /* before the first slice is waited for */
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
slides_use_cache(struct slides *s,
	struct frame *(*cached)(void *ctx, uint64_t series, uint32_t index), void *ctx)
{
	s->cached = cached;
	s->cached_ctx = ctx;
}

static void
projected_unref(struct projected *p)
{
	if (p == NULL || __atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	project_free(p->project);
	free(p);
}

static void
tray_free(struct tray *t)
{
	projected_unref(t->projected);
	free(t->slides);
	free(t);
}

void
slides_free(struct slides *s)
{
	struct tray *next;

	if (s == NULL)
		return;
	for (struct tray *t = s->trays; t != NULL; t = next) {
		next = t->next;
		tray_free(t);
	}
	for (unsigned i = 0; i < s->workers; i++)
		decoder_free(s->decoders[i]);
	free(s->decoders);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct tray *
make_tray(uint64_t series, const struct image *images, size_t n)
{
	struct tray *t = mem_zero(1, sizeof(*t));
	size_t room = 0;

	t->series = series;
	for (size_t i = 0; i < n; i++)
		room += (size_t)images[i].slices;
	t->slides = mem_zero(room, sizeof(*t->slides));
	for (size_t i = 0; i < n; i++)
		for (int64_t f = 0; f < images[i].slices; f++) {
			memcpy(t->slides[t->n].digest, images[i].digest, DIGEST_HEX);
			t->slides[t->n++].frame = (uint32_t)f;
		}
	return t;
}

static void
put_tray(struct slides *s, struct tray *t)
{
	slides_drop(s, t->series);
	pthread_mutex_lock(&s->lock);
	t->next = s->trays;
	s->trays = t;
	pthread_mutex_unlock(&s->lock);
}

uint32_t
slides_set(struct slides *s, uint64_t series, const struct image *images, size_t n)
{
	struct tray *t = make_tray(series, images, n);
	uint32_t count = t->n;

	put_tray(s, t);
	return count;
}

void
slides_expect(struct slides *s, uint64_t series, uint32_t n)
{
	struct tray *t = mem_zero(1, sizeof(*t));

	t->series = series;
	t->n = n;
	t->slides = mem_zero(n, sizeof(*t->slides));
	put_tray(s, t);
}

void
slides_drop(struct slides *s, uint64_t series)
{
	struct tray **at, *t;

	pthread_mutex_lock(&s->lock);
	for (at = &s->trays; *at != NULL && (*at)->series != series; at = &(*at)->next)
		;
	t = *at;
	if (t != NULL) {
		*at = t->next;
		tray_free(t);
	}
	pthread_mutex_unlock(&s->lock);
}

static struct tray *
find_tray(struct slides *s, uint64_t series)
{
	struct tray *t = s->trays;

	while (t != NULL && t->series != series)
		t = t->next;
	return t;
}

static enum rc
find_slide(struct slides *s, uint64_t series, uint32_t index, struct slide *out, struct err *e)
{
	const struct tray *t;
	bool found;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	found = t != NULL && index < t->n;
	if (found)
		*out = t->slides[index];
	pthread_mutex_unlock(&s->lock);
	if (found && out->digest[0] == '\0')
		return err_set(e, RC_BUSY, "slice %u is on its way", index + 1);
	return found ? RC_OK : err_set(e, RC_NOT_FOUND, "there is no slice %u", index + 1);
}

void
slides_fill(struct slides *s, uint64_t series, uint32_t index, const char *digest)
{
	struct tray *t;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	if (t != NULL && index < t->n)
		memcpy(t->slides[index].digest, digest, DIGEST_HEX);
	pthread_mutex_unlock(&s->lock);
}

/* Every slice of the file that was just hashed is good for as long as the series is open. */
static void
mark_checked(struct slides *s, uint64_t series, const char *digest)
{
	struct tray *t;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	for (uint32_t i = 0; t != NULL && i < t->n; i++)
		if (strcmp(t->slides[i].digest, digest) == 0)
			t->slides[i].checked = true;
	pthread_mutex_unlock(&s->lock);
}

static enum rc
load_slice(struct slides *s, unsigned worker, uint64_t series, uint32_t index, struct frame **out,
	struct err *e)
{
	struct slide slide;
	int fd = -1;
	enum rc rc = find_slide(s, series, index, &slide, e);

	if (rc == RC_OK)
		rc = store_get(s->store, slide.digest, !slide.checked, &fd, e);
	if (rc != RC_OK)
		return rc;
	if (!slide.checked)
		mark_checked(s, series, slide.digest);
	rc = decoder_frame(s->decoders[worker], fd, slide.frame, out, e);
	close(fd);
	return rc;
}

/* From the cache where it is there. */
static enum rc
have_slice(struct slides *s, unsigned worker, uint64_t series, uint32_t index, struct frame **out,
	struct err *e)
{
	*out = s->cached != NULL ? s->cached(s->cached_ctx, series, index) : NULL;
	return *out != NULL ? RC_OK : load_slice(s, worker, series, index, out, e);
}

/* ---- projections ---- */

static struct projected *
take_projected(struct slides *s, uint64_t series, uint32_t *slices)
{
	struct projected *p = NULL;
	struct tray *t;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	*slices = t != NULL ? t->n : 0;
	if (t != NULL && t->projected != NULL) {
		p = t->projected;
		__atomic_add_fetch(&p->refs, 1, __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(&s->lock);
	return p;
}

/* False: the series was closed meanwhile. */
static bool
note_progress(struct slides *s, uint64_t series, uint32_t done)
{
	struct tray *t;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	if (t != NULL)
		t->progress = done;
	pthread_mutex_unlock(&s->lock);
	return t != NULL;
}

/* A slice that cannot be decoded or has another matrix is left out: the others still tell. */
static enum rc
project_series(struct slides *s, unsigned worker, uint64_t series, uint32_t n,
	struct projected *out, struct err *e)
{
	struct err first = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		struct frame *f = NULL;

		if (!note_progress(s, series, i))
			break;
		if (have_slice(s, worker, series, i, &f, &first) != RC_OK)
			continue;
		if (out->project == NULL)
			out->project = project_new(&f->info);
		out->slices += project_add(out->project, f, i, NULL) == RC_OK;
		frame_unref(f);
	}
	return out->project != NULL
		? RC_OK
		: err_set(e, RC_CORRUPT, "no slice can be read: %s", first.text);
}

static struct projected *
keep_projected(struct slides *s, uint64_t series, const struct projected *made)
{
	struct projected *p = mem_zero(1, sizeof(*p));
	struct tray *t;

	*p = *made;
	p->refs = 1; /* the caller's */
	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	if (t != NULL && t->projected == NULL) {
		p->refs++;
		t->projected = p;
	}
	pthread_mutex_unlock(&s->lock);
	return p;
}

static enum rc
load_projection(struct slides *s, unsigned worker, uint64_t series, uint32_t which,
	struct frame **out, struct err *e)
{
	uint32_t n;
	struct projected *p = take_projected(s, series, &n);
	struct projected made = { .project = NULL };
	enum rc rc = RC_OK;

	if (which >= PROJECTIONS)
		rc = err_set(e, RC_NOT_FOUND, "there is no such projection");
	if (rc == RC_OK && p == NULL) {
		rc = project_series(s, worker, series, n, &made, e);
		if (rc == RC_OK)
			p = keep_projected(s, series, &made);
	}
	if (rc == RC_OK)
		*out = project_frame(p->project, (enum projection)which);
	projected_unref(p);
	return rc;
}

uint32_t
slides_projected(struct slides *s, uint64_t series)
{
	struct tray *t;
	uint32_t n;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	n = t != NULL ? t->progress : 0;
	pthread_mutex_unlock(&s->lock);
	return n;
}

uint32_t
slides_in_projection(struct slides *s, uint64_t series)
{
	struct tray *t;
	uint32_t n;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	n = t != NULL && t->projected != NULL ? t->projected->slices : 0;
	pthread_mutex_unlock(&s->lock);
	return n;
}

bool
slides_behind(struct slides *s, uint64_t series, enum projection which, uint32_t x, uint32_t y,
	uint32_t *slice)
{
	uint32_t n;
	struct projected *p = take_projected(s, series, &n);

	if (p != NULL)
		*slice = project_slice(p->project, which, x, y);
	projected_unref(p);
	return p != NULL;
}

/* ---- contact sheets ---- */

uint32_t
slides_set_sheet(struct slides *s, uint64_t series, const struct slides_sheet *sheet)
{
	struct tray *t;
	uint32_t cells = sheet->columns * sheet->rows, pages = 0;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	if (t != NULL && cells > 0) {
		t->sheet = *sheet;
		pages = (t->n + cells - 1) / cells;
	}
	pthread_mutex_unlock(&s->lock);
	return pages;
}

static enum rc
load_sheet(struct slides *s, unsigned worker, uint64_t series, uint32_t page, struct frame **out,
	struct err *e)
{
	struct slides_sheet sheet = { 0 };
	struct mosaic *m = NULL;
	struct err first = { 0 };
	struct tray *t;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	if (t != NULL)
		sheet = t->sheet;
	pthread_mutex_unlock(&s->lock);
	for (uint32_t i = 0; i < sheet.columns * sheet.rows; i++) {
		struct frame *f = NULL;

		if (have_slice(s, worker, series, page * sheet.columns * sheet.rows + i, &f,
			    &first) != RC_OK)
			continue; /* its cell stays black; after the last slice all do */
		if (m == NULL)
			m = mosaic_new(sheet.columns, sheet.rows, sheet.cell_width,
				sheet.cell_height, &f->info);
		mosaic_put(m, i, f);
		frame_unref(f);
	}
	if (m == NULL)
		return err_set(e, RC_CORRUPT, "no slice of this page can be read: %s", first.text);
	*out = mosaic_frame(m);
	mosaic_free(m);
	return RC_OK;
}

/* ---- pairs ---- */

enum { PAIR_SIDE_LEAST = 256, PAIR_SIDE_MOST = 1024 };

void
slides_set_pair(struct slides *s, uint64_t series, uint64_t other)
{
	struct tray *t;

	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	if (t != NULL)
		t->other = other;
	pthread_mutex_unlock(&s->lock);
}

uint32_t
slides_beside(uint32_t i, uint32_t m, uint32_t n)
{
	if (n == 0 || m < 2)
		return 0;
	return (uint32_t)(((uint64_t)i * (n - 1) + (m - 1) / 2) / (m - 1));
}

/* As large as the larger of the two, so that nothing is lost when it is looked at closely. */
static uint32_t
pair_side(const struct frame *a, const struct frame *b)
{
	uint32_t side = a->info.width > a->info.height ? a->info.width : a->info.height;

	if (b != NULL && b->info.width > side)
		side = b->info.width;
	if (b != NULL && b->info.height > side)
		side = b->info.height;
	return side < PAIR_SIDE_LEAST   ? PAIR_SIDE_LEAST
		: side > PAIR_SIDE_MOST ? PAIR_SIDE_MOST
					: side;
}

static enum rc
load_pair(struct slides *s, unsigned worker, uint64_t series, uint32_t index, struct frame **out,
	struct err *e)
{
	struct frame *left = NULL, *right = NULL;
	uint32_t m = 0, n = 0, side;
	uint64_t other = 0;
	struct mosaic *pair;
	struct tray *t;
	enum rc rc = have_slice(s, worker, series, index, &left, e);

	if (rc != RC_OK)
		return rc;
	pthread_mutex_lock(&s->lock);
	t = find_tray(s, series);
	m = t != NULL ? t->n : 0;
	other = t != NULL ? t->other : 0;
	t = find_tray(s, other);
	n = t != NULL ? t->n : 0;
	pthread_mutex_unlock(&s->lock);
	have_slice(s, worker, other, slides_beside(index, m, n), &right, NULL);
	side = pair_side(left, right);
	pair = mosaic_new(2, 1, side, side, &left->info);
	mosaic_put(pair, 0, left);
	if (right != NULL)
		mosaic_put(pair, 1, right); /* a negative or colour beside grey stays empty */
	*out = mosaic_frame(pair);
	mosaic_free(pair);
	frame_unref(left);
	frame_unref(right);
	return RC_OK;
}

enum rc
slides_load(void *ctx, unsigned worker, uint64_t series, uint32_t index, struct frame **out,
	struct err *e)
{
	if (series & SLIDES_PROJECTION)
		return load_projection(ctx, worker, series & ~SLIDES_PROJECTION, index, out, e);
	if (series & SLIDES_MOSAIC)
		return load_sheet(ctx, worker, series & ~SLIDES_MOSAIC, index, out, e);
	if (series & SLIDES_PAIR)
		return load_pair(ctx, worker, series & ~SLIDES_PAIR, index, out, e);
	return load_slice(ctx, worker, series, index, out, e);
}
