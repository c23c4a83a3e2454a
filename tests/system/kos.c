/* kos OUT NUMBER REASON[,REASON...] FILE...: the key object that rejects these files, into OUT; prints its SOP Instance UID and
 * title.  For test_kos and test_dimse. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/decoder.h"
#include "core/source/kos.h"

static void
need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "kos: %s\n", what);
	exit(3);
}

static struct header *
read_header(struct decoder *d, const char *path)
{
	struct header *h = NULL;
	struct err e = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	need(fd >= 0, path);
	need(decoder_header(d, fd, &h, &e) == RC_OK, e.text);
	close(fd);
	return h;
}

static size_t
read_reasons(char *list, const struct reason *out[], size_t most)
{
	size_t n = 0;

	for (char *code = strtok(list, ","); code != NULL && n < most; code = strtok(NULL, ","))
		need((out[n++] = reason_find(code)) != NULL, "no such reason");
	return n;
}

static void
write_out(const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "wb");

	need(f != NULL, path);
	need(fwrite(b->data, 1, b->len, f) == b->len && fclose(f) == 0, path);
}

int
main(int argc, char **argv)
{
	const struct reason *reasons[8];
	struct decoder *d = decoder_new(NULL);
	size_t n = argc > 4 ? (size_t)argc - 4 : 0;
	struct header **h = mem_zero(n + 1, sizeof(struct header *));
	struct kos_image *images = mem_zero(n + 1, sizeof(*images));
	struct kos_verdict v = {
		.archive = "0123456789abcdef", .hash = "ab12", .signer = "Rvw^Ada"
	};
	struct kos_document doc;
	struct err e = { 0 };
	long number;

	need(n > 0 && str_int(argv[2], 1, 1000000, &number),
		"usage: kos OUT NUMBER REASONS FILE...");
	for (size_t i = 0; i < n; i++) {
		h[i] = read_header(d, argv[4 + i]);
		images[i].sop_class = header_text(h[i], ATTR_SOP_CLASS);
		images[i].sop_uid = header_text(h[i], ATTR_SOP_UID);
	}
	v.number = number;
	v.at = 1795000000000000;
	v.reason_count = read_reasons(argv[3], reasons, MEM_COUNT(reasons));
	v.reasons = reasons;
	v.study = h[0];
	v.study_uid = header_text(h[0], ATTR_STUDY_UID);
	v.series_uid = header_text(h[0], ATTR_SERIES_UID);
	v.images = images;
	v.image_count = n;
	need(kos_make(&doc, &v, &e) == RC_OK, e.text);
	write_out(argv[1], &doc.bytes);
	printf("%s %s\n", doc.uid, kos_titles[doc.title].value);
	kos_release(&doc);
	for (size_t i = 0; i < n; i++)
		header_free(h[i]);
	free(h);
	free(images);
	decoder_free(d);
	return 0;
}
