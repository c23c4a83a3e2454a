/* What the decoder process costs: a 512x512 slice of 16 bits, uncompressed, through the process and its shared memory
 * against the same code called in this one, in turns and in one run; the difference is the hop.  Each call has another
 * file, so that nothing was parsed before.  Then how long the first slice takes from nothing: fork, exec, libraries,
 * sandbox, decode; and where the process was started before it was needed.                                               */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/dicom/dicom_out.h"
#include "core/dicom/decoder.h"
#include "core/dicom/wire.h"
#include "core/dicom/worker/codec.h"
#include "core/dicom/worker/file.h"

enum { SIDE = 512, FILES = 16, KEPT = 64, RUNS = 400, STARTS = 21, FRAME_BYTES = 64 << 20 };

struct times {
	double ms[RUNS];
	int n;
};

static void
need(bool held, const char *what)
{
	if (!held) {
		fprintf(stderr, "bench_decoder: %s\n", what);
		exit(1);
	}
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
at_share(struct times *t, double share)
{
	qsort(t->ms, (size_t)t->n, sizeof(t->ms[0]), by_size);
	return t->ms[(int)(share * (t->n - 1))];
}

static void
note(struct times *t, int64_t start)
{
	t->ms[t->n++] = (double)(clock_mono_us() - start) / 1000;
}

/* A ramp with a corner that differs from file to file. */
static int
make_file(const char *folder, unsigned number)
{
	static uint16_t pixels[SIDE * SIDE];
	struct dicom_out o = { 0 };
	struct err e = { 0 };
	char path[256];
	int fd;

	for (unsigned i = 0; i < SIDE * SIDE; i++)
		pixels[i] = (uint16_t)(i / SIDE * 4 + i % SIDE + number);
	dicom_out_text(&o, DICOM_TAG(0x0008, 0x0016), "UI", "1.2.840.10008.5.1.4.1.1.2");
	dicom_out_format(&o, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3.%u", number + 1);
	dicom_out_us(&o, DICOM_TAG(0x0028, 0x0002), 1);
	dicom_out_text(&o, DICOM_TAG(0x0028, 0x0004), "CS", "MONOCHROME2");
	dicom_out_us(&o, DICOM_TAG(0x0028, 0x0010), SIDE);
	dicom_out_us(&o, DICOM_TAG(0x0028, 0x0011), SIDE);
	dicom_out_us(&o, DICOM_TAG(0x0028, 0x0100), 16);
	dicom_out_us(&o, DICOM_TAG(0x0028, 0x0101), 16);
	dicom_out_us(&o, DICOM_TAG(0x0028, 0x0102), 15);
	dicom_out_us(&o, DICOM_TAG(0x0028, 0x0103), 0);
	dicom_out_pixels(&o, pixels, sizeof(pixels), 16);
	snprintf(path, sizeof(path), "%s/%u", folder, number);
	need(dicom_out_write(&o, path, 0, &e) == RC_OK, e.text);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0, "no file");
	unlink(path);
	dicom_out_release(&o);
	return fd;
}

static struct frame *
through(struct decoder *d, int fd)
{
	struct err e = { 0 };
	struct frame *f;

	if (decoder_frame(d, fd, 0, &f, &e) != RC_OK)
		need(false, e.text);
	return f;
}

/* The worker's own functions into memory that is used again, where the pixels stay: nothing less would do without a
 * process.  The copy into a frame of the caller's is part of the hop. */
static const uint8_t *
in_process(struct file *file, const struct charsets *charsets, uint8_t *memory, int fd)
{
	struct err e = { 0 };

	if (file_hold(file, fd, &e) != RC_OK ||
		pixels_frame(&file->picture, charsets, 0, FRAME_BYTES, memory, &e) != RC_OK)
		need(false, e.text);
	return memory + WIRE_PIXELS_AT;
}

static void
measure_hop(const int *fd)
{
	struct decoder *d = decoder_new(NULL);
	struct charsets *charsets = charsets_open();
	uint8_t *memory = mem_zero(WIRE_PIXELS_AT + FRAME_BYTES + WIRE_OVERLAY_ROOM, 1);
	struct times process = { .n = 0 }, here = { .n = 0 };
	struct frame *kept[KEPT] = {
		NULL
	}; /* as the program's cache does: memory is not used again at once */
	struct file file = { .held = false };

	codec_warm();
	frame_unref(through(d, fd[0]));
	in_process(&file, charsets, memory, fd[0]);
	for (unsigned i = 1; i <= RUNS; i++) {
		int64_t start = clock_mono_us();
		const uint8_t *b;
		struct frame *a;

		a = through(d, fd[i % FILES]);
		note(&process, start);
		start = clock_mono_us();
		b = in_process(&file, charsets, memory, fd[i % FILES]);
		note(&here, start);
		need(memcmp(a->pixels, b, a->bytes) == 0, "the two differ");
		frame_unref(kept[i % KEPT]);
		kept[i % KEPT] = a;
	}
	for (unsigned i = 0; i < KEPT; i++)
		frame_unref(kept[i]);
	printf("slice through the decoder process   median %6.3f ms  p95 %6.3f ms\n",
		at_share(&process, 0.5), at_share(&process, 0.95));
	printf("the same code in this process       median %6.3f ms  p95 %6.3f ms\n",
		at_share(&here, 0.5), at_share(&here, 0.95));
	printf("the hop                             median %6.3f ms\n",
		at_share(&process, 0.5) - at_share(&here, 0.5));
	file_drop(&file);
	charsets_close(charsets);
	free(memory);
	decoder_free(d);
}

/* prepared: started as long before as somebody takes to press a key. */
static void
measure_start(const int *fd, bool prepared)
{
	struct times start_up = { .n = 0 };

	for (int i = 0; i < STARTS; i++) {
		struct decoder *d = decoder_new(NULL);
		int64_t start;

		if (prepared) {
			decoder_prepare(d);
			poll(NULL, 0, 100);
		}
		start = clock_mono_us();
		frame_unref(through(d, fd[i % FILES]));
		note(&start_up, start);
		decoder_free(d);
	}
	printf("%-35s median %6.1f ms  p95 %6.1f ms\n",
		prepared ? "first slice of a prepared decoder" : "first slice of a new decoder",
		at_share(&start_up, 0.5), at_share(&start_up, 0.95));
}

int
main(void)
{
	char folder[] = "/tmp/bench_decoder-XXXXXX";
	int fd[FILES];

	need(mkdtemp(folder) != NULL, "no folder");
	for (unsigned i = 0; i < FILES; i++)
		fd[i] = make_file(folder, i);
	rmdir(folder);
	measure_hop(fd);
	measure_start(fd, false);
	measure_start(fd, true);
	return 0;
}
