/* What images there are: exams, series, images, conflicts.  Filled by imports, read by everyone. */
#ifndef CORE_LEDGER_CATALOG_H
#define CORE_LEDGER_CATALOG_H

#include "core/dicom/header.h"
#include "core/ledger/ledger.h"
#include "core/model.h"

/* ---- writing: one batch is one transaction with its events ---- */

enum catalog_outcome {
	CATALOG_NEW,
	CATALOG_DUPLICATE, /* the same bytes are there */
	CATALOG_CONFLICT /* the SOP Instance UID is there with other bytes: kept beside it, flagged */
};

struct catalog_image {
	const struct header *header;
	const char *digest;       /* SHA-256 of the file, hexadecimal */
	const char *pixel_digest; /* of the stored pixel bytes; "" none */
	int64_t bytes;
	const char *fault; /* why its pixels do not decode; "" they do */
};

struct catalog_batch;

/* Begins the transaction. */
enum rc catalog_batch_begin(
	struct catalog_batch **out, struct ledger *l, const struct signer *who, struct err *e);
/* Any failure leaves the batch to be ended with that rc. */
enum rc catalog_add(struct catalog_batch *b, const struct catalog_image *im,
	enum catalog_outcome *outcome, struct err *e);
/* A series that a source says it has, by what its index or the header of one image tells. */
struct catalog_known {
	const struct header *header; /* both UIDs are in it */
	bool whole_header;           /* of an image: what is not in it counts as missing */
	int64_t source;
	const char *source_name;
	const char *address; /* the source's own name for it; "" none */
	int64_t images;      /* that it says there are; -1 unknown */
};
enum known_outcome {
	KNOWN_NEW,      /* it is in quarantine now, on its worklists, and nothing of it is here */
	KNOWN_SAME,     /* as it was known */
	KNOWN_CHANGED,  /* other images than before: what is here is not all of it any more */
	KNOWN_ELSEWHERE /* known from another source: left with that */
};
enum rc catalog_know(struct catalog_batch *b, const struct catalog_known *k,
	enum known_outcome *outcome, struct err *e);

/* Writes one event for each series touched and commits; undoes all where rc is not RC_OK.  Frees b. */
enum rc catalog_batch_end(struct catalog_batch *b, enum rc rc, struct err *e);

/* The attribute (enum attr) that a series' list of missing ones names; -1 none. */
int catalog_missing_attr(const char *name);

/* Series whose images changed since they were last settled get their order, flags, manifest and tasks, up to 32 in a
 * transaction.  An import that was killed leaves some: the next one begins with this.
 * `told` (may be NULL) is called after each.  Returns how many in *count. */
enum rc catalog_settle(struct ledger *l, const struct signer *who, void (*told)(void *ctx),
	void *ctx, int64_t *count, struct err *e);

/* ---- reading ---- */

/* "S-0042", "42" or a Series Instance UID.  RC_NOT_FOUND. */
enum rc catalog_series_id(struct ledger *l, const char *text, int64_t *id, struct err *e);
void catalog_series_name(int64_t id, char name[24]);

/* Release what *out holds with series_release. */
enum rc catalog_series(struct ledger *l, int64_t id, struct series *out, struct err *e);
/* The images in reading order; *out is an array of *n, free() it. */
enum rc catalog_images(
	struct ledger *l, int64_t series, struct image **out, size_t *n, struct err *e);
/* The series of the same subject to compare one with, likest first: of its modality, of its description, those that arrived
 * before it from the last to the first, then the later ones. */
struct catalog_kin {
	bool pictures; /* only those that have some */
	int64_t *out;
	size_t most;
};
enum rc catalog_alike(
	struct ledger *l, int64_t series, const struct catalog_kin *kin, size_t *n, struct err *e);
/* The header of one image as DICOM JSON; free() it. */
enum rc catalog_header(struct ledger *l, int64_t image, char **json, struct err *e);
/* One attribute of one image; "" where absent. */
enum rc catalog_image_attr(
	struct ledger *l, int64_t image, enum attr a, char *to, size_t size, struct err *e);

/* The digest of an image by its SOP Instance UID, for tests and tools.  RC_NOT_FOUND. */
enum rc catalog_digest(
	struct ledger *l, const char *sop_uid, char digest[DIGEST_HEX], struct err *e);

#endif
