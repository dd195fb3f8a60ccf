/* The receipts that came back on the stick. */
#include <string.h>

#include "cli/commands.h"
#include "cli/item.h"
#include "cli/proof.h"
#include "cli/stick.h"
#include "outbox/packet_file.h"

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
	int status = stick_read(cli, path, &bytes);

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
