#include "cli/stick.h"

#include <errno.h>

#include "cli/files.h"
#include "outbox/packet_file.h"

int
stick_read(struct cli *cli, const char *path, struct bytes *bytes)
{
	enum jx_err err;

	errno = 0;
	err = files_read(cli->arena, path, PACKET_FILE_SIZE_MAX, bytes);
	if (err == JX_E_FILE)
		return cli_error_file(cli, path, errno);
	if (err == JX_E_TOO_BIG)
		return cli_error(cli, err, "%s", "%s", cli_shown(cli, path));
	return err == JX_OK ? CLI_EXIT_OK : cli_error_memory(cli);
}

int
stick_write(struct cli *cli, const char *path, struct bytes bytes)
{
	return files_write(cli->arena, path, bytes) == JX_OK ? CLI_EXIT_OK
							     : cli_error_file(cli, path, errno);
}
