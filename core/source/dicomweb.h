/* What DICOMweb services answer (PS3.18), for the drivers of servers that have them.  `root` is what their paths begin with, "" or
 * "/dicom-web". */
#ifndef CORE_SOURCE_DICOMWEB_H
#define CORE_SOURCE_DICOMWEB_H

#include "core/source/web.h"

#define DICOMWEB_ACCEPT "Accept: multipart/related; type=\"application/dicom\"; transfer-syntax=*"

/* The header of one image: RC_NOT_FOUND where it is not there. */
enum rc dicomweb_header(struct web *w, const char *root, const struct remote_series *s,
	const char *sop_uid, struct header **out, struct err *e);

/* All images of t->series in one answer, those of t->images at least.  Where t->md5_path is there the sink is told which is which,
 * and gets no others. */
struct transfer;
enum rc dicomweb_series(const struct transfer *t, const char *root, struct err *e);

/* Are its UIDs such that a path may hold them? */
enum rc dicomweb_named(const struct remote_series *s, struct err *e);

/* Searches, images and storing, tried: sets QIDO, WADO and what searches do with odd questions.  RC_OK too where there is no such
 * service: nothing is set then. */
enum rc dicomweb_probe(struct web *w, const char *root, struct server_facts *f, struct err *e);

/* Give it an object and read it back, where it is not there already.  RC_CONFLICT: another one under its UID. */
enum rc dicomweb_put(struct web *w, const char *root, const struct remote_verdict *v, struct err *e);

#endif
