/* What others exported, delivered for them from where there is a link. */
#include <string.h>

#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/keys.h"
#include "cli/progress.h"
#include "cli/proof.h"
#include "cli/sending.h"
#include "cli/stick.h"
#include "outbox/packet_file.h"

struct delivery {
	struct packet_file file;
	Jx__Delivered **done;
	size_t done_count, refused;
	int stop_status;
};

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

	return err == JX_OK ? stick_write(cli, path, bytes) : cli_error(cli, err, "%s", "%s", path);
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
	int status = stick_read(cli, cli->options.words[0], &bytes);

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
