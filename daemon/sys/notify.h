/* sys/notify.h: tells systemd of our state ("READY=1"); nothing when it did not start us. */
#ifndef JX_SYS_NOTIFY_H
#define JX_SYS_NOTIFY_H

void notify_send(const char *state);

#endif
