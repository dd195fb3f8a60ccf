#include "port/log.h"

#include <stdarg.h>
#include <stdio.h>

enum { LOG_TEXT_SIZE_MAX = 1024 }; /* a line an operator can still read */

void
log_say(
    const struct log_port *log, enum log_level level, const char *event, const char *format, ...)
{
	char text[LOG_TEXT_SIZE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	log->write(log->arg, level, event, text);
}
