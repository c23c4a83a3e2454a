/* Thousands of damaged files through a pool of decoders: whatever becomes of the process behind it, the caller gets
 * an answer in time, and nothing is left behind.  The files are damaged by a seed, so a run can be repeated:
 *   WETREAD_MUTANTS  how many (2000; make mutants takes 10000)      WETREAD_SEED  which (1)                  */
#include "tests/unit/dicom/dicom_make.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <zlib.h>

#include "core/base/clock.h"
#include "tests/unit/dicom/mutate.h"

enum {
	SOURCES_MAX = 128,
	POOL_MAX = 4,
	SECONDS = 2,              /* for one call; CharLS does not end on some damaged JPEG-LS */
	LATEST = 2 * SECONDS + 2, /* one that dies of its second file is asked once more */
	SHARE = 2000
};

static const char folder[] = "../shared/corpus/dev/syntaxes";

struct tally {
	unsigned mutants, headers, frames, refused, killed, late;
	unsigned ours; /* of killed: while the header was read, which is no library's work */
	int64_t slowest; /* call, microseconds */
};

/* One run.  Only `next` is written by several threads. */
struct run {
	struct source source[SOURCES_MAX];
	unsigned sources, count, next;
	uint64_t seed;
};

struct member {
	struct run *run;
	struct tally tally;
	pthread_t thread;
};

/* ---- sources ---------------------------------------------------------------------------------- */

static void
add_source(struct run *r, const void *bytes, size_t n)
{
	static const uint8_t pixels[] = { 0xe0, 0x7f, 0x10, 0x00 };
	struct source *s = &r->source[r->sources];
	const uint8_t *at;

	if (r->sources == SOURCES_MAX || n == 0)
		return;
	r->sources++;
	s->bytes = mem_alloc(n);
	memcpy(s->bytes, bytes, n);
	s->size = n;
	at = memmem(s->bytes, n, pixels, sizeof(pixels));
	s->pixels_at = at != NULL ? (size_t)(at - s->bytes) : n;
}

static void
take_source(struct run *r, struct maker *m)
{
	add_source(r, m->b.data, m->b.len);
	buf_release(&m->b);
}

/* Uncompressed in each encoding, with a sequence, a window and an overlay. */
static void
make_plain(struct run *r, const char *syntax, const struct make_shape *shape)
{
	static const uint8_t pixels[12288];
	struct maker m;

	make_start(&m, syntax);
	make_identity(&m);
	make_open(&m, 0x00081140);
	make_item(&m);
	make_text(&m, 0x00081155, "UI", "1.2.3");
	make_item_end(&m);
	make_close(&m);
	make_shape(&m, shape);
	make_text(&m, 0x00281050, "DS", "40");
	make_text(&m, 0x00281051, "DS", "400");
	make_u16(&m, 0x60000010, 32);
	make_u16(&m, 0x60000011, 32);
	make_u16(&m, 0x60000100, 1);
	make_bytes(&m, 0x60003000, "OW", pixels, 128);
	make_bytes(&m, 0x7fe00010, "OW", pixels, sizeof(pixels));
	take_source(r, &m);
}

/* Two frames of 64 x 32 black pixels of 16 bits: two segments of 16 runs of 128 each. */
static void
make_rle(struct run *r)
{
	struct make_shape shape = { .rows = 32, .columns = 64, .allocated = 16, .frames = "2" };
	struct maker m;

	make_start(&m, RLE);
	make_identity(&m);
	make_shape(&m, &shape);
	make_head(&m, 0x7fe00010, "OB", MAKE_UNDEFINED);
	make_head(&m, 0xfffee000, "", 0);
	for (int frame = 0; frame < 2; frame++) {
		make_head(&m, 0xfffee000, "", 64 + 64);
		put32(&m, 2);
		put32(&m, 64);
		put32(&m, 64 + 32);
		for (int i = 3; i < 16; i++)
			put32(&m, 0);
		for (int i = 0; i < 32; i++)
			buf_add(&m.b, "\x81\x00", 2);
	}
	make_close(&m);
	take_source(r, &m);
}

static void
make_deflated(struct run *r)
{
	static const uint8_t pixels[2048];
	struct make_shape shape = { .rows = 32, .columns = 64, .allocated = 8 };
	struct maker m, inner;
	uint8_t packed[4096];
	z_stream z = { .next_out = packed, .avail_out = sizeof(packed) };

	make_image(&inner, DEFLATED, &shape, pixels, sizeof(pixels));
	make_start(&m, DEFLATED);
	z.next_in = (uint8_t *)inner.b.data + m.b.len;
	z.avail_in = (unsigned)(inner.b.len - m.b.len);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	buf_add(&m.b, packed, sizeof(packed) - z.avail_out);
	buf_release(&inner.b);
	take_source(r, &m);
}

static void
make_sources(struct run *r)
{
	static const char *const plain[] = { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE };

	for (size_t i = 0; i < MEM_COUNT(plain); i++) {
		make_plain(r, plain[i],
			&(struct make_shape){ .rows = 32,
				.columns = 64,
				.allocated = 16,
				.stored = 12,
				.frames = "3" });
		make_plain(r, plain[i],
			&(struct make_shape){ .rows = 64,
				.columns = 64,
				.allocated = 8,
				.samples = 3,
				.photometric = i == 0 ? "YBR_FULL_422" : "RGB" });
	}
	make_rle(r);
	make_deflated(r);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Sound files of every transfer syntax, where they lie beside the project. */
static void
read_sources(struct run *r)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, by_name);

	for (int i = 0; i < n; i++) {
		char path[512];
		struct stat st;
		int fd;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
			void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

			assert_true(p != MAP_FAILED);
			add_source(r, p, (size_t)st.st_size);
			munmap(p, (size_t)st.st_size);
		}
		if (fd >= 0)
			close(fd);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	else
		print_message("no corpus at %s: made files only\n", folder);
}

/* ---- the pool --------------------------------------------------------------------------------- */

/* The decoder process that this thread started, by the kernel's list; 0 for none. */
static pid_t
child_of_thread(void)
{
	char path[64], text[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)syscall(SYS_gettid));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		close(fd);
	return (pid_t)atoi(text);
}

static void
note_time(struct tally *t, int64_t start)
{
	int64_t took = clock_mono_us() - start;

	t->slowest = took > t->slowest ? took : t->slowest;
}

/* Header, then a frame; which one, the mutant's own number says. */
static void
try_mutant(struct decoder *d, struct mutant *m, struct tally *t)
{
	int fd = memfd_create("mutant", MFD_CLOEXEC);
	pid_t before = child_of_thread();
	int64_t start = clock_mono_us();
	struct err e = { 0 };
	struct header *h;
	struct frame *f;

	if (fd < 0 || write(fd, m->bytes, m->size) != (ssize_t)m->size)
		abort();
	t->headers += decoder_header(d, fd, &h, NULL) == RC_OK;
	note_time(t, start);
	t->ours += before != 0 && child_of_thread() != before;
	start = clock_mono_us();
	if (decoder_frame(d, fd, (uint32_t)(m->state % 8 == 0), &f, &e) == RC_OK)
		t->frames++;
	else
		t->refused++;
	note_time(t, start);
	t->late += strncmp(e.text, "not decoded within", 18) == 0;
	t->killed += before != 0 && child_of_thread() != before;
	t->mutants++;
	header_free(h);
	frame_unref(f);
	close(fd);
}

static void *
work(void *argument)
{
	struct decoder_limits limits = {
		.memory = (size_t)1 << 30, .frame_bytes = 64 << 20, .seconds = SECONDS
	};
	struct decoder *d = decoder_new(&limits);
	struct member *self = argument;
	struct run *r = self->run;
	struct mutant m = { 0 };

	for (;;) {
		unsigned i = __atomic_fetch_add(&r->next, 1, __ATOMIC_RELAXED);

		if (i >= r->count)
			break;
		mutate(&r->source[i % r->sources], r->seed * 0x100000000u + i, &m);
		try_mutant(d, &m, &self->tally);
	}
	decoder_free(d);
	free(m.bytes);
	return NULL;
}

static void
run_pool(struct run *r, struct tally *all)
{
	struct member pool[POOL_MAX] = { 0 };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int n = cores < 1 ? 1 : cores > POOL_MAX ? POOL_MAX : (int)cores;

	for (int i = 0; i < n; i++) {
		pool[i].run = r;
		assert_int_equal(pthread_create(&pool[i].thread, NULL, work, &pool[i]), 0);
	}
	for (int i = 0; i < n; i++) {
		const struct tally *t = &pool[i].tally;

		pthread_join(pool[i].thread, NULL);
		all->mutants += t->mutants;
		all->headers += t->headers;
		all->frames += t->frames;
		all->refused += t->refused;
		all->killed += t->killed;
		all->ours += t->ours;
		all->late += t->late;
		all->slowest = t->slowest > all->slowest ? t->slowest : all->slowest;
	}
}

/* ---- the test --------------------------------------------------------------------------------- */

static unsigned
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static unsigned
from_environment(const char *name, unsigned other)
{
	const char *text = getenv(name);
	unsigned n = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 0;

	return n > 0 ? n : other;
}

static void
mutants_hurt_nobody_and_leave_nothing(void **state)
{
	struct run r = { .count = from_environment("WETREAD_MUTANTS", SHARE),
		.seed = from_environment("WETREAD_SEED", 1) };
	unsigned before = descriptors();
	struct tally t = { 0 };
	int64_t start = clock_mono_us();

	(void)state;
	make_sources(&r);
	read_sources(&r);
	run_pool(&r, &t);
	print_message(
		"%u mutants of %u files, seed %u: %u headers read, %u frames decoded, %u refused; "
		"%u killed a process, %u late; slowest call %.2f s, all %.1f s\n",
		t.mutants, r.sources, (unsigned)r.seed, t.headers, t.frames, t.refused, t.killed,
		t.late, (double)t.slowest / 1e6, (double)(clock_mono_us() - start) / 1e6);
	assert_int_equal(t.mutants, r.count);
	assert_int_equal(t.ours, 0);
	assert_true(t.slowest < LATEST * 1000000);
	assert_int_equal(descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* neither child nor zombie */
	assert_int_equal(errno, ECHILD);
	for (unsigned i = 0; i < r.sources; i++)
		free(r.source[i].bytes);
}

/* Damage that leaves files whole, or all of them unreadable, would test nothing. */
static void
mutants_are_neither_all_sound_nor_all_refused(void **state)
{
	struct run r = { .count = 200, .seed = 7 };
	struct tally t = { 0 };

	(void)state;
	make_sources(&r);
	run_pool(&r, &t);
	assert_true(t.frames > 20 && t.refused > 20);
	for (unsigned i = 0; i < r.sources; i++)
		free(r.source[i].bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutants_are_neither_all_sound_nor_all_refused),
		cmocka_unit_test(mutants_hurt_nobody_and_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
