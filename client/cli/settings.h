/*
 * cli/settings.h: which daemon, as whom: from the environment, else from
 * $XDG_CONFIG_HOME/jixiao/config.yaml (default ~/.config).
 */
#ifndef JX_CLI_SETTINGS_H
#define JX_CLI_SETTINGS_H

enum setting { SETTING_SERVER, SETTING_CA, SETTING_USER, SETTING_PASSWORD_FILE, SETTING_COUNT };

struct settings {
	const char *values[SETTING_COUNT]; /* NULL: not set */
};

/* The environment variable and the config file's key that set it. */
struct setting_row {
	const char *variable, *key;
	const char *zh, *en;
};
extern const struct setting_row setting_rows[SETTING_COUNT];

struct cli;

/* Fills cli->settings. A config file that is not there is fine; one with faults is not. */
int settings_read(struct cli *cli);
/* The value; told to the user when it is missing: then NULL. */
const char *settings_need(const struct cli *cli, enum setting setting);

#endif
