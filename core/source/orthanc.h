/* What the files of the Orthanc driver share. */
#ifndef CORE_SOURCE_ORTHANC_H
#define CORE_SOURCE_ORTHANC_H

#include "core/source/web.h"

#define ORTHANC_WEB "/dicom-web" /* where its DICOMweb plugin answers, as shipped */

/* Numbers of ours among those that a site may use (1024 to 65535): the decision as JSON (attachment), the word for the series'
 * state, and which decision that is (metadata). */
enum { ORTHANC_JSON = 4097, ORTHANC_STATE = 4096, ORTHANC_DECISION = 4098 };

/* Is it a name that Orthanc gives: hexadecimal digits and dashes? */
bool orthanc_is_id(const char *s);

/* Its name for a series: what the struct has, or looked up by the UID. */
enum rc orthanc_id(
	struct web *w, const struct remote_series *s, char id[REMOTE_ADDRESS], struct err *e);

/* Its name for whatever has that UID at a level ("Instance", "Series"). */
enum rc orthanc_lookup(
	struct web *w, const char *level, const char *uid, char id[REMOTE_ADDRESS], struct err *e);

enum rc orthanc_sweep(struct driver *d, const struct remote_query *q,
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
	struct err *e);
enum rc orthanc_changes(struct driver *d, char token[REMOTE_TOKEN],
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
	struct err *e);
enum rc orthanc_probe(struct driver *d, struct server_facts *out, struct err *e);
enum rc orthanc_put(struct driver *d, const struct remote_verdict *v, char how[100], struct err *e);

#endif
