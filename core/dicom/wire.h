/* What the client (decoder.c) and the sandboxed program (worker/main.c) say to each other.  Both are
 * built from the same tree, so structs travel as they are; the client still believes none of it. */
#ifndef CORE_DICOM_WIRE_H
#define CORE_DICOM_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/frame.h"
#include "core/dicom/attr.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WIRE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define WIRE_SANITIZED 1
#endif
#endif
#ifndef WIRE_SANITIZED
#define WIRE_SANITIZED 0 /* 1: instrumented; its run-time needs more than the sandbox leaves */
#endif

enum {
	WIRE_SOCKET_FD = 3, /* SOCK_SEQPACKET; end of file ends the worker */
	WIRE_MEMORY_FD = 4, /* the result, mapped shared; its size is sealed */
	WIRE_MAGIC = 0x77746431
};

enum wire_op { WIRE_HEADER, WIRE_CHECK, WIRE_FRAME };

/* Carries one descriptor of the file. */
struct wire_request {
	uint32_t magic;
	uint32_t op;      /* enum wire_op */
	uint32_t index;   /* of the frame */
	uint32_t seconds; /* for WIRE_CHECK */
};

struct wire_reply {
	uint32_t magic;
	uint32_t rc; /* enum rc */
	char text[sizeof(((struct err *)0)->text)];
};

enum {
	WIRE_VALUE_MAX = 16 * 1024,      /* bytes of one header value */
	WIRE_JSON_MAX = 4 * 1024 * 1024, /* bytes of the JSON text */
	WIRE_LUT_MAX = 65536,            /* entries */
	WIRE_MODALITY_AT = 4096,         /* uint16_t values of the modality LUT */
	WIRE_VOI_AT = WIRE_MODALITY_AT + 2 * WIRE_LUT_MAX,
	WIRE_PIXELS_AT = WIRE_VOI_AT + 2 * WIRE_LUT_MAX,
	WIRE_OVERLAY_ROOM = 64 * 1024 * 1024, /* bits of all planes of a frame, behind its pixels */
	WIRE_HEADER_ROOM = 8 * 1024 * 1024    /* holds any struct wire_header and what follows it */
};

#define WIRE_ABSENT UINT32_MAX

/* At the start of the memory after WIRE_HEADER; then the values without NULs, then the JSON. */
struct wire_header {
	uint32_t flags, frames, overlays;
	uint64_t pixel_offset, pixel_bytes;
	uint32_t length[ATTR_COUNT]; /* WIRE_ABSENT: no such element */
	uint32_t json;
};

struct wire_lut {
	int32_t first;
	uint32_t count, bits;
};

struct wire_overlay {
	int32_t left, top;
	uint32_t width, height;
	uint16_t group;
	char type;
	char label[sizeof(((struct overlay *)0)->label)];
};

/* At the start of the memory after WIRE_FRAME.  The pixels are at WIRE_PIXELS_AT, the bits of the
 * overlays behind them one after the other, each from wire_next() of what came before it. */
struct wire_frame {
	struct frame_info info;
	struct wire_lut modality, voi;
	uint32_t overlays;
	struct wire_overlay overlay[FRAME_OVERLAYS_MAX];
};

static inline size_t
wire_next(size_t end)
{
	return (end + 15) / 16 * 16;
}

_Static_assert(sizeof(struct wire_frame) <= WIRE_MODALITY_AT, "the frame's description fits");
_Static_assert(sizeof(struct wire_header) + (size_t)ATTR_COUNT * WIRE_VALUE_MAX + WIRE_JSON_MAX <=
		WIRE_HEADER_ROOM,
	"any header fits");

#endif
