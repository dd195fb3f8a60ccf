/* What waits, onto a USB stick: encrypted to the server, signed by this client. */
#include <sodium.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/item.h"
#include "cli/keys.h"
#include "cli/stick.h"
#include "outbox/packet_file.h"
#include "wire/packet.h"

struct export {
	uint8_t server_key[32], device_public[32], device_secret[64];
	struct packet_file file;
	size_t file_count; /* of items whose file stays behind */
};

/* What goes onto the stick must be known to the server, and for the server's eyes only. */
static int
prepare(struct cli *cli, struct export *export)
{
	enum jx_err err;

	if (!local_is_introduced(cli))
		return cli_error(cli, JX_E_PACKET, "服务器还不认识本机：请先在有网络时登录一次（jixiao login）",
		    "the server does not know this client yet: log in once while there is a link (jixiao login)");
	if (keys_newest(cli, export->server_key) != JX_OK)
		return cli_error(cli, JX_E_PACKET, "本机没有服务器的公钥：请先在有网络时登录一次（jixiao login）",
		    "the server's key is not kept here: log in once while there is a link (jixiao login)");
	err = outbox_device(cli->store, export->device_public, export->device_secret);
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

static int
add_item(struct cli *cli, struct export *export, const struct outbox_item *item)
{
	struct packet_file_entry *entry = &export->file.entries[export->file.count];
	enum jx_err err;

	if (export->file.count == PACKET_FILE_COUNT_MAX)
		return cli_error(cli, JX_E_TOO_BIG, "一次最多 %d 件：请按编号分几次导出",
		    "at most %d items a file: export them by number, a part at a time",
		    PACKET_FILE_COUNT_MAX);
	memcpy(entry->op_id, item->op_id, sizeof entry->op_id);
	err = packet_file_seal(cli->arena, cli->account, item->deed, export->device_secret,
	    export->server_key, &entry->packet);
	if (err != JX_OK)
		return cli_error(cli, err, "第 %lld 号", "number %lld", (long long)item->number);
	export->file.count++;
	export->file_count += item->path[0] != '\0';
	return CLI_EXIT_OK;
}

static int
add_waiting(struct cli *cli, struct export *export)
{
	struct outbox_item item = {.number = 0};
	int status = CLI_EXIT_OK;
	enum jx_err err = JX_OK;

	while (status == CLI_EXIT_OK &&
	       (err = outbox_next(cli->store, cli->arena, OUTBOX_WAITING | OUTBOX_SENDING, item.number, &item)) == JX_OK)
		status = add_item(cli, export, &item);
	if (status == CLI_EXIT_OK && err != JX_E_NOT_FOUND)
		return local_error(cli, err);
	return status;
}

static int
add_named(struct cli *cli, struct export *export)
{
	struct outbox_item item;
	int64_t number;
	int status = CLI_EXIT_OK;

	for (size_t i = 1; status == CLI_EXIT_OK && i < cli->options.word_count; i++) {
		status = item_number(cli, i, &number);
		if (status == CLI_EXIT_OK)
			status = item_find(cli, number, &item);
		if (status == CLI_EXIT_OK && item.state != OUTBOX_WAITING && item.state != OUTBOX_SENDING)
			status = cli_error(cli, JX_E_LIFE, "第 %lld 号%s", "number %lld is %s",
			    (long long)number, item_state_words(cli, item.state));
		if (status == CLI_EXIT_OK)
			status = add_item(cli, export, &item);
	}
	return status;
}

int
cmd_outbox_export(struct cli *cli)
{
	const char *path = cli->options.words[0];
	struct export export = {.file.count = 0};
	struct bytes bytes;
	enum jx_err err;
	int status = local_open(cli);

	if (status == CLI_EXIT_OK)
		status = prepare(cli, &export);
	if (status != CLI_EXIT_OK)
		return status;
	export.file.entries =
	    arena_alloc(cli->arena, PACKET_FILE_COUNT_MAX * sizeof *export.file.entries);
	if (export.file.entries == NULL)
		return cli_error_memory(cli);
	status = cli->options.word_count > 1 ? add_named(cli, &export) : add_waiting(cli, &export);
	if (status == CLI_EXIT_OK && export.file.count == 0)
		status = cli_error(cli, JX_E_NOT_FOUND, "没有待发送的", "nothing waits");
	if (status != CLI_EXIT_OK)
		return status;
	packet_key_id(export.server_key, export.file.server_key);
	memcpy(export.file.device, export.device_public, sizeof export.file.device);
	err = packet_file_write(cli->arena, &export.file, export.device_secret, &bytes);
	sodium_memzero(export.device_secret, sizeof export.device_secret);
	if (err != JX_OK)
		return cli_error(cli, err, "请按编号分几次导出", "export them by number, a part at a time");
	status = stick_write(cli, path, bytes);
	if (status != CLI_EXIT_OK)
		return status;
	cli_note(cli, "已导出 %zu 件：%s。在有网络的机器上：jixiao outbox deliver 此文件；回执带回后：jixiao outbox import",
	    "%zu items in %s. Where there is a link: jixiao outbox deliver FILE; with the receipts back here: jixiao outbox import",
	    export.file.count, path);
	if (export.file_count > 0)
		cli_note(cli, "其中 %zu 件的附件不在包内，须联网上传", "the files of %zu of them are not in it and must be uploaded",
		    export.file_count);
	return CLI_EXIT_OK;
}
