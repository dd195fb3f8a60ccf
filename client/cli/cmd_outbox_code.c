/* Commit codes: what is sealed and cannot be sent before its deadline is told by phone. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/item.h"
#include "cli/made.h"
#include "wire/code.h"

/* The one that waits, when no number is given; with several, the last that was sealed. */
static int
choose(struct cli *cli, struct outbox_item *item)
{
	struct outbox_item next = {.number = 0};
	enum jx_err err;
	int64_t number;
	int status;

	item->number = 0;
	if (cli->options.word_count > 0) {
		status = item_number(cli, 0, &number);
		return status == CLI_EXIT_OK ? item_find(cli, number, item) : status;
	}
	while ((err = outbox_next(cli->store, cli->arena, OUTBOX_WAITING | OUTBOX_SENDING, next.number, &next)) == JX_OK)
		*item = next;
	if (err != JX_E_NOT_FOUND)
		return local_error(cli, err);
	if (item->number == 0)
		return cli_error(cli, JX_E_NOT_FOUND, "没有待发送的", "nothing waits");
	return CLI_EXIT_OK;
}

/* "7Q2M  ABCD  …": groups far apart, to be read out one by one. */
static void
put_code(const struct cli *cli, const char *code)
{
	printf("\n    %s", cli_bold(cli));
	for (; *code != '\0'; code++)
		if (*code == '-')
			fputs("    ", stdout);
		else
			printf("%c ", *code);
	printf("%s\n\n", cli_plain(cli));
}

static int
show(struct cli *cli, const struct outbox_item *item, const Jx__Deed *deed, const char *code)
{
	const char *unit = deed->unit == NULL ? "" : deed->unit;
	bool is_screen = grid_form_of(cli) == GRID_SCREEN;

	if (grid_form_of(cli) == GRID_JSON)
		return grid_put_json(cli,
		    json_pack("{s:I, s:s, s:s, s:s?, s:s, s:s, s:I}", "number", (json_int_t)item->number,
			"code", code, "deed", deed->deed, "object", deed->object, "unit", unit, "city",
			deed->city, "year", (json_int_t)deed->year));
	if (!is_screen) {
		puts(code);
		return CLI_EXIT_OK;
	}
	printf("%s %lld · %s%s%s · %s\n", cli_say(cli, "发件箱第", "outbox number"),
	    (long long)item->number, item_deed_words(cli, deed->deed), deed->object == NULL ? "" : " ",
	    deed->object == NULL ? "" : deed->object, unit);
	put_code(cli, code);
	puts(cli_say(cli,
	    "截止前打电话给绩效办，说：单位代码、办理事项，并逐组念这 20 个字符。\n"
	    "字母 I、L、O、U 不用；0 是零，1 是一。登记后以登记时间为准，内容不得再改；\n"
	    "有网络后照常发送：jixiao outbox send",
	    "Before the deadline, phone the office and say: the unit, what is submitted, and these 20\n"
	    "characters group by group. I, L, O, U do not occur: 0 is zero, 1 is one. The time of that\n"
	    "record counts, for this very content; send it when there is a link: jixiao outbox send"));
	return CLI_EXIT_OK;
}

int
cmd_outbox_code(struct cli *cli)
{
	char code[CODE_TEXT_SIZE];
	struct outbox_item item;
	const Jx__Deed *deed;
	int status = local_open(cli);

	if (status == CLI_EXIT_OK)
		status = choose(cli, &item);
	if (status != CLI_EXIT_OK)
		return status;
	if (item.state == OUTBOX_SENT || item.state == OUTBOX_DROPPED || item.state == OUTBOX_REPLACED)
		return cli_error(cli, JX_E_LIFE, "第 %lld 号%s", "number %lld is %s",
		    (long long)item.number, item_state_words(cli, item.state));
	deed = sending_deed(cli, &item);
	if (deed == NULL)
		return cli_error_memory(cli);
	code_write(item.content_hash, CODE_SHORT_BITS, code);
	return show(cli, &item, deed, code);
}
