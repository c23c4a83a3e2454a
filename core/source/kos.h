/* A rejection as a DICOM object: the Key Object Selection of IHE's Imaging Object Change Management (PS3.3 A.35.4, C.17.6.2;
 * PS3.16 TID 2010).  Servers that know it hide what it names; the others keep it as one more series.  Any thread. */
#ifndef CORE_SOURCE_KOS_H
#define CORE_SOURCE_KOS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/dicom/header.h"
#include "core/ledger/reason.h"

enum { KOS_UID = 65, KOS_IMAGES_MOST = 100000 };

/* Of CID 7010, in the order in which one of them stands for several reasons: the first wins. */
enum kos_title { KOS_SAFETY, KOS_WORKLIST, KOS_QUALITY, KOS_RETENTION, KOS_TITLES };

struct kos_code {
	const char *value, *scheme, *meaning;
};
extern const struct kos_code kos_titles[KOS_TITLES];

/* What the reasons of a rejection amount to: identifying data are a matter of the patient's safety, the wrong subject or visit
 * is an incorrect worklist entry, all else is quality.  KOS_QUALITY without any. */
enum kos_title kos_title_of(const struct reason *const reasons[], size_t n);

/* The nearest code of CID 7011 for a reason; itself where it is one of them. */
const struct kos_code *kos_nearest(const struct reason *r);

struct kos_image {
	const char *sop_class, *sop_uid;
};

/* The rejection.  All lent. */
struct kos_verdict {
	const char *archive; /* id of our archive: with `number` it makes the UIDs, the same each time */
	int64_t number;      /* of the signature */
	const char *hash;   /* of the signed event */
	const char *signer; /* printed name, UTF-8 */
	int64_t at;         /* of the signature, UTC, microseconds */
	const struct reason *const *reasons;
	size_t reason_count;
	/* Patient and study as the study's own images have them, so that the object files with them.  Values that their VR does
	 * not allow are left empty. */
	const struct header *study;
	const char *study_uid, *series_uid; /* of what is rejected */
	const struct kos_image *images;
	size_t image_count;
};

struct kos_document {
	struct buf bytes; /* a DICOM file; released by kos_release */
	char uid[KOS_UID], series_uid[KOS_UID];
	enum kos_title title;
};

/* RC_INVALID: no images, or a UID that is none.  RC_LIMIT: more than KOS_IMAGES_MOST images. */
enum rc kos_make(struct kos_document *out, const struct kos_verdict *v, struct err *e);
void kos_release(struct kos_document *d);

#define KOS_SERIES_KIND "key object series"

/* "2.25." and 128 bits of the SHA-256 of `kind`, the archive's id and a number. */
void kos_uid(char uid[KOS_UID], const char *kind, const char *archive, int64_t number);

#endif
