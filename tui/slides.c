/* Which bytes are slice N of an open series. */
#include "tui/slides.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/dicom/decoder.h"

struct slide {
	char digest[DIGEST_HEX];
	uint32_t frame;
	bool checked; /* the digest of these bytes was verified since the series was opened */
};

struct tray {
	uint64_t series;
	uint32_t n;
	struct slide *slides;
	struct tray *next;
};

struct slides {
	struct store *store;
	pthread_mutex_t lock; /* guards trays and the checked marks */
	struct tray *trays;
	struct decoder **decoders;
	unsigned workers;
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
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void
tray_free(struct tray *t)
{
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

uint32_t
slides_set(struct slides *s, uint64_t series, const struct image *images, size_t n)
{
	struct tray *t = make_tray(series, images, n);
	uint32_t count = t->n;

	slides_drop(s, series);
	pthread_mutex_lock(&s->lock);
	t->next = s->trays;
	s->trays = t;
	pthread_mutex_unlock(&s->lock);
	return count;
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
	return found ? RC_OK : err_set(e, RC_NOT_FOUND, "there is no slice %u", index + 1);
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

enum rc
slides_load(void *ctx, unsigned worker, uint64_t series, uint32_t index, struct frame **out,
	struct err *e)
{
	struct slides *s = ctx;
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
