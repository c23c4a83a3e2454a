/* The keywords of the standard's data elements. */
#include "core/dicom/dictionary.h"

#include <stdlib.h>

static int
compare(const void *key, const void *row)
{
	uint32_t tag = *(const uint32_t *)key, other = ((const struct dictionary_row *)row)->tag;

	return tag < other ? -1 : tag > other;
}

const char *
dictionary_keyword(uint32_t tag)
{
	const struct dictionary_row *row;
	uint32_t family = tag >> 24;

	if (family == 0x50 || family == 0x60)
		tag &= 0xff00ffff;
	row = bsearch(&tag, dictionary_rows, dictionary_count, sizeof(dictionary_rows[0]), compare);
	return row != NULL ? row->keyword : "";
}
