/* Owns the grey sixel encoder.  Work is done per band of six rows and only where something is:
 * one event for each column and each grey that occurs in it.  No state; any thread.
 *
 * In the fast packing each grey is one pass over the band: "#grey", runs and gaps, "$".  In the
 * small packing, 10..18 % smaller in twice the time, the greys share
 * passes: events are cut into clusters at long gaps and clusters of different greys are chained
 * behind each other.  Pixels are also painted loosely: a run may pass over places whose own
 * grey comes later, since one long run costs less than runs and gaps.  The most frequent greys
 * come first, where this saves most. Figures: tests/bench/bench_render.c. */
#include "render/greys.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum {
	BAND = 6,
	FILL = 3, /* frequent greys of a band that are painted first; 2..8 measured within 0.5 % */
	CUT = 14, /* columns of gap beyond which a cluster ends; 9: 0.5 % less in 8 % more time, 40: 1 % more in 5 % less */
	EVENT_MOST = 18,   /* bytes: "$#255!65535?" and a sixel are 13, a run has several events */
	PAD = 17,          /* keeps the greys' event lists off the same cache sets */
	LANES = 16,        /* columns a step of band_masks */
	FIRST = 0x80,      /* in a mask: no row above has the same grey */
	WIDTH_MOST = 65535 /* "!65535?" fills a piece */
};

/* x << 8 | mask: bit i of the mask is row i of the band. */
typedef uint32_t event;

/* Up to seven bytes of text and their count, ready to be stored in one go. */
struct piece {
	char text[7];
	uint8_t length;
};

/* gcc and clang turn this into what the machine has. */
typedef uint8_t vector __attribute__((vector_size(LANES)));

/* LANES columns of a band: for each row its pixels' greys and which rows have the same. */
struct lanes {
	uint8_t grey[BAND][LANES];
	uint8_t mask[BAND][LANES]; /* bit i: row i; and FIRST */
};

struct cluster {
	uint32_t first, count; /* events, from the start of the grey's list */
	uint32_t x;            /* its first column */
	int32_t next;          /* cluster that starts in the same column, -1 for none */
	uint16_t grey;
	bool last; /* no cluster of the same grey follows; otherwise it is the next in the array */
	bool used;
};

struct encoder {
	const struct raster *r;
	const struct grey_palette *pal;
	uint32_t width;
	char *p;           /* where the next byte goes */
	int pen;           /* grey selected last in this band, -1 for none */
	uint32_t x;        /* column of the pen */
	struct piece *run; /* by length from 4: "!n" */
	struct piece *gap; /* by length: "", "?", "??", "???", "!4?", ... */
	event *events;     /* a list for each grey and a spare for each row, `stride` apart */
	size_t stride;
	event *tail[PALETTE_MAX + BAND];  /* where the next event goes */
	struct piece select[PALETTE_MAX]; /* "#grey" */
	struct cluster *clusters;         /* of the band in work */
	uint32_t cluster_count;
	int32_t *head;          /* by column: a cluster that starts there, -1 for none */
	uint8_t *open;          /* by column: rows that no grey painted so far has claimed */
	uint64_t *starts;       /* a bit for each column where an unused cluster starts */
	bool used[PALETTE_MAX]; /* greys that occurred in a band so far */
};

/* ---- bytes --------------------------------------------------------------------------------- */

/* Store all eight bytes, of which some count: the room is there, see greys_encode.  Without a
 * branch: nobody can guess how long a gap in a noisy picture is. */
static inline char *
put_piece(char *p, const struct piece *piece)
{
	struct piece copy = *piece;

	memcpy(p, &copy, sizeof(copy));
	return p + copy.length;
}

/* n columns of the same sixel; most runs are short. */
static inline char *
put_run(const struct encoder *c, char *p, uint32_t n, uint32_t sixel)
{
	uint32_t few = sixel * 0x01010101u;

	if (n > 3) {
		p = put_piece(p, &c->run[n]);
		*p = (char)sixel;
		return p + 1;
	}
	memcpy(p, &few, sizeof(few));
	return p + n;
}

/* Events e[0..n) from column 0 on, exactly. */
static void
put_exact(struct encoder *c, const event *e, uint32_t n)
{
	uint32_t x = 0;
	char *p = c->p;

	for (uint32_t i = 0; i < n;) {
		uint32_t length = 1;

		p = put_piece(p, &c->gap[(e[i] >> 8) - x]);
		while (i + length < n && e[i + length] == e[i] + (length << 8))
			length++;
		p = put_run(c, p, length, '?' + (e[i] & 63));
		x = (e[i] >> 8) + length;
		i += length;
	}
	c->p = p;
}

static void
put_select(struct encoder *c, int grey)
{
	c->p = put_piece(c->p, &c->select[grey]);
}

/* ---- events -------------------------------------------------------------------------------- */

/* Which rows of each column have the same grey.  A band that reaches past the picture repeats
 * the last row; `full` leaves those out. */
static void
band_masks(struct lanes *l, uint32_t full)
{
	vector grey[BAND];

	memcpy(grey, l->grey, sizeof(grey));
	for (uint32_t i = 0; i < BAND; i++) {
		vector mask = { 0 }, above;

		for (uint32_t k = 0; k < BAND; k++)
			mask |= (vector)(grey[i] == grey[k]) & (uint8_t)(1u << k & full);
		above = mask & (uint8_t)((1u << i) - 1);
		mask |= (vector)(above == 0) & FIRST;
		memcpy(l->mask[i], &mask, sizeof(mask));
	}
}

/* Every row stores its whole event, but only the first row of a grey keeps it; the others go to
 * spares: whether a grey was there already is not to be guessed, and neither is waited for what
 * was just stored. */
static inline void
row_event(event **tail, const struct lanes *l, uint32_t row, uint32_t lane, uint32_t x)
{
	uint32_t mask = l->mask[row][lane], keep = mask / FIRST, spare = PALETTE_MAX + row;
	event **t = &tail[spare ^ ((spare ^ l->grey[row][lane]) & (0 - keep))];
	event *at = *t;

	*at = x << 8 | (mask & 63);
	*t = at + keep;
}

/* Add column x's events to their greys' lists. */
static inline void
column_events(event **tail, const struct lanes *l, uint32_t lane, uint32_t x)
{
	if ((l->mask[0][lane] & 63) == 63) {
		*tail[l->grey[0][lane]]++ = x << 8 | 63;
		return;
	}
	row_event(tail, l, 0, lane, x);
	row_event(tail, l, 1, lane, x);
	row_event(tail, l, 2, lane, x);
	row_event(tail, l, 3, lane, x);
	row_event(tail, l, 4, lane, x);
	row_event(tail, l, 5, lane, x);
}

static void
band_events(struct encoder *c, uint32_t top, uint32_t rows)
{
	uint32_t full = (1u << rows) - 1, width = c->width;
	const uint8_t *of = c->pal->of;
	const uint8_t *row[BAND];
	struct lanes l = { 0 };

	for (uint32_t i = 0; i < BAND; i++)
		row[i] = c->r->pixels + (size_t)(top + (i < rows ? i : rows - 1)) * width;
	for (size_t g = 0; g < PALETTE_MAX + BAND; g++)
		c->tail[g] = c->events + g * c->stride;
	for (uint32_t x = 0; x < width; x += LANES) {
		uint32_t n = width - x < LANES ? width - x : LANES;

		for (uint32_t i = 0; i < BAND; i++) {
			for (uint32_t k = 0; k < n; k++)
				l.grey[i][k] = of[row[i][x + k]];
		}
		band_masks(&l, full);
		for (uint32_t k = 0; k < n; k++)
			column_events(c->tail, &l, k, x + k);
	}
}

static uint32_t
event_count(const struct encoder *c, int grey)
{
	return (uint32_t)(c->tail[grey] - (c->events + (size_t)grey * c->stride));
}

static const event *
event_list(const struct encoder *c, int grey)
{
	return c->events + (size_t)grey * c->stride;
}

/* ---- fast packing -------------------------------------------------------------------------- */

static void
band_fast(struct encoder *c)
{
	bool any = false;

	for (int g = 0; g < c->pal->levels; g++) {
		uint32_t n = event_count(c, g);

		if (n == 0)
			continue;
		if (any)
			*c->p++ = '$';
		any = true;
		put_select(c, g);
		put_exact(c, event_list(c, g), n);
	}
}

/* ---- small packing ------------------------------------------------------------------------- */

static uint32_t
gap_cost(uint32_t n)
{
	return n <= 3 ? n : n < 10 ? 3 : n < 100 ? 4 : 5;
}

/* Whether a run of four columns, the least that saves anything, can start with the event: the
 * quick answer that mostly is no.  `open` is padded with places that are not. */
static inline bool
may_run(const struct encoder *c, event e)
{
	uint32_t need = (e & 63) * 0x01010101u, may;

	memcpy(&may, c->open + (e >> 8), sizeof(may));
	return (need & ~may) == 0;
}

/* How many of the events e[0..n) one run with a single sixel can serve, and that sixel in
 * *mask.  The columns between may be painted too where they are open: what belongs there is
 * painted later. */
static uint32_t
loose_run(const struct encoder *c, const event *e, uint32_t n, uint32_t *mask)
{
	uint32_t need = e[0] & 63, x = e[0] >> 8, may = c->open[x], i;

	*mask = need;
	for (i = 1; i < n; i++) {
		uint32_t next = e[i] >> 8;

		need |= e[i] & 63;
		may &= c->open[next];
		while (++x < next && (need & ~may) == 0)
			may &= c->open[x];
		if ((need & ~may) != 0)
			break;
		*mask = need;
		x = next;
	}
	return i;
}

/* Paint a grey before those whose places it may run over, from column c->x on, and close its own
 * places to later ones. */
static void
put_loose(struct encoder *c, const event *e, uint32_t n)
{
	uint32_t x = c->x;
	char *p = c->p;

	for (uint32_t i = 0; i < n;) {
		uint32_t start = e[i] >> 8, mask = e[i] & 63, length, end;

		p = put_piece(p, &c->gap[start - x]);
		if (may_run(c, e[i]) && (end = i + loose_run(c, e + i, n - i, &mask)) > i + 1 &&
			(length = (e[end - 1] >> 8) + 1 - start) > 3) {
			p = put_run(c, p, length, '?' + mask);
			x = start + length;
			for (; i < end; i++)
				c->open[e[i] >> 8] &= (uint8_t) ~(e[i] & 63);
			continue;
		}
		mask = e[i++] & 63; /* nothing to save */
		*p++ = (char)('?' + mask);
		c->open[start] &= (uint8_t)~mask;
		x = start + 1;
	}
	c->x = x;
	c->p = p;
}

/* The greys with the most events first, whose painting may therefore be the loosest. */
static void
band_fill(struct encoder *c)
{
	memset(c->open, 63, c->width);
	for (int k = 0; k < FILL; k++) {
		uint32_t most = 1;
		int best = -1;

		for (int g = 0; g < c->pal->levels; g++) {
			if (event_count(c, g) > most) {
				most = event_count(c, g);
				best = g;
			}
		}
		if (best < 0)
			return;
		if (k > 0)
			*c->p++ = '$';
		put_select(c, best);
		c->x = 0;
		put_loose(c, event_list(c, best), most);
		c->tail[best] =
			c->events + (size_t)best * c->stride; /* done: band_clusters skips it */
		c->pen = best;
	}
}

static void
cluster_add(struct encoder *c, int grey, uint32_t first, uint32_t end)
{
	const event *e = event_list(c, grey);
	uint32_t x = e[first] >> 8;
	struct cluster *k = &c->clusters[c->cluster_count];

	*k = (struct cluster){ .first = first,
		.count = end - first,
		.x = x,
		.grey = (uint16_t)grey,
		.next = c->head[x] };
	c->head[x] = (int32_t)c->cluster_count++;
	c->starts[x / 64] |= UINT64_C(1) << x % 64;
}

static void
band_clusters(struct encoder *c)
{
	c->cluster_count = 0;
	for (int g = 0; g < c->pal->levels; g++) {
		const event *e = event_list(c, g);
		uint32_t n = event_count(c, g), first = 0;

		for (uint32_t i = 1; i < n; i++) {
			if ((e[i] >> 8) - (e[i - 1] >> 8) > CUT) {
				cluster_add(c, g, first, i);
				first = i;
			}
		}
		if (n > 0) {
			cluster_add(c, g, first, n);
			c->clusters[c->cluster_count - 1].last = true;
		}
	}
}

/* The first column from x on where an unused cluster starts; the width if there is none. */
static uint32_t
next_start(const struct encoder *c, uint32_t x)
{
	uint32_t words = c->width / 64 + 1, i = x / 64;
	uint64_t w;

	if (x >= c->width)
		return c->width;
	w = c->starts[i] & (~UINT64_C(0) << x % 64);
	while (w == 0 && ++i < words)
		w = c->starts[i];
	return w == 0 ? c->width : i * 64 + (uint32_t)__builtin_ctzll(w);
}

/* Take cluster k out of its column's list. */
static void
cluster_use(struct encoder *c, int32_t k)
{
	struct cluster *u = &c->clusters[k];
	int32_t *at = &c->head[u->x];

	while (*at != k)
		at = &c->clusters[*at].next;
	*at = u->next;
	if (c->head[u->x] < 0)
		c->starts[u->x / 64] &= ~(UINT64_C(1) << u->x % 64);
	u->used = true;
}

/* What to paint after cluster `now` (-1 at the start of a pass): the same grey further on if that
 * costs less than the nearest cluster of any other; -1 when nothing is left in this pass. */
static int32_t
cluster_next(const struct encoder *c, int32_t now)
{
	uint32_t near = next_start(c, c->x);
	int32_t other = near < c->width ? c->head[near] : -1;
	const struct cluster *same;

	if (now < 0 || c->clusters[now].last || c->clusters[now + 1].used)
		return other;
	same = &c->clusters[now + 1];
	if (other < 0 ||
		gap_cost(same->x - c->x) <
			gap_cost(near - c->x) + c->select[c->clusters[other].grey].length)
		return now + 1;
	return other;
}

/* The greys that band_fill left. */
static void
band_chain(struct encoder *c)
{
	int32_t now = -1;

	for (uint32_t left = c->cluster_count; left > 0;) {
		int32_t k = cluster_next(c, now);
		const struct cluster *u = &c->clusters[k];

		now = k;
		if (k < 0) {
			*c->p++ = '$';
			c->x = 0;
			continue;
		}
		cluster_use(c, k);
		if (c->pen != u->grey)
			put_select(c, u->grey);
		c->pen = u->grey;
		put_loose(c, event_list(c, u->grey) + u->first, u->count);
		left--;
	}
}

static void
band_small(struct encoder *c)
{
	c->pen = -1;
	c->x = 0;
	band_fill(c);
	band_clusters(c);
	band_chain(c);
}

/* ---- the picture --------------------------------------------------------------------------- */

/* `before`, n in decimal, and `after` where it is not 0.  By hand: tables are made for each picture, and snprintf took 4 %
 * of the time of a small one. */
static struct piece
piece_of(char before, uint32_t n, char after)
{
	char digits[5];
	struct piece piece = { .text = { before }, .length = 1 };
	int count = 0;

	do
		digits[count++] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (count > 0)
		piece.text[piece.length++] = digits[--count];
	if (after != 0)
		piece.text[piece.length++] = after;
	return piece;
}

static void
encoder_open(struct encoder *c, bool fast)
{
	size_t w = c->width;

	c->stride = w + PAD;
	c->run = mem_zero(w + 1, sizeof(*c->run));
	c->gap = mem_zero(w + 1, sizeof(*c->gap));
	for (uint32_t n = 0; n <= w; n++) {
		c->run[n] = piece_of('!', n, 0);
		c->gap[n] = n > 3 ? piece_of('!', n, '?') : (struct piece){ "???", (uint8_t)n };
	}
	for (int g = 0; g < c->pal->levels; g++)
		c->select[g] = piece_of('#', (uint32_t)g, 0);
	c->events = mem_alloc((PALETTE_MAX + BAND) * c->stride * sizeof(*c->events));
	if (fast)
		return;
	c->clusters = mem_alloc(BAND * w * sizeof(*c->clusters));
	c->head = mem_alloc(w * sizeof(*c->head));
	c->open = mem_zero(w + 3, 1);
	memset(c->head, 0xff, w * sizeof(*c->head));
	c->starts = mem_zero(w / 64 + 1, sizeof(*c->starts));
}

static void
encoder_close(struct encoder *c)
{
	free(c->run);
	free(c->gap);
	free(c->events);
	free(c->clusters);
	free(c->head);
	free(c->open);
	free(c->starts);
}

static void
note_used(struct encoder *c)
{
	for (int g = 0; g < c->pal->levels; g++)
		c->used[g] |= event_count(c, g) > 0;
}

/* Everything before the first band.  What occurs is known only after the last, and moving the
 * bands is quicker than looking at every pixel once more. */
static void
insert_header(const struct encoder *c, bool opaque, size_t at, struct buf *out)
{
	struct buf head = { 0 };
	size_t body = out->len - at;

	buf_format(&head, "\033P0;%d;0q\"1;1;%u;%u", opaque ? 0 : 1, (unsigned)c->r->width,
		(unsigned)c->r->height);
	for (int i = 0; i < c->pal->levels; i++) {
		if (opaque || c->used[i])
			buf_format(&head, "#%d;2;%d;%d;%d", i, c->pal->reg[i].r, c->pal->reg[i].g,
				c->pal->reg[i].b);
	}
	buf_room(out, head.len);
	memmove(out->data + at + head.len, out->data + at, body);
	memcpy(out->data + at, head.data, head.len);
	out->len += head.len;
	buf_release(&head);
}

enum rc
greys_encode(const struct raster *r, const struct grey_palette *pal, unsigned how, size_t limit,
	struct buf *out, struct err *e)
{
	struct encoder c = { .r = r, .pal = pal, .width = r->width };
	size_t start = out->len, most = (size_t)r->width * BAND * EVENT_MOST + 64;
	bool fast = (how & GREYS_FAST) != 0;

	assert(!r->colour);
	if (r->width > WIDTH_MOST)
		return err_set(e, RC_LIMIT, "a sixel picture is at most %d pixels wide", WIDTH_MOST);
	encoder_open(&c, fast);
	for (uint32_t top = 0; top < r->height && out->len - start <= limit; top += BAND) {
		uint32_t rows = r->height - top < BAND ? r->height - top : BAND;

		c.p = buf_room(out, most);
		if (top > 0)
			*c.p++ = '-';
		band_events(&c, top, rows);
		note_used(&c);
		(fast ? band_fast : band_small)(&c);
		out->len = (size_t)(c.p - out->data);
	}
	insert_header(&c, (how & GREYS_OPAQUE) != 0, start, out);
	buf_text(out, "\033\\");
	encoder_close(&c);
	if (out->len - start > limit)
		return err_set(e, RC_LIMIT, "the sixel picture is larger than %zu bytes", limit);
	return RC_OK;
}
