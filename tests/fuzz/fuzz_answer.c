/* What servers send: answers in parts and JSON, in pieces.  The first byte says which and how large the pieces are. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/multipart.h"
#include "core/source/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum rc
on_begin(void *ctx, const struct multipart_part *p, struct err *e)
{
	(void)e;
	*(int64_t *)ctx = p->length;
	return strlen(p->type) < sizeof(p->type) ? RC_OK : RC_FAILED;
}

static enum rc
on_bytes(void *ctx, const void *bytes, size_t n, struct err *e)
{
	const char *p = bytes;

	(void)ctx, (void)e;
	if (n == 0 || memchr(p, 0, n) == p + n) /* reads all of it */
		abort();
	return RC_OK;
}

static enum rc
on_whole(void *ctx, struct err *e)
{
	(void)ctx, (void)e;
	return RC_OK;
}

static enum rc
on_element(void *ctx, const json_t *element, struct err *e)
{
	struct header *h = NULL;
	json_t *again;

	(void)ctx;
	if (json_to_header(&h, element, e) != RC_OK)
		return RC_OK;
	/* What is written of it is JSON, and clean. */
	if (json_read(&again, h->json, strlen(h->json), NULL) != RC_OK)
		abort();
	json_decref(again);
	for (const char *s = h->json; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20)
			abort();
	header_free(h);
	return RC_OK;
}

static void
parts(const uint8_t *data, size_t size, size_t piece)
{
	int64_t length;
	struct multipart_sink sink = { on_begin, on_bytes, on_whole, &length };
	struct multipart *m;
	enum rc rc = multipart_new(&m, "multipart/related; boundary=B", 4096, &sink, NULL);

	for (size_t at = 0; rc == RC_OK && at < size; at += piece)
		rc = multipart_add(m, data + at, size - at < piece ? size - at : piece, NULL);
	multipart_end(m, NULL);
	multipart_free(m);
}

static void
list(const uint8_t *data, size_t size, size_t piece)
{
	struct json_reader *r = json_reader_new(on_element, NULL);
	enum rc rc = RC_OK;

	for (size_t at = 0; rc == RC_OK && at < size; at += piece)
		rc = json_reader_add(
			r, (const char *)data + at, size - at < piece ? size - at : piece, NULL);
	json_reader_end(r, NULL);
	json_reader_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct multipart *m;
	char type[256];
	size_t n;

	if (size < 2)
		return 0;
	if (data[0] % 3 == 0) {
		parts(data + 1, size - 1, (size_t)data[0] / 3 + 1);
	} else if (data[0] % 3 == 1) {
		list(data + 1, size - 1, (size_t)data[0] / 3 + 1);
	} else {
		n = size - 1 < sizeof(type) ? size - 1 : sizeof(type) - 1;
		memcpy(type, data + 1, n);
		type[n] = '\0';
		multipart_new(&m, type, 10, &(struct multipart_sink){ 0 }, NULL);
		multipart_free(m);
	}
	return 0;
}
