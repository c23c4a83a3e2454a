/* DICOM archives that speak nothing but DIMSE, through DCMTK's echoscu, findscu, getscu and storescu; driver.h says what is
 * promised.  Servers that give images by C-MOVE only are not supported: they would have to be told to send to us. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/dimse_in.h"

/* A UID that nobody has: 2.25 and a number of our own. */
static const char nobody[] = "2.25.290412850130371234470862307451198237465";

enum { ECHOES = 10 };

/* ---- open, close ---- */

/* DCMTK takes a word that begins with a dash for an option. */
static bool
is_plain_word(const char *s)
{
	return s[0] != '\0' && s[0] != '-';
}

/* A search may have ten thousand answers, a file each: in memory they cost a tenth of what some disks take, and names of
 * patients are not written to one. */
static const char *
place_for_answers(const char *otherwise)
{
	static const char memory[] = "/dev/shm";
	struct statfs s;

	return statfs(memory, &s) == 0 && s.f_type == TMPFS_MAGIC &&
			access(memory, R_OK | W_OK | X_OK) == 0
		? memory
		: otherwise;
}

static enum rc
dimse_open(struct driver **out, const struct driver_config *c, struct err *e)
{
	const struct address *a = c->address;
	size_t n = strlen(a->host);
	struct dimse *d;

	if (!is_plain_word(a->host) || !is_plain_word(a->our_ae) || !is_plain_word(a->their_ae))
		return err_set(e, RC_INVALID, "hosts and AE titles do not begin with a dash");
	if (c->scratch == NULL || strlen(c->scratch) >= PATH_MAX - NAME_MAX)
		return err_set(e, RC_INVALID, "DIMSE needs a folder for files on their way");
	if (!child_installed("findscu"))
		return err_set(e, RC_UNSUPPORTED, "DIMSE needs DCMTK's programs (package dcmtk)");
	d = mem_zero(1, sizeof(*d));
	d->address = *a;
	str_copy(d->host, sizeof(d->host), a->host);
	if (a->host[0] == '[' && n > 2) {
		memmove(d->host, d->host + 1, n - 2);
		d->host[n - 2] = '\0';
	}
	snprintf(d->port, sizeof(d->port), "%u", a->port);
	str_copy(d->parent, sizeof(d->parent), c->scratch);
	str_copy(d->answers, sizeof(d->answers), place_for_answers(c->scratch));
	d->stopped = c->stopped;
	d->ctx = c->ctx;
	d->decoder = decoder_new(NULL);
	scratch_sweep(d->parent, "dimse", NULL, NULL);
	scratch_sweep(d->answers, "wetread-find", NULL, NULL);
	*out = &d->base;
	return RC_OK;
}

static void
dimse_close(struct driver *driver)
{
	struct dimse *d = (struct dimse *)driver;

	if (d == NULL)
		return;
	decoder_free(d->decoder);
	free(d);
}

/* ---- what it does ---- */

/* What stands behind `label` in what a program said, cleaned. */
static void
said_value(const struct child *c, const char *label, char *to, size_t size)
{
	const char *at =
		c->said.len > 0 ? memmem(c->said.data, c->said.len, label, strlen(label)) : NULL;
	size_t n;

	to[0] = '\0';
	if (at == NULL)
		return;
	at += strlen(label);
	at += strspn(at, " :");
	n = strcspn(at, "\r\n");
	str_copy(to, n + 1 < size ? n + 1 : size, at);
	str_clean(to);
}

/* *took: microseconds; server: what it calls itself, where that is wanted. */
static enum rc
echo(struct dimse *d, int times, int64_t *took, char *server, size_t size, struct err *e)
{
	char repeat[12];
	const char *words[] = { server != NULL ? "-d" : "-q", "--repeat", repeat, NULL };
	struct child told = { .out = -1 };
	struct dimse_command c;
	int64_t begun = clock_mono_us();
	enum rc rc;

	snprintf(repeat, sizeof(repeat), "%d", times);
	dimse_begin(&c, d, "echoscu", words);
	dimse_peer(&c, d);
	rc = dimse_run(d, &c, &told, NULL, e);
	*took = clock_mono_us() - begun;
	if (rc == RC_OK && server != NULL)
		said_value(&told, "Their Implementation Version Name", server, size);
	child_end(&told);
	dimse_free(&c);
	return rc;
}

static enum rc
count(void *ctx, struct header *h, struct err *e)
{
	(void)h, (void)e;
	++*(size_t *)ctx;
	return RC_OK;
}

/* Does it negotiate C-GET?  A series that nobody has is asked for. */
static enum rc
try_get(struct dimse *d, struct err *e)
{
	static const char *const words[] = { "-S", "-q", "--ignore", NULL };
	struct child told = { .out = -1 };
	struct dimse_command c;
	enum rc rc;

	dimse_begin(&c, d, "getscu", words);
	dimse_key(&c, "QueryRetrieveLevel", "SERIES");
	dimse_key(&c, "StudyInstanceUID", nobody);
	dimse_key(&c, "SeriesInstanceUID", nobody);
	dimse_peer(&c, d);
	rc = dimse_run(d, &c, &told, NULL, e);
	child_end(&told);
	dimse_free(&c);
	return rc;
}

static bool
is_verdict(enum rc rc)
{
	return rc == RC_OK || rc == RC_UNSUPPORTED || rc == RC_CORRUPT;
}

static enum rc
dimse_probe(struct driver *driver, struct server_facts *out, struct err *e)
{
	struct dimse *d = (struct dimse *)driver;
	const struct dimse_key keys[] = { { "StudyInstanceUID", nobody },
		{ "SeriesInstanceUID", nobody }, { NULL, NULL } };
	struct err why = { 0 };
	int64_t one, many;
	size_t answers = 0;
	char name[60];
	enum rc rc = echo(d, 1, &one, name, sizeof(name), e);

	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return rc;
	out->quirks = QUIRK(ECHO);
	if (echo(d, ECHOES + 1, &many, NULL, 0, NULL) == RC_OK && many > one)
		out->round_trip_us = (many - one) / ECHOES;
	rc = dimse_find(d, "SERIES", keys, count, &answers, &why);
	if (rc == RC_OK)
		out->quirks |= QUIRK(FIND) | (answers > 0 ? QUIRK(IGNORES_KEYS) : 0);
	if (is_verdict(rc))
		rc = try_get(d, &why);
	if (rc == RC_OK)
		out->quirks |= QUIRK(GET);
	if (!is_verdict(rc))
		return err_set(e, rc, "%s", why.text);
	/* storing is tried with the first verdict, and C-MOVE never */
	snprintf(out->server, sizeof(out->server), "%s%sC-MOVE and C-STORE not tried", name,
		name[0] != '\0' ? "; " : "");
	out->known = true;
	return RC_OK;
}

static enum rc
dimse_header(struct driver *d, struct remote_series *s, struct err *e)
{
	(void)d, (void)s;
	return err_set(e, RC_UNSUPPORTED, "DIMSE tells no whole headers");
}

/* ---- giving ---- */

struct sought {
	const char *uid;
	char study[REMOTE_UID], series[REMOTE_UID];
	bool there;
};

/* The key object's own study and series: an archive need not answer without them. */
static enum rc
seek(struct dimse *d, const struct remote_verdict *v, struct sought *s, struct err *e)
{
	struct header *h = NULL;
	int fd = memfd_create("wetread-key-object", MFD_CLOEXEC);
	enum rc rc = RC_OK;

	s->uid = v->kos_uid;
	if (fd < 0 || write(fd, v->kos, v->kos_bytes) != (ssize_t)v->kos_bytes)
		rc = err_errno(e, RC_FAILED, "memory for a key object");
	if (rc == RC_OK)
		rc = decoder_header(d->decoder, fd, &h, e);
	if (rc == RC_OK) {
		str_copy(s->study, sizeof(s->study), header_text(h, ATTR_STUDY_UID));
		str_copy(s->series, sizeof(s->series), header_text(h, ATTR_SERIES_UID));
	}
	header_free(h);
	if (fd >= 0)
		close(fd);
	return rc;
}

static enum rc
compare(void *ctx, struct header *h, struct err *e)
{
	struct sought *s = ctx;

	(void)e;
	s->there |= strcmp(header_text(h, ATTR_SOP_UID), s->uid) == 0;
	return RC_OK;
}

static enum rc
look_for(struct dimse *d, struct sought *s, struct err *e)
{
	const struct dimse_key keys[] = { { "StudyInstanceUID", s->study },
		{ "SeriesInstanceUID", s->series }, { "SOPInstanceUID", s->uid }, { NULL, NULL } };

	s->there = false;
	return dimse_find(d, "IMAGE", keys, compare, s, e);
}

static enum rc
write_file(const char *path, const void *bytes, size_t n, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, bytes, n) == (ssize_t)n;

	if (fd >= 0 && close(fd) != 0)
		good = false;
	return good ? RC_OK : err_errno(e, RC_FAILED, "a file on its way");
}

static enum rc
store(struct dimse *d, const struct remote_verdict *v, struct err *e)
{
	static const char *const words[] = { "-v", NULL };
	struct child told = { .out = -1 };
	struct dimse_command c;
	struct scratch s;
	char path[PATH_MAX];
	enum rc rc = scratch_open(&s, d->parent, "dimse", e);

	if (rc != RC_OK)
		return rc;
	rc = scratch_path(&s, "kos.dcm", path) ? write_file(path, v->kos, v->kos_bytes, e)
					       : err_set(e, RC_LIMIT, "a path is too long");
	dimse_begin(&c, d, "storescu", words);
	dimse_peer(&c, d);
	dimse_word(&c, path);
	if (rc == RC_OK)
		rc = dimse_run(d, &c, &told, NULL, e);
	if (rc == RC_OK && !child_says(&told, "Received Store Response (Success"))
		rc = err_set(e, RC_UNSUPPORTED, "the server does not take the key object");
	child_end(&told);
	dimse_free(&c);
	scratch_close(&s);
	return rc;
}

static enum rc
dimse_put(struct driver *driver, const struct remote_verdict *v, char how[100], struct err *e)
{
	struct dimse *d = (struct dimse *)driver;
	struct sought kos = { 0 };
	enum rc rc;

	if (v->kos == NULL)
		return err_set(e, RC_UNSUPPORTED, "DIMSE can carry rejections only");
	rc = seek(d, v, &kos, e);
	if (rc == RC_OK)
		rc = look_for(d, &kos, e);
	if (rc == RC_OK && !kos.there) {
		rc = store(d, v, e);
		if (rc == RC_OK)
			rc = look_for(d, &kos, e);
		if (rc == RC_OK && !kos.there)
			rc = err_set(e, RC_CORRUPT,
				"the server took the key object and does not find it");
	}
	if (rc == RC_OK)
		str_copy(how, 100, "key object");
	return rc;
}

const struct driver_ops driver_dimse = {
	.kind = ADDRESS_DIMSE,
	.open = dimse_open,
	.close = dimse_close,
	.probe = dimse_probe,
	.sweep = dimse_sweep,
	.header = dimse_header,
	.list = dimse_list,
	.get = dimse_get,
	.put = dimse_put,
};
