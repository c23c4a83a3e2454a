/* The table of header attributes with columns of their own (attr.def). */
#ifndef CORE_DICOM_ATTR_H
#define CORE_DICOM_ATTR_H

#include <stdint.h>

enum attr {
#define X(name, column, group, element, level, kind) ATTR_##name,
#include "core/dicom/attr.def"
#undef X
	ATTR_COUNT
};

enum attr_level { ATTR_LEVEL_STUDY, ATTR_LEVEL_SERIES, ATTR_LEVEL_IMAGE };
enum attr_kind {
	ATTR_KIND_TEXT,
	ATTR_KIND_NAME,
	ATTR_KIND_UID,
	ATTR_KIND_DATE,
	ATTR_KIND_TIME,
	ATTR_KIND_INT,
	ATTR_KIND_REAL
};

struct attr_info {
	const char *column; /* its name in the ledger */
	uint16_t group, element;
	enum attr_level level;
	enum attr_kind kind;
};

extern const struct attr_info attr_table[ATTR_COUNT];

#endif
