#include "cli/sending.h"

#include <string.h>
#include <time.h>

#include "cli/keys.h"
#include "cli/progress.h"
#include "cli/proof.h"
#include "cli/sending_file.h"
#include "link/link.h"
#include "link/stream.h"
#include "wire/content.h"

enum { LOCK_SLICE_MS = 20 };

static const struct bytes nothing = {NULL, 0};

Jx__Deed *
sending_deed(struct cli *cli, const struct outbox_item *item)
{
	return jx__deed__unpack(arena_allocator(cli->arena), item->deed.size, item->deed.data);
}

int
sending_seal(struct cli *cli, const Jx__Deed *deed, const char *path, int64_t replaces,
    struct outbox_item *item)
{
	size_t size = protobuf_c_message_get_packed_size(&deed->base);
	uint8_t *packed = arena_alloc(cli->arena, size + 1);
	enum jx_err err;

	if (packed == NULL)
		return cli_error_memory(cli);
	jx__deed__pack(deed, packed);
	*item = (struct outbox_item){
	    .state = OUTBOX_WAITING,
	    .deed = {packed, size},
	    .path = path == NULL ? "" : path,
	    .sealed_us = local_now_us(),
	    .replaces = replaces,
	};
	memcpy(item->op_id, deed->op_id.data, sizeof item->op_id);
	content_hash("deed", item->deed, item->content_hash);
	err = outbox_seal(cli->store, item, item->sealed_us, &item->number);
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

bool
sending_is_refusal(enum jx_err err, const Jx__Fail *fail)
{
	static const enum jx_err of_whoever_sends[] = {JX_E_SESSION, JX_E_LOGIN, JX_E_THROTTLED};

	if (fail == NULL || fail->has_retry_ms || err_retry_ms(err) != 0 || err == JX_E_CANCELLED)
		return false;
	for (size_t i = 0; i < sizeof of_whoever_sends / sizeof of_whoever_sends[0]; i++)
		if (err == of_whoever_sends[i])
			return false;
	return true;
}

/* ---- One item. */

static int
move(struct cli *cli, int64_t number, enum outbox_state to, struct bytes proof)
{
	enum jx_err err = outbox_move(cli->store, number, to, proof, local_now_us());

	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

static struct bytes
pack(struct cli *cli, const ProtobufCMessage *message)
{
	size_t size = message == NULL ? 0 : protobuf_c_message_get_packed_size(message);
	uint8_t *data = arena_alloc(cli->arena, size + 1);

	if (data != NULL && size > 0)
		protobuf_c_message_pack(message, data);
	return (struct bytes){data, data == NULL ? 0 : size};
}

int
sending_settle_by_hand(struct cli *cli, const struct outbox_item *item,
    const ProtobufCMessage *proof, enum outbox_state state)
{
	struct bytes packed = pack(cli, proof);

	return packed.size == 0 ? cli_error_memory(cli) : move(cli, item->number, state, packed);
}

/* The receipt is a file before the item is SENT, and that before a word of success. */
static int
keep_receipt(struct cli *cli, struct sending *sending, const struct outbox_item *item,
    const Jx__Deed *deed, const Jx__DeedReply *reply)
{
	const struct proof_of of = {deed->city, deed->year};
	bool is_own = item->number == sending->own;
	const char *path = NULL;
	int status = CLI_EXIT_OK;

	if (reply->receipt != NULL)
		status = proof_check_content(cli, reply->receipt, item->op_id, item->content_hash);
#ifdef JX_PLANT_SENT_BEFORE_RECEIPT
	/* Planted for tests/fault: it counts as sent before the proof of it is there. */
	if (status == CLI_EXIT_OK && reply->receipt != NULL)
		status = move(cli, item->number, OUTBOX_SENT, pack(cli, &reply->receipt->base));
#endif
	if (status == CLI_EXIT_OK && reply->receipt != NULL)
		status = proof_keep(cli, reply->receipt, &of,
		    is_own ? cli->options.values[OPTION_RECEIPT] : NULL, &path);
	if (is_own)
		sending->receipt_path = path;
#ifdef JX_PLANT_SENT_BEFORE_RECEIPT
	if (reply->receipt != NULL)
		return status;
#endif
	if (status == CLI_EXIT_OK && reply->receipt != NULL)
		return move(cli, item->number, OUTBOX_SENT, pack(cli, &reply->receipt->base));
	/* Nothing was to be changed, nothing is stored, nothing proves it: it has no further use. */
	if (status == CLI_EXIT_OK)
		status = move(cli, item->number, OUTBOX_WAITING, nothing);
	if (status == CLI_EXIT_OK)
		status = move(cli, item->number, OUTBOX_DROPPED, nothing);
	return status;
}

static void
tell_sent(const struct cli *cli, const struct outbox_item *item, const Jx__Deed *deed)
{
	progress_end(cli);
	cli_note(cli, "发件箱第 %lld 号（%s）已送达", "outbox item %lld (%s) is sent",
	    (long long)item->number, deed->deed);
}

static void
tell_refused(const struct cli *cli, const struct outbox_item *item, const Jx__Deed *deed, enum jx_err err)
{
	progress_end(cli);
	cli_note(cli, "发件箱第 %lld 号（%s）被退回：%s [%s]；详见 jixiao outbox show %lld",
	    "outbox item %lld (%s) was refused: %s [%s]; see jixiao outbox show %lld",
	    (long long)item->number, deed->deed, err_what(err, cli->lang), err_name(err),
	    (long long)item->number);
}

static void
stopped(struct cli *cli, struct sending *sending)
{
	sending->stop_status =
	    sending->is_quiet ? err_exit(online_error(cli)) : online_fail(cli);
}

static int
refuse(struct cli *cli, struct sending *sending, const struct outbox_item *item, const Jx__Deed *deed,
    const Jx__Fail *fail)
{
	enum jx_err err = fail->code == NULL ? JX_E_INTERNAL : err_find(fail->code);
	int status = move(cli, item->number, OUTBOX_REFUSED, pack(cli, &fail->base));

	if (sending->refused++ == 0)
		sending->refused_status = err_exit(err);
	if (status == CLI_EXIT_OK && item->number != sending->own)
		tell_refused(cli, item, deed, err);
	return status;
}

/* What it came to: SENT, REFUSED, or WAITING again. *go_on: the next one may be tried. */
static int
settle(struct cli *cli, struct sending *sending, const struct outbox_item *item,
    const Jx__Deed *deed, enum jx_err err, const Jx__DeedReply *reply, bool *go_on)
{
	bool is_own = item->number == sending->own;
	int status;

	*go_on = true;
	if (err == JX_OK) {
		status = keep_receipt(cli, sending, item, deed, reply);
		sending->sent++;
		if (is_own)
			sending->reply = reply;
		else if (status == CLI_EXIT_OK)
			tell_sent(cli, item, deed);
		return status;
	}
	if (sending_is_refusal(err, online_refusal(cli)))
		return refuse(cli, sending, item, deed, online_refusal(cli));
	*go_on = false;
	sending->waiting++;
	stopped(cli, sending);
	return move(cli, item->number, OUTBOX_WAITING, nothing);
}

static int
send_item(struct cli *cli, struct sending *sending, const struct outbox_item *item, bool *go_on)
{
	Jx__Deed *deed = sending_deed(cli, item);
	const struct online_call call = {
	    JX__ENVELOPE__BODY_DEED, deed, JX__ENVELOPE__BODY_DEED_REPLY};
	const Jx__DeedReply *reply = NULL;
	enum jx_err err;
	int status;

	if (deed == NULL)
		return cli_error_memory(cli);
	status = move(cli, item->number, OUTBOX_SENDING, nothing);
	if (status != CLI_EXIT_OK)
		return status;
	err = online_try(cli, &call, (const void **)&reply);
	return settle(cli, sending, item, deed, err, reply, go_on);
}

/* ---- All of them. */

/* A file takes its time: it goes after everything else, and not before somebody's own deed. */
static bool
is_wanted(const struct sending *sending, const struct outbox_item *item, bool has_file)
{
	if ((item->path[0] != '\0') != has_file ||
	    (has_file && sending->own != 0 && sending->own != item->number))
		return false;
	for (size_t i = 0; i < sending->only_count; i++)
		if (sending->only[i] == item->number)
			return true;
	return sending->only_count == 0 && item->number <= sending->last;
}

/* How the own one stands, whoever sent it. */
static int
look_at_own(struct cli *cli, struct sending *sending)
{
	struct outbox_item own;
	enum jx_err err;

	sending->own_state = OUTBOX_WAITING;
	if (sending->own == 0)
		return CLI_EXIT_OK;
	err = outbox_find(cli->store, cli->arena, sending->own, &own);
	if (err != JX_OK)
		return local_error(cli, err);
	sending->own_state = own.state;
	if (own.state == OUTBOX_SENT && own.receipt.size > 0 && sending->receipt_path == NULL)
		sending->receipt_path = proof_path(cli, own.op_id);
	if (own.state != OUTBOX_REFUSED)
		return CLI_EXIT_OK;
	sending->refusal =
	    jx__fail__unpack(arena_allocator(cli->arena), own.fail.size, own.fail.data);
	return sending->refusal == NULL ? cli_error_memory(cli) : CLI_EXIT_OK;
}

/* Another process sends: it may be sending our own. *is_ours: the turn is here. */
static int
wait_for_turn(struct cli *cli, struct sending *sending, bool *is_ours)
{
	const struct timespec slice = {.tv_nsec = LOCK_SLICE_MS * 1000000};
	uint64_t until_ms = stream_now_ms() + LINK_TIMEOUT_MS;
	int status = CLI_EXIT_OK;

	while (status == CLI_EXIT_OK) {
		enum jx_err err = outbox_lock_sending(cli->store);

		*is_ours = err == JX_OK;
		if (err != JX_E_BUSY)
			return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
		if (*cli->stop != 0)
			return cli_error(cli, JX_E_CANCELLED, "%s", "%s", "");
		if (stream_now_ms() >= until_ms) {
			sending->stop_status = cli_error(cli, JX_E_BUSY,
			    "本机另有一个 jixiao 正在发送", "another jixiao on this machine is sending");
			return CLI_EXIT_OK;
		}
		nanosleep(&slice, NULL);
		status = look_at_own(cli, sending);
		if ((sending->own_state & (OUTBOX_WAITING | OUTBOX_SENDING)) == 0)
			return status;
	}
	return status;
}

/* A try is counted only when there is a link. */
static bool
is_linked(struct cli *cli, struct sending *sending)
{
	enum jx_err err = keys_try(cli);

	if (err == JX_OK || sending_is_refusal(err, online_refusal(cli)))
		return true;
	stopped(cli, sending);
	return false;
}

static int
send_waiting(struct cli *cli, struct sending *sending, const struct outbox_item *item, bool *go_on)
{
	*go_on = *go_on && is_linked(cli, sending);
	if (*go_on)
		return send_item(cli, sending, item, go_on);
	sending->waiting++;
	return CLI_EXIT_OK;
}

/* The file first, while others may send; then, in turn, its deed. */
static int
send_with_file(struct cli *cli, struct sending *sending, const struct outbox_item *item, bool *go_on)
{
	Jx__Deed *deed = sending_deed(cli, item);
	struct outbox_item now;
	enum sending_file end;
	const Jx__Fail *fail;
	bool is_ours = false;
	int status, told;

	*go_on = *go_on && is_linked(cli, sending);
	if (!*go_on) {
		sending->waiting++;
		return CLI_EXIT_OK;
	}
	if (deed == NULL)
		return cli_error_memory(cli);
	end = sending_file_upload(cli, item, deed, &fail, &told);
	if (end == SENDING_FILE_WAITS) {
		*go_on = false;
		sending->waiting++;
		sending->stop_status = told;
		return CLI_EXIT_OK;
	}
	status = wait_for_turn(cli, sending, &is_ours);
	if (status == CLI_EXIT_OK && is_ours)
		status = outbox_find(cli->store, cli->arena, item->number, &now) == JX_OK
			     ? CLI_EXIT_OK
			     : local_error(cli, JX_E_FILE);
	if (status == CLI_EXIT_OK && is_ours && now.state == OUTBOX_WAITING)
		status = end == SENDING_FILE_REFUSED ? refuse(cli, sending, &now, deed, fail)
						     : send_item(cli, sending, &now, go_on);
	if (is_ours)
		outbox_unlock_sending(cli->store);
	return status;
}

typedef int send_fn(struct cli *cli, struct sending *sending, const struct outbox_item *item, bool *go_on);

/* In order. One that cannot be read does not keep the others. */
static int
send_each(struct cli *cli, struct sending *sending, bool has_file, send_fn *send)
{
	struct outbox_item item;
	bool go_on = sending->stop_status == CLI_EXIT_OK;
	int status = CLI_EXIT_OK;
	enum jx_err err;

	for (int64_t after = 0; status == CLI_EXIT_OK; after = item.number) {
		item.number = after;
		err = outbox_next(
		    cli->store, cli->arena, OUTBOX_WAITING | OUTBOX_SENDING, after, &item);
		if (err == JX_E_NOT_FOUND)
			break;
		if (err != JX_OK && (err != JX_E_FILE || item.number == after))
			return local_error(cli, err);
		if (err != JX_OK)
			local_error(cli, err);
		else if (is_wanted(sending, &item, has_file))
			status = send(cli, sending, &item, &go_on);
	}
	return status;
}

int
sending_run(struct cli *cli, struct sending *sending)
{
	bool is_ours = false;
	int status;

	status = wait_for_turn(cli, sending, &is_ours);
	if (status == CLI_EXIT_OK && is_ours)
		status = send_each(cli, sending, false, send_waiting);
	if (is_ours)
		outbox_unlock_sending(cli->store);
	if (status == CLI_EXIT_OK && is_ours)
		status = send_each(cli, sending, true, send_with_file);
	return status == CLI_EXIT_OK ? look_at_own(cli, sending) : status;
}
