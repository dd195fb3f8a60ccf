/*
 * port/log.h: what the daemon says to its operator. One line an event; never a
 * password, a token, a ballot or a mark.
 */
#ifndef JX_PORT_LOG_H
#define JX_PORT_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

struct log_port {
	void *arg;
	/* event: a stable word ("conn_refused"); text: one line, printable. Both borrowed. */
	void (*write)(void *arg, enum log_level level, const char *event, const char *text);
};

/* Formats (at most 1 KiB) and writes; unprintable bytes become '?'. */
__attribute__((format(printf, 4, 5))) void log_say(
    const struct log_port *log, enum log_level level, const char *event, const char *format, ...);

#endif
