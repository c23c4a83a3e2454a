/* Our pixels against those of DCMTK (of GDCM's own tools for JPEG 2000, which DCMTK has not), file by file of the corpus:
 * stored values one by one for grey pictures, colours as displayed for the others.  What differs stands in a table with
 * its reason and by how much; a difference that is larger, or gone, fails as one that nobody explained does. */
#include "tests/unit/dicom/dicom_make.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/base/str.h"
#include "core/dicom/wire.h"
#include "core/dicom/worker/parse.h"
#include "core/dicom/worker/value.h"

enum { FILES_MAX = 2000, FRAMES_MAX = 8 /* of one file, spread over it */ };

static const char corpus[] = "../shared/corpus/dev";
static const char *const folders[] = { "syntaxes", "odd", "series" };
static const char *const tools[] = { "dcmdump", "dcmdjpeg", "dcmdjpls", "dcmdrle", "dcm2pnm",
	"gdcmconv" };

extern char **environ;

/* `most`: the largest difference of one value; `share`: of the values that differ at all. */
static const struct explained {
	const char *file;
	double most, share;
	const char *why;
} explained[] = {
	{ "syntaxes/t31.dcm", 1,
		0.3, "YBR_FULL_422 without compression: we round each colour, DCMTK cuts its fraction off" },
};

/* Files that neither we nor the peers show, and what we say of them. */
static const struct refusal {
	const char *file, *text;
} refusals[] = {
	{ "syntaxes/t37.dcm",
		"there is no codec for this transfer syntax" }, /* high-throughput JPEG 2000 */
	{ "odd/o24.dcm",
		"rows or columns are missing or out of range" }, /* a private sequence only */
};

/* One picture by the peer: the values of the frames one after the other. */
struct peer {
	uint8_t *bytes;
	size_t size;
	unsigned width, height, samples, allocated, stored, high, frames;
	bool is_signed, has_palette;
};

struct outcome {
	size_t values, different;
	double most;
};

struct count {
	unsigned equal, explained, without, refused, wrong;
};

/* ---- files and programs ----------------------------------------------------------------------- */

static char *names[FILES_MAX];
static size_t count_names;

static int
add_name(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	size_t n = strlen(path);

	(void)st;
	(void)at;
	if (kind == FTW_F && n > 4 && strcmp(path + n - 4, ".dcm") == 0 && count_names < FILES_MAX)
		names[count_names++] = mem_string(path + sizeof(corpus));
	return 0;
}

static bool
have(const char *tool)
{
	char path[256];

	snprintf(path, sizeof(path), "/usr/bin/%s", tool);
	return access(path, X_OK) == 0;
}

/* Run a peer's program, silently; true where it ends well. */
static bool
run(const char *const *words)
{
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(
		    &pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environ) == 0)
		waitpid(pid, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static uint8_t *
read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *bytes;

	if (fd < 0)
		return NULL;
	assert_int_equal(fstat(fd, &st), 0);
	*size = (size_t)st.st_size;
	bytes = mem_alloc(*size + 1);
	assert_int_equal(read(fd, bytes, *size), st.st_size);
	close(fd);
	return bytes;
}

/* A folder of the test's own, emptied between files. */
static char folder[] = "/tmp/test_peers-XXXXXX";

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	return at->level > 0 ? unlink(path) : 0;
}

static void
empty_folder(void)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- the peer's pixels ------------------------------------------------------------------------ */

/* The transfer syntax of `path`; "" where there is none. */
static void
syntax_of(const char *path, char *to, size_t n)
{
	size_t size;
	uint8_t *bytes = read_file(path, &size);
	struct dicom d;

	to[0] = '\0';
	if (bytes == NULL)
		return;
	if (dicom_parse(&d, bytes, size, NULL) == RC_OK)
		str_copy(to, n, d.syntax->uid);
	dicom_release(&d);
	free(bytes);
}

/* The peer's uncompressed copy of `path` at `plain`, or the file itself where it is not compressed.  GDCM's where
 * DCMTK refuses: JPEG 2000, JPEG-LS of 7 bits. */
static bool
uncompress(const char *path, const char *plain)
{
	char syntax[80], whole[4096];
	const char *tool = NULL;

	syntax_of(path, syntax, sizeof(syntax));
	if (strcmp(syntax, RLE) == 0)
		tool = "dcmdrle";
	else if (strstr(syntax, "1.2.840.10008.1.2.4.8") != NULL)
		tool = "dcmdjpls";
	else if (strstr(syntax, "1.2.840.10008.1.2.4.") != NULL)
		tool = "dcmdjpeg";
	else
		return realpath(path, whole) != NULL && symlink(whole, plain) == 0;
	return RUN(tool, path, plain) || RUN("gdcmconv", "--raw", path, plain);
}

/* dcmdump writes each pixel data element of a file in turn, that of an icon too: the last one is the picture's. */
static uint8_t *
dump(const char *plain, size_t *size)
{
	char path[128];
	uint8_t *bytes = NULL, *last = NULL;
	int n = 0;

	if (!RUN("dcmdump", "-q", "+W", folder, plain))
		return NULL;
	do {
		free(last);
		last = bytes;
		snprintf(path, sizeof(path), "%s/plain.%d.raw", folder, n++);
		bytes = read_file(path, size);
	} while (bytes != NULL);
	snprintf(path, sizeof(path), "%s/plain.%d.raw", folder, n - 2);
	free(bytes);
	if (last != NULL) {
		free(last);
		last = read_file(path, size);
	}
	return last;
}

static unsigned
number(const struct dicom *d, uint16_t element, long other)
{
	return (unsigned)value_long_or(d, d->root, TAG(0x0028, element), other);
}

static bool
describe(const char *plain, struct peer *p)
{
	size_t size;
	uint8_t *bytes = read_file(plain, &size);
	struct dicom d;
	char photo[20];
	bool good = bytes != NULL && dicom_parse(&d, bytes, size, NULL) == RC_OK;

	if (good) {
		p->height = number(&d, 0x0010, 0);
		p->width = number(&d, 0x0011, 0);
		p->samples = number(&d, 0x0002, 1);
		p->frames = number(&d, 0x0008, 1);
		p->allocated = number(&d, 0x0100, 0);
		p->stored = number(&d, 0x0101, 0);
		p->high = number(&d, 0x0102, 0);
		p->is_signed = number(&d, 0x0103, 0) == 1;
		value_word(&d, d.root, TAG(0x0028, 0x0004), photo, sizeof(photo));
		p->has_palette = strcmp(photo, "PALETTE COLOR") == 0;
	}
	if (bytes != NULL)
		dicom_release(&d);
	free(bytes);
	return good;
}

static bool
is_colour(const struct peer *p)
{
	return p->samples == 3 || p->has_palette;
}

/* Value i of frame `index`, as PS3.5 8.1.1 says it is stored. */
static double
peer_value(const struct peer *p, unsigned index, size_t i)
{
	size_t at = (size_t)index * p->width * p->height + i;
	uint64_t v = 0, top = (uint64_t)1 << p->stored;

	if (p->allocated == 1)
		return p->bytes[at / 8] >> at % 8 & 1;
	for (unsigned b = p->allocated / 8; b-- > 0;)
		v = v << 8 | p->bytes[at * (p->allocated / 8) + b];
	v = v >> (p->high + 1 - p->stored) & (top - 1);
	return p->is_signed && v >= top / 2 ? (double)v - (double)top : (double)v;
}

/* ---- comparing -------------------------------------------------------------------------------- */

static void
note(struct outcome *o, double ours, double theirs)
{
	double by = fabs(ours - theirs);

	o->values++;
	o->different += by > 0;
	o->most = by > o->most ? by : o->most;
}

static double
our_value(const struct frame *f, size_t i)
{
	if (f->info.kind == FRAME_U16)
		return ((const uint16_t *)f->pixels)[i];
	if (f->info.kind == FRAME_S16)
		return ((const int16_t *)f->pixels)[i];
	return (double)((const float *)f->pixels)[i];
}

static bool
compare_grey(const struct frame *f, const struct peer *p, unsigned index, struct outcome *o)
{
	size_t n = (size_t)p->width * p->height;

	if (f->info.width != p->width || f->info.height != p->height ||
		f->info.kind == FRAME_RGB8 || p->size * 8 < n * p->allocated * (index + 1))
		return false;
	for (size_t i = 0; i < n; i++) {
		double theirs = peer_value(p, index, i);

		note(o, our_value(f, i), f->info.kind == FRAME_F32 ? (double)(float)theirs : theirs);
	}
	return true;
}

/* Colours of 32 bits, which dcm2pnm does not show: the upper eight of those stored. */
static bool
compare_deep(const struct frame *f, const struct peer *p, struct outcome *o)
{
	if (p->size < 4 * f->bytes || f->info.kind != FRAME_RGB8)
		return false;
	for (size_t i = 0; i < f->bytes; i++)
		note(o, ((const uint8_t *)f->pixels)[i], p->bytes[4 * i + 3]);
	return true;
}

/* What dcm2pnm shows of the peer's own copy. */
static bool
compare_colour(const struct frame *f, const char *plain, unsigned index, struct outcome *o)
{
	char path[128], text[16];
	unsigned width, height;
	size_t size, n = f->bytes;
	uint8_t *bytes;
	bool good;

	snprintf(path, sizeof(path), "%s/shown.ppm", folder);
	snprintf(text, sizeof(text), "%u", index + 1);
	if (!RUN("dcm2pnm", "-q", "-O", "+F", text, plain, path))
		return false;
	bytes = read_file(path, &size);
	if (bytes == NULL)
		return false;
	bytes[size] = '\0';
	good = sscanf((char *)bytes, "P6 %u %u", &width, &height) == 2 && width == f->info.width &&
		height == f->info.height && f->info.kind == FRAME_RGB8 && size > n;
	for (size_t i = 0; good && i < n; i++)
		note(o, ((const uint8_t *)f->pixels)[i], bytes[size - n + i]);
	free(bytes);
	return good;
}

static bool
compare_frames(struct decoder *d, int fd, const struct peer *p, const char *plain, struct outcome *o)
{
	unsigned n = p->frames < 1 ? 1 : p->frames, some = n < FRAMES_MAX ? n : FRAMES_MAX;
	bool good = true;

	for (unsigned i = 0; good && i < some; i++) {
		unsigned index = some > 1 ? i * (n - 1) / (some - 1) : 0;
		struct frame *f;

		good = decoder_frame(d, fd, index, &f, NULL) == RC_OK;
		if (good && !is_colour(p))
			good = compare_grey(f, p, index, o);
		else if (good)
			good = p->allocated == 32 ? compare_deep(f, p, o)
						  : compare_colour(f, plain, index, o);
		frame_unref(f);
	}
	return good;
}

/* The planes of frame 0 over a black picture, as dcm2pnm draws all of them, against all of ours: how many pixels
 * differ; -1 where the peer draws none. */
static long
compare_planes(const struct frame *f, const char *plain)
{
	char path[128];
	size_t size, n = (size_t)f->info.width * f->info.height;
	uint8_t *bytes;
	long different = 0;

	snprintf(path, sizeof(path), "%s/shown.pgm", folder);
	if (!RUN("dcm2pnm", "-q", "+O", "0", "+Omr", "+Osf", "1", "+Ww", "1000000", "1", plain,
		    path))
		return -1;
	bytes = read_file(path, &size);
	if (bytes == NULL || size <= n) {
		free(bytes);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		bool ours = false;

		for (unsigned k = 0; k < f->overlays; k++)
			ours |= frame_overlay_at(
				f, k, (uint32_t)(i % f->info.width), (uint32_t)(i / f->info.width));
		different += ours != (bytes[size - n + i] != 0);
	}
	free(bytes);
	return different;
}

/* ---- the verdict ------------------------------------------------------------------------------ */

static const struct explained *
explanation(const char *name)
{
	for (size_t i = 0; i < MEM_COUNT(explained); i++)
		if (strcmp(explained[i].file, name) == 0)
			return &explained[i];
	return NULL;
}

static void
judge(const char *name, const struct outcome *o, struct count *c)
{
	const struct explained *x = explanation(name);
	double share = o->values > 0 ? (double)o->different / (double)o->values : 0;

	if (o->values > 0 && o->different == 0 && x == NULL) {
		c->equal++;
	} else if (x != NULL && o->different > 0 && o->most <= x->most && share <= x->share) {
		c->explained++;
	} else {
		print_message("%s: %zu of %zu values differ (%.5f), by %g at most%s\n", name,
			o->different, o->values, share, o->most,
			x != NULL ? ", which is explained otherwise" : "");
		c->wrong++;
	}
}

static void
judge_refusal(const char *name, const char *text, struct count *c)
{
	for (size_t i = 0; i < MEM_COUNT(refusals); i++)
		if (strcmp(refusals[i].file, name) == 0 && strcmp(refusals[i].text, text) == 0) {
			c->refused++;
			return;
		}
	print_message("%s: %s\n", name, text);
	c->wrong++;
}

static void
try_picture(struct decoder *d, const char *name, const char *path, int fd, struct count *c)
{
	char plain[64];
	struct outcome o = { 0 };
	struct peer p = { 0 };

	snprintf(plain, sizeof(plain), "%s/plain", folder);
	if (uncompress(path, plain) && describe(plain, &p) &&
		((is_colour(&p) && p.allocated <= 16) || (p.bytes = dump(plain, &p.size)) != NULL) &&
		compare_frames(d, fd, &p, plain, &o)) {
		judge(name, &o, c);
	} else {
		print_message("%s: the peer has no picture of it, or of another kind\n", name);
		c->wrong++;
	}
	free(p.bytes);
	empty_folder();
}

static void
try_file(struct decoder *d, const char *name, struct count *c)
{
	char path[512];
	struct err e = { 0 };
	struct frame *f;
	enum rc rc;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", corpus, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	rc = decoder_frame(d, fd, 0, &f, &e);
	frame_unref(f);
	if (rc == RC_NOT_FOUND)
		c->without++;
	else if (rc != RC_OK)
		judge_refusal(name, e.text, c);
	else
		try_picture(d, name, path, fd, c);
	close(fd);
}

/* Skips where there is nobody or nothing to compare with; else the names of the files. */
static void
need_corpus_and_peers(void)
{
	char path[512];

	if (access(corpus, R_OK) != 0 || WIRE_SANITIZED) {
		print_message("%s: not run\n",
			WIRE_SANITIZED ? "the plain build does this" : "no corpus");
		skip();
	}
	for (size_t i = 0; i < MEM_COUNT(tools); i++)
		if (!have(tools[i])) {
			print_message("no %s: not run\n", tools[i]);
			skip();
		}
	for (size_t i = count_names == 0 ? 0 : MEM_COUNT(folders); i < MEM_COUNT(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", corpus, folders[i]);
		nftw(path, add_name, 8, FTW_PHYS);
	}
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
}

static void
every_picture_is_that_of_the_peers(void **state)
{
	struct count c = { 0 };

	need_corpus_and_peers();
	for (size_t i = 0; i < count_names; i++)
		try_file(*state, names[i], &c);
	rmdir(folder);
	print_message(
		"%zu files: %u equal, %u explained, %u without pixels, %u refused, %u wrong\n",
		count_names, c.equal, c.explained, c.without, c.refused, c.wrong);
	assert_int_equal(c.wrong, 0);
}

/* Colour is left out: dcm2pnm has no window to make it black. */
static void
every_overlay_is_that_of_the_peers(void **state)
{
	unsigned files = 0, planes = 0;
	char plain[64];

	need_corpus_and_peers();
	snprintf(plain, sizeof(plain), "%s/plain", folder);
	for (size_t i = 0; i < count_names; i++) {
		char path[512];
		struct frame *f;
		int fd;

		snprintf(path, sizeof(path), "%s/%s", corpus, names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (decoder_frame(*state, fd, 0, &f, NULL) == RC_OK && f->overlays > 0 &&
			f->info.kind != FRAME_RGB8) {
			long different;

			assert_true(uncompress(path, plain));
			different = compare_planes(f, plain);
			if (different != 0)
				fail_msg("%s: %ld pixels of its overlays differ", names[i],
					different);
			files++;
			planes += f->overlays;
			empty_folder();
		}
		frame_unref(f);
		close(fd);
	}
	rmdir(folder);
	print_message("%u planes of %u files are equal\n", planes, files);
	assert_true(planes > files && files > 0);
}

static int
forget_names(void **state)
{
	while (count_names > 0)
		free(names[--count_names]);
	return decoder_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_picture_is_that_of_the_peers),
		cmocka_unit_test(every_overlay_is_that_of_the_peers),
	};

	return cmocka_run_group_tests(tests, decoder_setup, forget_names);
}
