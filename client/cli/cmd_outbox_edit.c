/* A sealed item never changes: what is edited is sealed anew and takes its place. */
#include <string.h>

#include "cli/again.h"
#include "cli/commands.h"
#include "cli/rows_file.h"
#include "deeds/deed.h"
#include "rows/moment.h"
#include "wire/text.h"

/* Rows from the file; what stands beside them must be what the item says. */
static int
take_rows(struct cli *cli, Jx__Deed *deed, const char *path)
{
	const struct deed *of = deed_find(deed->deed);
	const struct rows_head *head;
	struct rows *rows;
	size_t count = 0;
	int status;

	while (of != NULL && count < DEED_KIND_COUNT_MAX && of->kinds[count] != 0)
		count++;
	if (count == 0)
		return cli_error(cli, JX_E_USAGE, "此办理不收文件：%s", "this deed takes no file: %s",
		    cli_shown(cli, path));
	status = rows_file_read(cli, path, of->kinds, count, &rows);
	if (status != CLI_EXIT_OK)
		return status;
	head = rows_head(rows);
	if ((head->city != NULL && strcmp(head->city, deed->city) != 0) ||
	    (head->year != 0 && head->year != deed->year) ||
	    (head->unit != NULL && deed->unit != NULL && strcmp(head->unit, deed->unit) != 0))
		return cli_error(cli, JX_E_USAGE, "%s 是另一单位或年度的",
		    "%s is of another unit or year", rows_file_name(cli, path));
	if (deed->unit != NULL)
		rows_fill_unit(rows, deed->unit);
	deed->rows = rows_records(rows);
	deed->has_based_on = head->has_based_on;
	deed->based_on = head->based_on;
	return CLI_EXIT_OK;
}

static int
take_options(struct cli *cli, Jx__Deed *deed)
{
	const struct {
		enum option_id option;
		char **text;
	} texts[] = {
	    {OPTION_OBJECT, &deed->object},
	    {OPTION_VALUE, &deed->value},
	    {OPTION_REASON, &deed->reason},
	    {OPTION_DOCUMENT, &deed->document},
	    {OPTION_DATED, &deed->dated},
	};
	const char *file = cli->options.values[OPTION_FILE], *due = cli->options.values[OPTION_DUE];
	const char *version = cli->options.values[OPTION_BASED_ON];
	bool is_any = file != NULL || due != NULL || version != NULL;
	uint32_t whole;
	int status = file == NULL ? CLI_EXIT_OK : take_rows(cli, deed, file);

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (options_has(&cli->options, texts[i].option)) {
			*texts[i].text = ONLINE_TEXT(cli->options.values[texts[i].option]);
			is_any = true;
		}
	if (!is_any)
		return cli_error(cli, JX_E_USAGE, "缺少要改的内容：--file 等",
		    "missing: what is to be changed: --file …");
	if (status == CLI_EXIT_OK && due != NULL) {
		deed->has_due_us = true;
		if (rows_moment_read((struct bytes){(const uint8_t *)due, strlen(due)}, &deed->due_us) != JX_OK)
			return cli_error(cli, JX_E_USAGE, "--due 不是日期或时刻：%s",
			    "--due is no date or moment: %s", cli_shown(cli, due));
	}
	if (status == CLI_EXIT_OK && version != NULL) {
		if (text_whole((struct bytes){(const uint8_t *)version, strlen(version)}, &whole) != JX_OK)
			return cli_error(cli, JX_E_USAGE, "--based-on 应为版本号，而不是 %s",
			    "--based-on is a version, not %s", cli_shown(cli, version));
		deed->has_based_on = true;
		deed->based_on = whole;
	}
	return status;
}

int
cmd_outbox_edit(struct cli *cli)
{
	struct outbox_item item;
	Jx__Deed *deed = NULL;
	int status = again_find(cli, &item, &deed);

	if (status == CLI_EXIT_OK)
		status = take_options(cli, deed);
	return status == CLI_EXIT_OK ? again_replace(cli, &item, deed) : status;
}
