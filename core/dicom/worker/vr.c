/* The table of value representations. */
#include "core/dicom/worker/vr.h"

#include <stddef.h>

#include "core/base/mem.h"
#include "core/dicom/worker/codec.h"

static const struct vr_info table[] = {
	{ VR('U', 'S'), VR_KIND_UNSIGNED, false, 2 },
	{ VR('D', 'S'), VR_KIND_NUMBER, false, 0 },
	{ VR('C', 'S'), VR_KIND_CODE, false, 0 },
	{ VR('L', 'O'), VR_KIND_STRING, false, 0 },
	{ VR('U', 'I'), VR_KIND_CODE, false, 0 },
	{ VR('S', 'H'), VR_KIND_STRING, false, 0 },
	{ VR('S', 'Q'), VR_KIND_SEQUENCE, true, 0 },
	{ VR('I', 'S'), VR_KIND_NUMBER, false, 0 },
	{ VR('U', 'N'), VR_KIND_BYTES, true, 0 },
	{ VR('D', 'A'), VR_KIND_CODE, false, 0 },
	{ VR('T', 'M'), VR_KIND_CODE, false, 0 },
	{ VR('P', 'N'), VR_KIND_NAME, false, 0 },
	{ VR('U', 'L'), VR_KIND_UNSIGNED, false, 4 },
	{ VR('F', 'D'), VR_KIND_REAL, false, 8 },
	{ VR('F', 'L'), VR_KIND_REAL, false, 4 },
	{ VR('O', 'B'), VR_KIND_BYTES, true, 0 },
	{ VR('O', 'W'), VR_KIND_BYTES, true, 0 },
	{ VR('S', 'S'), VR_KIND_SIGNED, false, 2 },
	{ VR('S', 'L'), VR_KIND_SIGNED, false, 4 },
	{ VR('A', 'S'), VR_KIND_CODE, false, 0 },
	{ VR('A', 'E'), VR_KIND_CODE, false, 0 },
	{ VR('D', 'T'), VR_KIND_CODE, false, 0 },
	{ VR('A', 'T'), VR_KIND_TAG, false, 4 },
	{ VR('S', 'T'), VR_KIND_PARAGRAPH, false, 0 },
	{ VR('L', 'T'), VR_KIND_PARAGRAPH, false, 0 },
	{ VR('U', 'T'), VR_KIND_PARAGRAPH, true, 0 },
	{ VR('U', 'C'), VR_KIND_STRING, true, 0 },
	{ VR('U', 'R'), VR_KIND_PARAGRAPH, true, 0 },
	{ VR('O', 'F'), VR_KIND_BYTES, true, 0 },
	{ VR('O', 'D'), VR_KIND_BYTES, true, 0 },
	{ VR('O', 'L'), VR_KIND_BYTES, true, 0 },
	{ VR('O', 'V'), VR_KIND_BYTES, true, 0 },
	{ VR('S', 'V'), VR_KIND_SIGNED, true, 8 },
	{ VR('U', 'V'), VR_KIND_UNSIGNED, true, 8 },
};

const struct vr_info *
vr_find(uint16_t code)
{
	for (size_t i = 0; i < MEM_COUNT(table); i++)
		if (table[i].code == code)
			return &table[i];
	return NULL;
}

uint16_t
vr_of_tag(uint32_t tag)
{
	uint16_t group = (uint16_t)(tag >> 16), element = (uint16_t)tag, code;

	if (element == 0)
		return VR('U', 'L');
	if ((group & 1) != 0)
		return element >= 0x10 && element <= 0xff ? VR('L', 'O') : VR('U', 'N');
	code = codec_dictionary_vr(group, element);
	return vr_find(code) != NULL ? code : VR('U', 'N');
}
