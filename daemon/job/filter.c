#include "job/filter.h"

#include <seccomp.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FILTER_CPU_SECONDS_MAX = 900 }; /* the largest city takes seconds */

/* clang-format off */
static const int filter_allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write),
	SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(sysinfo), /* qsort asks how much memory there is */
	SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), /* stdio before its first line */
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
	SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__
	/* A report of AddressSanitizer looks at the program's own maps. */
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(close), SCMP_SYS(sched_getaffinity), SCMP_SYS(prlimit64),
#endif
};
/* clang-format on */

enum jx_err
filter_apply(void)
{
	const struct rlimit cpu = {FILTER_CPU_SECONDS_MAX, FILTER_CPU_SECONDS_MAX};
	const struct rlimit none = {0, 0};
	scmp_filter_ctx filter;
	int status = 0;

	/* No core file: it would hold marks. */
	if (setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return JX_E_INTERNAL;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return JX_E_INTERNAL;
	for (size_t i = 0; i < sizeof filter_allowed / sizeof *filter_allowed && status == 0; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, filter_allowed[i], 0);
	/* abort: a signal to itself, and to nobody else. */
	if (status == 0)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	if (status == 0)
		status = seccomp_load(filter);
	seccomp_release(filter);
	return status == 0 ? JX_OK : JX_E_INTERNAL;
}
