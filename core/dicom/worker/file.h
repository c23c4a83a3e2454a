/* The file at hand: mapped, parsed and kept until another one comes, for a cine asks for frame after
 * frame of the same. */
#ifndef CORE_DICOM_WORKER_FILE_H
#define CORE_DICOM_WORKER_FILE_H

#include <sys/stat.h>

#include "core/dicom/worker/pixels.h"

enum { FILE_MAX_GIB = 4 };

struct file {
	struct stat id;
	bool held;
	uint8_t *bytes;
	size_t size;
	struct dicom dicom;
	struct picture picture;
};

/* Make `f` hold the file open at `fd`; nothing is done where it holds it already. */
enum rc file_hold(struct file *f, int fd, struct err *e);
void file_drop(struct file *f);

#endif
