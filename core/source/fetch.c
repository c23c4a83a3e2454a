/* All of a series from where it lies. */
#include "core/source/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/series.h"
#include "core/ledger/catalog.h"
#include "core/ledger/damage.h"
#include "core/ledger/remote.h"
#include "core/source/fetch_in.h"

enum {
	BATCH = 256,
	ROUNDS_MOST = 5,     /* of asking again for what did not come */
	WAIT_FIRST_MS = 250, /* before the second; doubles */
	WAIT_STEP_MS = 50
};

enum member_state { MEMBER_WANTED, MEMBER_CAME, MEMBER_HERE };

/* An image of the list, in reading order. */
struct member {
	struct remote_image *image;
	enum member_state state;
};

struct named {
	const char *uid;
	size_t place;
};

struct fetch {
	const struct fetch_config *c;
	struct fetch_counts *n;
	int64_t series;
	char series_uid[REMOTE_UID];
	struct remote_row row;
	struct source_use use;
	struct remote_series remote;
	struct remote_image *images; /* as listed */
	struct member *members;      /* the same in reading order */
	struct named *names;         /* the places of members by SOP Instance UID, sorted */
	size_t count;
	struct remote_image *asked; /* of a round, with the places of its members */
	size_t *asked_place;
	size_t asked_count;
	struct inspector *inspector;
	struct parcel *done, **done_last; /* examined, to be entered */
	size_t done_count;
	int64_t line_bytes;
};

/* ---- the list ---- */

static int
by_place(const void *a, const void *b)
{
	const struct series_image *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->uid, ((const struct named *)b)->uid);
}

static void
name_members(struct fetch *f)
{
	f->names = mem_zero(f->count + 1, sizeof(*f->names));
	for (size_t i = 0; i < f->count; i++)
		f->names[i] = (struct named){ f->members[i].image->sop_uid, i };
	qsort(f->names, f->count, sizeof(*f->names), by_name);
}

/* As settling orders them, so that slice numbers do not change when all of it is here. */
static void
order_members(struct fetch *f)
{
	struct series_image *order = mem_zero(f->count + 1, sizeof(*order));
	struct series_geometry g;

	for (size_t i = 0; i < f->count; i++) {
		const struct remote_image *im = &f->images[i];

		series_plane(im->position, im->orientation, &order[i]);
		order[i].has_number = im->has_number;
		order[i].number = im->number;
		order[i].frames = im->frames > 0 ? (uint32_t)im->frames : 1;
		order[i].id = (uint32_t)i;
	}
	qsort(order, f->count, sizeof(*order), by_place);
	series_order(order, f->count, &g);
	f->members = mem_zero(f->count + 1, sizeof(*f->members));
	for (size_t i = 0; i < f->count; i++)
		f->members[i].image = &f->images[order[i].id];
	free(order);
	name_members(f);
}

/* The images that the catalog has, by UID, sorted. */
struct held {
	char uid[REMOTE_UID];
	char digest[DIGEST_HEX];
	int64_t image;
	bool listed, faulty;
};

struct holding {
	struct held *all;
	size_t n;
};

static int
by_uid(const void *a, const void *b)
{
	return strcmp(((const struct held *)a)->uid, ((const struct held *)b)->uid);
}

static enum rc
read_holding(struct ledger *l, int64_t series, struct holding *h, struct err *e)
{
	struct image *images = NULL;
	size_t n = 0;
	enum rc rc = catalog_images(l, series, &images, &n, e);

	memset(h, 0, sizeof(*h));
	if (rc != RC_OK)
		return rc;
	h->all = mem_zero(n + 1, sizeof(*h->all));
	for (size_t i = 0; i < n; i++) {
		str_copy(h->all[i].uid, REMOTE_UID, images[i].sop_uid);
		str_copy(h->all[i].digest, DIGEST_HEX, images[i].digest);
		h->all[i].image = images[i].id;
		h->all[i].faulty = images[i].fault[0] != '\0';
	}
	h->n = n;
	qsort(h->all, n, sizeof(*h->all), by_uid);
	free(images);
	return RC_OK;
}

static struct held *
find_held(const struct holding *h, const char *uid)
{
	struct held key;

	str_copy(key.uid, REMOTE_UID, uid);
	return h->n > 0 ? bsearch(&key, h->all, h->n, sizeof(*h->all), by_uid) : NULL;
}

/* What is here need not be asked for; what the source does not list any more is told. */
static enum rc
compare_holding(struct fetch *f, struct err *e)
{
	struct holding h;
	struct damage_found *found;
	bool noted, told = false;
	enum rc rc = read_holding(f->c->ledger, f->series, &h, e);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < f->count; i++) {
		struct held *held = find_held(&h, f->members[i].image->sop_uid);

		if (held == NULL)
			continue;
		held->listed = true;
		if (!store_has(f->c->store, held->digest))
			continue;
		f->members[i].state = MEMBER_HERE;
		f->n->here++;
		if (f->c->told.came != NULL)
			f->c->told.came(f->c->told.ctx, i, held->digest);
	}
	found = mem_zero(h.n + 1, sizeof(*found));
	for (size_t i = 0; i < h.n; i++) {
		bool gone = !h.all[i].listed && f->row.cached;

		found[i] = (struct damage_found){ .image = h.all[i].image,
			.damage = gone ? DAMAGE_MISSING : DAMAGE_NONE };
		f->n->vanished += gone;
		told = told || gone || h.all[i].faulty;
	}
	if (told)
		rc = damage_note(f->c->ledger, f->c->who, f->series, found, h.n, &noted, e);
	free(found);
	free(h.all);
	return rc;
}

static enum rc
list(struct fetch *f, struct err *e)
{
	enum rc rc = f->use.ops->list(f->use.driver, &f->remote, &f->images, &f->count, e);

	if (rc == RC_OK && f->count == 0)
		rc = err_set(e, RC_NOT_FOUND, "%s has no images of this series any more",
			f->row.source_name);
	if (rc != RC_OK)
		return rc;
	f->n->listed = f->count;
	order_members(f);
	if (f->c->told.listed != NULL)
		f->c->told.listed(f->c->told.ctx, f->count);
	return compare_holding(f, e);
}

/* ---- what comes ---- */

static void
tell_progress(struct fetch *f)
{
	if (f->c->told.progress != NULL)
		f->c->told.progress(
			f->c->told.ctx, f->n->here + f->n->came, f->count, f->line_bytes);
}

static void
on_bytes(void *ctx, int64_t bytes)
{
	struct fetch *f = ctx;

	f->line_bytes += bytes;
	tell_progress(f);
}

static bool
on_stopped(void *ctx)
{
	const struct fetch *f = ctx;

	return f->c->told.stopped != NULL && f->c->told.stopped(f->c->told.ctx);
}

static size_t
place_of(const struct fetch *f, const char *sop_uid)
{
	struct named key = { .uid = sop_uid };
	const struct named *found = bsearch(&key, f->names, f->count, sizeof(*f->names), by_name);

	return found != NULL ? found->place : SIZE_MAX;
}

static void
came(struct fetch *f, size_t place, const char *digest)
{
	if (f->members[place].state != MEMBER_WANTED)
		return;
	f->members[place].state = MEMBER_CAME;
	f->n->came++;
	if (f->c->told.came != NULL)
		f->c->told.came(f->c->told.ctx, place, digest);
	tell_progress(f);
}

/* It was sent as one of this series: is it? */
static enum rc
check_parcel(const struct fetch *f, struct parcel *p, struct err *e)
{
	size_t place;

	if (p->rc != RC_OK)
		return err_set(e, p->rc, "%s", p->why.text);
	if (p->is.header == NULL ||
		strcmp(header_text(p->is.header, ATTR_SERIES_UID), f->series_uid) != 0)
		return err_set(e, RC_CORRUPT, "an image of another series was sent");
	place = place_of(f, header_text(p->is.header, ATTR_SOP_UID));
	if (place == SIZE_MAX || (p->image != SIZE_MAX && p->image != place))
		return err_set(e, RC_CORRUPT, "another image was sent than was asked for");
	p->image = place;
	return RC_OK;
}

static enum rc
enter_one(struct fetch *f, struct catalog_batch *b, struct parcel *p, struct err *e)
{
	struct catalog_image image = { .header = p->is.header,
		.digest = p->file.digest,
		.pixel_digest = p->is.pixel_digest,
		.bytes = p->file.bytes,
		.fault = p->is.fault.text };
	enum catalog_outcome outcome;
	enum rc rc = catalog_add(b, &image, &outcome, e);

	f->n->conflicts += rc == RC_OK && outcome == CATALOG_CONFLICT;
	return rc;
}

/* Into the archive's own store where the source's policy is so: bytes first. */
static enum rc
keep_bytes(struct fetch *f, struct err *e)
{
	enum rc rc = RC_OK;

	if (f->use.source.keep != SOURCE_ARCHIVE)
		return RC_OK;
	for (struct parcel *p = f->done; rc == RC_OK && p != NULL; p = p->next) {
		struct store_draft d;

		lseek(p->file.fd, 0, SEEK_SET);
		rc = store_draft(f->c->store, p->file.fd, INT64_C(4) << 30, &d, e);
		if (rc == RC_OK)
			rc = store_keep(f->c->store, &d, e);
	}
	return rc == RC_OK ? store_sync(f->c->store, e) : rc;
}

static enum rc
enter_batch(struct fetch *f, struct err *e)
{
	struct catalog_batch *b;
	struct parcel *next;
	enum rc rc = f->done != NULL ? keep_bytes(f, e) : RC_OK;

	if (f->done != NULL && rc == RC_OK)
		rc = catalog_batch_begin(&b, f->c->ledger, f->c->who, e);
	if (f->done != NULL && rc == RC_OK) {
		for (struct parcel *p = f->done; rc == RC_OK && p != NULL; p = p->next)
			rc = enter_one(f, b, p, e);
		rc = catalog_batch_end(b, rc, e);
	}
	for (struct parcel *p = f->done; p != NULL; p = next) {
		next = p->next;
		parcel_free(p);
	}
	f->done = NULL;
	f->done_last = &f->done;
	f->done_count = 0;
	return rc;
}

/* Take what was examined; `wait`: all of it. */
static enum rc
take_examined(struct fetch *f, bool wait, struct err *e)
{
	struct parcel *p;
	enum rc rc = RC_OK;

	while (rc == RC_OK && (p = inspector_take(f->inspector, wait)) != NULL) {
		struct err why = { 0 };

		if (check_parcel(f, p, &why) != RC_OK) {
			f->n->refused++;
			if (p->image != SIZE_MAX && f->members[p->image].state == MEMBER_CAME) {
				f->members[p->image].state = MEMBER_WANTED;
				f->n->came--;
			}
			parcel_free(p);
			continue;
		}
		came(f, p->image, p->file.digest);
		if (f->use.source.keep != SOURCE_ARCHIVE) { /* few may be open at once */
			close(p->file.fd);
			p->file.fd = -1;
		}
		p->next = NULL;
		*f->done_last = p;
		f->done_last = &p->next;
		if (++f->done_count >= BATCH)
			rc = enter_batch(f, e);
	}
	return rc;
}

/* A whole file: where it can be looked at first, then examined while the line is read on. */
static enum rc
on_whole(void *ctx, size_t image, struct remote_file *file, struct err *e)
{
	struct fetch *f = ctx;
	struct parcel *p = mem_zero(1, sizeof(*p));
	enum rc rc;

	p->file = *file;
	p->image = image < f->asked_count ? f->asked_place[image] : SIZE_MAX;
	f->n->bytes += file->bytes;
	rc = vault_put(f->c->vault, file->digest, file->fd, file->bytes,
		f->use.source.keep == SOURCE_ENCRYPTED, e);
	if (rc != RC_OK) {
		parcel_free(p);
		return rc;
	}
	if (p->image != SIZE_MAX)
		came(f, p->image, p->file.digest);
	inspector_put_take(f->inspector, p);
	return take_examined(f, false, e);
}

/* ---- rounds ---- */

static void
ask_for(struct fetch *f, size_t place)
{
	f->asked[f->asked_count] = *f->members[place].image;
	f->asked_place[f->asked_count++] = place;
}

static size_t
ask_for_wanted(struct fetch *f)
{
	f->asked_count = 0;
	for (size_t i = 0; i < f->count; i++)
		if (f->members[i].state == MEMBER_WANTED)
			ask_for(f, i);
	return f->asked_count;
}

static enum rc
get(struct fetch *f, enum remote_way way, struct err *e)
{
	struct remote_sink sink = {
		.whole = on_whole, .progress = on_bytes, .stopped = on_stopped, .ctx = f
	};
	enum rc rc =
		f->use.ops->get(f->use.driver, &f->remote, f->asked, f->asked_count, way, &sink, e);
	struct err later = { 0 };
	enum rc entered = take_examined(f, true, &later);

	return rc == RC_OK && entered != RC_OK ? err_set(e, entered, "%s", later.text) : rc;
}

/* The one that is looked at first comes alone. */
static enum rc
get_first(struct fetch *f, struct err *e)
{
	size_t place = f->c->first < f->count ? f->c->first : 0;

	f->asked_count = 0;
	if (f->members[place].state != MEMBER_WANTED)
		return RC_OK;
	ask_for(f, place);
	return get(f, REMOTE_ONE, e);
}

static bool
passes(enum rc rc)
{
	return rc == RC_OFFLINE || rc == RC_BUSY || rc == RC_CORRUPT || rc == RC_OK;
}

/* False: stopped meanwhile.  Longer each time, as long as the server asks for, and not all at the same moment. */
static bool
pause_between(struct fetch *f, unsigned round)
{
	int64_t ms = (int64_t)WAIT_FIRST_MS << round,
		patience = 1000 * (int64_t)driver_patience(f->use.driver);
	struct timespec step = { .tv_nsec = WAIT_STEP_MS * 1000000L };

	ms += (int64_t)((uint64_t)f->series * 7919u % 100u) * ms / 400;
	for (ms = patience > ms ? patience : ms; ms > 0; ms -= WAIT_STEP_MS) {
		if (on_stopped(f))
			return false;
		nanosleep(&step, NULL);
	}
	return true;
}

static enum rc
get_all(struct fetch *f, struct err *e)
{
	enum rc rc = get_first(f, e);
	size_t wanted;

	for (unsigned round = 0; passes(rc) && (wanted = ask_for_wanted(f)) > 0; round++) {
		if (rc == RC_CORRUPT || rc == RC_OFFLINE || rc == RC_BUSY || round > 0) {
			if (round >= ROUNDS_MOST)
				break;
			f->n->rounds++;
			if (!pause_between(f, round))
				return err_set(e, RC_CANCELLED, "stopped");
		}
		if (e != NULL)
			err_clear(e);
		rc = get(f, round == 0 || wanted > f->count / 2 ? REMOTE_SERIES : REMOTE_ONE, e);
	}
	if (rc != RC_OK)
		return rc;
	return ask_for_wanted(f) == 0
		? RC_OK
		: err_set(e, RC_CORRUPT, "%zu of %zu images did not come as they should",
			  f->asked_count, f->count);
}

/* ---- the end ---- */

/* Does the source still list what came?  Images that were added meanwhile make it another series. */
static enum rc
check_list(struct fetch *f, struct err *e)
{
	struct remote_image *again = NULL;
	size_t n = 0, same = 0;
	enum rc rc = f->use.ops->list(f->use.driver, &f->remote, &again, &n, e);

	for (size_t i = 0; rc == RC_OK && i < n; i++)
		same += place_of(f, again[i].sop_uid) != SIZE_MAX;
	free(again);
	if (rc == RC_OK && (n != f->count || same != n))
		rc = err_set(e, RC_CONFLICT,
			"the source changed the series while it was fetched; fetch it again");
	return rc;
}

static enum rc
settle(struct fetch *f, struct err *e)
{
	struct series s;
	int64_t settled;
	enum rc rc = catalog_settle(f->c->ledger, f->c->who, NULL, NULL, &settled, e);

	if (rc == RC_OK)
		rc = catalog_series(f->c->ledger, f->series, &s, e);
	if (rc != RC_OK)
		return rc;
	rc = remote_note_whole(f->c->ledger, f->series, s.revision, (int64_t)f->count, e);
	series_release(&s);
	return rc;
}

static enum rc
begin(struct fetch *f, struct err *e)
{
	struct series s;
	enum rc rc = remote_of(f->c->ledger, f->series, &f->row, e);

	if (rc == RC_OK)
		rc = catalog_series(f->c->ledger, f->series, &s, e);
	if (rc != RC_OK)
		return rc;
	str_copy(f->series_uid, REMOTE_UID, s.uid);
	str_copy(f->remote.series_uid, REMOTE_UID, s.uid);
	str_copy(f->remote.study_uid, REMOTE_UID, s.exam_uid);
	str_copy(f->remote.address, REMOTE_ADDRESS, f->row.address);
	f->remote.images = f->row.images;
	series_release(&s);
	return sources_use(f->c->sources, f->c->ledger, f->row.source, &f->use, e);
}

/* What came is entered, however the rest ended. */
static enum rc
carry(struct fetch *f, struct err *e)
{
	struct err later = { 0 };
	enum rc rc, entered;

	f->asked = mem_zero(f->count + 1, sizeof(*f->asked));
	f->asked_place = mem_zero(f->count + 1, sizeof(*f->asked_place));
	f->inspector = inspector_new();
	f->done_last = &f->done;
	rc = get_all(f, e);
	entered = take_examined(f, true, &later);
	if (entered == RC_OK)
		entered = enter_batch(f, &later);
	inspector_free(f->inspector);
	if (rc == RC_OK && entered != RC_OK)
		rc = err_set(e, entered, "%s", later.text);
	if (rc == RC_OK && f->n->came > 0)
		rc = check_list(f, e);
	return rc == RC_OK ? settle(f, e) : rc;
}

static void
end(struct fetch *f)
{
	free(f->images);
	free(f->members);
	free(f->names);
	free(f->asked);
	free(f->asked_place);
}

enum rc
fetch_series(const struct fetch_config *c, int64_t series, struct fetch_counts *out, struct err *e)
{
	struct err own = { 0 }, *why = e != NULL ? e : &own;
	struct fetch f = { .c = c, .n = out, .series = series };
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = begin(&f, why);
	if (f.row.series != 0 && rc != RC_OK) {
		sources_note(c->ledger, f.row.source, rc, why);
		return rc;
	}
	if (rc == RC_OK)
		rc = list(&f, why);
	if (rc == RC_OK)
		rc = carry(&f, why);
	end(&f);
	if (f.row.series == 0)
		return rc;
	sources_note(c->ledger, f.row.source, rc, why);
	if (rc != RC_OK && rc != RC_CANCELLED)
		remote_note_fault(c->ledger, series, why->text, NULL);
	return rc;
}

bool
fetch_is_here(struct ledger *l, struct store *s, int64_t series)
{
	struct remote_row row;
	struct holding h;
	bool here;

	if (remote_of(l, series, &row, NULL) != RC_OK)
		return true;
	if (!row.whole || read_holding(l, series, &h, NULL) != RC_OK)
		return false;
	here = true;
	for (size_t i = 0; here && i < h.n; i++)
		here = store_has(s, h.all[i].digest);
	free(h.all);
	return here;
}
