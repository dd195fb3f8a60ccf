#include <errno.h>

#include "bundle/bundle.h"
#include "cli/commands.h"
#include "cli/fetch.h"

static int
write_bundle(struct cli *cli, const char *folder, struct bytes text, Jx__Records *records)
{
	struct faults *faults = faults_new(cli->lang);
	struct scheme *scheme = faults == NULL ? NULL : scheme_read(text, "scheme.yaml", faults);
	enum jx_err err;
	int status = CLI_EXIT_OK;

	if (faults == NULL)
		return cli_error_memory(cli);
	if (scheme == NULL) /* what the daemon stored it has read: this client is older */
		status = cli_error(cli, JX_E_VERSION, "本客户端读不懂库中的评估方案",
		    "this client cannot read the stored scheme");
	if (status == CLI_EXIT_OK) {
		err = bundle_write(folder, text, scheme, records);
		if (err == JX_E_FILE)
			status = cli_error_file(cli, folder, errno);
		else if (err == JX_E_EXISTS)
			status = cli_error(cli, err, "%s：不是空文件夹", "%s: not an empty folder",
			    cli_shown(cli, folder));
		else if (err != JX_OK)
			status = cli_error(cli, err, "%s", "%s", cli_shown(cli, folder));
	}
	scheme_free(scheme);
	faults_free(faults);
	return status;
}

int
cmd_export(struct cli *cli)
{
	const char *folder = cli->options.words[0];
	struct records_builder *builder = records_builder_new(cli->arena);
	struct online_year year;
	struct bytes text = {NULL, 0};
	uint64_t batch = 0;
	int status;

	if (builder == NULL)
		return cli_error_memory(cli);
	status = online_pick_year(cli, &year);
	if (status == CLI_EXIT_OK)
		status = fetch_scheme(cli, &year, 0, &text, &batch);
	if (status == CLI_EXIT_OK)
		status = fetch_records(cli, &year, batch, builder);
	if (status == CLI_EXIT_OK)
		status = write_bundle(cli, folder, text, records_builder_get(builder));
	if (status != CLI_EXIT_OK)
		return status;
	cli_note(cli, "已导出 %s %u 年（第 %llu 批）到 %s", "exported %s %u (batch %llu) to %s",
	    year.city, year.year, (unsigned long long)batch, cli_shown(cli, folder));
	return CLI_EXIT_OK;
}
