#include "cli/draft.h"

#include <string.h>

#include "cli/local.h"
#include "wire/text.h"

/* Before the text: how it is to be read. */
enum { FORM_YAML = 'y', FORM_CSV = 'c' };

const char *
draft_of_path(const char *path)
{
	static const char start[] = "draft:";

	return strncmp(path, start, sizeof start - 1) == 0 ? path + sizeof start - 1 : NULL;
}

static int
check_name(const struct cli *cli, const char *name)
{
	struct bytes text = {(const uint8_t *)name, strlen(name)};

	if (text.size > 0 && text.size <= DRAFT_NAME_SIZE_MAX && text_is_clean(text))
		return CLI_EXIT_OK;
	return cli_error(cli, JX_E_USAGE, "草稿名称不可用：%s", "no good name of a draft: %s",
	    cli_shown(cli, name));
}

int
draft_read(struct cli *cli, const char *name, struct bytes *text, bool *is_csv)
{
	struct outbox_thing draft;
	int status = check_name(cli, name);
	enum jx_err err;

	if (status == CLI_EXIT_OK)
		status = local_open(cli);
	if (status != CLI_EXIT_OK)
		return status;
	err = outbox_get(cli->store, cli->arena, OUTBOX_DRAFT, name, &draft);
	if (err == JX_E_NOT_FOUND)
		return cli_error(cli, err, "没有草稿 %s：jixiao draft list", "no draft %s: jixiao draft list",
		    cli_shown(cli, name));
	if (err != JX_OK)
		return local_error(cli, err);
	if (draft.bytes.size == 0)
		return cli_error(cli, JX_E_MALFORMED, "%s", "%s", cli_shown(cli, name));
	*is_csv = draft.bytes.data[0] == FORM_CSV;
	*text = (struct bytes){draft.bytes.data + 1, draft.bytes.size - 1};
	return CLI_EXIT_OK;
}

int
draft_write(struct cli *cli, const char *name, struct bytes text, bool is_csv)
{
	uint8_t *bytes = arena_alloc(cli->arena, text.size + 1);
	int status = check_name(cli, name);
	enum jx_err err;

	if (status == CLI_EXIT_OK)
		status = local_open(cli);
	if (status != CLI_EXIT_OK)
		return status;
	if (bytes == NULL)
		return cli_error_memory(cli);
	bytes[0] = is_csv ? FORM_CSV : FORM_YAML;
	if (text.size > 0)
		memcpy(bytes + 1, text.data, text.size);
	err = outbox_put(
	    cli->store, OUTBOX_DRAFT, name, (struct bytes){bytes, text.size + 1}, local_now_us());
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}
