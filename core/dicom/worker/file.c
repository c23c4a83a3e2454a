/* The file at hand: mapped, parsed and kept until another one comes. */
#include "core/dicom/worker/file.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
		a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

void
file_drop(struct file *f)
{
	fragments_free(&f->picture.fragments);
	dicom_release(&f->dicom);
	if (f->bytes != NULL)
		munmap(f->bytes, f->size);
	memset(f, 0, sizeof(*f));
}

/* SYS_fstat itself: the C library's fstat may use a call that also takes paths. */
static enum rc
map(struct file *f, int fd, const struct stat *st, struct err *e)
{
	void *p;

	if (!S_ISREG(st->st_mode))
		return err_set(e, RC_INVALID, "not a regular file");
	if (st->st_size == 0)
		return err_set(e, RC_INVALID, "the file is empty");
	if ((uint64_t)st->st_size > (uint64_t)FILE_MAX_GIB << 30)
		return err_set(e, RC_LIMIT, "the file is larger than %d GiB", FILE_MAX_GIB);
	p = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_errno(e, RC_LIMIT, "mapping the file");
	f->bytes = p;
	f->size = (size_t)st->st_size;
	return RC_OK;
}

enum rc
file_hold(struct file *f, int fd, struct err *e)
{
	struct stat st;
	enum rc rc;

	if (syscall(SYS_fstat, fd, &st) != 0)
		return err_errno(e, RC_FAILED, "looking at the file");
	if (f->held && same(&f->id, &st))
		return RC_OK;
	file_drop(f);
	rc = map(f, fd, &st, e);
	if (rc == RC_OK)
		rc = dicom_parse(&f->dicom, f->bytes, f->size, e);
	if (rc != RC_OK) {
		file_drop(f);
		return rc;
	}
	f->picture.d = &f->dicom;
	image_shape(&f->dicom, &f->picture.shape);
	f->id = st;
	f->held = true;
	return RC_OK;
}
