/* wetread-decoder: the program that sees the bytes of files.  Started by core/dicom/decoder.c with a
 * socket and the memory for results; it closes its sandbox before the first request and ends when the
 * socket does. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/dicom/wire.h"
#include "core/dicom/worker/codec.h"
#include "core/dicom/worker/file.h"
#include "core/dicom/worker/json.h"
#include "core/dicom/worker/sandbox.h"
#include "core/dicom/worker/summary.h"

struct worker {
	struct charsets *charsets;
	struct file file;
	struct buf json;
	uint8_t *memory;
	size_t memory_size;
	int64_t arrived; /* of the request at hand, monotonic microseconds */
};

/* Decoded bytes that one frame may have. */
static size_t
frame_limit(const struct worker *w)
{
	return w->memory_size - WIRE_PIXELS_AT - WIRE_OVERLAY_ROOM;
}

/* ---- answers ---------------------------------------------------------------------------------- */

static void
write_header(struct worker *w, const struct header *h)
{
	struct wire_header *out = (struct wire_header *)(void *)w->memory;
	uint8_t *to = w->memory + sizeof(*out);

	out->flags = h->flags;
	out->frames = h->frames;
	out->overlays = h->overlays;
	out->pixel_offset = h->pixel_offset;
	out->pixel_bytes = h->pixel_bytes;
	for (int i = 0; i < ATTR_COUNT; i++) {
		size_t n = h->value[i] != NULL ? strlen(h->value[i]) : 0;

		out->length[i] = h->value[i] != NULL ? (uint32_t)n : WIRE_ABSENT;
		if (n > 0)
			memcpy(to, h->value[i], n);
		to += n;
	}
	out->json = (uint32_t)w->json.len;
	memcpy(to, w->json.data, w->json.len);
}

static enum rc
answer_header(struct worker *w, const struct wire_request *request, struct err *e)
{
	struct header h = { 0 };
	enum rc rc;

	(void)request;
	rc = summary_fill(&w->file.dicom, w->charsets, &h, e);
	if (rc == RC_OK) {
		buf_clear(&w->json);
		json_header(&w->file.dicom, w->charsets, WIRE_JSON_MAX, &w->json, &h.flags);
		write_header(w, &h);
	}
	for (int i = 0; i < ATTR_COUNT; i++)
		free(h.value[i]);
	return rc;
}

static enum rc
answer_check(struct worker *w, const struct wire_request *request, struct err *e)
{
	/* A quarter of the time is kept for the frame that is being decoded when the rest is over. */
	int64_t deadline = w->arrived + (int64_t)request->seconds * 750000;

	return pixels_check(&w->file.picture, deadline, frame_limit(w), e);
}

static enum rc
answer_frame(struct worker *w, const struct wire_request *request, struct err *e)
{
	return pixels_frame(
		&w->file.picture, w->charsets, request->index, frame_limit(w), w->memory, e);
}

static enum rc (*const answers[])(struct worker *, const struct wire_request *, struct err *) = {
	[WIRE_HEADER] = answer_header,
	[WIRE_CHECK] = answer_check,
	[WIRE_FRAME] = answer_frame,
};

/* ---- requests --------------------------------------------------------------------------------- */

/* False at the end of the socket.  *fd is -1 where the request came without a file. */
static bool
receive(struct wire_request *request, int *fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { request, sizeof(*request) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c;
	ssize_t n;

	do {
		n = recvmsg(WIRE_SOCKET_FD, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	*fd = -1;
	c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c != NULL && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return n == (ssize_t)sizeof(*request) && request->magic == WIRE_MAGIC;
}

static bool
reply(enum rc rc, const struct err *e)
{
	struct wire_reply r = { .magic = WIRE_MAGIC, .rc = rc };
	struct iovec iov = { &r, sizeof(r) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	memcpy(r.text, e->text, sizeof(r.text));
	return sendmsg(WIRE_SOCKET_FD, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof(r);
}

static bool
serve(struct worker *w)
{
	struct wire_request request = { 0 };
	struct err e = { 0 };
	int fd;
	enum rc rc;

	if (!receive(&request, &fd))
		return false;
	w->arrived = clock_mono_us();
	if (fd < 0 || request.op >= MEM_COUNT(answers))
		rc = err_set(&e, RC_FAILED, "a request without sense");
	else
		rc = file_hold(&w->file, fd, &e);
	if (rc == RC_OK)
		rc = answers[request.op](w, &request, &e);
	if (fd >= 0)
		close(fd);
	return reply(rc, &e);
}

static bool
open_memory(struct worker *w)
{
	struct stat st;
	void *p;

	if (fstat(WIRE_MEMORY_FD, &st) != 0 ||
		st.st_size < WIRE_PIXELS_AT + WIRE_HEADER_ROOM + WIRE_OVERLAY_ROOM)
		return false;
	w->memory_size = (size_t)st.st_size;
	p = mmap(NULL, w->memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, WIRE_MEMORY_FD, 0);
	close(WIRE_MEMORY_FD);
	w->memory = p;
	return p != MAP_FAILED;
}

int
main(int argc, char **argv)
{
	struct worker w = { 0 };
	size_t memory, mapped;
	unsigned seconds;

	if (argc != 3)
		return 125;
	memory = strtoull(argv[1], NULL, 10);
	seconds = (unsigned)strtoul(argv[2], NULL, 10);
	if (!open_memory(&w))
		return 125;
	w.charsets = charsets_open();
	codec_warm();
	/* The file is mapped read-only beside what may be allocated, once more while it changes. */
	mapped = w.memory_size + ((size_t)FILE_MAX_GIB << 30);
	if (!sandbox_close(memory, mapped, seconds))
		return 126;
	while (serve(&w))
		;
	file_drop(&w.file);
	charsets_close(w.charsets);
	buf_release(&w.json);
	munmap(w.memory, w.memory_size);
	return 0;
}
