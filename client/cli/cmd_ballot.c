/*
 * Voting with a card's code, without an account (R21, R22): one card, or a
 * hall's station that takes one after another.
 *
 * Nothing of code, token or answers is written to a disk; what is ours of them
 * is wiped, and no core is dumped.
 */
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/ballot_ask.h"
#include "cli/ballot_file.h"
#include "cli/ballot_line.h"
#include "cli/commands.h"
#include "cli/online.h"
#include "cli/prompt.h"
#include "link/link.h"
#include "wire/code.h"
#include "wire/receipt.h"

enum {
	CARD_ARENA_SIZE = 64 << 20, /* what one card takes, given back with it */
	LINE_SIZE = 256 << 10,      /* of a machine: 400 units, 40 opinions */
	/* Token and answers with their tags: every cast is as long as every other. */
	CAST_SIZE = 2 + CARD_TOKEN_SIZE + 3 + CARD_BALLOT_SIZE,
	SHORT_SIZE = 8, /* characters of a receipt's hash that people compare */
};

struct station {
	struct cli *cli;
	bool is_machine;           /* answers come with the codes */
	struct ballot *ballot;
	struct bytes form;         /* packed, of the card before; in the station's arena */
	struct arena *arena;       /* the command's; each card has one of its own */
	const Jx__KeysReply *keys; /* the server's, as it said itself; in the station's arena */
	uint8_t token[CARD_TOKEN_SIZE];
	unsigned long line, taken_count, refused_count;
	enum jx_err err; /* why the last card was refused */
};

/* cli_error, and kept for a machine. */
#define REFUSE(station, code, ...) ((station)->err = (code), cli_error((station)->cli, (code), __VA_ARGS__))

static int
ask(struct station *station, const struct online_call *call, const void **reply)
{
	int status = online_ask(station->cli, call, reply);

	if (status != CLI_EXIT_OK)
		station->err = link_problem(station->cli->link)->err;
	return status;
}

/* ---- The code. */

static int
read_code(struct station *station, char *text)
{
	uint8_t code[CODE_CARD_SIZE];
	enum jx_err err;

	ballot_fold(text);
	err = code_read(text, CODE_CARD_BITS, code);
	sodium_memzero(text, strlen(text));
	if (err != JX_OK)
		return REFUSE(station, JX_E_CARD, "有字符输错、遗漏或颠倒", "a character is wrong, missing or swapped");
	card_token(code, station->token);
	sodium_memzero(code, sizeof code);
	return CLI_EXIT_OK;
}

/* ---- The daemon. */

static int
open_card(struct station *station, const Jx__BallotForm **form)
{
	Jx__BallotOpen open = JX__BALLOT_OPEN__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_BALLOT_OPEN, &open, JX__ENVELOPE__BODY_BALLOT_FORM};

	open.has_token = true;
	open.token = (ProtobufCBinaryData){CARD_TOKEN_SIZE, station->token};
	return ask(station, &call, (const void **)form);
}

/* The server's keys, once; kept in memory alone. */
static int
find_key(struct station *station, const Jx__Receipt *receipt, const uint8_t **key)
{
	static const Jx__Keys message = JX__KEYS__INIT;
	const struct online_call call = {JX__ENVELOPE__BODY_KEYS, &message, JX__ENVELOPE__BODY_KEYS_REPLY};
	struct arena *own = station->cli->arena;
	int status = CLI_EXIT_OK;

	if (station->keys == NULL) {
		station->cli->arena = station->arena;
		status = ask(station, &call, (const void **)&station->keys);
		station->cli->arena = own;
	}
	*key = NULL;
	for (size_t i = 0; status == CLI_EXIT_OK && i < station->keys->n_keys; i++) {
		const Jx__Key *one = station->keys->keys[i];

		if (one->public_key.len == RECEIPT_PUBLIC_SIZE && one->key_id.len == receipt->key_id.len &&
		    memcmp(one->key_id.data, receipt->key_id.data, one->key_id.len) == 0)
			*key = one->public_key.data;
	}
	return status;
}

static int
check_receipt(struct station *station, const Jx__Receipt *receipt)
{
	const uint8_t *key = NULL;
	int status = CLI_EXIT_OK;

	if (receipt != NULL)
		status = find_key(station, receipt, &key);
	if (status == CLI_EXIT_OK && (key == NULL || receipt_check(receipt, key) != JX_OK))
		status = REFUSE(station, JX_E_RECEIPT, "服务器给的回执与其公钥不符",
		    "the server's receipt does not fit its public key");
	return status;
}

static const char *
short_hash(const struct cli *cli, const Jx__Receipt *receipt)
{
	char hex[2 * MERKLE_HASH_SIZE + 1];

	sodium_bin2hex(hex, sizeof hex, receipt->content_hash.data, receipt->content_hash.len);
	return arena_printf(cli->arena, "%.*s", SHORT_SIZE, hex);
}

static void
say_done(const struct station *station, const Jx__BallotReply *reply)
{
	const struct cli *cli = station->cli;
	const char *hash = short_hash(cli, reply->receipt);

	if (station->is_machine)
		printf("%lu\t%s\t%s\n", station->line, reply->replayed ? "replayed" : "cast", hash);
	else if (reply->replayed)
		printf("%s%s\n", cli_say(cli, "已投过，内容相同 · 回执 ", "cast before, with the same answers · receipt "), hash);
	else
		printf("%s%s\n", cli_say(cli, "已投票 · 回执 ", "cast · receipt "), hash);
	fflush(stdout);
}

static int
cast(struct station *station)
{
	Jx__BallotCast message = JX__BALLOT_CAST__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_BALLOT_CAST, &message, JX__ENVELOPE__BODY_BALLOT_REPLY};
	uint8_t answers[CARD_BALLOT_SIZE];
	const Jx__BallotReply *reply;
	int status;

	if (ballot_pack(station->ballot, answers) != JX_OK)
		return REFUSE(station, JX_E_TOO_BIG, "意见太多或太长", "too many opinions, or too long ones");
	message.has_token = message.has_answers = true;
	message.token = (ProtobufCBinaryData){CARD_TOKEN_SIZE, station->token};
	message.answers = (ProtobufCBinaryData){sizeof answers, answers};
	assert(jx__ballot_cast__get_packed_size(&message) == CAST_SIZE);
	status = ask(station, &call, (const void **)&reply);
	sodium_memzero(answers, sizeof answers);
	if (status == CLI_EXIT_OK)
		status = check_receipt(station, reply->receipt);
	if (status == CLI_EXIT_OK)
		say_done(station, reply);
	return status;
}

/* ---- One card. */

/* Is it another form than the card before had? Then it is shown. */
static int
show_new_form(struct station *station, const Jx__BallotForm *form)
{
	Jx__BallotForm bare = *form;
	static char state[] = "open"; /* a card's own, not the form's */
	struct bytes packed;
	uint8_t *bytes;

	bare.state = state;
	packed.size = jx__ballot_form__get_packed_size(&bare);
	bytes = arena_alloc(station->cli->arena, packed.size + 1);
	if (bytes == NULL)
		return cli_error_memory(station->cli);
	jx__ballot_form__pack(&bare, bytes);
	packed.data = bytes;
	if (station->form.size == packed.size && memcmp(station->form.data, packed.data, packed.size) == 0)
		return CLI_EXIT_OK;
	station->form = arena_copy(station->arena, packed);
	return ballot_ask_show(station->cli, station->ballot);
}

/* The form, taken in. is_asked: a person will fill it, and is shown it. */
static int
begin(struct station *station, bool is_asked)
{
	struct cli *cli = station->cli;
	const Jx__BallotForm *form;
	int status = open_card(station, &form);

	if (status != CLI_EXIT_OK)
		return status;
	if (ballot_begin(station->ballot, form, cli->arena) != JX_OK)
		return REFUSE(station, JX_E_MALFORMED, "评价表", "the form");
	if (strcmp(form->state, "closed") == 0)
		return REFUSE(station, JX_E_PHASE, "投票已经结束", "the vote is closed");
	if (!is_asked)
		return CLI_EXIT_OK;
	if (strcmp(form->state, "used") == 0)
		cli_note(cli, "此卡已投过：再填相同内容可再看回执，不同内容不受理",
		    "this card was used: the same answers again show its receipt; others are refused");
	return show_new_form(station, form);
}

/* answers: a machine's part of the line, or NULL. */
static int
take_card(struct station *station, char *code, char *answers)
{
	struct cli *cli = station->cli;
	const char *file = answers == NULL ? cli->options.values[OPTION_ANSWERS] : NULL;
	bool is_wanted = true;
	int status = read_code(station, code);

	if (status != CLI_EXIT_OK)
		return status;
	status = begin(station, answers == NULL && file == NULL);
	if (status == CLI_EXIT_OK && answers != NULL)
		status = ballot_line_read(cli, answers, station->line, station->ballot);
	else if (status == CLI_EXIT_OK && file != NULL)
		status = ballot_file_read(cli, file, station->ballot);
	else if (status == CLI_EXIT_OK) {
		link_hang_up(cli->link); /* the daemon keeps nobody who is not logged in for longer than a minute */
		status = ballot_ask(cli, station->ballot, &is_wanted);
	}
	if (status == CLI_EXIT_OK && is_wanted)
		status = cast(station);
	link_hang_up(cli->link); /* each card by itself */
	sodium_memzero(station->token, sizeof station->token);
	ballot_clear(station->ballot);
	return status;
}

/* ---- A station. */

/* Whoever comes next sees nothing of the one before, scrolled back either. */
static void
clear_screen(const struct cli *cli)
{
	char line[LINE_SIZE / 1024];
	bool is_end;

	if (!cli->out_is_terminal)
		return;
	(void)prompt_answer((struct cli *)(uintptr_t)cli, cli_say(cli, "按回车清屏，请下一位", "Enter clears the screen for the next voter"), line,
	    sizeof line, &is_end);
	fputs("\033[H\033[2J\033[3J", stdout);
	fflush(stdout);
}

/* Not this card's fault: the next would fare no better. */
static bool
is_over(enum jx_err err)
{
	return err == JX_E_CONNECTION || err == JX_E_TLS || err == JX_E_VERSION || err == JX_E_CANCELLED ||
	       err == JX_E_MEMORY || err == JX_E_RECEIPT;
}

/* One line: a code, and with is_machine a tab and its answers. */
static int
take_line(struct station *station, char *line)
{
	struct cli *cli = station->cli;
	char *answers = station->is_machine ? strchr(line, '\t') : NULL;
	int status;

	station->err = JX_E_FIELD; /* what is wrong with a line, unless something else says otherwise */
	if (answers != NULL)
		*answers++ = '\0';
	if (station->is_machine && answers == NULL)
		status = cli_error(cli, JX_E_FIELD, "第 %lu 行：应为 卡码、制表符、答案", "line %lu: expected code, tab, answers", station->line);
	else
		status = take_card(station, line, answers);
	if (status == CLI_EXIT_OK) {
		station->taken_count++;
		return status;
	}
	if (station->is_machine)
		printf("%lu\trefused\t%s\n", station->line, err_name(station->err));
	fflush(stdout);
	station->refused_count++;
	return is_over(station->err) || *cli->stop != 0 ? status : CLI_EXIT_OK;
}

static int
run_station(struct station *station)
{
	struct cli *cli = station->cli;
	char *line = arena_alloc(station->arena, LINE_SIZE);
	bool is_end = false;
	int status = line == NULL ? cli_error_memory(cli) : CLI_EXIT_OK;

	while (status == CLI_EXIT_OK) {
		struct arena *arena = arena_new(CARD_ARENA_SIZE);

		if (arena == NULL)
			return cli_error_memory(cli);
		cli->arena = arena;
		status = prompt_answer(cli, station->is_machine ? NULL : cli_say(cli, "请扫描或输入卡码", "scan or type a card's code"),
		    line, LINE_SIZE, &is_end);
		station->line++;
		if (status == CLI_EXIT_OK && line[0] != '\0') {
			status = take_line(station, line);
			if (!station->is_machine)
				clear_screen(cli);
		}
		sodium_memzero(line, LINE_SIZE);
		cli->arena = station->arena;
		arena_free(arena);
		if (is_end)
			break;
	}
	cli_note(cli, "共收 %lu 张卡，另有 %lu 张未受理", "%lu cards taken, %lu refused", station->taken_count, station->refused_count);
	return status == CLI_EXIT_OK && station->refused_count > 0 ? err_exit(JX_E_FAULTS) : status;
}

/* ---- The command. */

static int
run_single(struct station *station)
{
	struct cli *cli = station->cli;
	char line[LINE_SIZE / 1024] = "";
	bool is_end = false;
	int status = CLI_EXIT_OK;

	if (cli->options.word_count == 0)
		status = prompt_answer(cli, cli_say(cli, "卡码", "the card's code"), line, sizeof line, &is_end);
	else if (strlen(cli->options.words[0]) < sizeof line)
		strcpy(line, cli->options.words[0]);
	/* Out of the list of processes, for whoever looks. */
	if (cli->options.word_count > 0)
		sodium_memzero((char *)(uintptr_t)cli->options.words[0], strlen(cli->options.words[0]));
	return status == CLI_EXIT_OK ? take_card(station, line, NULL) : status;
}

int
cmd_ballot(struct cli *cli)
{
	static struct ballot ballot;
	const char *answers = cli->options.values[OPTION_ANSWERS];
	struct station station = {.cli = cli, .ballot = &ballot, .arena = cli->arena};
	bool is_station = options_has(&cli->options, OPTION_STATION);
	int status;

	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	if (is_station && cli->options.word_count > 0)
		return cli_error(cli, JX_E_USAGE, "--station 从标准输入逐张读卡码", "--station reads codes from standard input");
	if (is_station && answers != NULL && strcmp(answers, "-") != 0)
		return cli_error(cli, JX_E_USAGE, "--station 只能用 --answers -", "--station takes only --answers -");
	if (!is_station && answers != NULL && strcmp(answers, "-") == 0 && cli->options.word_count == 0)
		return cli_error(cli, JX_E_USAGE, "缺少卡码", "the card's code is missing");
	station.is_machine = is_station && answers != NULL;
	status = online_prepare_stranger(cli);
	if (status == CLI_EXIT_OK)
		status = is_station ? run_station(&station) : run_single(&station);
	return status;
}
