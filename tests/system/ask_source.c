/* For the scripts of tests/system and tests/bench: a driver, asked from the command line.  Each question of the arguments is asked on
 * the same open driver; answers are lines, failures "! result: words".
 *
 *   ask_source ADDRESS SECRET-FILE QUESTION...
 *   probe    sweep[:key=value,...]    changes:TOKEN    header:STUDY/SERIES    list:STUDY/SERIES[/NAME]
 *   one:STUDY/SERIES[/NAME]    series:STUDY/SERIES[/NAME]    stop:FILES/STUDY/SERIES[/NAME]    into:FOLDER    parallel:N
 *   alike:MODALITY (headers told beside headers of files)
 *   pause:FILES/STUDY/SERIES[/NAME]    line:PATH
 *   put:STUDY/SERIES/NAME/NUMBER/STATE/HASH[/KOS-UID/KOS-FILE] */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/decoder.h"
#include "core/net/http.h"
#include "core/source/driver.h"

struct asking {
	const struct driver_ops *ops;
	struct driver *d;
	struct server_facts facts;
	struct driver_config config;
	size_t files;
	int64_t bytes;
	size_t series;
	const char *into;               /* a folder for the files; NULL none */
	size_t stop_after, pause_after; /* files; 0 never */
};

static void
failure(enum rc rc, const struct err *e)
{
	if (rc != RC_OK)
		printf("! %s: %s\n", rc_name(rc), e->text);
}

static void
patience(const struct asking *a)
{
	if (driver_patience(a->d) > 0)
		printf("patience %u\n", driver_patience(a->d));
}

static void
print_probe(const struct server_facts *f)
{
	printf("server %s\nround-trip-us %lld\nclock-ahead %lld\nquirks", f->server,
		(long long)f->round_trip_us, (long long)f->clock_ahead_s);
	for (int i = 0; i < QUIRK_COUNT; i++)
		if (f->quirks & (uint64_t)1 << i)
			printf(" %s", quirk_table[i].word);
	printf("\n");
}

static enum rc
print_series(void *ctx, const struct remote_series *s, struct err *e)
{
	struct asking *a = ctx;

	(void)e;
	a->series++;
	printf("%s/%s/%s %lld %s|%s|%s|%s|%s\n", s->study_uid, s->series_uid, s->address,
		(long long)s->images, header_text(s->header, ATTR_MODALITY),
		header_text(s->header, ATTR_STUDY_DATE), header_text(s->header, ATTR_PATIENT_ID),
		header_text(s->header, ATTR_SERIES_DESC), header_text(s->header, ATTR_STUDY_DESC));
	return RC_OK;
}

static void
ask_probe(struct asking *a, char *words)
{
	struct err e = { 0 };
	enum rc rc = a->ops->probe(a->d, &a->facts, &e);

	(void)words;
	failure(rc, &e);
	if (rc == RC_OK)
		print_probe(&a->facts);
}

static void
ask_sweep(struct asking *a, char *words)
{
	struct remote_query q = { .modality = "" };
	struct err e = { 0 };
	const struct {
		const char *name;
		char *to;
		size_t size;
	} keys[] = {
		{ "modality", q.modality, sizeof(q.modality) },
		{ "from", q.from, sizeof(q.from) },
		{ "to", q.to, sizeof(q.to) },
		{ "patient", q.patient, sizeof(q.patient) },
		{ "study", q.study_uid, sizeof(q.study_uid) },
		{ "series", q.series_uid, sizeof(q.series_uid) },
		{ "label", q.label, sizeof(q.label) },
	};
	char *word;
	int64_t start = clock_mono_us();

	while ((word = strsep(&words, ",")) != NULL)
		for (size_t i = 0; i < MEM_COUNT(keys); i++)
			if (strncmp(word, keys[i].name, strlen(keys[i].name)) == 0 &&
				word[strlen(keys[i].name)] == '=')
				str_copy(keys[i].to, keys[i].size, word + strlen(keys[i].name) + 1);
	a->series = 0;
	failure(a->ops->sweep(a->d, &q, print_series, a, &e), &e);
	printf("swept %zu in %lld us\n", a->series, (long long)(clock_mono_us() - start));
}

static void
ask_changes(struct asking *a, char *words)
{
	char token[REMOTE_TOKEN] = "";
	struct err e = { 0 };

	if (a->ops->changes == NULL) {
		printf("no changes\n");
		return;
	}
	str_copy(token, sizeof(token), words != NULL ? words : "");
	failure(a->ops->changes(a->d, token, print_series, a, &e), &e);
	printf("token %s\n", token);
}

static struct remote_series *
series_of(char *words, char **rest)
{
	static struct header h;
	struct remote_series *s = mem_zero(1, sizeof(*s));
	char *study = strsep(&words, "/"), *series = strsep(&words, "/"),
	     *name = strsep(&words, "/");

	s->images = -1;
	s->header = &h;
	str_copy(s->study_uid, sizeof(s->study_uid), study != NULL ? study : "");
	str_copy(s->series_uid, sizeof(s->series_uid), series != NULL ? series : "");
	str_copy(s->address, sizeof(s->address), name != NULL ? name : "");
	if (rest != NULL)
		*rest = words;
	return s;
}

static void
ask_header(struct asking *a, char *words)
{
	struct remote_series *s = series_of(words, NULL);
	struct err e = { 0 };
	enum rc rc;

	s->header = NULL;
	rc = a->ops->header(a->d, s, &e);
	failure(rc, &e);
	if (rc == RC_OK)
		printf("%s\n", s->header->json);
	header_free(s->header);
	free(s);
}

static void
ask_list(struct asking *a, char *words)
{
	struct remote_series *s = series_of(words, NULL);
	struct remote_image *images;
	struct err e = { 0 };
	size_t n;

	failure(a->ops->list(a->d, s, &images, &n, &e), &e);
	for (size_t i = 0; i < n; i++)
		printf("%s %s %ld %s %s %lld\n", images[i].sop_uid, images[i].address,
			images[i].number, images[i].position, images[i].orientation,
			(long long)images[i].bytes);
	free(images);
	free(s);
}

static enum rc
on_file(void *ctx, size_t image, struct remote_file *f, struct err *e)
{
	struct asking *a = ctx;

	a->files++;
	a->bytes += f->bytes;
	if (a->into != NULL) {
		char path[1000], piece[65536];
		FILE *to;
		ssize_t got;

		snprintf(path, sizeof(path), "%s/%s", a->into, f->digest);
		to = fopen(path, "wb");
		while (to != NULL && (got = read(f->fd, piece, sizeof(piece))) > 0)
			fwrite(piece, 1, (size_t)got, to);
		if (to == NULL || fclose(to) != 0)
			return err_set(e, RC_FAILED, "not written");
		printf("file %zd %s %lld\n", (ssize_t)image, f->digest, (long long)f->bytes);
		fflush(stdout);
	}
	close(f->fd);
	if (a->files == a->pause_after)
		raise(SIGSTOP); /* whoever started this does something meanwhile */
	return RC_OK;
}

static bool
stopped(void *ctx)
{
	const struct asking *a = ctx;

	return a->stop_after > 0 && a->files >= a->stop_after;
}

static void
fetch(struct asking *a, char *words, enum remote_way way)
{
	struct remote_series *s = series_of(words, NULL);
	struct remote_sink sink = { .whole = on_file, .stopped = stopped, .ctx = a };
	struct remote_image *images;
	struct err e = { 0 };
	size_t n;
	int64_t start = clock_mono_us(), listed;
	enum rc rc = a->ops->list(a->d, s, &images, &n, &e);

	listed = clock_mono_us();
	a->files = 0;
	a->bytes = 0;
	if (way == REMOTE_ONE && n > 1)
		n = 1;
	if (rc == RC_OK)
		rc = a->ops->get(a->d, s, images, n, way, &sink, &e);
	failure(rc, &e);
	patience(a);
	printf("got %zu of %zu files %lld bytes list %lld us fetch %lld us\n", a->files, n,
		(long long)a->bytes, (long long)(listed - start),
		(long long)(clock_mono_us() - listed));
	free(images);
	free(s);
}

static void
ask_one(struct asking *a, char *words)
{
	fetch(a, words, REMOTE_ONE);
}

static void
ask_whole(struct asking *a, char *words)
{
	fetch(a, words, REMOTE_SERIES);
}

/* ---- is a header that a server tells the one that the file has? ---- */

struct comparing {
	struct decoder *decoder;
	const struct header *told;
	size_t files, values, elements; /* that were the same */
};

/* As numbers where both are: "1.500" is 1.5. */
static bool
same_text(const char *a, const char *b)
{
	double x, y;
	char *end_a, *end_b;

	while (strcmp(a, b) != 0) {
		x = strtod(a, &end_a);
		y = strtod(b, &end_b);
		if (end_a == a || end_b == b || x != y || *end_a != *end_b)
			return false;
		if (*end_a == '\0')
			return true;
		a = end_a + 1;
		b = end_b + 1;
	}
	return true;
}

static void
compare_values(struct comparing *c, const struct header *file)
{
	for (int i = 0; i < ATTR_COUNT; i++) {
		const char *told = c->told->value[i], *has = file->value[i];

		if (told == NULL || i == ATTR_CHARSET) /* what a server sends is UTF-8 by then */
			continue;
		if (has != NULL && same_text(told, has))
			c->values++;
		else
			printf("differs %s: %s, file: %s\n", attr_table[i].column, told,
				str_or_dash(has));
	}
	if ((c->told->flags ^ file->flags) & (HEADER_PIXELS | HEADER_OVERLAY | HEADER_PRIVATE) ||
		c->told->frames != file->frames)
		printf("differs flags %x frames %u, file: %x %u\n", c->told->flags, c->told->frames,
			file->flags, file->frames);
}

static bool
same_json(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *v;

	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	if (json_typeof(a) != json_typeof(b) || json_array_size(a) != json_array_size(b) ||
		json_object_size(a) != json_object_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!same_json(json_array_get(a, i), json_array_get(b, i)))
			return false;
	json_object_foreach((json_t *)a, key, v)
	{
		if (json_object_get(b, key) == NULL || !same_json(v, json_object_get(b, key)))
			return false;
	}
	return json_is_array(a) || json_is_object(a) || json_equal(a, b);
}

static void
compare_json(struct comparing *c, const struct header *file)
{
	json_t *told = json_loads(c->told->json, 0, NULL), *has = json_loads(file->json, 0, NULL),
	       *v;
	const char *tag;

	json_object_foreach(told, tag, v)
	{
		if (strcmp(tag, "00080005") == 0)
			continue;
		if (json_object_get(has, tag) != NULL && same_json(v, json_object_get(has, tag)))
			c->elements++;
		else
			printf("differs %s\n", tag);
	}
	json_object_foreach(has, tag, v)
	{
		if (json_object_get(told, tag) == NULL && strncmp(tag, "0002", 4) != 0)
			printf("differs %s: not told\n", tag);
	}
	json_decref(told);
	json_decref(has);
}

static enum rc
on_comparison(void *ctx, size_t image, struct remote_file *f, struct err *e)
{
	struct comparing *c = ctx;
	struct header *h;
	enum rc rc = decoder_header(c->decoder, f->fd, &h, e);

	(void)image;
	close(f->fd);
	if (rc != RC_OK)
		return rc;
	if (strcmp(header_text(h, ATTR_SOP_UID), header_text(c->told, ATTR_SOP_UID)) == 0) {
		c->files++;
		compare_values(c, h);
		compare_json(c, h);
	}
	header_free(h);
	return RC_OK;
}

/* Of every series whose modality is that: what the server tells of one image, beside the decoder: alike:MODALITY */
static enum rc
compare_series(void *ctx, const struct remote_series *found, struct err *e)
{
	struct asking *a = ctx;
	struct comparing c = { .decoder = decoder_new(NULL) };
	struct remote_sink sink = { .whole = on_comparison, .ctx = &c };
	struct remote_series s = *found;
	struct remote_image *images = NULL;
	struct driver *d = NULL;
	size_t n = 0;
	enum rc rc = a->ops->open(&d, &a->config, e);

	s.header = NULL;
	rc = rc == RC_OK ? a->ops->header(d, &s, e) : rc;
	c.told = s.header;
	rc = rc == RC_OK ? a->ops->list(d, &s, &images, &n, e) : rc;
	rc = rc == RC_OK ? a->ops->get(d, &s, images, n, REMOTE_SERIES, &sink, e) : rc;
	printf("compared %zu file, %zu values, %zu elements\n", c.files, c.values, c.elements);
	free(images);
	header_free(s.header);
	decoder_free(c.decoder);
	a->ops->close(d);
	failure(rc, e);
	err_clear(e);
	return RC_OK;
}

static void
ask_alike(struct asking *a, char *words)
{
	struct remote_query q = { .modality = "" };
	struct err e = { 0 };

	str_copy(q.modality, sizeof(q.modality), words != NULL ? words : "");
	failure(a->ops->sweep(a->d, &q, compare_series, a, &e), &e);
}

/* The first to come are taken, then the transfer is stopped: N/STUDY/SERIES. */
static void
ask_stop(struct asking *a, char *words)
{
	a->stop_after = (size_t)atoi(strsep(&words, "/"));
	fetch(a, words, REMOTE_SERIES);
	a->stop_after = 0;
}

/* The program stops itself after the first files: pause:N/STUDY/SERIES. */
static void
ask_pause(struct asking *a, char *words)
{
	a->pause_after = (size_t)atoi(strsep(&words, "/"));
	fetch(a, words, REMOTE_SERIES);
	a->pause_after = 0;
}

/* A request without a driver, whose patience with a slow line is a second: line:PATH */
static void
ask_line(struct asking *a, char *words)
{
	struct http_config c = { .root = a->config.address->url, .quiet_s = 1 };
	struct http_request r = { .path = words };
	struct err e = { 0 };
	struct http *h;

	if (http_open(&h, &c, &e) == RC_OK)
		http_ask(h, &r, &e);
	failure(r.rc, &e);
	http_request_release(&r);
	http_close(h);
}

static void
ask_into(struct asking *a, char *words)
{
	a->into = words;
}

static char *
whole_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *bytes = mem_alloc(1 << 20);

	*n = f != NULL ? fread(bytes, 1, 1 << 20, f) : 0;
	if (f != NULL)
		fclose(f);
	return bytes;
}

/* put:STUDY/SERIES/NAME/NUMBER/STATE/HASH[/KOS-UID/KOS-FILE] */
static void
ask_put(struct asking *a, char *words)
{
	char *rest, how[100] = "", json[200];
	struct remote_series *s = series_of(words, &rest);
	struct remote_verdict v = { .series = s, .kos_title = "113001" };
	struct err e = { 0 };
	char *kos = NULL;
	enum rc rc;

	v.number = atoi(strsep(&rest, "/"));
	v.state = strsep(&rest, "/");
	v.hash = strsep(&rest, "/");
	v.verdict = strcmp(v.state, "approved") == 0 ? "pass" : "fail";
	snprintf(json, sizeof(json), "{\"number\":%lld}", (long long)v.number);
	v.json = json;
	v.kos_uid = rest != NULL ? strsep(&rest, "/") : NULL;
	if (rest != NULL)
		v.kos = kos = whole_file(rest, &v.kos_bytes);
	rc = a->ops->put(a->d, &v, how, &e);
	failure(rc, &e);
	printf("put %s\n", how);
	free(kos);
	free(s);
}

static const struct question {
	const char *name;
	void (*ask)(struct asking *a, char *words);
} questions[] = {
	{ "probe", ask_probe },
	{ "sweep", ask_sweep },
	{ "changes", ask_changes },
	{ "header", ask_header },
	{ "list", ask_list },
	{ "one", ask_one },
	{ "series", ask_whole },
	{ "stop", ask_stop },
	{ "alike", ask_alike },
	{ "pause", ask_pause },
	{ "line", ask_line },
	{ "into", ask_into },
	{ "put", ask_put },
};

/* Open anew with what the probe found, as the program does. */
static enum rc
open_driver(struct asking *a, struct err *e)
{
	if (a->d != NULL)
		a->ops->close(a->d);
	a->config.facts = a->facts.known ? &a->facts : NULL;
	return a->ops->open(&a->d, &a->config, e);
}

int
main(int argc, char **argv)
{
	struct address address;
	struct secret secret = { .user = "" };
	struct asking a = { .config = { .address = &address, .secret = &secret } };
	struct err e = { 0 };

	signal(SIGPIPE, SIG_IGN); /* as the program */
	if (argc < 3 || address_parse(&address, argv[1], &e) != RC_OK ||
		(argv[2][0] != '\0' && secret_read(&secret, argv[2], &e) != RC_OK)) {
		printf("! %s\n", e.text);
		return 2;
	}
	a.ops = driver_of(address.kind);
	for (int i = 3; i < argc; i++) {
		char *words = argv[i], *name = strsep(&words, ":");

		if (open_driver(&a, &e) != RC_OK)
			return 2;
		if (strcmp(name, "parallel") == 0 && words != NULL)
			a.config.parallel = (unsigned)atoi(words);
		for (size_t q = 0; q < MEM_COUNT(questions); q++)
			if (strcmp(questions[q].name, name) == 0)
				questions[q].ask(&a, words);
		fflush(stdout);
	}
	a.ops->close(a.d);
	return 0;
}
