#include "cli/item.h"

#include <stdlib.h>
#include <string.h>

#include "deeds/deed.h"
#include "wire/text.h"

static const struct {
	enum outbox_state state;
	const char *code, *zh, *en;
} states[] = {
    {OUTBOX_WAITING, "waiting", "待发送", "waiting"},
    {OUTBOX_SENDING, "sending", "发送中", "sending"},
    {OUTBOX_SENT, "sent", "已送达", "sent"},
    {OUTBOX_REFUSED, "refused", "被退回", "refused"},
    {OUTBOX_REPLACED, "replaced", "已改报", "replaced"},
    {OUTBOX_DROPPED, "dropped", "已撤下", "dropped"},
};

enum { STATE_COUNT = sizeof states / sizeof states[0] };

const char *
item_state_code(enum outbox_state state)
{
	for (size_t i = 0; i < STATE_COUNT; i++)
		if (states[i].state == state)
			return states[i].code;
	return "";
}

const char *
item_state_words(const struct cli *cli, enum outbox_state state)
{
	for (size_t i = 0; i < STATE_COUNT; i++)
		if (states[i].state == state)
			return cli_say(cli, states[i].zh, states[i].en);
	return "";
}

unsigned
item_states_of(const char *code)
{
	for (size_t i = 0; i < STATE_COUNT; i++)
		if (strcmp(states[i].code, code) == 0)
			return states[i].state;
	return strcmp(code, "all") == 0 ? OUTBOX_ANY : 0;
}

const Jx__Fail *
item_refusal(struct cli *cli, const struct outbox_item *item)
{
	if (item->fail.size == 0)
		return NULL;
	return jx__fail__unpack(arena_allocator(cli->arena), item->fail.size, item->fail.data);
}

const char *
item_reason(struct cli *cli, const struct outbox_item *item)
{
	const Jx__Fail *fail = item_refusal(cli, item);
	const char *code, *line;

	if (fail == NULL)
		return "";
	code = fail->code == NULL ? err_name(JX_E_INTERNAL) : fail->code;
	line = arena_printf(cli->arena, "%s: %s", code, err_what(err_find(code), cli->lang));
	for (size_t i = 0; line != NULL && i < fail->n_why; i++)
		line = arena_printf(cli->arena, "%s; %s", line, fail->why[i]);
	for (size_t i = 0; line != NULL && i < fail->n_faults; i++)
		line = arena_printf(cli->arena, "%s; %s %s", line,
		    fail->faults[i]->value == NULL ? "" : fail->faults[i]->value,
		    fail->faults[i]->expected == NULL ? "" : fail->faults[i]->expected);
	return line == NULL ? "" : line;
}

const char *
item_deed_words(const struct cli *cli, const char *name)
{
	const struct deed *deed = name == NULL ? NULL : deed_find(name);

	if (deed == NULL)
		return name == NULL ? "" : name;
	return cli_say(cli, deed->zh, deed->en);
}

int
item_number(const struct cli *cli, size_t word, int64_t *number)
{
	const char *text = cli->options.words[word];
	uint32_t whole;

	if (text_whole((struct bytes){(const uint8_t *)text, strlen(text)}, &whole) != JX_OK ||
	    whole == 0)
		return cli_error(cli, JX_E_USAGE, "应为发件箱中的编号，而不是 %s",
		    "expected a number of the outbox, not %s", cli_shown(cli, text));
	*number = whole;
	return CLI_EXIT_OK;
}

int
item_find(struct cli *cli, int64_t number, struct outbox_item *item)
{
	enum jx_err err = outbox_find(cli->store, cli->arena, number, item);

	if (err == JX_E_NOT_FOUND)
		return cli_error(cli, err, "发件箱中没有第 %lld 号", "no number %lld in the outbox",
		    (long long)number);
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

bool
item_is_in_doubt(const struct outbox_item *item)
{
	return item->state == OUTBOX_SENDING || (item->state == OUTBOX_WAITING && item->tries > 0);
}
