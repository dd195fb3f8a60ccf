/* sys/files.h: the descriptors of the process. */
#ifndef JX_SYS_FILES_H
#define JX_SYS_FILES_H

#include <stdint.h>

#include "port/log.h"

/* 0 to 2 are open afterwards: none of them becomes a connection or a worker's pipe. */
void files_hold_standard(void);
/* As many as the kernel lets us have; a warning when fewer than wanted. */
void files_raise_limit(uint32_t wanted, const struct log_port *log);

#endif
