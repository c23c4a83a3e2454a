/* dimse ADDRESS SCRATCH VERB...: one call of the DIMSE driver; prints what it told and exits with its enum rc.  For test_dimse.
 *   probe | sweep [MODALITY [STUDY]] | list STUDY SERIES | get STUDY SERIES FOLDER series|one |
 *   got STUDY SERIES FOLDER LIST | put STUDY SERIES KOS UID */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/driver.h"

struct run {
	struct driver *d;
	char **word;
	int words;
	const char *folder;
	const struct remote_image *images;
	struct err e;
};

static const char *
word(const struct run *r, int i)
{
	return i < r->words ? r->word[i] : "";
}

static struct remote_series
series_of(const struct run *r)
{
	struct remote_series s = { .images = -1 };

	str_copy(s.study_uid, sizeof(s.study_uid), word(r, 1));
	str_copy(s.series_uid, sizeof(s.series_uid), word(r, 2));
	return s;
}

static enum rc
run_probe(struct run *r)
{
	struct server_facts f;
	enum rc rc = driver_dimse.probe(r->d, &f, &r->e);

	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < QUIRK_COUNT; i++)
		if (f.quirks >> i & 1)
			printf("%s ", quirk_table[i].word);
	printf("| %s | %s\n", f.server, f.round_trip_us > 0 ? "timed" : "not timed");
	return rc;
}

static enum rc
print_series(void *ctx, const struct remote_series *s, struct err *e)
{
	(void)ctx, (void)e;
	printf("%s %s %s %s %s %lld\n", s->study_uid, s->series_uid,
		header_text(s->header, ATTR_MODALITY),
		str_or_dash(header_text(s->header, ATTR_PATIENT_ID)),
		str_or_dash(header_text(s->header, ATTR_TRIAL_SITE)), (long long)s->images);
	return RC_OK;
}

static enum rc
run_sweep(struct run *r)
{
	struct remote_query q = { 0 };

	str_copy(q.modality, sizeof(q.modality), word(r, 1));
	str_copy(q.study_uid, sizeof(q.study_uid), word(r, 2));
	return driver_dimse.sweep(r->d, &q, print_series, NULL, &r->e);
}

static enum rc
run_list(struct run *r)
{
	struct remote_series s = series_of(r);
	struct remote_image *images;
	size_t n;
	enum rc rc = driver_dimse.list(r->d, &s, &images, &n, &r->e);

	for (size_t i = 0; i < n; i++)
		printf("%s %ld\n", images[i].sop_uid, images[i].number);
	free(images);
	return rc;
}

static enum rc
keep(void *ctx, size_t image, struct remote_file *f, struct err *e)
{
	struct run *r = ctx;
	char chunk[65536], *path = mem_format("%s/%s", r->folder, r->images[image].sop_uid);
	FILE *out = fopen(path, "wbx");
	ssize_t n;

	(void)e;
	free(path);
	if (out == NULL)
		return RC_CONFLICT; /* twice */
	while ((n = read(f->fd, chunk, sizeof(chunk))) > 0)
		fwrite(chunk, 1, (size_t)n, out);
	fclose(out);
	close(f->fd);
	printf("%s  %s/%s\n", f->digest, r->folder, r->images[image].sop_uid);
	fflush(stdout);
	return RC_OK;
}

static enum rc
run_get(struct run *r)
{
	struct remote_series s = series_of(r);
	struct remote_sink sink = { .whole = keep, .ctx = r };
	bool one = strcmp(word(r, 4), "one") == 0;
	struct remote_image *images;
	size_t n;
	enum rc rc = driver_dimse.list(r->d, &s, &images, &n, &r->e);

	if (rc != RC_OK)
		return rc;
	r->folder = word(r, 3);
	r->images = images;
	if (one)
		n = 1;
	rc = driver_dimse.get(r->d, &s, images, n, one ? REMOTE_ONE : REMOTE_SERIES, &sink, &r->e);
	free(images);
	return rc;
}

/* As get, with the UIDs that `list` has printed into a file: one association only. */
static enum rc
run_got(struct run *r)
{
	struct remote_series s = series_of(r);
	struct remote_sink sink = { .whole = keep, .ctx = r };
	struct remote_image *images = mem_zero(1000, sizeof(*images));
	FILE *in = fopen(word(r, 4), "r");
	size_t n = 0;
	enum rc rc;

	while (in != NULL && n < 1000 && fscanf(in, "%71s %*s", images[n].sop_uid) == 1)
		n++;
	if (in != NULL)
		fclose(in);
	r->folder = word(r, 3);
	r->images = images;
	rc = driver_dimse.get(r->d, &s, images, n, REMOTE_SERIES, &sink, &r->e);
	free(images);
	return rc;
}

static enum rc
run_put(struct run *r)
{
	struct remote_series s = series_of(r);
	struct remote_verdict v = { .series = &s, .kos_uid = word(r, 4), .kos_title = "113001" };
	static char bytes[1 << 20];
	char how[100] = "";
	int fd = open(word(r, 3), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : 0;
	enum rc rc;

	if (n > 0) {
		v.kos = bytes;
		v.kos_bytes = (size_t)n;
	}
	rc = driver_dimse.put(r->d, &v, how, &r->e);
	printf("%s\n", how);
	return rc;
}

static const struct {
	const char *name;
	enum rc (*run)(struct run *r);
} verbs[] = { { "probe", run_probe }, { "sweep", run_sweep }, { "list", run_list },
	{ "get", run_get }, { "got", run_got }, { "put", run_put } };

int
main(int argc, char **argv)
{
	struct run r = { .word = argv + 3, .words = argc - 3 };
	struct address a;
	struct driver_config c = { .address = &a, .scratch = argv[2] };
	enum rc rc = RC_INVALID;

	if (argc < 4 || address_parse(&a, argv[1], &r.e) != RC_OK ||
		driver_of(a.kind)->open(&r.d, &c, &r.e) != RC_OK) {
		fprintf(stderr, "%s\n", r.e.text);
		return RC_INVALID;
	}
	for (size_t i = 0; i < MEM_COUNT(verbs); i++)
		if (strcmp(verbs[i].name, argv[3]) == 0)
			rc = verbs[i].run(&r);
	driver_dimse.close(r.d);
	if (rc != RC_OK)
		fprintf(stderr, "%s: %s\n", rc_name(rc), r.e.text);
	return (int)rc;
}
