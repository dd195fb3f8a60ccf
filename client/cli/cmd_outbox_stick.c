/* The outbox by hand: onto a USB stick, delivered by whoever has a link, receipts back. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/grid.h"
#include "cli/item.h"
#include "cli/keys.h"
#include "cli/progress.h"
#include "cli/proof.h"
#include "outbox/packet_file.h"
#include "wire/packet.h"

/* ---- Export. */

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

static int
write_file(struct cli *cli, const char *path, struct bytes bytes)
{
	return files_write(cli->arena, path, bytes) == JX_OK ? CLI_EXIT_OK
							     : cli_error_file(cli, path, errno);
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
	status = write_file(cli, path, bytes);
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

/* ---- Deliver. */

struct delivery {
	struct packet_file file;
	Jx__Delivered **done;
	size_t done_count, refused;
	int stop_status;
};

static int
read_file(struct cli *cli, const char *path, struct bytes *bytes)
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

/* Is it for this very server? Better known before anything is sent. */
static int
check_server(struct cli *cli, const struct delivery *delivery)
{
	int status = keys_update(cli);

	if (status != CLI_EXIT_OK)
		return status;
	for (size_t i = 0; i < cli->keys->n_keys; i++)
		if (cli->keys->keys[i]->key_id.len == sizeof delivery->file.server_key &&
		    memcmp(cli->keys->keys[i]->key_id.data, delivery->file.server_key,
			sizeof delivery->file.server_key) == 0)
			return CLI_EXIT_OK;
	return cli_error(cli, JX_E_PACKET, "此包是给另一台服务器的", "it is for another server");
}

/* The receipt is the server's own, and for that op: the carrier brings back nothing else. */
static int
take_receipt(struct cli *cli, Jx__Delivered *done, Jx__Receipt *receipt)
{
	int status;

	if (receipt == NULL)
		return CLI_EXIT_OK;
	status = proof_check_content(cli, receipt, done->op_id.data, NULL);
	if (status == CLI_EXIT_OK)
		status = proof_check_kept(cli, receipt);
	done->receipt = receipt;
	return status;
}

static void
take_refusal(Jx__Delivered *done, enum jx_err err, const Jx__Fail *fail)
{
	done->code = ONLINE_TEXT(fail->code == NULL ? err_name(err) : fail->code);
	done->message = fail->message;
	done->why = fail->why;
	done->n_why = fail->n_why;
}

static int
deliver_one(struct cli *cli, struct delivery *delivery, const struct packet_file_entry *entry)
{
	Jx__Deliver deliver = JX__DELIVER__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_DELIVER, &deliver, JX__ENVELOPE__BODY_DEED_REPLY};
	Jx__Delivered *done = arena_alloc(cli->arena, sizeof *done);
	const Jx__DeedReply *reply;
	const Jx__Fail *fail;
	enum jx_err err;
	int status = CLI_EXIT_OK;

	if (done == NULL)
		return cli_error_memory(cli);
	jx__delivered__init(done);
	done->has_op_id = true;
	done->op_id = (ProtobufCBinaryData){sizeof entry->op_id, (uint8_t *)(uintptr_t)entry->op_id};
	deliver.has_packet = true;
	deliver.packet = (ProtobufCBinaryData){entry->packet.size, (uint8_t *)(uintptr_t)entry->packet.data};
	err = online_try(cli, &call, (const void **)&reply);
	fail = online_refusal(cli);
	if (err == JX_OK) {
		status = take_receipt(cli, done, reply->receipt);
	} else if (sending_is_refusal(err, fail)) {
		/* It dies with the next call: a copy. */
		size_t size = protobuf_c_message_get_packed_size(&fail->base);
		uint8_t *packed = arena_alloc(cli->arena, size + 1);
		const Jx__Fail *kept = NULL;

		if (packed != NULL)
			kept = jx__fail__unpack(arena_allocator(cli->arena), jx__fail__pack(fail, packed), packed);
		if (kept == NULL)
			return cli_error_memory(cli);
		take_refusal(done, err, kept);
		delivery->refused++;
	} else {
		delivery->stop_status = online_fail(cli);
		return CLI_EXIT_OK;
	}
	if (status == CLI_EXIT_OK && (done->receipt != NULL || done->code != NULL))
		delivery->done[delivery->done_count++] = done;
	return status;
}

static int
write_receipts(struct cli *cli, const struct delivery *delivery, const char *path)
{
	struct bytes bytes;
	enum jx_err err = packet_file_write_receipts(
	    cli->arena, delivery->done, delivery->done_count, &bytes);

	return err == JX_OK ? write_file(cli, path, bytes) : cli_error(cli, err, "%s", "%s", path);
}

/* Where the receipts go when nobody says. */
static const char *
receipts_path(struct cli *cli)
{
	if (options_has(&cli->options, OPTION_OUT))
		return cli->options.values[OPTION_OUT];
	return arena_printf(cli->arena, "%s.receipts", cli->options.words[0]);
}

static int
show_delivery(const struct cli *cli, const struct delivery *delivery, const char *path)
{
	size_t receipt_count = delivery->done_count - delivery->refused;
	size_t left = delivery->file.count - delivery->done_count;

	if (grid_form_of(cli) == GRID_JSON)
		return grid_put_json(cli,
		    json_pack("{s:I, s:I, s:I, s:s}", "delivered", (json_int_t)receipt_count, "refused",
			(json_int_t)delivery->refused, "left", (json_int_t)left, "receipts", path));
	cli_note(cli, "送达 %zu 件，退回 %zu 件，未办 %zu 件；回执在 %s，请带回：jixiao outbox import",
	    "%zu delivered, %zu refused, %zu left; the receipts are in %s: bring them back, jixiao outbox import",
	    receipt_count, delivery->refused, left, path);
	return CLI_EXIT_OK;
}

int
cmd_outbox_deliver(struct cli *cli)
{
	const char *path = receipts_path(cli);
	struct delivery delivery = {.done_count = 0};
	struct bytes bytes;
	int status = read_file(cli, cli->options.words[0], &bytes);

	if (status == CLI_EXIT_OK && path == NULL)
		status = cli_error_memory(cli);
	if (status == CLI_EXIT_OK && packet_file_read(cli->arena, bytes, &delivery.file) != JX_OK)
		status = cli_error(cli, JX_E_PACKET, "%s：不是离线报送包，或已损坏",
		    "%s: no file of submissions, or a damaged one", cli_shown(cli, cli->options.words[0]));
	if (status == CLI_EXIT_OK)
		status = check_server(cli, &delivery);
	if (status != CLI_EXIT_OK)
		return status;
	delivery.done = arena_alloc(cli->arena, delivery.file.count * sizeof(Jx__Delivered *));
	if (delivery.done == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; status == CLI_EXIT_OK && delivery.stop_status == CLI_EXIT_OK &&
			   i < delivery.file.count; i++) {
		progress_show(cli, cli_say(cli, "代送", "delivering"), i, delivery.file.count);
		status = deliver_one(cli, &delivery, &delivery.file.entries[i]);
	}
	progress_end(cli);
	if (status == CLI_EXIT_OK && delivery.done_count > 0)
		status = write_receipts(cli, &delivery, path);
	if (status == CLI_EXIT_OK)
		status = show_delivery(cli, &delivery, path);
	if (status == CLI_EXIT_OK)
		status = delivery.stop_status;
	/* What was refused is its writer's to settle; the carrier is told that there is such. */
	return status == CLI_EXIT_OK && delivery.refused > 0 ? CLI_EXIT_NO : status;
}

/* ---- Import. */

struct import {
	size_t sent, known, refused, strange, bad;
};

static int
import_receipt(struct cli *cli, struct import *import, const struct outbox_item *item, const Jx__Receipt *receipt)
{
	const Jx__Deed *deed = sending_deed(cli, item);
	const char *path;
	struct proof_of of;
	int status;

	if (item->state == OUTBOX_SENT) {
		import->known++;
		return CLI_EXIT_OK;
	}
	if (deed == NULL)
		return cli_error_memory(cli);
	of = (struct proof_of){deed->city, deed->year};
	if (proof_check_content(cli, receipt, item->op_id, item->content_hash) != CLI_EXIT_OK ||
	    proof_check_kept(cli, receipt) != CLI_EXIT_OK) {
		import->bad++;
		return CLI_EXIT_OK;
	}
	status = proof_store(cli, receipt, &of, NULL, &path);
	if (status == CLI_EXIT_OK)
		status = sending_settle_by_hand(cli, item, &receipt->base, OUTBOX_SENT);
	if (status != CLI_EXIT_OK)
		return status;
	import->sent++;
	cli_note(cli, "第 %lld 号已送达；回执：%s", "number %lld is sent; receipt: %s",
	    (long long)item->number, path);
	return CLI_EXIT_OK;
}

/* The carrier's word. A packet that could not be opened says nothing about what is in it. */
static int
import_refusal(struct cli *cli, struct import *import, const struct outbox_item *item, const Jx__Delivered *done)
{
	Jx__Fail fail = JX__FAIL__INIT;
	int status = CLI_EXIT_OK;

	import->refused++;
	cli_note(cli, "第 %lld 号被退回：%s", "number %lld was refused: %s", (long long)item->number,
	    cli_shown(cli, done->message == NULL ? done->code : done->message));
	for (size_t i = 0; i < done->n_why; i++)
		cli_note(cli, "  %s", "  %s", cli_shown(cli, done->why[i]));
	if (strcmp(done->code, err_name(JX_E_PACKET)) == 0)
		return CLI_EXIT_OK;
	fail.code = done->code;
	fail.message = done->message;
	fail.why = done->why;
	fail.n_why = done->n_why;
	if (item->state == OUTBOX_WAITING || item->state == OUTBOX_SENDING)
		status = sending_settle_by_hand(cli, item, &fail.base, OUTBOX_REFUSED);
	return status;
}

static int
import_one(struct cli *cli, struct import *import, const Jx__Delivered *done)
{
	struct outbox_item item;
	enum jx_err err = outbox_find_op(cli->store, cli->arena, done->op_id.data, &item);

	if (err == JX_E_NOT_FOUND) { /* another account's, or another machine's */
		import->strange++;
		return CLI_EXIT_OK;
	}
	if (err != JX_OK)
		return local_error(cli, err);
	return done->receipt != NULL ? import_receipt(cli, import, &item, done->receipt)
				     : import_refusal(cli, import, &item, done);
}

int
cmd_outbox_import(struct cli *cli)
{
	const char *path = cli->options.words[0];
	struct import import = {.sent = 0};
	Jx__ReceiptFile *file;
	struct bytes bytes;
	int status = read_file(cli, path, &bytes);

	if (status == CLI_EXIT_OK && packet_file_read_receipts(cli->arena, bytes, &file) != JX_OK)
		status = cli_error(cli, JX_E_PACKET, "%s：不是回执文件，或已损坏",
		    "%s: no file of receipts, or a damaged one", cli_shown(cli, path));
	if (status == CLI_EXIT_OK)
		status = local_open(cli);
	if (status != CLI_EXIT_OK)
		return status;
	for (size_t i = 0; status == CLI_EXIT_OK && i < file->n_delivered; i++)
		status = import_one(cli, &import, file->delivered[i]);
	if (status != CLI_EXIT_OK)
		return status;
	cli_note(cli, "收到回执 %zu 件，退回 %zu 件，此前已有 %zu 件，不是本发件箱的 %zu 件",
	    "%zu receipts, %zu refused, %zu known before, %zu not of this outbox", import.sent,
	    import.refused, import.known, import.strange);
	if (import.bad > 0)
		return cli_error(cli, JX_E_RECEIPT, "%zu 件", "%zu of them", import.bad);
	return import.refused > 0 ? CLI_EXIT_NO : CLI_EXIT_OK;
}
