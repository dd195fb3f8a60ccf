#include "cli/local_bundle.h"

#include <errno.h>
#include <stdio.h>

enum { LINE_ARENA_SIZE = 8 << 10 }; /* one fault's line */

static void
print_faults(const struct cli *cli, const struct faults *faults)
{
	for (size_t i = 0; i < faults_kept(faults); i++) {
		struct arena *arena = arena_new(LINE_ARENA_SIZE);
		const char *line = arena == NULL ? NULL : fault_text(arena, faults_at(faults, i));

		fprintf(stderr, "%s\n", line == NULL ? faults_at(faults, i)->file : line);
		arena_free(arena);
	}
	if (faults_count(faults) > faults_kept(faults))
		cli_note(cli, "……其余从略", "… the rest is left out");
}

int
local_bundle_read(const struct cli *cli, const char *folder, struct bundle *bundle)
{
	struct faults *faults = faults_new(cli->lang);
	enum jx_err err;
	int status = CLI_EXIT_OK;

	if (faults == NULL)
		return cli_error_memory(cli);
	err = bundle_read(folder, faults, bundle);
	if (err == JX_E_FAULTS) {
		print_faults(cli, faults);
		status = cli_error(cli, err, "%zu 处", "%zu faults", faults_count(faults));
	} else if (err == JX_E_FILE) {
		status = cli_error_file(cli, folder, errno);
	} else if (err != JX_OK) {
		status = cli_error(cli, err, "%s", "%s", cli_shown(cli, folder));
	}
	faults_free(faults);
	return status;
}
