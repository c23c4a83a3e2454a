/* Where anchors go beside the archive's own file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "core/ledger/anchor.h"

/* A pipe that nobody reads must not stop the ledger. */
enum rc
anchor_append(const char *path, const char *line, struct err *e)
{
	int fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
	char text[ANCHOR_LINE + 1];
	int n = snprintf(text, sizeof(text), "%s\n", line);
	enum rc rc = RC_OK;

	if (fd < 0 || write(fd, text, (size_t)n) != n || fsync(fd) != 0)
		rc = err_set(e, RC_FAILED, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

enum rc
anchor_syslog(const char *socket_path, const char *line, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char text[ANCHOR_LINE + 40];
	int n = snprintf(
		text, sizeof(text), "<%d>wetread: anchor %s", LOG_AUTHPRIV | LOG_NOTICE, line);
	enum rc rc = RC_OK;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", socket_path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
		send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		rc = err_set(e, RC_FAILED, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}
