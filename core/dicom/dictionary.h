/* The keywords of the standard's data elements (PS3.6), from dictionary.tsv.  Constant, any thread. */
#ifndef CORE_DICOM_DICTIONARY_H
#define CORE_DICOM_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

/* "PatientID" for 0x00100020; "" for a tag that the standard does not name.  Curves and overlays are known in every one of
 * their groups (50xx, 60xx). */
const char *dictionary_keyword(uint32_t tag);

/* The rows of dictionary.tsv, in rising order; made by the Makefile. */
struct dictionary_row {
	uint32_t tag;
	const char *keyword;
};
extern const struct dictionary_row dictionary_rows[];
extern const size_t dictionary_count;

#endif
