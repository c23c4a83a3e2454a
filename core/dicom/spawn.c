/* Starts and ends the sandboxed program.  The process has threads, so between fork and exec there are
 * only calls that are safe in a signal handler. */
#include "core/dicom/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/dicom/wire.h"

enum { PARENTS_MAX = 4 };

static const char program_name[] = "wetread-decoder";

static bool
is_program(const char *path)
{
	struct stat st, ours;

	/* the owner of this program or root put it there, and not just anybody could change it */
	return stat(path, &st) == 0 && stat("/proc/self/exe", &ours) == 0 && S_ISREG(st.st_mode) &&
		(st.st_uid == ours.st_uid || st.st_uid == 0) && (st.st_mode & 002) == 0 &&
		access(path, X_OK) == 0;
}

static bool
join(char *path, size_t size, const char *folder, const char *below)
{
	int n = snprintf(path, size, "%s%s/%s", folder, below, program_name);

	return n > 0 && (size_t)n < size && is_program(path);
}

/* No environment variable and no PATH: a user must not be able to put another program in its place. */
static bool
find_program(char *path, size_t size)
{
	char folder[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	char *slash;

	if (n <= 0)
		return false;
	folder[n] = '\0';
	slash = strrchr(folder, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	if (join(path, size, folder, "") || join(path, size, folder, "/../libexec/wetread"))
		return true;
	for (int i = 0; i < PARENTS_MAX; i++) {
		slash = strrchr(folder, '/');
		if (slash == NULL || slash == folder)
			return false;
		*slash = '\0';
		if (join(path, size, folder, ""))
			return true;
	}
	return false;
}

/* In the child: nothing but 0, 1, 2 (nowhere), the socket and the memory stays open. */
static void
child_descriptors(int sock, int memory)
{
	int null = open("/dev/null", O_RDWR);
	int a = fcntl(sock, F_DUPFD, 10), b = fcntl(memory, F_DUPFD, 10);

	if (null < 0 || a < 0 || b < 0)
		_exit(126);
	dup2(null, 0);
	dup2(null, 1);
	if (!WIRE_SANITIZED)
		dup2(null, 2); /* GDCM's libjpeg prints past every switch */
	if (dup2(a, WIRE_SOCKET_FD) < 0 || dup2(b, WIRE_MEMORY_FD) < 0)
		_exit(126);
	syscall(SYS_close_range, WIRE_MEMORY_FD + 1, ~0u, 0);
}

static void
child_signals(void)
{
	struct sigaction act = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigemptyset(&none);
	sigaction(SIGPIPE, &act, NULL);
	sigaction(SIGALRM, &act, NULL);
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

enum rc
spawn_start(struct spawn *s, const struct spawn_args *args, struct err *e)
{
	char path[PATH_MAX + 64], memory[32], seconds[32];
	char *argv[] = { path, memory, seconds, NULL };
	char *envp[] = { NULL };
	int pair[2];
	pid_t pid;

	if (!find_program(path, sizeof(path)))
		return err_set(e, RC_FAILED, "the program %s is not installed", program_name);
	snprintf(memory, sizeof(memory), "%zu", args->memory);
	snprintf(seconds, sizeof(seconds), "%u", args->seconds);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return err_errno(e, RC_FAILED, "starting %s", program_name);

	pid = fork();
	if (pid == 0) {
		child_signals();
		child_descriptors(pair[1], args->memory_fd);
		execve(path, argv, envp);
		_exit(127);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return err_errno(e, RC_FAILED, "starting %s", program_name);
	}
	s->pid = pid;
	s->socket = pair[0];
	return RC_OK;
}

int
spawn_end(struct spawn *s)
{
	int status = -1;
	pid_t got;

	if (s->pid <= 0)
		return -1;
	/* One that has already died keeps its own status; one that lives is killed. */
	close(s->socket);
	got = waitpid(s->pid, &status, WNOHANG);
	if (got == 0) {
		kill(s->pid, SIGKILL);
		do {
			got = waitpid(s->pid, &status, 0);
		} while (got < 0 && errno == EINTR);
	}
	s->pid = 0;
	s->socket = -1;
	return got > 0 ? status : -1;
}
