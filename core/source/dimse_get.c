/* Images by getscu, which writes them into a scratch folder one after the other.  Every file but the one written last is whole
 * while the association lasts; the last one only when the server has said that it is through. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/dimse_in.h"
#include "core/source/json.h"

enum { AT_ONCE = 64, FILES_MOST = 1000000, LOST_MOST = 3 };
static const int64_t file_cap = (int64_t)4 << 30, total_cap = (int64_t)64 << 30,
		     silence_us = 120000000;

/* A server may give an image only in a transfer syntax that getscu agrees to: the first is every uncompressed one, and what it
 * could not give so is asked for with each of the others besides.  Orthanc 1.10 chooses the uncompressed one wherever it is
 * offered, and getscu always offers it: what is stored as JPEG comes decompressed, JPEG 2000 not at all. */
static const char *const preferences[] = { "+x=", "+xs", "+xv", "+xt", "+xy", "+xx", "+xw", "+xu",
	"+xr" };

struct place {
	const char *uid;
	size_t image;
};

struct fetch {
	struct dimse *d;
	const struct remote_series *series;
	const struct remote_image *images;
	size_t n, left; /* left: not here yet */
	bool *here;
	struct place *by_uid;
	const struct remote_sink *sink;
	struct scratch scratch;
	int64_t done, told; /* bytes of files handed on; told to the sink's progress */
	int64_t grew;       /* when more bytes were last seen */
	struct err why;     /* why it was ended by us; rc RC_OK: it was not */
};

/* ---- files that came ---- */

static int
by_uid(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->uid, ((const struct place *)b)->uid);
}

static int64_t
cap(int64_t asked, int64_t ours)
{
	return asked > 0 && asked < ours ? asked : ours;
}

/* A copy in memory, with its digest. */
static enum rc
copy_file(int from, struct remote_file *out, int64_t most, struct err *e)
{
	char chunk[262144];
	struct digest sum;
	ssize_t n;

	out->bytes = 0;
	out->fd = memfd_create("wetread-image", MFD_CLOEXEC);
	if (out->fd < 0)
		return err_errno(e, RC_FAILED, "memory for an image");
	digest_begin(&sum);
	while ((n = read(from, chunk, sizeof(chunk))) > 0) {
		out->bytes += n;
		if (out->bytes > most)
			break;
		digest_add(&sum, chunk, (size_t)n);
		if (write(out->fd, chunk, (size_t)n) != n)
			break;
	}
	digest_end(&sum, out->digest);
	if (n == 0 && lseek(out->fd, 0, SEEK_SET) == 0)
		return RC_OK;
	close(out->fd);
	return out->bytes > most ? err_set(e, RC_LIMIT, "an image is larger than allowed")
				 : err_errno(e, RC_FAILED, "taking an image over");
}

/* Which of the images is in this file?  NULL: none that is still missing. */
static const struct place *
recognise(struct fetch *f, int fd)
{
	struct header *h = NULL;
	struct place key = { 0 };
	const struct place *at = NULL;

	if (decoder_header(f->d->decoder, fd, &h, NULL) == RC_OK) {
		key.uid = header_text(h, ATTR_SOP_UID);
		at = bsearch(&key, f->by_uid, f->n, sizeof(*f->by_uid), by_uid);
	}
	header_free(h);
	return at != NULL && !f->here[at->image] ? at : NULL;
}

static enum rc
hand_on(struct fetch *f, const char *name, struct err *e)
{
	const struct place *at;
	struct remote_file file;
	enum rc rc = RC_OK;
	int fd = openat(f->scratch.fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return RC_OK;
	at = recognise(f, fd);
	if (at != NULL)
		rc = copy_file(fd, &file, cap(f->sink->file_most, file_cap), e);
	close(fd);
	unlinkat(f->scratch.fd, name, 0);
	if (at == NULL || rc != RC_OK)
		return rc;
	f->here[at->image] = true;
	f->left--;
	f->done += file.bytes;
	return f->sink->whole(f->sink->ctx, at->image, &file, e);
}

/* Hands on what is whole.  `through`: the server is, so the last one is too. */
static enum rc
pick_up(struct fetch *f, bool through, struct err *e)
{
	struct scratch_file *files;
	size_t n = scratch_files(&f->scratch, &files, FILES_MOST);
	long long newest = n > 0 ? files[n - 1].written : 0;
	int64_t open = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		if (through || files[i].written < newest)
			rc = hand_on(f, files[i].name, e);
		else
			open += files[i].bytes;
		if (rc == RC_OK && open > cap(f->sink->file_most, file_cap))
			rc = err_set(e, RC_LIMIT, "an image is larger than allowed");
	}
	free(files);
	if (rc == RC_OK && f->done + open > cap(f->sink->total_most, total_cap))
		rc = err_set(e, RC_LIMIT, "the series is larger than allowed");
	if (f->done + open > f->told) {
		if (f->sink->progress != NULL)
			f->sink->progress(f->sink->ctx, f->done + open - f->told);
		f->told = f->done + open;
		f->grew = clock_mono_us();
	}
	return rc;
}

/* While getscu works: is it to be ended? */
static bool
is_over(void *ctx)
{
	struct fetch *f = ctx;

	if (pick_up(f, false, &f->why) != RC_OK)
		return true;
	if ((f->d->stopped != NULL && f->d->stopped(f->d->ctx)) ||
		(f->sink->stopped != NULL && f->sink->stopped(f->sink->ctx)))
		err_set(&f->why, RC_CANCELLED, "stopped");
	else if (clock_mono_us() - f->grew > silence_us)
		err_set(&f->why, RC_OFFLINE, "the server fell silent");
	return f->why.rc != RC_OK;
}

/* ---- asking ---- */

/* The UIDs that are missing, from *from on, up to `most` of them; NULL where there are none left. */
static char *
missing(const struct fetch *f, size_t *from, size_t most)
{
	struct buf b = { 0 };
	size_t n = 0;

	for (; *from < f->n && n < most; (*from)++)
		if (!f->here[*from])
			buf_format(&b, "%s%s", n++ > 0 ? "\\" : "", f->images[*from].sop_uid);
	return n > 0 ? buf_take(&b) : NULL;
}

/* One association; `uids` NULL: the series.  *refused: the server had what it could not give this way. */
static enum rc
ask(struct fetch *f, const char *preference, const char *uids, bool *refused, struct err *e)
{
	const char *words[] = { "-S", "-v", "+B", preference, "-od", f->scratch.path, NULL };
	struct child_limits limits = { .stopped = is_over, .ctx = f };
	struct child told = { .out = -1 };
	struct dimse_command c;
	struct err why = { 0 };
	bool through;
	enum rc rc, picked;

	dimse_begin(&c, f->d, "getscu", words);
	dimse_key(&c, "QueryRetrieveLevel", uids != NULL ? "IMAGE" : "SERIES");
	dimse_key(&c, "StudyInstanceUID", f->series->study_uid);
	dimse_key(&c, "SeriesInstanceUID", f->series->series_uid);
	if (uids != NULL)
		dimse_key(&c, "SOPInstanceUID", uids);
	dimse_peer(&c, f->d);
	f->grew = clock_mono_us();
	rc = dimse_run(f->d, &c, &told, &limits, &why);
	through = rc == RC_OK && child_says(&told, "Final status report");
	*refused = child_says(&told, "C-GET Response (Warning") ||
		child_says(&told, "C-GET Response (Failed");
	child_end(&told);
	dimse_free(&c);
	if (f->why.rc != RC_OK)
		return err_set(e, f->why.rc, "%s", f->why.text);
	picked = pick_up(f, through, e);
	if (rc == RC_OK && !through)
		rc = err_set(&why, RC_OFFLINE, "the line broke before the server was through");
	if (picked != RC_OK || rc == RC_OK)
		return picked;
	return err_set(e, rc, "%s", why.text);
}

static enum rc
ask_for_missing(struct fetch *f, const char *preference, bool *refused, struct err *e)
{
	enum rc rc = RC_OK;
	size_t from = 0;
	char *uids;
	bool some;

	*refused = false;
	while (rc == RC_OK && (uids = missing(f, &from, AT_ONCE)) != NULL) {
		rc = ask(f, preference, uids, &some, e);
		*refused |= some;
		free(uids);
	}
	return rc;
}

/* One by one, because some servers stop at the first that they cannot give; left off where several come in no way.  *first: the
 * preference that the last one came with. */
static enum rc
ask_singly(struct fetch *f, size_t *first, struct err *e)
{
	enum rc rc = RC_OK;
	size_t from = 0, n = MEM_COUNT(preferences);
	unsigned lost = 0;
	bool refused;
	char *uid;

	while (rc == RC_OK && lost < LOST_MOST && (uid = missing(f, &from, 1)) != NULL) {
		for (size_t k = 0; k < n && rc == RC_OK && !f->here[from - 1]; k++) {
			size_t p = (*first + k) % n;

			rc = ask(f, preferences[p], uid, &refused, e);
			if (f->here[from - 1])
				*first = p;
		}
		lost = f->here[from - 1] ? 0 : lost + 1;
		free(uid);
	}
	return rc;
}

static enum rc
fetch_all(struct fetch *f, enum remote_way way, struct err *e)
{
	bool refused = false;
	size_t first = 1;
	enum rc rc = way == REMOTE_SERIES ? ask(f, preferences[0], NULL, &refused, e)
					  : ask_for_missing(f, preferences[0], &refused, e);

	if (rc == RC_OK && f->left > 0 && refused)
		rc = ask_singly(f, &first, e);
	if (rc == RC_OK && f->left > 0)
		rc = err_set(e, refused ? RC_UNSUPPORTED : RC_NOT_FOUND,
			refused ? "the server gives %zu of the images in no way that we can take"
				: "the server did not send %zu of the images",
			f->left);
	return rc;
}

enum rc
dimse_get(struct driver *driver, const struct remote_series *s, const struct remote_image *images,
	size_t n, enum remote_way way, const struct remote_sink *sink, struct err *e)
{
	struct fetch f = { .d = (struct dimse *)driver,
		.series = s,
		.images = images,
		.n = n,
		.left = n,
		.sink = sink };
	enum rc rc;

	if (n == 0)
		return RC_OK;
	for (size_t i = 0; i < n; i++)
		if (!json_is_uid(images[i].sop_uid))
			return err_set(e, RC_INVALID, "the UID of an image is none");
	rc = scratch_open(&f.scratch, f.d->parent, "dimse", e);
	if (rc != RC_OK)
		return rc;
	decoder_prepare(f.d->decoder); /* starts while the association is made */
	f.here = mem_zero(n, sizeof(*f.here));
	f.by_uid = mem_zero(n, sizeof(*f.by_uid));
	for (size_t i = 0; i < n; i++)
		f.by_uid[i] = (struct place){ images[i].sop_uid, i };
	qsort(f.by_uid, n, sizeof(*f.by_uid), by_uid);
	rc = fetch_all(&f, way, e);
	free(f.here);
	free(f.by_uid);
	scratch_close(&f.scratch);
	return rc;
}
