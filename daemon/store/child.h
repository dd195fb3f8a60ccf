/*
 * store/child.h: starts a program as a child of ours, with fewer rights: other
 * user, empty environment, no file of ours open, its own process group.
 */
#ifndef JX_STORE_CHILD_H
#define JX_STORE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { CHILD_GROUP_COUNT_MAX = 32 };

/* Whom the child runs as. */
struct child_user {
	bool is_other; /* else: as ourselves */
	uid_t uid;
	gid_t gid;
	gid_t groups[CHILD_GROUP_COUNT_MAX];
	int group_count;
};

struct child_config {
	const char *path;
	const char *const *argv; /* NULL-ended */
	const struct child_user *user;
	const char *dir;  /* where it stands */
	int log_fd;       /* its stdout and stderr */
	int parent_death; /* signal it gets when we die, however; 0: none */
};

/* false: no such user. */
bool child_user_find(const char *name, struct child_user *out);
/* -1: could not fork. A program that cannot be run ends with status 127. */
pid_t child_start(const struct child_config *config);
/* Ends: waits up to ms_max for an end. true: it ended (*status filled). */
bool child_wait(pid_t pid, unsigned ms_max, int *status);

#endif
