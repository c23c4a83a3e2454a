/* An answer with files: one itself, whose length was announced, or several parts, each of which has to be closed. */
#include "core/source/transfer_in.h"

#include <string.h>
#include <strings.h>

static enum rc
part_begin(void *ctx, const struct multipart_part *p, struct err *e)
{
	struct answer *a = ctx;

	if (p->type[0] != '\0' && strncasecmp(p->type, "application/dicom", 17) != 0)
		return err_set(e, RC_CORRUPT, "a part of the answer is no image");
	if (a->single && a->first != NULL)
		return err_set(e, RC_CORRUPT, "more images came than were asked for");
	a->file = arrival_new(a->all, a->image, p->length, e);
	return a->file != NULL ? RC_OK : RC_FAILED;
}

static enum rc
part_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct answer *a = ctx;

	return arrival_add(a->file, p, n, e);
}

static enum rc
part_whole(void *ctx, struct err *e)
{
	struct answer *a = ctx;
	struct arrival *file = a->file;
	enum rc rc;

	a->file = NULL;
	a->whole++;
	if (a->single) {
		a->first = file;
		return RC_OK;
	}
	rc = arrival_take(file, "", e);
	return rc == RC_OK ? arrivals_give(a->all, false, e) : rc;
}

/* The headers are there: what is it? */
static enum rc
answer_begin(struct answer *a, const struct http_answer *h, struct err *e)
{
	struct multipart_sink sink = { part_begin, part_bytes, part_whole, a };

	a->begun = true;
	if (strncasecmp(h->type, "multipart/", 10) == 0)
		return multipart_new(&a->parts, h->type, a->file_most, &sink, e);
	if (!a->single ||
		(strncasecmp(h->type, "application/dicom", 17) != 0 &&
			strncasecmp(h->type, "application/octet-stream", 24) != 0) ||
		strncasecmp(h->type, "application/dicom+", 18) == 0)
		return err_set(e, RC_CORRUPT, "the answer is no image");
	if (h->length >= 0 && a->expected >= 0 && h->length != a->expected)
		return err_set(e, RC_CORRUPT, "an image is not as long as the list says");
	if (h->length >= 0)
		a->expected = h->length;
	a->file = arrival_new(a->all, a->image, a->expected, e);
	return a->file != NULL ? RC_OK : RC_FAILED;
}

enum rc
answer_add(struct answer *a, const struct http_answer *h, const void *bytes, size_t n, struct err *e)
{
	enum rc rc = a->begun ? RC_OK : answer_begin(a, h, e);

	if (rc != RC_OK)
		return rc;
	return a->parts != NULL ? multipart_add(a->parts, bytes, n, e)
				: arrival_add(a->file, bytes, n, e);
}

enum rc
answer_end(struct answer *a, bool has_md5, struct err *e)
{
	if (a->parts != NULL)
		return multipart_end(a->parts, e);
	if (a->file == NULL)
		return err_set(e, RC_CORRUPT, "the answer is empty");
	if (a->expected < 0 && !has_md5)
		return err_set(e, RC_CORRUPT, "the server does not say how long an image is");
	a->first = a->file;
	a->file = NULL;
	return RC_OK;
}

void
answer_release(struct answer *a)
{
	arrival_drop(a->file);
	arrival_drop(a->first);
	multipart_free(a->parts);
	a->file = a->first = NULL;
	a->parts = NULL;
}

bool
transfer_md5(const struct http_request *r, char to[33])
{
	if (r->text.len < 32 || strspn(r->text.data, "0123456789abcdefABCDEF") != 32)
		return false;
	memcpy(to, r->text.data, 32);
	to[32] = '\0';
	return true;
}
