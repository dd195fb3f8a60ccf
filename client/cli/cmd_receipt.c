#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/grid.h"
#include "cli/keys.h"
#include "cli/local_bundle.h"
#include "cli/proof.h"
#include "cli/when.h"
#include "link/opid.h"

enum { RECEIPT_FILE_SIZE_MAX = 64 << 10 };

/* clang-format off */
static const struct grid_column columns[] = {
	{"op_id",        "操作编号", "Operation", GRID_TEXT,  GRID_ALWAYS},
	{"action",       "操作",     "Action",    GRID_TEXT,  GRID_ALWAYS},
	{"actor",        "账号",     "Account",   GRID_TEXT,  GRID_ALWAYS},
	{"received",     "收到时间", "Received",  GRID_TEXT,  GRID_ALWAYS},
	{"batch",        "批次",     "Batch",     GRID_WHOLE, GRID_ALWAYS},
	{"content_hash", "内容摘要", "Content",   GRID_TEXT,  GRID_DATA_ONLY},
};
/* clang-format on */

static int
read_receipt(struct cli *cli, const char *path, Jx__Receipt *receipt, const char **hash)
{
	struct bytes text;
	json_t *json;
	enum jx_err err;

	errno = 0;
	if (files_read(cli->arena, path, RECEIPT_FILE_SIZE_MAX, &text) != JX_OK)
		return cli_error_file(cli, path, errno);
	json = json_loadb((const char *)text.data, text.size, 0, NULL);
	err = proof_read(cli->arena, json, receipt);
	if (err == JX_OK)
		*hash = arena_strdup(
		    cli->arena, json_string_value(json_object_get(json, "content_hash")));
	json_decref(json);
	if (err != JX_OK)
		return cli_error(cli, err, "%s：不是回执，或有残缺", "%s: no receipt, or not whole",
		    cli_shown(cli, path));
	return CLI_EXIT_OK;
}

static int
find_key(struct cli *cli, const Jx__Receipt *receipt, uint8_t *key)
{
	const char *path = cli->options.values[OPTION_KEY];

	if (path != NULL)
		return keys_read_file(cli, path, key);
	if (keys_find(cli, receipt->key_id, key) == JX_OK)
		return CLI_EXIT_OK;
	return cli_error(cli, JX_E_RECEIPT, "没有存过签发服务器的公钥：请用 --key 给出",
	    "the signing server's public key was never kept: give it with --key");
}

static int
check_bundle(struct cli *cli, const Jx__Receipt *receipt)
{
	const char *folder = cli->options.values[OPTION_BUNDLE];
	struct bundle bundle = {.arena = NULL};
	uint8_t digest[32];
	int status;

	if (folder == NULL)
		return CLI_EXIT_OK;
	status = local_bundle_read(cli, folder, &bundle);
	if (status != CLI_EXIT_OK)
		return status;
	records_digest(bundle.records, bundle.scheme_text, digest);
	bundle_clear(&bundle);
	return proof_check_content(cli, receipt, NULL, digest);
}

static int
show_receipt(struct cli *cli, const Jx__Receipt *receipt, const char *hash)
{
	struct grid *grid =
	    grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);
	char id[OPID_TEXT_SIZE];

	if (grid == NULL)
		return cli_error_memory(cli);
	grid_add(grid, opid_text(receipt->op_id.data, id), NULL);
	grid_add(grid, receipt->action, NULL);
	grid_add(grid, receipt->actor, NULL);
	grid_add(grid, when_utc(cli, receipt->received_us), when_local(cli, receipt->received_us));
	grid_add_whole(grid, receipt->batch);
	grid_add(grid, hash, NULL);
	return grid_show(grid, true);
}

int
cmd_receipt_verify(struct cli *cli)
{
	uint8_t key[RECEIPT_PUBLIC_SIZE];
	const char *hash = NULL;
	Jx__Receipt receipt;
	int status = read_receipt(cli, cli->options.words[0], &receipt, &hash);

	if (status == CLI_EXIT_OK)
		status = find_key(cli, &receipt, key);
	if (status == CLI_EXIT_OK && receipt_check(&receipt, key) != JX_OK)
		status = cli_error(cli, JX_E_RECEIPT, "签名或内容与公钥不符",
		    "signature or content does not fit the key");
	if (status == CLI_EXIT_OK)
		status = check_bundle(cli, &receipt);
	if (status == CLI_EXIT_OK)
		status = show_receipt(cli, &receipt, hash);
	if (status == CLI_EXIT_OK)
		cli_note(cli, "回执有效：服务器已收存",
		    "the receipt is valid: the server has stored it");
	return status;
}
