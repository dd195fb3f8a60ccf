/*
 * Making cards (R21): codes here, sheets on paper, hashes to the daemon.
 *
 * No hash is known there without a sheet here, and no sheet is named as one to
 * be printed before its hashes are known there, exactly once:
 *
 *   OUT.pending  the sheets, before the daemon has answered
 *   OUT.deed     the deed that is sent, with its op id: hashes alone, no codes
 *   OUT          the sheets, when the daemon has said that it is done
 *
 * Whatever ends the program in between, the same command goes on from there,
 * with the same cards and the same op id. A refusal removes both.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/files.h"
#include "cli/proof.h"
#include "cli/table.h"
#include "link/link.h"
#include "link/opid.h"
#include "print/sheet.h"
#include "wire/card.h"

enum { COUNT_MAX = 1000 /* hashes that one frame takes */, DEED_SIZE_MAX = 64 << 10 };

struct make {
	struct cli *cli;
	const char *out, *pending, *deed_path, *poll;
	const char *kind, *group; /* of the poll */
	uint32_t count;
	struct online_year year;
	uint8_t (*codes)[CODE_CARD_SIZE]; /* locked memory */
	uint8_t (*hashes)[CARD_HASH_SIZE];
	struct sheet_words words;
	Jx__Deed *deed; /* what is sent */
};

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* ---- What is printed. */

/* Kind and group of a poll that is there. */
static int
find_poll(struct make *make)
{
	struct cli *cli = make->cli;
	Jx__View view = JX__VIEW__INIT;
	struct table table;
	int status;

	view.city = ONLINE_TEXT(make->year.city);
	view.has_year = true;
	view.year = make->year.year;
	view.view = ONLINE_TEXT("list");
	view.kind = ONLINE_TEXT("polls");
	status = table_fetch(cli, &view, 0, &table);
	for (size_t row = 0; status == CLI_EXIT_OK && row < table.row_count; row++) {
		const char *poll = table_cell(&table, row, "poll");

		if (poll == NULL || strcmp(poll, make->poll) != 0)
			continue;
		make->kind = table_cell(&table, row, "kind");
		make->group = table_cell(&table, row, "group");
	}
	if (status == CLI_EXIT_OK && (make->kind == NULL || make->group == NULL))
		status = cli_error(cli, JX_E_NOT_FOUND, "没有场次 %s：新的场次请给出 --kind 与 --group",
		    "no poll %s: give --kind and --group for a new one", cli_shown(cli, make->poll));
	return status;
}

static int
fill_words(struct make *make, const struct scheme *scheme)
{
	struct cli *cli = make->cli;
	enum kind kind = KIND_COUNTY;
	int group = -1;

	while (kind < KIND_COUNT && strcmp(kind_code(kind), make->kind) != 0)
		kind++;
	if (kind < KIND_COUNT)
		group = scheme_voters_find(&scheme->kinds[kind], make->group);
	if (group < 0)
		return cli_error(cli, JX_E_USAGE, "方案中没有 %s 的评估主体 %s", "the scheme has no %s voters %s",
		    cli_shown(cli, make->kind), cli_shown(cli, make->group));
	make->words = (struct sheet_words){
	    .title = scheme->title[0] != '\0' ? arena_strdup(cli->arena, scheme->title)
					      : arena_printf(cli->arena, "%s%u年度绩效评估", scheme->city_name, scheme->year),
	    .heading = "民主评估评价卡",
	    .group = arena_printf(cli->arena, "%s · %s", kind == KIND_COUNTY ? "县区" : "部门",
		scheme->kinds[kind].voters[group].name),
	    .steps = {"一、在投票终端扫描左边的二维码，或输入下方的卡码。",
		"二、没有终端时，在电脑上运行 jixiao ballot，再输入卡码。",
		"三、对每个单位逐项评价，核对后提交，显示“已投票”即完成。"},
	    .note = "一卡一票，不记名；卡上没有编号，请勿折损或转借。",
	};
	return make->words.title == NULL || make->words.group == NULL ? cli_error_memory(cli) : CLI_EXIT_OK;
}

static int
read_scheme(struct make *make)
{
	struct faults *faults = faults_new(make->cli->lang);
	struct scheme *scheme;
	struct bytes text;
	uint64_t batch;
	int status = fetch_scheme(make->cli, &make->year, 0, &text, &batch);

	if (status == CLI_EXIT_OK && faults != NULL) {
		scheme = scheme_read(text, "scheme.yaml", faults);
		status = scheme == NULL ? cli_error(make->cli, JX_E_MALFORMED, "评估方案", "the scheme")
					: fill_words(make, scheme);
		scheme_free(scheme);
	}
	faults_free(faults);
	return status;
}

/* ---- Codes, and the deed that names their hashes. */

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, CARD_HASH_SIZE);
}

/* The hashes go in their own order: none of them tells its card's place on the sheets. */
static int
make_codes(struct make *make)
{
	uint8_t token[CARD_TOKEN_SIZE];

	make->codes = sodium_allocarray(make->count, CODE_CARD_SIZE);
	make->hashes = arena_alloc(make->cli->arena, (size_t)make->count * CARD_HASH_SIZE);
	if (make->codes == NULL || make->hashes == NULL)
		return cli_error_memory(make->cli);
	for (uint32_t i = 0; i < make->count; i++) {
		randombytes_buf(make->codes[i], CODE_CARD_SIZE);
		card_token(make->codes[i], token);
		card_hash(token, make->hashes[i]);
	}
	sodium_memzero(token, sizeof token);
	qsort(make->hashes, make->count, CARD_HASH_SIZE, compare);
	return CLI_EXIT_OK;
}

/* For a new poll its row; for one that is there its code alone. */
static int
fill_rows(struct make *make)
{
	struct cli *cli = make->cli;
	Jx__Records *rows = arena_alloc(cli->arena, sizeof *rows);
	Jx__Poll *poll = arena_alloc(cli->arena, sizeof *poll), **polls = arena_alloc(cli->arena, sizeof *polls);

	make->deed->object = ONLINE_TEXT(make->poll);
	if (!options_has(&cli->options, OPTION_KIND))
		return CLI_EXIT_OK;
	if (rows == NULL || poll == NULL || polls == NULL)
		return cli_error_memory(cli);
	jx__records__init(rows);
	jx__poll__init(poll);
	poll->poll = ONLINE_TEXT(make->poll);
	poll->kind = ONLINE_TEXT(make->kind);
	poll->group = ONLINE_TEXT(make->group);
	poll->units = ONLINE_TEXT(cli->options.values[OPTION_UNITS]);
	poll->has_printed = true;
	poll->printed = make->count;
	polls[0] = poll;
	rows->n_polls = 1;
	rows->polls = polls;
	make->deed->rows = rows;
	make->deed->object = NULL;
	return CLI_EXIT_OK;
}

static int
fill_deed(struct make *make)
{
	struct cli *cli = make->cli;
	uint8_t *op_id = arena_alloc(cli->arena, OPID_SIZE);

	make->deed = arena_alloc(cli->arena, sizeof *make->deed);
	if (make->deed == NULL || op_id == NULL)
		return cli_error_memory(cli);
	jx__deed__init(make->deed);
	opid_make(op_id);
	make->deed->has_op_id = make->deed->has_year = make->deed->has_cards = true;
	make->deed->op_id = (ProtobufCBinaryData){OPID_SIZE, op_id};
	make->deed->city = ONLINE_TEXT(make->year.city);
	make->deed->year = make->year.year;
	make->deed->deed = ONLINE_TEXT(options_has(&cli->options, OPTION_KIND) ? "poll.open" : "poll.cards");
	make->deed->cards = (ProtobufCBinaryData){(size_t)make->count * CARD_HASH_SIZE, make->hashes[0]};
	return fill_rows(make);
}

/* ---- On the disk: the sheets first, then the deed. */

static int
write_sheets(struct make *make)
{
	struct secret pdf = {.data = NULL};
	enum jx_err err = sheet_make(&make->words, (const uint8_t(*)[CODE_CARD_SIZE])make->codes, make->count, &pdf);

	errno = 0;
	if (err == JX_OK)
		err = files_write(make->cli->arena, make->pending, (struct bytes){pdf.data, pdf.size});
	secret_clear(&pdf);
	if (err == JX_E_FILE)
		return cli_error_file(make->cli, make->pending, errno);
	if (err == JX_E_NOT_FOUND)
		return cli_error(make->cli, JX_E_FILE, "本机没有中文字体：请安装仿宋，或 fonts-noto-cjk 与 fonts-noto-mono",
		    "this machine has no Chinese face: install fonts-noto-cjk and fonts-noto-mono");
	return err == JX_OK ? CLI_EXIT_OK : cli_error_memory(make->cli);
}

static int
write_deed(struct make *make)
{
	size_t size = jx__deed__get_packed_size(make->deed);
	uint8_t *packed = arena_alloc(make->cli->arena, size);

	if (packed == NULL)
		return cli_error_memory(make->cli);
	jx__deed__pack(make->deed, packed);
	errno = 0;
	if (files_write(make->cli->arena, make->deed_path, (struct bytes){packed, size}) != JX_OK)
		return cli_error_file(make->cli, make->deed_path, errno);
	return CLI_EXIT_OK;
}

static int
make_new(struct make *make)
{
	struct cli *cli = make->cli;
	int status = CLI_EXIT_OK;

	make->kind = cli->options.values[OPTION_KIND];
	make->group = cli->options.values[OPTION_GROUP];
	if (make->kind == NULL)
		status = find_poll(make);
	if (status == CLI_EXIT_OK)
		status = read_scheme(make);
	if (status == CLI_EXIT_OK)
		status = make_codes(make);
	if (status == CLI_EXIT_OK)
		status = fill_deed(make);
	if (status == CLI_EXIT_OK)
		status = write_sheets(make);
	sodium_free(make->codes);
	make->codes = NULL;
	return status == CLI_EXIT_OK ? write_deed(make) : status;
}

/* Sheets and deed of a try whose end nobody heard. */
static int
read_old(struct make *make)
{
	struct cli *cli = make->cli;
	const char *poll = NULL;
	struct bytes packed;

	errno = 0;
	if (files_read(cli->arena, make->deed_path, DEED_SIZE_MAX, &packed) != JX_OK)
		return cli_error_file(cli, make->deed_path, errno);
	make->deed = jx__deed__unpack(arena_allocator(cli->arena), packed.size, packed.data);
	if (make->deed != NULL)
		poll = make->deed->rows != NULL && make->deed->rows->n_polls == 1 ? make->deed->rows->polls[0]->poll
									 : make->deed->object;
	if (poll == NULL || make->deed->city == NULL || strcmp(poll, make->poll) != 0)
		return cli_error(cli, JX_E_USAGE, "%s 是另一场次未完的制卡", "%s is of another poll's cards",
		    cli_shown(cli, make->deed_path));
	make->year = (struct online_year){make->deed->city, make->deed->year};
	make->count = (uint32_t)(make->deed->cards.len / CARD_HASH_SIZE);
	cli_note(cli, "接着完成上次未确认的 %u 张卡", "going on with the %u cards of a try that was not confirmed", make->count);
	return CLI_EXIT_OK;
}

/* ---- To the daemon. */

static int
on_done(struct make *make, const Jx__DeedReply *reply)
{
	struct cli *cli = make->cli;
	const struct proof_of of = {make->year.city, make->year.year};
	const char *path = NULL;
	int status = proof_accept(cli, reply->receipt, &of, make->deed->op_id.data, NULL, &path);

	if (status != CLI_EXIT_OK)
		return status;
	if (files_move(make->pending, make->out) != JX_OK)
		return cli_error_file(cli, make->out, errno);
	unlink(make->deed_path);
	for (size_t i = 0; i < reply->n_notes; i++)
		cli_note(cli, "%s", "%s", reply->notes[i]);
	cli_note(cli, "已制作 %u 张评价卡，共 %u 页：%s\n回执：%s\n文件中有全部卡码：请打印、裁开、打乱后发放，并随即删除文件",
	    "%u cards made, %u pages: %s\nreceipt: %s\nthe file holds every code: print it, cut and shuffle the cards, and delete it",
	    make->count, (make->count + SHEET_CARD_COUNT - 1) / SHEET_CARD_COUNT, cli_shown(cli, make->out), path);
	return CLI_EXIT_OK;
}

/* Has the daemon said, once for all, that these cards will not be? */
static bool
is_final(const struct cli *cli)
{
	static const enum jx_err passing[] = {JX_E_SESSION, JX_E_LOGIN, JX_E_DENIED, JX_E_STATE, JX_E_INTERNAL};
	const struct link_problem *problem = link_problem(cli->link);

	for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
		if (problem->err == passing[i])
			return false;
	return problem->fail != NULL && err_retry_ms(problem->err) == 0;
}

static int
send_deed(struct make *make)
{
	struct cli *cli = make->cli;
	const struct online_call call = {JX__ENVELOPE__BODY_DEED, make->deed, JX__ENVELOPE__BODY_DEED_REPLY};
	const Jx__DeedReply *reply;
	int status;

	if (online_try(cli, &call, (const void **)&reply) == JX_OK)
		return on_done(make, reply);
	status = online_fail(cli);
	if (is_final(cli)) {
		unlink(make->pending);
		unlink(make->deed_path);
		cli_note(cli, "卡没有登记，卡页已删除", "the cards are not registered; the sheets were removed");
	} else {
		cli_note(cli, "尚未确认，请勿打印 %s；再运行一次同样的命令，接着完成同一批卡",
		    "not confirmed: do not print %s; the same command again goes on with the same cards",
		    cli_shown(cli, make->pending));
	}
	return status;
}

/* ---- The command. */

static int
read_options(struct make *make)
{
	struct cli *cli = make->cli;
	bool has_kind = options_has(&cli->options, OPTION_KIND), has_group = options_has(&cli->options, OPTION_GROUP);

	make->poll = cli->options.values[OPTION_POLL];
	make->out = cli->options.values[OPTION_OUT];
	if (make->poll == NULL || make->out == NULL || !options_has(&cli->options, OPTION_CARDS))
		return cli_error(cli, JX_E_USAGE, "缺少 --poll、--count 或 --out", "--poll, --count and --out are needed");
	if (options_number(&cli->options, OPTION_CARDS, &make->count) != JX_OK || make->count > COUNT_MAX)
		return cli_error(cli, JX_E_USAGE, "--count 应为 1 至 %d；更多的请分几次制作", "--count is 1 to %d; make more in several goes", COUNT_MAX);
	if (has_kind != has_group || (options_has(&cli->options, OPTION_UNITS) && !has_kind))
		return cli_error(cli, JX_E_USAGE, "新的场次要有 --kind 与 --group；加印都不要", "a new poll takes --kind and --group; more cards of an old one neither");
	make->pending = arena_printf(cli->arena, "%s.pending", make->out);
	make->deed_path = arena_printf(cli->arena, "%s.deed", make->out);
	return make->pending == NULL || make->deed_path == NULL ? cli_error_memory(cli) : CLI_EXIT_OK;
}

int
cmd_cards_make(struct cli *cli)
{
	struct make make = {.cli = cli};
	int status = read_options(&make);

	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* codes go nowhere but onto the sheets */
	if (status == CLI_EXIT_OK && is_there(make.out)) {
		unlink(make.deed_path); /* left behind by a command that was ended after the last step */
		return cli_error_file(cli, make.out, EEXIST);
	}
	if (status == CLI_EXIT_OK)
		status = online_prepare(cli);
	if (status != CLI_EXIT_OK)
		return status;
	if (is_there(make.deed_path) && is_there(make.pending)) {
		status = read_old(&make);
	} else {
		unlink(make.pending); /* never sent: the deed comes after it */
		status = online_pick_year(cli, &make.year);
		if (status == CLI_EXIT_OK)
			status = make_new(&make);
	}
	return status == CLI_EXIT_OK ? send_deed(&make) : status;
}
