/* The table of header attributes with columns of their own. */
#include "core/dicom/attr.h"

const struct attr_info attr_table[ATTR_COUNT] = {
#define X(name, column_, group_, element_, level_, kind_) \
	[ATTR_##name] = { .column = #column_, \
		.group = group_, \
		.element = element_, \
		.level = ATTR_LEVEL_##level_, \
		.kind = ATTR_KIND_##kind_ },
#include "core/dicom/attr.def"
#undef X
};
