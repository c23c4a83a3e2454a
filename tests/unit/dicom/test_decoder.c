/* The process behind the decoder: killed, starved, late, and what it may still do. */
#include "tests/unit/dicom/dicom_make.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <zlib.h>

#include "core/dicom/wire.h"

static void
add_file(struct maker *m)
{
	make_start(m, EXPLICIT_LE);
	make_identity(m);
}

/* Our only child, by the kernel's list. */
static pid_t
child_of_ours(void)
{
	char path[64], text[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return (pid_t)atoi(text);
}

/* Kill it and wait until it is dead, but leave it for the decoder to take away. */
static void
kill_child(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_true(fd >= 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(poll(&p, 1, 10000), 1);
	close(fd);
}

static void
a_killed_decoder_is_replaced_without_a_word(void **state)
{
	struct decoder *d = make_decoder();
	pid_t first, second;
	struct maker m;

	(void)state;
	add_file(&m);
	header_free(good_header(d, &m));
	first = child_of_ours();
	assert_true(first > 0);
	kill_child(first);
	add_file(&m);
	header_free(good_header(d, &m));
	second = child_of_ours();
	assert_true(second > 0 && second != first);
	decoder_free(d);
}

static void
nothing_is_left_behind(void **state)
{
	struct decoder *d = make_decoder();
	struct maker m;

	(void)state;
	add_file(&m);
	header_free(good_header(d, &m));
	decoder_free(d);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* neither child nor zombie */
}

static void
a_new_decoder_starts_nothing(void **state)
{
	struct decoder *d = make_decoder();

	(void)state;
	assert_int_equal(child_of_ours(), 0);
	decoder_free(d);
	decoder_free(NULL);
}

static void
a_prepared_decoder_waits_for_its_first_file(void **state)
{
	struct decoder *d = make_decoder();
	struct maker m;
	pid_t first;

	(void)state;
	decoder_prepare(d);
	first = child_of_ours();
	assert_true(first > 0);
	decoder_prepare(d);
	assert_int_equal(child_of_ours(), first);
	add_file(&m);
	header_free(good_header(d, &m));
	assert_int_equal(child_of_ours(), first);
	decoder_free(d);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* 64 KiB that inflate to 64 MiB of zeros, in a decoder that may allocate 24 MiB. */
static void
memory_has_a_limit_and_the_next_file_works(void **state)
{
	struct decoder_limits limits = { .memory = 24 << 20, .frame_bytes = 1 << 20, .seconds = 20 };
	struct decoder *d = decoder_new(&limits);
	unsigned char *zeros = mem_zero(64, 1 << 20), *packed = mem_zero(1 << 20, 1);
	z_stream z = { .next_in = zeros, .avail_in = 64 << 20, .next_out = packed, .avail_out = 1 << 20 };
	struct err e = { 0 };
	struct header *h;
	struct maker m;

	(void)state;
	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	make_start(&m, DEFLATED);
	buf_add(&m.b, packed, (1 << 20) - z.avail_out);
	assert_int_equal(header_of(d, &m, &h, &e), RC_LIMIT);
	if (!WIRE_SANITIZED) /* instrumented: no limit, and a million elements of zeros instead */
		assert_non_null(strstr(e.text, "the deflated data set is larger than"));
	add_file(&m);
	header_free(good_header(d, &m));
	decoder_free(d);
	free(zeros);
	free(packed);
}

static void
a_stopped_decoder_is_late_and_replaced(void **state)
{
	struct decoder_limits limits = { .frame_bytes = 1 << 20, .seconds = 1 };
	struct decoder *d = decoder_new(&limits);
	struct err e = { 0 };
	struct header *h;
	struct maker m;
	pid_t first;

	(void)state;
	add_file(&m);
	header_free(good_header(d, &m));
	first = child_of_ours();
	assert_int_equal(kill(first, SIGSTOP), 0);
	add_file(&m);
	assert_int_equal(header_of(d, &m, &h, &e), RC_LIMIT);
	assert_string_equal(e.text, "not decoded within 1 seconds");
	add_file(&m);
	header_free(good_header(d, &m));
	assert_int_not_equal(child_of_ours(), first);
	decoder_free(d);
}

static void
what_is_no_file_is_refused(void **state)
{
	struct decoder *d = make_decoder();
	struct err e = { 0 };
	struct header *h;
	int ends[2], fd = make_file("", 0);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(decoder_header(d, ends[0], &h, &e), RC_INVALID);
	assert_string_equal(e.text, "not a regular file");
	err_clear(&e);
	assert_int_equal(decoder_header(d, fd, &h, &e), RC_INVALID);
	assert_string_equal(e.text, "the file is empty");
	close(ends[0]);
	close(ends[1]);
	close(fd);
	decoder_free(d);
}

/* The kernel's own word on the worker; instrumented builds leave the filter out. */
static void
the_worker_runs_filtered_and_without_files(void **state)
{
	struct decoder *d = make_decoder();
	char path[64], text[4096] = "";
	struct maker m;
	FILE *f;

	(void)state;
	if (WIRE_SANITIZED) {
		decoder_free(d);
		skip();
	}
	add_file(&m);
	header_free(good_header(d, &m));
	snprintf(path, sizeof(path), "/proc/%d/status", (int)child_of_ours());
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	assert_non_null(strstr(text, "Seccomp:\t2"));
	assert_non_null(strstr(text, "NoNewPrivs:\t1"));
	decoder_free(d);
}

static void
two_decoders_do_not_meet(void **state)
{
	struct decoder *a = make_decoder(), *b = make_decoder();
	struct make_shape shape = { .rows = 1, .columns = 1, .allocated = 8 };
	struct maker m;
	struct frame *f, *g;

	(void)state;
	make_image(&m, EXPLICIT_LE, &shape, "a", 1);
	f = good_frame(a, &m, 0);
	make_image(&m, EXPLICIT_LE, &shape, "b", 1);
	g = good_frame(b, &m, 0);
	assert_int_equal(((uint16_t *)f->pixels)[0], 'a');
	assert_int_equal(((uint16_t *)g->pixels)[0], 'b');
	frame_unref(f);
	frame_unref(g);
	decoder_free(a);
	decoder_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_decoder_starts_nothing),
		cmocka_unit_test(a_prepared_decoder_waits_for_its_first_file),
		cmocka_unit_test(a_killed_decoder_is_replaced_without_a_word),
		cmocka_unit_test(nothing_is_left_behind),
		cmocka_unit_test(memory_has_a_limit_and_the_next_file_works),
		cmocka_unit_test(a_stopped_decoder_is_late_and_replaced),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(the_worker_runs_filtered_and_without_files),
		cmocka_unit_test(two_decoders_do_not_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
