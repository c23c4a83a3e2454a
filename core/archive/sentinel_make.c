/* Copies of a series with text burned into one of its images.
 *
 * Files are changed in place: the same bytes but for the UIDs, which are replaced by others of the same length, and the
 * pixels of the text.  So nothing else tells a sentinel from an ordinary series. */
#include "core/archive/sentinel_make.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/glyphs.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/decoder.h"
#include "core/ledger/catalog.h"

enum { UID_LEAST = 12, FILE_MOST = 1 << 30, TEXT_MOST = 40 };

/* What is being made. */
struct making {
	struct ledger *l;
	struct store *store;
	const struct sentinel_wish *wish;
	const char *folder;
	char seed[33];
	struct decoder *decoder;
	struct series series;
	struct image *images;
	size_t n, at; /* `at`: the image with the text */
	struct sentinel *out;
};

/* One file in memory. */
struct copy {
	unsigned char *bytes;
	size_t n;
	struct header *h;
};

/* ---- UIDs ---- */

/* Another one of the same length, the same for the same: 2.25. and digits of a hash with the seed. */
static enum rc
uid_like(const char *seed, const char *old, char to[72], struct err *e)
{
	size_t n = strlen(old);
	char hex[DIGEST_HEX];
	struct digest d;

	if (n < UID_LEAST || n > 64)
		return err_set(e, RC_UNSUPPORTED, "the series' UIDs are too short to be replaced");
	digest_begin(&d);
	digest_add(&d, seed, strlen(seed) + 1);
	digest_add(&d, old, n);
	digest_end(&d, hex);
	memcpy(to, "2.25.", 5);
	for (size_t i = 5; i < n; i++) {
		int c = hex[i - 5];

		to[i] = (char)('0' + (isdigit(c) ? c - '0' : c - 'a') % 10);
	}
	to[5] = to[5] == '0' ? '1' : to[5];
	to[n] = '\0';
	return RC_OK;
}

static bool
of_uid(int c)
{
	return isdigit(c) || c == '.';
}

/* Everywhere in the header where it stands by itself. */
static void
replace_uid(struct copy *f, const char *old, const char *new)
{
	size_t n = strlen(old), end = (size_t)f->h->pixel_offset;
	unsigned char *at = f->bytes, *found;

	while ((found = memmem(at, (size_t)(f->bytes + end - at), old, n)) != NULL) {
		size_t i = (size_t)(found - f->bytes);
		bool alone = (i == 0 || !of_uid(found[-1])) && (i + n >= end || !of_uid(found[n]));

		if (alone)
			memcpy(found, new, n);
		at = found + (alone ? n : 1);
	}
}

static enum rc
replace_uids(struct making *m, struct copy *f, struct err *e)
{
	static const enum attr own[] = { ATTR_SOP_UID, ATTR_SERIES_UID, ATTR_STUDY_UID };
	char new[72];
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(own); i++) {
		const char *old = header_text(f->h, own[i]);

		rc = uid_like(m->seed, old, new, e);
		if (rc == RC_OK)
			replace_uid(f, old, new);
	}
	return rc;
}

/* ---- pixels ---- */

/* Where dots go: samples of 8 or 16 bits, little endian, interleaved or not. */
struct canvas {
	unsigned char *pixels;
	long rows, columns, samples, bytes;
	bool planes;
	unsigned value;
};

static void
dot(void *ctx, int x, int y)
{
	const struct canvas *c = ctx;

	if (x < 0 || y < 0 || x >= c->columns || y >= c->rows)
		return;
	for (long s = 0; s < c->samples; s++) {
		long pixel = (long)y * c->columns + x;
		long sample = c->planes ? s * c->rows * c->columns + pixel : pixel * c->samples + s;

		for (long b = 0; b < c->bytes; b++)
			c->pixels[sample * c->bytes + b] = (unsigned char)(c->value >> (8 * b));
	}
}

/* The brightest value of the frame, as stored. */
static unsigned
brightest(const struct canvas *c, bool is_signed)
{
	long most = is_signed ? -32768 : 0;

	for (long i = 0; i < c->rows * c->columns * c->samples; i++) {
		const unsigned char *p = c->pixels + i * c->bytes;
		long v = c->bytes == 2 ? p[0] | p[1] << 8 : p[0];

		if (is_signed && c->bytes == 2)
			v = (int16_t)v;
		most = v > most ? v : most;
	}
	return (unsigned)most;
}

static long
number(const struct header *h, enum attr a, long missing)
{
	long v = missing;

	str_int(header_text(h, a), 0, 65535, &v);
	return v;
}

/* From the JSON header: these have no column of their own. */
static long
json_number_of(const struct header *h, const char *tag)
{
	json_t *j = json_loads(h->json, 0, NULL);
	json_t *v = json_array_get(json_object_get(json_object_get(j, tag), "Value"), 0);
	long n = (long)json_integer_value(v);

	json_decref(j);
	return n;
}

static enum rc
open_canvas(struct copy *f, struct canvas *c, struct err *e)
{
	bool is_signed = json_number_of(f->h, "00280103") != 0;

	*c = (struct canvas){
		.pixels = f->bytes + f->h->pixel_offset,
		.rows = number(f->h, ATTR_ROWS, 0),
		.columns = number(f->h, ATTR_COLUMNS, 0),
		.samples = number(f->h, ATTR_SAMPLES, 1),
		.bytes = number(f->h, ATTR_BITS_ALLOCATED, 0) / 8,
		.planes = json_number_of(f->h, "00280006") == 1,
	};
	if ((c->bytes != 1 && c->bytes != 2) || c->samples < 1 || c->samples > 4 ||
		(uint64_t)(c->rows * c->columns * c->samples * c->bytes) > f->h->pixel_bytes)
		return err_set(e, RC_UNSUPPORTED, "pixels of this kind take no text");
	c->value = brightest(c, is_signed);
	return RC_OK;
}

static enum rc
burn(struct making *m, struct copy *f, struct err *e)
{
	const struct sentinel_wish *w = m->wish;
	struct canvas c;
	long scale, x, y;
	enum rc rc = open_canvas(f, &c, e);

	if (rc != RC_OK)
		return rc;
	scale = c.columns / 256 < 1 ? 1 : c.columns / 256;
	x = w->x < 0 ? c.columns / 40 + 1 : (long)w->x;
	y = w->y < 0 ? c.rows / 40 + 1 : (long)w->y;
	m->out->left = x;
	m->out->top = y;
	m->out->width = GLYPH_RIGHT(0, (long)strlen(w->text), scale) + 1;
	m->out->height = GLYPH_BOTTOM(0, scale) + 1;
	if (x + m->out->width > c.columns || y + m->out->height > c.rows)
		return err_set(e, RC_INVALID, "the text does not fit into %ld x %ld pixels there",
			c.columns, c.rows);
	c.value = (unsigned)((int64_t)(int32_t)c.value * w->percent / 100);
	glyph_draw(w->text, (int)x, (int)y, (int)scale, dot, &c);
	return RC_OK;
}

/* ---- files ---- */

static enum rc
read_copy(struct making *m, const struct image *im, struct copy *f, struct err *e)
{
	struct stat st;
	int fd;
	enum rc rc = store_get(m->store, im->digest, 1, &fd, e);

	if (rc != RC_OK)
		return rc;
	rc = decoder_header(m->decoder, fd, &f->h, e);
	if (rc == RC_OK && (fstat(fd, &st) != 0 || st.st_size > FILE_MOST))
		rc = err_set(e, RC_LIMIT, "an image is too large");
	if (rc == RC_OK) {
		f->n = (size_t)st.st_size;
		f->bytes = mem_zero(f->n, 1);
		if (pread(fd, f->bytes, f->n, 0) != (ssize_t)f->n)
			rc = err_errno(e, RC_FAILED, "an image cannot be read");
	}
	close(fd);
	return rc;
}

static enum rc
check_copy(const struct copy *f, struct err *e)
{
	const char *syntax = header_text(f->h, ATTR_TRANSFER_SYNTAX);
	bool plain = strcmp(syntax, "1.2.840.10008.1.2") == 0 ||
		strcmp(syntax, "1.2.840.10008.1.2.1") == 0;

	if (!plain || f->h->pixel_offset == 0 || f->h->frames != 1 ||
		f->h->pixel_offset + f->h->pixel_bytes > f->n)
		return err_set(e, RC_UNSUPPORTED,
			"a sentinel is made of single, uncompressed images; choose another series");
	return RC_OK;
}

static enum rc
write_copy(struct making *m, size_t i, const struct copy *f, struct err *e)
{
	char *path = mem_format("%s/%05zu.dcm", m->folder, i + 1);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum rc rc = RC_OK;

	free(path);
	if (fd < 0 || write(fd, f->bytes, f->n) != (ssize_t)f->n)
		rc = err_errno(e, RC_FAILED, "a copy cannot be written");
	if (fd >= 0)
		close(fd);
	return rc;
}

static enum rc
make_one(struct making *m, size_t i, struct err *e)
{
	struct copy f = { 0 };
	enum rc rc = read_copy(m, &m->images[i], &f, e);

	if (rc == RC_OK)
		rc = check_copy(&f, e);
	if (rc == RC_OK && i == m->at)
		rc = burn(m, &f, e);
	if (rc == RC_OK)
		rc = replace_uids(m, &f, e);
	if (rc == RC_OK)
		rc = write_copy(m, i, &f, e);
	header_free(f.h);
	free(f.bytes);
	return rc;
}

static enum rc
make_all(struct making *m, struct err *e)
{
	enum rc rc = RC_OK;

	if (m->n == 0 || m->wish->slice > (int64_t)m->n)
		return err_set(e, RC_INVALID, "the series has %zu images", m->n);
	m->at = m->wish->slice > 0 ? (size_t)m->wish->slice - 1 : m->n / 2;
	m->out->slice = (int64_t)m->at + 1;
	str_copy(m->out->text, sizeof(m->out->text), m->wish->text);
	rc = uid_like(m->seed, m->series.uid, m->out->series_uid, e);
	if (rc == RC_OK)
		rc = uid_like(m->seed, m->images[m->at].sop_uid, m->out->sop_uid, e);
	for (size_t i = 0; rc == RC_OK && i < m->n; i++)
		rc = make_one(m, i, e);
	return rc;
}

static enum rc
check_wish(const struct sentinel_wish *w, struct err *e)
{
	size_t n = strlen(w->text);

	if (n == 0 || n > TEXT_MOST ||
		strspn(w->text,
			" .,:-+=/()%*^ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			"abcdefghijklmnopqrstuvwxyz0123456789") != n)
		return err_set(e, RC_INVALID,
			"the text has 1 to %d letters, digits or .,:-+=/()%%*^", TEXT_MOST);
	return w->percent >= 1 && w->percent <= 100
		? RC_OK
		: err_set(e, RC_INVALID, "the text is 1 to 100 percent bright");
}

enum rc
sentinel_make(struct ledger *l, struct store *store, const struct sentinel_wish *wish,
	const char *folder, struct sentinel *out, struct err *e)
{
	struct making m = { .l = l, .store = store, .wish = wish, .folder = folder, .out = out };
	enum rc rc = check_wish(wish, e);

	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return rc;
	key_random_hex(m.seed, 16);
	m.decoder = decoder_new(NULL);
	rc = catalog_series(l, wish->series, &m.series, e);
	if (rc == RC_OK)
		rc = catalog_images(l, wish->series, &m.images, &m.n, e);
	if (rc == RC_OK)
		rc = make_all(&m, e);
	decoder_free(m.decoder);
	series_release(&m.series);
	free(m.images);
	return rc;
}
