/* The standardized uptake value by body weight of a PET image, from its header: the vendor-neutral rule of QIBA's FDG-PET/CT
 * profile ("SUV vendor-neutral pseudo-code"), over the attributes of PS3.3 C.8.9.1 and C.8.9.2.  A factor is given only
 * where the header says everything that it takes: a wrong SUV is worse than none.  Pure, any thread. */
#ifndef CORE_DICOM_SUV_H
#define CORE_DICOM_SUV_H

#include <stdbool.h>
#include <stddef.h>

/* What one unit of the rescaled value is in SUV (g/ml).  False: why_not says in words what is missing or forbids it, and names
 * no value of the header. */
bool suv_factor(const char *header_json, double *factor, char *why_not, size_t size);

#endif
