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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum {
	BAND = 6,
	FILL = 3, /* frequent greys of a band that are painted first; 2..8 measured within 0.5 % */
	CUT = 40, /* columns of gap beyond which a cluster ends; 14 measured within 0.5 % */
	EVENT_MOST = 18, /* bytes: "$#255!65535?" and a sixel are 13, a run has several events */
	PAD = 17         /* keeps the greys' event lists off the same cache sets */
};

/* x << 8 | mask: bit i of the mask is row i of the band. */
typedef uint32_t event;

/* Up to eight bytes of text, ready to be stored in one go. */
struct piece {
	char text[8];
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
	uint8_t *run_length;
	event *events; /* a list for each grey, `stride` apart; [0] is a sentinel */
	size_t stride;
	event *tail[PALETTE_MAX];         /* last event of each grey */
	struct piece select[PALETTE_MAX]; /* "#grey" */
	uint8_t select_length[PALETTE_MAX];
	struct cluster *clusters; /* of the band in work */
	uint32_t cluster_count;
	int32_t *head;    /* by column: a cluster that starts there, -1 for none */
	uint8_t *open;    /* by column: rows that no grey painted so far has claimed */
	uint64_t *starts; /* a bit for each column where an unused cluster starts */
};

/* ---- bytes --------------------------------------------------------------------------------- */

/* Store all eight bytes, of which n count: the room is there, see greys_encode. */
static inline char *
put_piece(char *p, const struct piece *piece, size_t n)
{
	memcpy(p, piece->text, sizeof(piece->text));
	return p + n;
}

/* n columns of the same sixel; most runs are short. */
static inline char *
put_run(const struct encoder *c, char *p, uint32_t n, uint32_t sixel)
{
	uint32_t few = sixel * 0x01010101u;

	if (n > 3) {
		p = put_piece(p, &c->run[n], c->run_length[n]);
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

		p = put_run(c, p, (e[i] >> 8) - x, '?');
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
	c->p = put_piece(c->p, &c->select[grey], c->select_length[grey]);
}

/* ---- events -------------------------------------------------------------------------------- */

/* Add `bits` of column x to the list that ends at *tail.  Without a branch: in a noisy picture
 * nobody can guess whether the grey was there already. */
static inline void
event_add(event **tail, uint32_t x, uint32_t bits)
{
	event *t = *tail, old = *t;
	uint32_t is_new = (old >> 8) != x;

	t += is_new;
	*t = (is_new ? x << 8 : old) | bits;
	*tail = t;
}

/* Rows of a band that reaches past the picture repeat the last one; `full` leaves them out. */
static void
band_events(struct encoder *c, uint32_t top, uint32_t rows)
{
	const uint8_t *row[BAND], *of = c->pal->of;
	uint32_t full = (1u << rows) - 1, width = c->width;
	event **tail = c->tail;

	for (uint32_t i = 0; i < BAND; i++)
		row[i] = c->r->pixels + (size_t)(top + (i < rows ? i : rows - 1)) * width;
	for (int g = 0; g < c->pal->levels; g++)
		tail[g] = c->events + (size_t)g * c->stride;
	for (uint32_t x = 0; x < width; x++) {
		uint8_t g[BAND] = { row[0][x], row[1][x], row[2][x], row[3][x], row[4][x],
			row[5][x] };

		if (((g[0] ^ g[1]) | (g[0] ^ g[2]) | (g[0] ^ g[3]) | (g[0] ^ g[4]) |
			    (g[0] ^ g[5])) == 0) {
			event_add(&tail[of[g[0]]], x, full);
			continue;
		}
		event_add(&tail[of[g[0]]], x, 1 & full);
		event_add(&tail[of[g[1]]], x, 2 & full);
		event_add(&tail[of[g[2]]], x, 4 & full);
		event_add(&tail[of[g[3]]], x, 8 & full);
		event_add(&tail[of[g[4]]], x, 16 & full);
		event_add(&tail[of[g[5]]], x, 32 & full);
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
	return c->events + (size_t)grey * c->stride + 1;
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

/* Whether one sixel can serve both e[0] and e[1]: the quick answer that mostly is no. */
static inline bool
may_join(const struct encoder *c, const event *e)
{
	uint32_t need = (e[0] | e[1]) & 63, may = c->open[e[0] >> 8] & c->open[e[1] >> 8];

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
		uint32_t start = e[i] >> 8, mask = e[i] & 63, length = 1, end = i + 1;

		if (end < n && may_join(c, e + i)) {
			end = i + loose_run(c, e + i, n - i, &mask);
			length = (e[end - 1] >> 8) + 1 - start;
			if (length <= 3) { /* nothing to save */
				length = 1;
				mask = e[i] & 63;
				end = i + 1;
			}
		}
		p = put_run(c, p, start - x, '?');
		p = put_run(c, p, length, '?' + mask);
		x = start + length;
		for (; i < end; i++)
			c->open[e[i] >> 8] &= (uint8_t) ~(e[i] & 63);
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
 * costs no more than the nearest cluster of any other; -1 when nothing is left in this pass. */
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
		gap_cost(same->x - c->x) <=
			gap_cost(near - c->x) + c->select_length[c->clusters[other].grey])
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

static void
piece_set(struct piece *piece, uint8_t *length, char mark, uint32_t n)
{
	char text[16];

	*length = (uint8_t)snprintf(text, sizeof(text), "%c%u", mark, (unsigned)n);
	memcpy(piece->text, text, sizeof(piece->text));
}

static void
encoder_open(struct encoder *c, bool fast)
{
	size_t w = c->width;

	c->stride = w + PAD;
	c->run = mem_zero(w + 1, sizeof(*c->run));
	c->run_length = mem_zero(w + 1, 1);
	for (uint32_t n = 4; n <= w; n++)
		piece_set(&c->run[n], &c->run_length[n], '!', n);
	for (int g = 0; g < c->pal->levels; g++)
		piece_set(&c->select[g], &c->select_length[g], '#', (uint32_t)g);
	c->events = mem_alloc((size_t)c->pal->levels * c->stride * sizeof(*c->events));
	for (int g = 0; g < c->pal->levels; g++)
		c->events[(size_t)g * c->stride] = UINT32_MAX; /* a column that no picture has */
	if (fast)
		return;
	c->clusters = mem_alloc(BAND * w * sizeof(*c->clusters));
	c->head = mem_alloc(w * sizeof(*c->head));
	c->open = mem_alloc(w);
	memset(c->head, 0xff, w * sizeof(*c->head));
	c->starts = mem_zero(w / 64 + 1, sizeof(*c->starts));
}

static void
encoder_close(struct encoder *c)
{
	free(c->run);
	free(c->run_length);
	free(c->events);
	free(c->clusters);
	free(c->head);
	free(c->open);
	free(c->starts);
}

static void
put_header(const struct raster *r, const struct grey_palette *pal, struct buf *out)
{
	size_t n = (size_t)r->width * r->height;
	bool grey[256] = { 0 }, reg[PALETTE_MAX] = { 0 };

	for (size_t i = 0; i < n; i++)
		grey[r->pixels[i]] = true;
	for (int g = 0; g < 256; g++)
		reg[pal->of[g]] |= grey[g];
	buf_format(out, "\033P0;1;0q\"1;1;%u;%u", (unsigned)r->width, (unsigned)r->height);
	for (int i = 0; i < pal->levels; i++) {
		if (reg[i])
			buf_format(out, "#%d;2;%d;%d;%d", i, pal->reg[i].r, pal->reg[i].g,
				pal->reg[i].b);
	}
}

enum rc
greys_encode(const struct raster *r, const struct grey_palette *pal, bool fast, size_t limit,
	struct buf *out, struct err *e)
{
	struct encoder c = { .r = r, .pal = pal, .width = r->width };
	size_t start = out->len, most = (size_t)r->width * BAND * EVENT_MOST + 64;
	enum rc rc = RC_OK;

	assert(!r->colour);
	encoder_open(&c, fast);
	put_header(r, pal, out);
	for (uint32_t top = 0; top < r->height && rc == RC_OK; top += BAND) {
		uint32_t rows = r->height - top < BAND ? r->height - top : BAND;

		c.p = buf_room(out, most);
		if (top > 0)
			*c.p++ = '-';
		band_events(&c, top, rows);
		(fast ? band_fast : band_small)(&c);
		out->len = (size_t)(c.p - out->data);
		if (out->len - start > limit)
			rc = err_set(
				e, RC_LIMIT, "the sixel picture is larger than %zu bytes", limit);
	}
	buf_text(out, "\033\\");
	encoder_close(&c);
	return rc;
}
