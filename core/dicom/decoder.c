/* The client of the sandboxed program: sends a descriptor, waits with a deadline, and checks whatever
 * comes back as if a stranger had written it, for after a hostile file one might have. */
#include "core/dicom/decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/spawn.h"
#include "core/dicom/wire.h"

enum { KEEP_BYTES = 16 * 1024 * 1024 }; /* of the shared memory between calls */

static const struct decoder_limits defaults = {
	.memory = (size_t)2 << 30,
	.frame_bytes = (size_t)512 << 20,
	.seconds = 20,
};

struct decoder {
	struct decoder_limits limits;
	struct spawn child;
	unsigned served; /* calls that the running child has answered */
	int memory_fd;   /* -1 before the first call */
	size_t memory_size;
	const unsigned char *memory;
};

struct decoder *
decoder_new(const struct decoder_limits *limits)
{
	struct decoder *d = mem_zero(1, sizeof(*d));

	d->limits = limits != NULL ? *limits : defaults;
	if (d->limits.memory == 0)
		d->limits.memory = defaults.memory;
	if (d->limits.frame_bytes == 0)
		d->limits.frame_bytes = defaults.frame_bytes;
	if (d->limits.seconds == 0)
		d->limits.seconds = defaults.seconds;
	d->memory_fd = -1;
	d->child.socket = -1;
	return d;
}

void
decoder_free(struct decoder *d)
{
	if (d == NULL)
		return;
	spawn_end(&d->child);
	if (d->memory != NULL)
		munmap((void *)(uintptr_t)d->memory, d->memory_size);
	if (d->memory_fd >= 0)
		close(d->memory_fd);
	free(d);
}

/* Sparse, so its size costs nothing; sealed, so the child cannot cut it off under our feet. */
static enum rc
open_memory(struct decoder *d, struct err *e)
{
	size_t size = d->limits.frame_bytes;
	void *p;

	if (size < WIRE_HEADER_ROOM)
		size = WIRE_HEADER_ROOM;
	size += WIRE_PIXELS_AT + WIRE_OVERLAY_ROOM;
	d->memory_fd = memfd_create("wetread-decoder", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (d->memory_fd < 0 || ftruncate(d->memory_fd, (off_t)size) != 0 ||
		fcntl(d->memory_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		goto failed;
	p = mmap(NULL, size, PROT_READ, MAP_SHARED, d->memory_fd, 0);
	if (p == MAP_FAILED)
		goto failed;
	d->memory = p;
	d->memory_size = size;
	return RC_OK;
failed:
	err_errno(e, RC_FAILED, "memory for the decoder");
	if (d->memory_fd >= 0)
		close(d->memory_fd);
	d->memory_fd = -1;
	return RC_FAILED;
}

/* A child that died while it was idle is nobody's fault: replace it before it is asked anything. */
static enum rc
ready(struct decoder *d, struct err *e)
{
	struct pollfd p = { .fd = d->child.socket, .events = POLLIN };
	struct spawn_args args;

	if (d->memory == NULL && open_memory(d, e) != RC_OK)
		return RC_FAILED;
	if (d->child.pid != 0) {
		if (poll(&p, 1, 0) == 0)
			return RC_OK;
		spawn_end(&d->child); /* hung up, or spoke unasked */
	}
	args = (struct spawn_args){ d->limits.memory, d->limits.seconds, d->memory_fd };
	d->served = 0;
	return spawn_start(&d->child, &args, e);
}

void
decoder_prepare(struct decoder *d)
{
	ready(d, NULL);
}

static bool
send_request(int sock, const struct wire_request *request, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)request, sizeof(*request) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	do {
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*request);
}

enum answer { ANSWER_GOOD, ANSWER_DEAD, ANSWER_LATE };

static enum answer
await(struct decoder *d, struct wire_reply *reply)
{
	int64_t deadline = clock_mono_us() + (int64_t)d->limits.seconds * 1000000;
	struct pollfd p = { .fd = d->child.socket, .events = POLLIN };
	ssize_t n;
	int got;

	do {
		int64_t left = (deadline - clock_mono_us() + 999) / 1000;

		got = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (got < 0 && errno == EINTR);
	if (got == 0)
		return ANSWER_LATE;
	/* No control buffer: descriptors that a hijacked child sends are closed by the kernel. */
	n = recv(d->child.socket, reply, sizeof(*reply), MSG_DONTWAIT);
	if (n != (ssize_t)sizeof(*reply) || reply->magic != WIRE_MAGIC)
		return ANSWER_DEAD;
	return ANSWER_GOOD;
}

static enum rc
death(int status, struct err *e)
{
	if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) >= 126)
		return err_set(e, RC_FAILED, "the decoder could not be started");
	if (status >= 0 && WIFSIGNALED(status) &&
		(WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
		return err_set(e, RC_LIMIT, "the file asks the decoder for more than it is allowed");
	return err_set(e, RC_CORRUPT, "the file is damaged in a way that ended the decoder");
}

static enum rc
believe_result(const struct wire_reply *reply, struct err *e)
{
	char text[sizeof(reply->text)];

	if (reply->rc == RC_OK)
		return RC_OK;
	memcpy(text, reply->text, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	str_clean(text);
	if (reply->rc > RC_FAILED)
		return err_set(e, RC_CORRUPT, "the decoder gave an answer without sense");
	return err_set(e, (enum rc)reply->rc, "%s", text);
}

/* One call.  A child that dies after it served other files may have died of those, so it gets a
 * second try in a new process; one that dies on its first file died of that. */
static enum rc
ask(struct decoder *d, const struct wire_request *request, int fd, struct err *e)
{
	for (;;) {
		struct wire_reply reply = { 0 };
		enum answer answer = ANSWER_DEAD;
		bool fresh;
		int status;

		if (ready(d, e) != RC_OK)
			return RC_FAILED;
		fresh = d->served == 0;
		if (send_request(d->child.socket, request, fd))
			answer = await(d, &reply);
		if (answer == ANSWER_GOOD) {
			d->served++;
			return believe_result(&reply, e);
		}
		status = spawn_end(&d->child);
		if (answer == ANSWER_LATE)
			return err_set(e, RC_LIMIT, "not decoded within %u seconds", d->limits.seconds);
		if (fresh)
			return death(status, e);
	}
}

/* Give back what a large answer took, so that an idle decoder is small. */
static void
trim(struct decoder *d, size_t used)
{
	if (used <= KEEP_BYTES)
		return;
	fallocate(d->memory_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, KEEP_BYTES,
		(off_t)(d->memory_size - KEEP_BYTES));
}

static enum rc
senseless(struct decoder *d, struct err *e)
{
	spawn_end(&d->child);
	return err_set(e, RC_CORRUPT, "the decoder gave an answer without sense");
}

/* ---- header --------------------------------------------------------------------------------- */

/* A copy that is text: no NUL inside, whole UTF-8, no control character. */
static char *
copy_text(const unsigned char *from, size_t n)
{
	char *s = mem_alloc(n + 1);

	memcpy(s, from, n);
	for (size_t i = 0; i < n; i++)
		if (s[i] == '\0')
			s[i] = ' ';
	s[n] = '\0';
	str_clean(s);
	return s;
}

static bool
lengths_fit(const struct wire_header *w, size_t size)
{
	size_t used = sizeof(*w);

	for (int i = 0; i < ATTR_COUNT; i++) {
		if (w->length[i] == WIRE_ABSENT)
			continue;
		if (w->length[i] > WIRE_VALUE_MAX)
			return false;
		used += w->length[i];
	}
	return w->json <= WIRE_JSON_MAX && used + w->json <= size;
}

static bool
uid_sane(const char *s)
{
	size_t n = strspn(s, "0123456789.");

	return n > 0 && n <= 64 && s[n] == '\0';
}

static bool
header_sane(const struct header *h)
{
	if (h->frames > INT32_MAX || h->overlays > 128)
		return false;
	for (int i = 0; i < ATTR_COUNT; i++)
		if (attr_table[i].kind == ATTR_KIND_UID && !str_empty(h->value[i]) &&
			!uid_sane(h->value[i]))
			return false;
	return (h->flags & HEADER_DICOMDIR) != 0 || !str_empty(h->value[ATTR_SOP_UID]);
}

/* Somebody will read or hash the file at that place. */
static bool
pixels_inside(const struct header *h, int fd)
{
	struct stat st;

	if (h->pixel_offset == 0)
		return true;
	return fstat(fd, &st) == 0 && h->pixel_offset <= (uint64_t)st.st_size &&
		h->pixel_bytes <= (uint64_t)st.st_size - h->pixel_offset;
}

enum rc
decoder_header(struct decoder *d, int fd, struct header **out, struct err *e)
{
	struct wire_request request = { .magic = WIRE_MAGIC, .op = WIRE_HEADER };
	struct wire_header w;
	const unsigned char *at;
	struct header *h;
	enum rc rc;

	*out = NULL;
	rc = ask(d, &request, fd, e);
	if (rc != RC_OK)
		return rc;
	memcpy(&w, d->memory, sizeof(w)); /* a copy cannot change between check and use */
	if (!lengths_fit(&w, d->memory_size))
		return senseless(d, e);

	h = mem_zero(1, sizeof(*h));
	h->flags = w.flags;
	h->frames = w.frames;
	h->overlays = w.overlays;
	h->pixel_offset = w.pixel_offset;
	h->pixel_bytes = w.pixel_bytes;
	at = d->memory + sizeof(w);
	for (int i = 0; i < ATTR_COUNT; i++) {
		if (w.length[i] == WIRE_ABSENT)
			continue;
		h->value[i] = copy_text(at, w.length[i]);
		at += w.length[i];
	}
	h->json = copy_text(at, w.json);
	if (!header_sane(h) || !pixels_inside(h, fd)) {
		header_free(h);
		return senseless(d, e);
	}
	*out = h;
	return RC_OK;
}

enum rc
decoder_check(struct decoder *d, int fd, struct err *e)
{
	struct wire_request request = {
		.magic = WIRE_MAGIC, .op = WIRE_CHECK, .seconds = d->limits.seconds
	};
	enum rc rc = ask(d, &request, fd, e);

	trim(d, d->memory_size);
	return rc;
}

/* ---- frame ---------------------------------------------------------------------------------- */

static double
number_or(double v, double other)
{
	return isfinite(v) && fabs(v) < 1e30 ? v : other;
}

static bool
info_sane(struct frame_info *i, size_t limit)
{
	/* Enumerations and booleans first: any other bit pattern in them is undefined in C. */
	unsigned kind, invert, padding;

	memcpy(&kind, &i->kind, sizeof(kind));
	invert = *(const unsigned char *)&i->invert;
	padding = *(const unsigned char *)&i->has_padding;
	if (kind >= FRAME_KINDS || invert > 1 || padding > 1)
		return false;
	if (i->width < 1 || i->width > 65535 || i->height < 1 || i->height > 65535)
		return false;
	if ((size_t)i->width * i->height > limit / frame_pixel_size(i->kind))
		return false;
	if (i->windows > FRAME_WINDOWS_MAX || i->bits_stored < 1 || i->bits_stored > 64)
		return false;
	i->aspect = number_or(i->aspect, 1);
	if (i->aspect < 0.01 || i->aspect > 100)
		i->aspect = 1;
	i->slope = number_or(i->slope, 1);
	i->intercept = number_or(i->intercept, 0);
	i->pad_low = number_or(i->pad_low, 0);
	i->pad_high = number_or(i->pad_high, 0);
	for (uint32_t n = 0; n < i->windows; n++) {
		struct voi_window *w = &i->window[n];
		unsigned function;

		memcpy(&function, &w->function, sizeof(function));
		if (function > VOI_SIGMOID || !isfinite(w->centre) || !isfinite(w->width) ||
			w->width <= 0)
			return false;
		w->name[sizeof(w->name) - 1] = '\0';
		str_clean(w->name);
	}
	return true;
}

static bool
take_lut(const struct wire_lut *w, const unsigned char *values, struct lut *out)
{
	if (w->count == 0)
		return true;
	if (w->count > WIRE_LUT_MAX || w->bits < 1 || w->bits > 16 || w->first < -65536 ||
		w->first > 65536)
		return false;
	out->first = w->first;
	out->count = w->count;
	out->bits = w->bits;
	out->values = mem_alloc((size_t)w->count * sizeof(uint16_t));
	memcpy(out->values, values, (size_t)w->count * sizeof(uint16_t));
	return true;
}

/* A pixel that is no number would poison every range and window. */
static void
only_numbers(struct frame *f)
{
	float *p = f->pixels;

	if (f->info.kind != FRAME_F32)
		return;
	for (size_t i = 0; i < f->bytes / sizeof(*p); i++)
		if (!isfinite(p[i]))
			p[i] = 0;
}

static bool
overlay_sane(const struct wire_overlay *w)
{
	return w->width >= 1 && w->width <= 65535 && w->height >= 1 && w->height <= 65535 &&
		w->left >= -65536 && w->left <= 65536 && w->top >= -65536 && w->top <= 65536 &&
		(w->group & 0xff01) == 0x6000 &&
		(w->type == 'G' || w->type == 'R' || w->type == '?');
}

/* The plane whose bits are at `at`; bits behind the last pixel are cleared. */
static void
take_overlay(const struct wire_overlay *w, const unsigned char *at, struct overlay *out)
{
	size_t bytes = overlay_bytes(w->width, w->height);
	unsigned used = (unsigned)((size_t)w->width * w->height % 8);

	out->left = w->left;
	out->top = w->top;
	out->width = w->width;
	out->height = w->height;
	out->group = w->group;
	out->type = w->type;
	memcpy(out->label, w->label, sizeof(out->label));
	out->label[sizeof(out->label) - 1] = '\0';
	str_clean(out->label);
	out->bits = mem_alloc(bytes);
	memcpy(out->bits, at, bytes);
	if (used != 0)
		out->bits[bytes - 1] &= (uint8_t)((1u << used) - 1);
}

/* *end: of what the answer takes of the memory, so far and then in all. */
static bool
take_overlays(const struct decoder *d, const struct wire_frame *w, struct frame *f, size_t *end)
{
	if (w->overlays > FRAME_OVERLAYS_MAX)
		return false;
	for (uint32_t i = 0; i < w->overlays; i++) {
		size_t at = wire_next(*end), bytes;

		if (!overlay_sane(&w->overlay[i]))
			return false;
		bytes = overlay_bytes(w->overlay[i].width, w->overlay[i].height);
		if (at > d->memory_size || bytes > d->memory_size - at)
			return false;
		take_overlay(&w->overlay[i], d->memory + at, &f->overlay[i]);
		f->overlays = i + 1;
		*end = at + bytes;
	}
	return true;
}

enum rc
decoder_frame(struct decoder *d, int fd, uint32_t index, struct frame **out, struct err *e)
{
	struct wire_request request = { .magic = WIRE_MAGIC, .op = WIRE_FRAME, .index = index };
	struct wire_frame w;
	struct frame *f;
	size_t end;
	enum rc rc;

	*out = NULL;
	rc = ask(d, &request, fd, e);
	if (rc != RC_OK)
		return rc;
	memcpy(&w, d->memory, sizeof(w));
	if (!info_sane(&w.info, d->limits.frame_bytes))
		return senseless(d, e);

	f = frame_new(&w.info);
	end = WIRE_PIXELS_AT + f->bytes;
	if (!take_lut(&w.modality, d->memory + WIRE_MODALITY_AT, &f->modality_lut) ||
		!take_lut(&w.voi, d->memory + WIRE_VOI_AT, &f->voi_lut) ||
		!take_overlays(d, &w, f, &end)) {
		frame_unref(f);
		return senseless(d, e);
	}
	memcpy(f->pixels, d->memory + WIRE_PIXELS_AT, f->bytes);
	only_numbers(f);
	trim(d, end);
	*out = f;
	return RC_OK;
}
