/*
 * outbox/outbox_folder.h: the folder of outboxes and its files: ours, closed to
 * others, no links. What is made is durable when the call returns. errno says
 * why one failed: EPERM somebody else's, or no plain file; ELOOP a link.
 */
#ifndef JX_OUTBOX_OUTBOX_FOLDER_H
#define JX_OUTBOX_OUTBOX_FOLDER_H

#include <stdbool.h>

/* Made (mode 0700), with what leads to it, when it is not there. -1 on failure. */
int outbox_folder_open(const char *folder);
/*
 * Makes the file (mode 0600) or guards it. One that is there is not opened:
 * closing it again would let go of the locks that another handle of this process
 * has on it.
 */
bool outbox_folder_make(int folder_fd, const char *name);
/* Is it a file of ours with one name? Closes it to others. ENOENT: it is not there. */
bool outbox_folder_guard(int folder_fd, const char *name);
/* Made or guarded, and opened. -1 on failure. */
int outbox_folder_open_file(int folder_fd, const char *name);

#endif
