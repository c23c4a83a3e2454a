/* A small archive for screen tests. */
#include "tests/support/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tests/unit/dicom/dicom_make.h"

/* The build folder holds the programs: the first parent of this test that has them. */
static bool
find_programs(struct lab *l)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	for (path[n > 0 ? n : 0] = '\0'; strrchr(path, '/') != NULL;) {
		*strrchr(path, '/') = '\0';
		snprintf(l->program, sizeof(l->program), "%.480s/wetread", path);
		snprintf(l->verify, sizeof(l->verify), "%.480s/wetread-verify", path);
		if (access(l->program, X_OK) == 0 && access(l->verify, X_OK) == 0)
			return true;
	}
	return false;
}

static bool
write_secret(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, LAB_PASSWORD, strlen(LAB_PASSWORD)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void
child(int out, char *const argv[])
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(out >= 0 ? out : null, 1);
	execv(argv[0], argv);
	_exit(127);
}

static int
run(char *out, size_t size, size_t *length, char *const argv[])
{
	int fds[2], status = 0;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	if (pipe(fds) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		child(fds[1], argv);
	}
	close(fds[1]);
	for (char more[4096]; (n = read(fds[0], more, sizeof(more))) > 0;)
		for (ssize_t i = 0; i < n && out != NULL && used + 1 < size; i++)
			out[used++] = more[i];
	if (out != NULL)
		out[used] = '\0';
	*length = used;
	close(fds[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
lab_run_bytes(struct lab *l, char *out, size_t size, size_t *length, const char *const arguments[])
{
	char *argv[32] = { l->program, (char *)"--archive", l->archive };
	int n = 3;

	for (; *arguments != NULL && n < 31; arguments++)
		argv[n++] = (char *)*arguments;
	return run(out, size, length, argv);
}

int
lab_run(struct lab *l, char *out, size_t size, const char *const arguments[])
{
	size_t length;

	return lab_run_bytes(l, out, size, &length, arguments);
}

int
lab_verify(struct lab *l)
{
	char *argv[] = { l->verify, l->archive, NULL };

	size_t length;

	return run(NULL, 0, &length, argv);
}

static bool
add_user(struct lab *l, const char *secret, const char *id, const char *name, const char *role)
{
	const char *const arguments[] = { "--user", "officer", "--password-file", secret, "user",
		"add", id, "--name", name, "--role", role, "--new-password-file", secret, NULL };

	return lab_run(l, NULL, 0, arguments) == 0;
}

bool
lab_make(struct lab *l)
{
	char secret[128],
		*argv[] = { l->program, (char *)"--password-file", secret, (char *)"init",
			l->archive, NULL };
	size_t length;

	memset(l, 0, sizeof(*l));
	strcpy(l->folder, "/tmp/wetread-lab-XXXXXX");
	if (!find_programs(l) || mkdtemp(l->folder) == NULL)
		return false;
	snprintf(l->archive, sizeof(l->archive), "%s/archive", l->folder);
	snprintf(secret, sizeof(secret), "%s/secret", l->folder);
	return write_secret(secret) && run(NULL, 0, &length, argv) == 0 &&
		add_user(l, secret, "rosa", "Rosa Meier", "reviewer") &&
		add_user(l, secret, "amadou", "Amadou Costa", "radiologist");
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

void
lab_free(struct lab *l)
{
	if (l->folder[0] != '\0')
		nftw(l->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* A ramp from left to right, and a bright box that moves down by a row of boxes with each slice. */
static void
paint(uint16_t *pixels, int size, int slice, int slices)
{
	int top = slices > 0 ? slice * (size - 8) / slices : 0;

	for (int y = 0; y < size; y++)
		for (int x = 0; x < size; x++)
			pixels[y * size + x] =
				(uint16_t)(x >= 4 && x < 12 && y >= top && y < top + 8
						? 2000
						: 1000 * x / size);
}

/* What PET images are dated by: injected at 08:15, scanned from 09:15 on. */
static void
make_pet_times(struct maker *m)
{
	make_text(m, 0x00080021, "DA", "20260105");
	make_text(m, 0x00080022, "DA", "20260105");
	make_text(m, 0x00080031, "TM", "091500");
	make_text(m, 0x00080032, "TM", "091700");
}

/* 296 MBq for 74 kg, one half-life before the scan: 148 MBq were left, 0.0005 g/Bq. */
static void
make_pet_dose(struct maker *m)
{
	make_text(m, 0x00280051, "CS", "DECY\\ATTN");
	make_open(m, 0x00540016);
	make_item(m);
	make_text(m, 0x00181072, "TM", "081500");
	make_text(m, 0x00181074, "DS", "296000000");
	make_text(m, 0x00181075, "DS", "3600");
	make_item_end(m);
	make_close(m);
	make_text(m, 0x00541001, "CS", "BQML");
	make_text(m, 0x00541102, "CS", "START");
}

/* A sequence with an item, and a private element. */
static void
make_reference(struct maker *m, const struct lab_series *s)
{
	char text[64];

	make_open(m, 0x00081140);
	make_item(m);
	snprintf(text, sizeof(text), "1.2.3.%d.99", s->number);
	make_text(m, 0x00081155, "UI", text);
	make_item_end(m);
	make_close(m);
	make_text(m, 0x00090010, "LO", "EXAMPLE LAB");
	make_text(m, 0x00091001, "LO", "kept by the scanner");
}

static void
add_grain(uint16_t *pixels, int size, uint32_t seed)
{
	for (int i = 0; i < size * size; i++) {
		seed = seed * 1664525 + 1013904223;
		pixels[i] = (uint16_t)(pixels[i] + (seed >> 24));
	}
}

static void
make_header(struct maker *m, const struct lab_series *s, int slice)
{
	char text[64];
	bool pet = strcmp(s->modality, "PT") == 0;

	make_text(m, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
	snprintf(text, sizeof(text), "1.2.3.%d.%d", s->number, slice + 1);
	make_text(m, 0x00080018, "UI", text);
	make_text(m, 0x00080020, "DA", "20260105");
	if (pet)
		make_pet_times(m);
	make_text(m, 0x00080060, "CS", s->modality);
	make_text(m, 0x00080070, "LO", "Example Medical");
	make_text(m, 0x0008103e, "LO", s->description);
	make_reference(m, s);
	make_text(m, 0x00100010, "PN", s->subject);
	make_text(m, 0x00100020, "LO", s->subject);
	if (pet)
		make_text(m, 0x00101030, "DS", "74");
	make_text(m, 0x00120050, "LO", s->visit);
	make_text(m, 0x00180050, "DS", "2");
	snprintf(text, sizeof(text), "1.2.3.%d", s->number);
	make_text(m, 0x0020000d, "UI", text);
	snprintf(text, sizeof(text), "1.2.3.%d.0", s->number);
	make_text(m, 0x0020000e, "UI", text);
	snprintf(text, sizeof(text), "%d", slice + 1);
	make_text(m, 0x00200013, "IS", text);
	snprintf(text, sizeof(text), "0\\0\\%d", 2 * slice);
	make_text(m, 0x00200032, "DS", text);
	make_text(m, 0x00200037, "DS", "1\\0\\0\\0\\1\\0");
}

static void
make_pixels(struct maker *m, const struct lab_series *s, int slice, int size)
{
	uint16_t *pixels = mem_zero((size_t)size * (size_t)size, sizeof(*pixels));

	make_u16(m, 0x00280002, 1);
	make_text(m, 0x00280004, "CS", "MONOCHROME2");
	make_u16(m, 0x00280010, (unsigned)size);
	make_u16(m, 0x00280011, (unsigned)size);
	make_text(m, 0x00280030, "DS", "1\\1");
	make_u16(m, 0x00280100, 16);
	make_u16(m, 0x00280101, 12);
	make_u16(m, 0x00280102, 11);
	make_u16(m, 0x00280103, 0);
	if (s->burned_in != NULL)
		make_text(m, 0x00280301, "CS", s->burned_in);
	make_text(m, 0x00281050, "DS", "500\\200");
	make_text(m, 0x00281051, "DS", "1000\\100");
	if (strcmp(s->modality, "PT") == 0)
		make_pet_dose(m);
	paint(pixels, size, slice, s->slices);
	if (s->noisy)
		add_grain(pixels, size, (uint32_t)slice);
	make_bytes(m, 0x7fe00010, "OW", pixels, (size_t)size * (size_t)size * 2);
	free(pixels);
}

static bool
write_slice(const char *folder, const struct lab_series *s, int slice)
{
	struct maker m = { 0 };
	char path[256];
	FILE *f;
	bool ok;

	make_start(&m, EXPLICIT_LE);
	make_header(&m, s, slice);
	make_pixels(&m, s, slice, s->size > 0 ? s->size : 64);
	snprintf(path, sizeof(path), "%s/%04d.dcm", folder, slice + 1);
	f = fopen(path, "we");
	ok = f != NULL && fwrite(m.b.data, 1, m.b.len, f) == m.b.len;
	if (f != NULL)
		fclose(f);
	buf_release(&m.b);
	return ok;
}

bool
lab_write(struct lab *l, const char *name, const struct lab_series *s)
{
	char folder[128];
	bool ok = true;

	snprintf(folder, sizeof(folder), "%s/%s", l->folder, name);
	mkdir(folder, 0755);
	for (int i = 0; ok && i < s->slices; i++)
		ok = write_slice(folder, s, s->first + i);
	return ok;
}

bool
lab_import(struct lab *l, const char *name)
{
	char folder[128];
	const char *const arguments[] = { "import", folder, NULL };

	snprintf(folder, sizeof(folder), "%s/%s", l->folder, name);
	return lab_run(l, NULL, 0, arguments) == 0;
}
