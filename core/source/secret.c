/* The file with what opens a source. */
#include "core/source/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

enum { FILE_MOST = 16384 };

#define ROW(word, member) \
	{ \
		word, offsetof(struct secret, member), sizeof(((struct secret *)0)->member) \
	}

static const struct row {
	const char *name;
	size_t at, size;
} rows[] = {
	ROW("user", user),
	ROW("password", password),
	ROW("token", token),
	ROW("ca", ca),
	ROW("pin", pin),
	ROW("certificate", certificate),
	ROW("key", key),
	ROW("key-password", key_password),
};

static bool
keep(struct secret *s, const char *name, size_t name_n, const char *value, size_t value_n)
{
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		if (strlen(rows[i].name) != name_n || memcmp(rows[i].name, name, name_n) != 0)
			continue;
		if (value_n >= rows[i].size || memchr(value, '\0', value_n) != NULL)
			return false;
		memcpy((char *)s + rows[i].at, value, value_n);
		((char *)s + rows[i].at)[value_n] = '\0';
		return true;
	}
	return false;
}

static enum rc
take_lines(struct secret *s, const char *text, struct err *e)
{
	for (int line = 1; *text != '\0'; line++) {
		size_t n = strcspn(text, "\n"), name = strcspn(text, " \t\n"), value = name;

		while (value < n && (text[value] == ' ' || text[value] == '\t'))
			value++;
		if (n > value && text[n - 1] == '\r')
			n--;
		if (text[0] != '#' && name > 0 && text[0] != '\r' &&
			!keep(s, text, name, text + value, n - value))
			return err_set(e, RC_INVALID,
				"line %d of the secret is none of: user, password, token, ca, pin, "
				"certificate, key, key-password and a value",
				line);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return RC_OK;
}

/* Nobody else's, and nobody else can read it. */
static enum rc
check_file(int fd, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(e, RC_FAILED, "the secret cannot be looked at");
	if (!S_ISREG(st.st_mode))
		return err_set(e, RC_DENIED, "the secret is not a file");
	if (st.st_uid != geteuid())
		return err_set(e, RC_DENIED, "the secret is somebody else's file");
	if ((st.st_mode & 077) != 0)
		return err_set(e, RC_DENIED,
			"the secret could be read by others (mode %04o): its mode has to be 0600",
			(unsigned)(st.st_mode & 07777));
	if (st.st_size >= FILE_MOST)
		return err_set(e, RC_INVALID, "the secret is too large a file");
	return RC_OK;
}

static enum rc
take_file(struct secret *s, int fd, struct err *e)
{
	char text[FILE_MOST];
	size_t n = 0;
	ssize_t got;
	enum rc rc = check_file(fd, e);

	if (rc != RC_OK)
		return rc;
	while (n < sizeof(text) - 1 && (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	rc = take_lines(s, text, e);
	explicit_bzero(text, sizeof(text));
	return rc;
}

enum rc
secret_read(struct secret *out, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (fd < 0 && errno == ENOENT)
		return err_set(e, RC_NOT_FOUND, "there is no such secret");
	if (fd < 0)
		return err_errno(e, RC_DENIED, "the secret cannot be read");
	rc = take_file(out, fd, e);
	close(fd);
	if (rc != RC_OK)
		secret_forget(out);
	return rc;
}

static enum rc
lines_of(const struct secret *s, struct buf *b, struct err *e)
{
	buf_room(b, sizeof(*s) + 200); /* so that it does not move, and leaves no copy behind */
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		const char *value = (const char *)s + rows[i].at;

		if (strpbrk(value, "\r\n") != NULL || value[0] == ' ' || value[0] == '\t')
			return err_set(e, RC_INVALID,
				"%s begins with a blank, or is more than a line", rows[i].name);
		if (value[0] != '\0') {
			buf_text(b, rows[i].name);
			buf_char(b, ' ');
			buf_text(b, value);
			buf_char(b, '\n');
		}
	}
	return RC_OK;
}

static bool
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

/* The name lasts only when its folder is on the disk too. */
static void
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
		slash == NULL ? mem_string(".") : mem_format("%.*s", (int)(slash - path + 1), path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

enum rc
secret_write(const struct secret *s, const char *path, struct err *e)
{
	char *temp = mem_format("%s.%ld.new", path, (long)getpid());
	struct buf b = { 0 };
	enum rc rc = lines_of(s, &b, e);
	int fd = -1;

	if (rc != RC_OK)
		goto out;
	unlink(temp); /* of a program with this number that died */
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, 0600) != 0 || !write_all(fd, b.data, b.len) || fsync(fd) != 0 ||
		rename(temp, path) != 0)
		rc = err_errno(e, RC_FAILED, "the secret cannot be written");
	if (rc == RC_OK)
		sync_folder(path);
	else
		unlink(temp);
out:
	if (fd >= 0)
		close(fd);
	if (b.data != NULL)
		explicit_bzero(b.data, b.cap);
	buf_release(&b);
	free(temp);
	return rc;
}

void
secret_forget(struct secret *s)
{
	explicit_bzero(s, sizeof(*s));
}
