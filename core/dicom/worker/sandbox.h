/* Gives up everything the worker does not need, for good. */
#ifndef CORE_DICOM_WORKER_SANDBOX_H
#define CORE_DICOM_WORKER_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* memory: bytes it may allocate; mapped: bytes of result and file that it may map besides; seconds:
 * of one call.  After this no file, socket, process or program can be opened or started; whatever is
 * not on the list fails with EPERM.  False where the kernel refuses a part that must not be missing
 * (landlock may be). */
bool sandbox_close(size_t memory, size_t mapped, unsigned seconds);

#endif
