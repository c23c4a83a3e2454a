/* The parsed header of one file, as the rest of the program sees it.  Any thread. */
#include "core/dicom/header.h"

#include <stdlib.h>

void
header_free(struct header *h)
{
	if (h == NULL)
		return;
	for (int i = 0; i < ATTR_COUNT; i++)
		free(h->value[i]);
	free(h->json);
	free(h);
}

const char *
header_text(const struct header *h, enum attr a)
{
	return h->value[a] != NULL ? h->value[a] : "";
}
