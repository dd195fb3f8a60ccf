#include "sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum jx_err
lock_take(const char *dir, const struct log_port *log, int *fd)
{
	char path[PATH_MAX], holder[24] = "?";
	int lock = -1;
	ssize_t size;

	if (snprintf(path, sizeof path, "%s/lock", dir) < (int)sizeof path)
		lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (lock < 0) {
		log_say(log, LOG_LEVEL_ERROR, "lock_file", "%s/lock: %s", dir, strerror(errno));
		return JX_E_FILE;
	}
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		size = read(lock, holder, sizeof holder - 1);
		if (size > 0)
			holder[size] = '\0';
		holder[strcspn(holder, "\n")] = '\0';
		log_say(log, LOG_LEVEL_ERROR, "lock_held",
		    "%s 已由另一个 jixiaod（进程 %s）使用 / another jixiaod (process %s) uses it",
		    dir, holder, holder);
		close(lock);
		return JX_E_EXISTS;
	}
	/* Who holds it, for the message above; the lock itself does not depend on it. */
	if (ftruncate(lock, 0) != 0 || dprintf(lock, "%ld\n", (long)getpid()) < 0)
		log_say(log, LOG_LEVEL_WARNING, "lock_file", "%s: %s", path, strerror(errno));
	*fd = lock;
	return JX_OK;
}
