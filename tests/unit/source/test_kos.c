/* Rejections as key objects: read back by the decoder, made the same again, refused where they could not be right. */
#include <stdlib.h>

#include "core/source/kos.h"
#include "tests/unit/dicom/dicom_make.h"

static const char ct[] = "1.2.840.10008.5.1.4.1.1.2";

struct rejection {
	struct header study;
	struct kos_image images[3];
	const struct reason *reasons[3];
	struct kos_verdict v;
};

static void
rejection_begin(struct rejection *r)
{
	memset(r, 0, sizeof(*r));
	for (int i = 0; i < 3; i++)
		r->images[i].sop_class = ct;
	r->images[0].sop_uid = "1.2.3.1";
	r->images[1].sop_uid = "1.2.3.2";
	r->images[2].sop_uid = "1.2.3.3";
	r->reasons[0] = reason_find("ART-GHOST");
	r->study.value[ATTR_PATIENT_ID] = (char *)"SUBJ-1";
	r->study.value[ATTR_PATIENT_NAME] = (char *)"Müller^Test";
	r->study.value[ATTR_STUDY_DATE] = (char *)"20260102";
	r->v = (struct kos_verdict){ .archive = "a1",
		.number = 12,
		.hash = "00ff",
		.signer = "Ada",
		.at = 1700000000000000,
		.reasons = r->reasons,
		.reason_count = 1,
		.study = &r->study,
		.study_uid = "1.2.3",
		.series_uid = "1.2.3.4",
		.images = r->images,
		.image_count = 3 };
}

static struct header *
read_back(const struct kos_document *d)
{
	struct decoder *dec = decoder_new(NULL);
	struct header *h = NULL;
	struct err e = { 0 };
	int fd = memfd_create("kos", MFD_CLOEXEC);

	assert_int_equal(write(fd, d->bytes.data, d->bytes.len), d->bytes.len);
	if (decoder_header(dec, fd, &h, &e) != RC_OK)
		fail_msg("%s", e.text);
	close(fd);
	decoder_free(dec);
	return h;
}

/* */
static void
test_reads_back(void **state)
{
	struct rejection r;
	struct kos_document d;
	struct header *h;

	(void)state;
	rejection_begin(&r);
	assert_int_equal(kos_make(&d, &r.v, NULL), RC_OK);
	h = read_back(&d);
	assert_string_equal(header_text(h, ATTR_SOP_CLASS), "1.2.840.10008.5.1.4.1.1.88.59");
	assert_string_equal(header_text(h, ATTR_SOP_UID), d.uid);
	assert_string_equal(header_text(h, ATTR_SERIES_UID), d.series_uid);
	assert_string_equal(header_text(h, ATTR_STUDY_UID), "1.2.3");
	assert_string_equal(header_text(h, ATTR_PATIENT_NAME), "Müller^Test");
	assert_string_equal(header_text(h, ATTR_PATIENT_ID), "SUBJ-1");
	for (int i = 0; i < 3; i++) {
		const char *first = strstr(h->json, r.images[i].sop_uid);

		assert_non_null(first);
		assert_non_null(strstr(first + 1, r.images[i].sop_uid));
	}
	assert_non_null(strstr(h->json, "event sha256 00ff"));
	header_free(h);
	kos_release(&d);
}

static void
test_same_each_time(void **state)
{
	struct rejection r;
	struct kos_document one, two, other;

	(void)state;
	rejection_begin(&r);
	kos_make(&one, &r.v, NULL);
	kos_make(&two, &r.v, NULL);
	r.v.number++;
	kos_make(&other, &r.v, NULL);
	assert_int_equal(one.bytes.len, two.bytes.len);
	assert_memory_equal(one.bytes.data, two.bytes.data, one.bytes.len);
	assert_string_not_equal(one.uid, other.uid);
	assert_string_not_equal(one.uid, one.series_uid);
	kos_release(&one);
	kos_release(&two);
	kos_release(&other);
}

static void
test_uids_are_right(void **state)
{
	char uid[KOS_UID];

	(void)state;
	for (int i = 0; i < 200; i++) {
		kos_uid(uid, "key object", "archive", i);
		assert_memory_equal(uid, "2.25.", 5);
		assert_true(strlen(uid) <= 44 && strspn(uid + 5, "0123456789") == strlen(uid + 5));
		assert_true(uid[5] != '0');
	}
}

static void
test_titles(void **state)
{
	const struct reason *quality[] = { reason_find("111210"), reason_find("PRO-BODY") };
	const struct reason *subject[] = { reason_find("111210"), reason_find("ID-SUBJ") };
	const struct reason *names[] = { reason_find("ID-SUBJ"), reason_find("PHI-PIX") };

	(void)state;
	assert_int_equal(kos_title_of(quality, 2), KOS_QUALITY);
	assert_int_equal(kos_title_of(subject, 2), KOS_WORKLIST);
	assert_int_equal(kos_title_of(names, 2), KOS_SAFETY);
	assert_int_equal(kos_title_of(NULL, 0), KOS_QUALITY);
}

/* every reason has a nearest code, and whatever names somebody is no matter of quality. */
static void
test_every_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < reason_count(); i++) {
		const struct reason *r = reason_at(i);

		assert_string_equal(kos_nearest(r)->scheme, "DCM");
		if (r->phi)
			assert_int_not_equal(kos_title_of(&r, 1), KOS_QUALITY);
	}
}

static void
test_refuses(void **state)
{
	struct rejection r;
	struct kos_document d;
	struct err e = { 0 };

	(void)state;
	rejection_begin(&r);
	r.v.image_count = 0;
	assert_int_equal(kos_make(&d, &r.v, &e), RC_INVALID);
	rejection_begin(&r);
	r.images[1].sop_uid = "1.2.x";
	assert_int_equal(kos_make(&d, &r.v, NULL), RC_INVALID);
	rejection_begin(&r);
	r.v.study_uid = "";
	assert_int_equal(kos_make(&d, &r.v, NULL), RC_INVALID);
	rejection_begin(&r);
	r.v.image_count = KOS_IMAGES_MOST + 1;
	assert_int_equal(kos_make(&d, &r.v, NULL), RC_LIMIT);
}

/* Sequences beyond 64 KiB, and values that their VR does not allow. */
static void
test_large_and_odd(void **state)
{
	enum { MANY = 3000 };
	struct kos_image *many = mem_zero(MANY, sizeof(*many));
	struct rejection r;
	struct kos_document d;
	struct header *h;

	(void)state;
	for (int i = 0; i < MANY; i++)
		many[i] = (struct kos_image){ ct, mem_format("1.2.3.4.5.%d", i) };
	rejection_begin(&r);
	r.study.value[ATTR_SEX] = (char *)"unknown";
	r.study.value[ATTR_BIRTH_DATE] = (char *)"1.1.1970";
	r.v.images = many;
	r.v.image_count = MANY;
	assert_int_equal(kos_make(&d, &r.v, NULL), RC_OK);
	h = read_back(&d);
	assert_string_equal(header_text(h, ATTR_SEX), "");
	assert_string_equal(header_text(h, ATTR_BIRTH_DATE), "");
	header_free(h);
	kos_release(&d);
	for (int i = 0; i < MANY; i++)
		free((char *)(uintptr_t)many[i].sop_uid);
	free(many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_back),
		cmocka_unit_test(test_same_each_time),
		cmocka_unit_test(test_uids_are_right),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_every_reason),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_large_and_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
