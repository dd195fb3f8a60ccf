#include "sys/files.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

void
files_hold_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void
files_raise_limit(uint32_t wanted, const struct log_port *log)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		log_say(log, LOG_LEVEL_WARNING, "file_limit",
		    "%llu open files allowed, limits.connections asks for %u",
		    (unsigned long long)limit.rlim_cur, wanted);
}
