#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/help.h"
#include "cli/made.h"

/* clang-format off */
const struct command commands[] = {
	{"login", "[账号]", "[ACCOUNT]", 0, 1, "登录，并为以后的命令保持登录", "log in, and stay so for the next commands",
	    cmd_login, {OPTION_TIMEOUT}},
	{"logout", "", "", 0, 0, "退出登录", "forget the login", cmd_logout, {OPTION_HELP}},
	{"whoami", "", "", 0, 0, "当前账号、角色与可用的请求", "the account, its role and what it may do",
	    cmd_whoami, {OPTION_JSON, OPTION_TIMEOUT}},
	{"passwd", "", "", 0, 0, "修改本人密码", "change one's password", cmd_passwd, {OPTION_PASSWORD_FILE, OPTION_TIMEOUT}},
	{"import", "数据包目录", "BUNDLE", 1, 1, "导入一个城市一个年度的数据包：整包入库，或一行不入", "import a city's year: all of it or nothing",
	    cmd_import, {OPTION_DRY_RUN, OPTION_RECEIPT, OPTION_JSON, OPTION_TIMEOUT}},
	{"export", "目录", "DIR", 1, 1, "把库中一个年度导出为数据包", "write a stored year out as a bundle",
	    cmd_export, {OPTION_CITY, OPTION_YEAR, OPTION_TIMEOUT}},
	{"run", "", "", 0, 0, "年终核算（默认试算）", "the year-end calculation (provisional unless --final)",
	    cmd_run, {OPTION_FINAL, OPTION_PROVISIONAL, OPTION_CANCEL, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_TIMEOUT}},
	{"runs", "", "", 0, 0, "列出历次核算", "list the runs", cmd_runs, {OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_CSV, OPTION_TIMEOUT}},
	{"results", "", "", 0, 0, "核算结果：得分、排名、等次、奖项", "what a run gave: totals, ranks, grades, awards",
	    cmd_results, {OPTION_RUN, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_CSV, OPTION_TIMEOUT}},
	{"explain", "单位", "UNIT", 1, 1, "一个单位的得分从何而来，直到每一笔打分", "where a unit's score comes from, down to each mark",
	    cmd_explain, {OPTION_RUN, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_TIMEOUT}},
	{"compute", "数据包目录", "BUNDLE", 1, 1, "在本机核算数据包，不连服务器", "compute a bundle here, without a server",
	    cmd_compute, {OPTION_FINAL, OPTION_PROVISIONAL, OPTION_JSON, OPTION_CSV}},
	{"account add", "账号", "ACCOUNT", 1, 1, "开设账号；一次性密码只显示这一次", "open an account; its one-time password is shown once",
	    cmd_account_add, {OPTION_ROLE, OPTION_CITY, OPTION_UNIT, OPTION_SUBJECT, OPTION_PASSWORD_FILE, OPTION_JSON, OPTION_TIMEOUT}},
	{"account import", "文件.csv", "FILE.csv", 1, 1, "成批开设账号；已有的跳过", "open accounts in bulk; those that exist are skipped",
	    cmd_account_import, {OPTION_CITY, OPTION_OUT, OPTION_TIMEOUT}},
	{"account list", "", "", 0, 0, "列出账号", "list the accounts", cmd_account_list, {OPTION_JSON, OPTION_CSV, OPTION_TIMEOUT}},
	{"account disable", "账号", "ACCOUNT", 1, 1, "停用账号", "disable an account", cmd_account_disable, {OPTION_REASON, OPTION_TIMEOUT}},
	{"receipt verify", "回执文件", "FILE", 1, 1, "脱机验证回执", "verify a receipt, offline",
	    cmd_receipt_verify, {OPTION_KEY, OPTION_BUNDLE, OPTION_JSON}},
	{"scheme pull", "", "", 0, 0, "取回一个年度的评估方案（YAML），改后可用于下一年度", "bring a year's scheme, to be changed for the next",
	    cmd_scheme_pull, {OPTION_OUT, OPTION_CITY, OPTION_YEAR, OPTION_TIMEOUT}},
	{"scheme diff", "旧方案.yaml 新方案.yaml", "OLD.yaml NEW.yaml", 2, 2, "检查两份方案，逐条列出不同：原值 → 新值，不连服务器", "check two schemes and list what differs, offline",
	    cmd_scheme_diff, {OPTION_JSON, OPTION_CSV}},
	{"list", "类", "KIND", 1, 1, "列出一类数据", "list the records of a kind",
	    cmd_list, {OPTION_UNIT, OPTION_WHERE, OPTION_LIMIT, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_CSV, OPTION_TIMEOUT}},
	{"history", "类 条目", "KIND KEY", 2, 5, "一条数据的历次改动", "every change of a record",
	    cmd_history, {OPTION_LIMIT, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_CSV, OPTION_TIMEOUT}},
	{"pull", "类[,类…]", "KIND[,KIND…]", 1, 1, "取回数据（YAML），修改后可再报送", "bring records as YAML, to be changed and pushed back",
	    cmd_pull, {OPTION_UNIT, OPTION_CITY, OPTION_YEAR, OPTION_OUT, OPTION_TIMEOUT}},
	{"evidence send", "文件…", "FILE…", 1, OPTIONS_WORD_COUNT_MAX, "报送佐证文件；中断后再办即续传，已收到的不重传", "send files of evidence; after a break the same command goes on where it stopped",
	    cmd_evidence_send, {OPTION_UNIT, OPTION_PHOTO, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_CSV, OPTION_TIMEOUT}},
	{"evidence get", "文件摘要", "HASH", 1, 1, "取回佐证文件，核对摘要后存盘", "fetch a file of evidence; it is checked before it gets its name",
	    cmd_evidence_get, {OPTION_UNIT, OPTION_OUT, OPTION_FORCE, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_TIMEOUT}},
	{"evidence hash", "文件…", "FILE…", 1, OPTIONS_WORD_COUNT_MAX, "文件摘要（SHA-256），报送时以此指明文件；不连服务器", "the hash (SHA-256) by which submissions name a file, offline",
	    cmd_evidence_hash, {OPTION_JSON, OPTION_CSV}},
	{"watch", "", "", 0, 0, "等候通知，直到按下 Ctrl-C", "show notices as they come, until Ctrl-C",
	    cmd_watch, {OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_TIMEOUT}},
	{"outbox", "", "", 0, 0, "发件箱：待发送、已送达、被退回的报送", "the outbox: what waits, was sent, was refused",
	    cmd_outbox, {OPTION_JSON, OPTION_CSV}},
	{"outbox list", "[状态]", "[STATE]", 0, 1, "列出发件箱；状态如 waiting、refused、all", "list the outbox; a state is waiting, refused, all …",
	    cmd_outbox, {OPTION_JSON, OPTION_CSV}},
	{"outbox show", "编号", "NUMBER", 1, 1, "一件的全部内容、状态、退回原因与回执（YAML）", "an item whole: content, state, why it was refused, receipt (YAML)",
	    cmd_outbox_show, {OPTION_OUT}},
	{"outbox send", "[编号…]", "[NUMBER…]", 0, OPTIONS_WORD_COUNT_MAX, "发送全部或其中几件", "send all of it or some",
	    cmd_outbox_send, {OPTION_FOREVER, OPTION_JSON, OPTION_TIMEOUT}},
	{"outbox retry", "编号", "NUMBER", 1, 1, "被退回的再发一次", "send a refused one again",
	    cmd_outbox_retry, {OPTION_MINE, OPTION_JSON, OPTION_TIMEOUT}},
	{"outbox edit", "编号", "NUMBER", 1, 1, "改后再报：以新的一件代替", "change one: a new one takes its place",
	    cmd_outbox_edit, {OPTION_FILE, OPTION_OBJECT, OPTION_VALUE, OPTION_REASON, OPTION_DOCUMENT, OPTION_DATED, OPTION_DUE, OPTION_BASED_ON, OPTION_JSON, OPTION_TIMEOUT}},
	{"outbox drop", "编号", "NUMBER", 1, 1, "撤下一件，不再发送", "take one out: it will not be sent", cmd_outbox_drop, {OPTION_HELP}},
	{"outbox export", "文件 [编号…]", "FILE [NUMBER…]", 1, OPTIONS_WORD_COUNT_MAX, "把待发送的写入文件，用 U 盘带到有网络处代送", "write what waits to a file, to be delivered from where there is a link",
	    cmd_outbox_export, {OPTION_HELP}},
	{"outbox deliver", "文件", "FILE", 1, 1, "代他人送达 U 盘带来的报送，并写出回执", "deliver what others exported, and write the receipts",
	    cmd_outbox_deliver, {OPTION_OUT, OPTION_JSON, OPTION_TIMEOUT}},
	{"outbox import", "回执文件", "RECEIPTS", 1, 1, "收下代送带回的回执", "take the receipts that were brought back", cmd_outbox_import, {OPTION_HELP}},
	{"outbox unlock", "", "", 0, 0, "密码改后，用原密码打开本机的草稿与发件箱", "after a change of password: unlock this machine's drafts and outbox with the former one",
	    cmd_outbox_unlock, {OPTION_PASSWORD_FILE, OPTION_ANEW, OPTION_TIMEOUT}},
	{"outbox commit-code", "[编号]", "[NUMBER]", 0, 1, "截止前没有网络：电话报给绩效办的承诺码", "without a link at a deadline: the code to tell the office by phone",
	    cmd_outbox_code, {OPTION_JSON}},
	{"office commit-code add", "承诺码", "CODE", 1, OPTIONS_WORD_COUNT_MAX, "登记电话报来的承诺码", "record a code told by phone",
	    cmd_office_code, {OPTION_UNIT, OPTION_NOTE, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_TIMEOUT}},
	{"kit", "", "", 0, 0, "外出资料：取了哪些、截至何时、要评哪些目标、谁已占用、哪些待发送", "the field kit: what is here, as of when, which goals, who has them, what waits",
	    cmd_kit, {OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_CSV}},
	{"kit show", "", "", 0, 0, "同 jixiao kit", "the same", cmd_kit, {OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_CSV}},
	{"kit pull", "", "", 0, 0, "外出前取回所需资料，没有网络也可查看；评估组并占用目标", "before leaving the link: take along what the tasks need; groups also take their goals",
	    cmd_kit_pull, {OPTION_UNIT, OPTION_CITY, OPTION_YEAR, OPTION_TIMEOUT}},
	{"kit push", "[编号…]", "[NUMBER…]", 0, OPTIONS_WORD_COUNT_MAX, "回来后发送全部或其中几件，并交还占用的目标", "back at a link: send all or some, and give the goals back",
	    cmd_kit_push, {OPTION_UNIT, OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_TIMEOUT}},
	{"draft put", "名称 [文件]", "NAME [FILE]", 1, 2, "存为草稿（加密）；省略文件则取自标准输入", "keep a draft, encrypted; without a file from standard input",
	    cmd_draft_put, {OPTION_HELP}},
	{"draft list", "", "", 0, 0, "列出草稿", "list the drafts", cmd_draft_list, {OPTION_JSON, OPTION_CSV}},
	{"draft show", "名称", "NAME", 1, 1, "显示一份草稿", "show a draft", cmd_draft_show, {OPTION_HELP}},
	{"draft drop", "名称", "NAME", 1, 1, "删去一份草稿", "drop a draft", cmd_draft_drop, {OPTION_HELP}},
	{"signer make", "", "", 0, 0, "生成本单位的会签码，并登记其公钥；会签码只显示这一次", "make the unit's code for countersigning and register its public key; it is shown once",
	    cmd_signer_make, {OPTION_UNIT, OPTION_OUT, OPTION_RECEIPT, OPTION_CITY, OPTION_YEAR, OPTION_TIMEOUT}},
	{"countersign", "文件", "FILE", 1, 1, "现场会签：被评估单位代表看过文件中的评分后，以会签码签名，不需联网", "on the spot, without a link: the visited unit's representative signs the marks in a file with the unit's code",
	    cmd_countersign, {OPTION_NAME, OPTION_VALUE, OPTION_REASON, OPTION_UNIT, OPTION_OBJECT, OPTION_OUT, OPTION_CITY, OPTION_YEAR, OPTION_TIMEOUT}},
	{"cards make", "", "", 0, 0, "制作评价卡（A4 PDF，一页八张），登记卡码的摘要；给出 --kind 与 --group 则开始新的场次", "make cards (A4 PDF, eight a page) and register their codes' hashes; --kind and --group begin a new poll",
	    cmd_cards_make, {OPTION_POLL, OPTION_KIND, OPTION_GROUP, OPTION_UNITS, OPTION_CARDS, OPTION_OUT, OPTION_RECEIPT, OPTION_CITY, OPTION_YEAR, OPTION_TIMEOUT}},
	{"ballot", "[卡码]", "[CODE]", 0, 1, "凭评价卡投票，不需要账号", "vote with a card's code; no account is needed",
	    cmd_ballot, {OPTION_ANSWERS, OPTION_STATION, OPTION_TIMEOUT}},
	{"do", "办理 …", "DEED …", 0, OPTIONS_WORD_COUNT_MAX, "按代码办理，如 jixiao do plan.submit", "do a deed by its code: jixiao do plan.submit",
	    cmd_do, {OPTION_HELP}},
	{"view", "查看 …", "VIEW …", 0, OPTIONS_WORD_COUNT_MAX, "按代码查看，如 jixiao view todo", "look at a view by its code: jixiao view todo",
	    cmd_do, {OPTION_HELP}},
	{"help", "[命令]", "[COMMAND]", 0, 4, "显示用法", "show how to use a command", cmd_help, {OPTION_HELP}},
};
/* clang-format on */

const size_t command_count = sizeof commands / sizeof commands[0];

/* How many words the name has when the first of argv are these; 0: they are not. */
static int
match(const char *name, int argc, char **argv)
{
	int count = 0;

	for (;;) {
		size_t size = strcspn(name, " ");

		if (count == argc || strlen(argv[count]) != size || memcmp(argv[count], name, size) != 0)
			return 0;
		count++;
		if (name[size] == '\0')
			return count;
		name += size + 1;
	}
}

static const struct command *
find_own(int argc, char **argv, int *word_count)
{
	const struct command *found = NULL;

	*word_count = 0;
	for (size_t i = 0; i < command_count; i++) {
		int count = match(commands[i].name, argc, argv);

		if (count > *word_count) {
			*word_count = count;
			found = &commands[i];
		}
	}
	return found;
}

const struct command *
commands_find(int argc, char **argv, struct command_made *made, int *word_count)
{
	int own_count, made_count;
	const struct command *own = find_own(argc, argv, &own_count);

	if (made_find_do(argc, argv, made, word_count))
		return &made->command;
	if (made_find(argc, argv, made, &made_count) && made_count > own_count) {
		*word_count = made_count;
		return &made->command;
	}
	*made = (struct command_made){.deed = NULL};
	*word_count = own_count;
	return own;
}

static int
run_command(struct cli *cli, const struct command *command, int argc, char **argv)
{
	enum jx_err err =
	    options_parse(&cli->options, command->options, command->word_max, argc, argv);
	int status;

	if (options_has(&cli->options, OPTION_HELP)) {
		help_command(cli, command, cli->made, stdout);
		return CLI_EXIT_OK;
	}
	if (err != JX_OK || cli->options.word_count < command->word_min) {
		const char *bad = cli->options.bad == NULL ? "" : cli_shown(cli, cli->options.bad);

		status = err != JX_OK
			     ? cli_error(cli, JX_E_USAGE, "不认识 %s", "not understood: %s", bad)
			     : cli_error(cli, JX_E_USAGE, "缺少 %s", "missing: %s",
				   cli_say(cli, command->words_zh, command->words_en));
		help_usage(cli, command, cli->made, stderr);
		return status;
	}
	status = settings_read(cli);
	return status != CLI_EXIT_OK ? status : command->run(cli);
}

int
commands_run(struct cli *cli, int argc, char **argv)
{
	const struct command *command;
	struct command_made made;
	int word_count, status;

	if (argc < 2) {
		help_all(cli, stderr);
		return err_exit(JX_E_USAGE);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help_all(cli, stdout);
		return CLI_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("jixiao %s\n", JX_VERSION);
		return CLI_EXIT_OK;
	}
	command = commands_find(argc - 1, argv + 1, &made, &word_count);
	if (command != NULL) {
		cli->made = made.deed != NULL || made.view != NULL ? &made : NULL;
		status = run_command(cli, command, argc - word_count, argv + word_count);
		cli->made = NULL;
		return status;
	}
	if (help_family(cli, argv[1], argc > 2 ? argv[2] : NULL))
		return argc > 2 && strcmp(argv[2], "--help") == 0 ? CLI_EXIT_OK
								  : err_exit(JX_E_USAGE);
	return cli_error(
	    cli, JX_E_USAGE, "没有命令 %s", "no such command: %s", cli_shown(cli, argv[1]));
}
