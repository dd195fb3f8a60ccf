/*
 * sys/config.h: the settings of the daemon: one table (config.c), one YAML
 * file. What the file does not name has its default. Everything wrong with a
 * file is told at once, each with its place.
 */
#ifndef JX_SYS_CONFIG_H
#define JX_SYS_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "port/log.h"
#include "wire/fault.h"

enum { CONFIG_TEXT_SIZE = 1024 };

struct config {
	char listen[CONFIG_TEXT_SIZE];
	char database_url[CONFIG_TEXT_SIZE]; /* "": the embedded PostgreSQL */
	uint32_t log_level;                  /* enum log_level */
	uint32_t connection_count_max, connection_count_max_address;
	uint32_t login_seconds, idle_seconds, frame_seconds, handshake_seconds;
	uint32_t upload_mib, token_hours;
	uint32_t evidence_mib, evidence_unit_mib;
};

void config_set_default(struct config *config);
/* The file's settings over the defaults. JX_E_FAULTS: faults say what and where, *config is
 * untouched. JX_E_MEMORY. */
JX_MUST_USE enum jx_err config_read(const char *path, struct faults *faults, struct config *config);
/* The same; what is wrong is printed to stderr, a line each. */
JX_MUST_USE enum jx_err config_load(const char *path, enum jx_lang lang, struct config *config);
/* --listen over the file. false: no such value, nothing is changed. */
bool config_set_listen(struct config *config, const char *text);
/* What a running daemon takes over from a file read again. */
void config_reload(struct config *config, const struct config *read);
/* --check-config: the settings in force, a line each, with what they mean. */
void config_print(const struct config *config, enum jx_lang lang, FILE *out);

#endif
