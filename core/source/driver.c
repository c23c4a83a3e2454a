/* Which driver answers for which kind of address, and what can be found out about a server. */
#include "core/source/driver.h"

#include <string.h>

#include "core/source/driver_in.h"

const struct quirk_info quirk_table[QUIRK_COUNT] = {
#define X(name, said, what) [QUIRK_##name] = { .word = said, .help = what },
#include "core/source/quirk.def"
#undef X
};

const struct driver_ops *
driver_of(enum address_kind k)
{
	static const struct driver_ops *const drivers[] = {
		[ADDRESS_DICOMWEB] = &driver_dicomweb,
		[ADDRESS_ORTHANC] = &driver_orthanc,
		[ADDRESS_DIMSE] = &driver_dimse,
		[ADDRESS_FOLDER] = NULL,
	};

	return drivers[k];
}

unsigned
driver_patience(const struct driver *d)
{
	return d->patience;
}

static bool
is_in(const char *value, const char *wanted)
{
	return wanted[0] == '\0' || strcmp(value, wanted) == 0;
}

bool
driver_matches(const struct remote_query *q, const struct remote_series *s)
{
	const char *date = header_text(s->header, ATTR_STUDY_DATE);

	if (!is_in(header_text(s->header, ATTR_MODALITY), q->modality) ||
		!is_in(header_text(s->header, ATTR_PATIENT_ID), q->patient) ||
		!is_in(s->study_uid, q->study_uid) || !is_in(s->series_uid, q->series_uid))
		return false;
	if (q->from[0] == '\0' && q->to[0] == '\0')
		return true;
	return strlen(date) == 8 && (q->from[0] == '\0' || strcmp(date, q->from) >= 0) &&
		(q->to[0] == '\0' || strcmp(date, q->to) <= 0);
}
