/* rlimits, no-new-privileges, landlock where there is one, and a seccomp allow-list in plain BPF. */
#include "core/dicom/worker/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/dicom/wire.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the sandbox does not know the system calls of this machine"
#endif

enum { CPU_CALLS = 60 }; /* CPU time of a worker's life, in longest calls */

/* What decoding takes: memory, the socket, the file it was handed, time, the end. */
static const unsigned short allowed[] = {
	SYS_read,
	SYS_recvmsg,
	SYS_sendmsg,
	SYS_write,
	SYS_close,
	SYS_fstat,
	SYS_lseek,
	SYS_brk,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_futex,
	SYS_clock_gettime,
	SYS_gettimeofday,
	SYS_sched_yield,
	SYS_sched_getaffinity,
	SYS_getrandom,
	SYS_rt_sigreturn,
	SYS_exit,
	SYS_exit_group,
};

/* Allowed without PROT_EXEC in their third argument. */
static const unsigned short no_code[] = { SYS_mmap, SYS_mprotect };

enum { FILTER_MAX = 8 + 2 * MEM_COUNT(allowed) + 4 * MEM_COUNT(no_code) };

static size_t
build(struct sock_filter *f)
{
	size_t n = 0;

	f[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	f[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < MEM_COUNT(allowed); i++) {
		f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1);
		f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	for (size_t i = 0; i < MEM_COUNT(no_code); i++) {
		f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, no_code[i], 0, 3);
		f[n++] = (struct sock_filter)BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]));
		f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0);
		f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	return n;
}

static bool
close_calls(void)
{
	struct sock_filter filter[FILTER_MAX];
	struct sock_fprog program = { .filter = filter };

	program.len = (unsigned short)build(filter);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* A second lock on the file system; an older kernel has only the first. */
static void
close_files(void)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = (1u << 13) - 1 };
	long fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (fd < 0)
		return;
	syscall(SYS_landlock_restrict_self, (int)fd, 0);
	close((int)fd);
}

static bool
limit(int what, rlim_t value)
{
	struct rlimit l = { value, value };

	return setrlimit(what, &l) == 0;
}

static bool
close_resources(size_t memory, size_t mapped, unsigned seconds)
{
	rlim_t cpu = (rlim_t)seconds * CPU_CALLS;

	return limit(RLIMIT_AS, memory + mapped) && limit(RLIMIT_DATA, memory) &&
		limit(RLIMIT_CPU, cpu < 600 ? 600 : cpu) && limit(RLIMIT_CORE, 0) &&
		limit(RLIMIT_NOFILE, 16) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0);
}

bool
sandbox_close(size_t memory, size_t mapped, unsigned seconds)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	if (WIRE_SANITIZED)
		return true; /* shadow memory and reports need what is closed below */
	if (prctl(PR_SET_DUMPABLE, 0) != 0 || !close_resources(memory, mapped, seconds))
		return false;
	close_files();
	return close_calls();
}
