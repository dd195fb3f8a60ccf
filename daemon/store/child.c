#include "store/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHILD_POLL_MS = 5 };

bool
child_user_find(const char *name, struct child_user *out)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL)
		return false;
	*out = (struct child_user){.is_other = true, .uid = entry->pw_uid, .gid = entry->pw_gid};
	out->group_count = CHILD_GROUP_COUNT_MAX;
	return getgrouplist(name, entry->pw_gid, out->groups, &out->group_count) >= 0;
}

/*
 * Between fork and exec: only calls that are safe when another thread of the
 * parent held a lock at the fork.
 */
static void
child_become(const struct child_config *config, pid_t parent)
{
	static char *const environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", NULL};
	struct sigaction plain = {.sa_handler = SIG_DFL};
	const struct child_user *user = config->user;
	sigset_t none;
	int null_fd;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++)
		sigaction(number, &plain, NULL); /* an ignored one would stay ignored */
	setpgid(0, 0); /* Ctrl-C on the terminal is for us; we stop it when we are done with it */

	null_fd = open("/dev/null", O_RDONLY);
	if (null_fd == -1 || dup2(null_fd, 0) == -1 || dup2(config->log_fd, 1) == -1 ||
	    dup2(config->log_fd, 2) == -1)
		_exit(127);
	close_range(3, ~0U, 0);
	umask(077);

	if (user->is_other && (setgroups((size_t)user->group_count, user->groups) != 0 ||
				  setgid(user->gid) != 0 || setuid(user->uid) != 0))
		_exit(127);
	/* After setuid, which clears it. */
	if (config->parent_death != 0) {
		prctl(PR_SET_PDEATHSIG, config->parent_death);
		if (getppid() != parent)
			_exit(127);
	}
	if (chdir(config->dir) != 0)
		_exit(127);
	execve(config->path, (char *const *)(uintptr_t)config->argv, environment);
	_exit(127);
}

pid_t
child_start(const struct child_config *config)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		child_become(config, parent);
	return pid;
}

bool
child_wait(pid_t pid, unsigned ms_max, int *status)
{
	const struct timespec pause = {.tv_nsec = CHILD_POLL_MS * 1000000L};

	for (unsigned ms = 0;; ms += CHILD_POLL_MS) {
		pid_t ended = waitpid(pid, status, WNOHANG);

		if (ended == pid || (ended == -1 && errno == ECHILD))
			return true;
		if (ms >= ms_max)
			return false;
		nanosleep(&pause, NULL);
	}
}
