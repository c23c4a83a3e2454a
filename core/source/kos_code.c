/* Which code of DICOM's a reason is told by (see kos.h). */
#include <string.h>

#include "core/base/mem.h"
#include "core/source/kos.h"

/* PS3.16 CID 7010 */
const struct kos_code kos_titles[KOS_TITLES] = {
	[KOS_SAFETY] = { "113037", "DCM", "Rejected for Patient Safety Reasons" },
	[KOS_WORKLIST] = { "113038", "DCM", "Incorrect Modality Worklist Entry" },
	[KOS_QUALITY] = { "113001", "DCM", "Rejected for Quality Reasons" },
	[KOS_RETENTION] = { "113039", "DCM", "Data Retention Policy Expired" },
};

/* PS3.16 CID 7011: what may modify the title Rejected for Quality Reasons */
static const struct kos_code modifiers[] = {
	{ "111207", "DCM", "Image artifact(s)" },
	{ "111208", "DCM", "Grid artifact(s)" },
	{ "111209", "DCM", "Positioning" },
	{ "111210", "DCM", "Motion blur" },
	{ "111211", "DCM", "Under exposed" },
	{ "111212", "DCM", "Over exposed" },
	{ "111213", "DCM", "No image" },
	{ "111214", "DCM", "Detector artifact(s)" },
	{ "111215", "DCM", "Artifact(s) other than grid or detector artifact" },
	{ "111216", "DCM", "Mechanical failure" },
	{ "111217", "DCM", "Electrical failure" },
	{ "111218", "DCM", "Software failure" },
	{ "111219", "DCM", "Inappropriate image processing" },
	{ "111220", "DCM", "Other failure" },
	{ "111221", "DCM", "Unknown failure" },
	{ "113026", "DCM", "Double exposure" },
};

/* Reasons that are in neither list: the title that they ask for, or the nearest modifier.  Those without a row are told as
 * 111220, Other failure. */
static const struct {
	const char *reason;
	enum kos_title title;
	const char *nearest;
} mapping[] = {
	{ "110514", KOS_WORKLIST, "111220" },
	{ "ID-SUBJ", KOS_WORKLIST, "111220" },
	{ "ID-VISIT", KOS_WORKLIST, "111220" },
	{ "PHI-PIX", KOS_SAFETY, "111220" },
	{ "PHI-HDR", KOS_SAFETY, "111220" },
	{ "PHI-FACE", KOS_SAFETY, "111220" },
	{ "PHI-OVL", KOS_SAFETY, "111220" },
	{ "128553", KOS_QUALITY, "111210" },
	{ "110521", KOS_QUALITY, "111218" },
	{ "RID11327", KOS_QUALITY, "111215" },
	{ "ID-LAT", KOS_QUALITY, "111209" },
	{ "PRO-BODY", KOS_QUALITY, "111209" },
	{ "GEO-COVER", KOS_QUALITY, "111209" },
	{ "ART-GHOST", KOS_QUALITY, "111215" },
	{ "ART-WRAP", KOS_QUALITY, "111215" },
	{ "ART-RING", KOS_QUALITY, "111215" },
	{ "ART-CTRING", KOS_QUALITY, "111214" },
	{ "ART-SUSC", KOS_QUALITY, "111215" },
	{ "ART-METAL", KOS_QUALITY, "111215" },
	{ "ART-INU", KOS_QUALITY, "111215" },
	{ "ART-SPIKE", KOS_QUALITY, "111217" },
	{ "ART-COIL", KOS_QUALITY, "111216" },
	{ "ART-NOISE", KOS_QUALITY, "111215" },
	{ "ART-FATSAT", KOS_QUALITY, "111215" },
	{ "ART-DROP", KOS_QUALITY, "111215" },
	{ "PRC-LOSSY", KOS_QUALITY, "111219" },
	{ "PRC-DERIV", KOS_QUALITY, "111219" },
	{ "SEG-MISREG", KOS_QUALITY, "111219" },
};

static const struct kos_code *
modifier(const char *value)
{
	for (size_t i = 0; i < MEM_COUNT(modifiers); i++)
		if (strcmp(modifiers[i].value, value) == 0)
			return &modifiers[i];
	return NULL;
}

const struct kos_code *
kos_nearest(const struct reason *r)
{
	const struct kos_code *own = modifier(r->code);

	for (size_t i = 0; own == NULL && i < MEM_COUNT(mapping); i++)
		if (strcmp(mapping[i].reason, r->code) == 0)
			own = modifier(mapping[i].nearest);
	return own != NULL ? own : modifier("111220");
}

enum kos_title
kos_title_of(const struct reason *const reasons[], size_t n)
{
	enum kos_title worst = KOS_QUALITY;

	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < MEM_COUNT(mapping); i++)
			if (strcmp(mapping[i].reason, reasons[k]->code) == 0 &&
				mapping[i].title < worst)
				worst = mapping[i].title;
	return worst;
}
