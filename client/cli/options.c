#include "cli/options.h"

#include <argp.h>
#include <assert.h>
#include <string.h>

#include "wire/text.h"

/* clang-format off */
const struct option_row option_rows[OPTION_COUNT] = {
	[OPTION_HELP]          = {"help", NULL, NULL, "显示本命令的用法", "show how to use this command"},
	[OPTION_CITY]          = {"city", "城市", "CITY", "城市代码；只有一个时可省略", "the city's code; not needed when there is one only"},
	[OPTION_YEAR]          = {"year", "年度", "YEAR", "年度；只有一个时可省略", "the year; not needed when there is one only"},
	[OPTION_RUN]           = {"run", "编号", "RUN", "哪一次核算；省略则为最近完成的一次", "which run; else the newest that is done"},
	[OPTION_JSON]          = {"json", NULL, NULL, "以 JSON 输出", "print JSON"},
	[OPTION_CSV]           = {"csv", NULL, NULL, "以 CSV 输出", "print CSV"},
	[OPTION_FINAL]         = {"final", NULL, NULL, "正式核算：数据不全则拒绝", "a final run: refused when inputs are missing"},
	[OPTION_PROVISIONAL]   = {"provisional", NULL, NULL, "试算（默认）：缺项计 0 并列出", "a provisional run (default): what is missing counts 0 and is listed"},
	[OPTION_CANCEL]        = {"cancel", "编号", "RUN", "取消进行中的核算", "cancel a run that is under way"},
	[OPTION_DRY_RUN]       = {"dry-run", NULL, NULL, "只核对并显示会有哪些改动，不入库", "check and show what would change; store nothing"},
	[OPTION_RECEIPT]       = {"receipt", "文件", "FILE", "回执另存到此文件", "keep the receipt in this file"},
	[OPTION_KEY]           = {"key", "文件", "FILE", "服务器的公钥文件（receipt.pub）", "the daemon's public key (receipt.pub)"},
	[OPTION_BUNDLE]        = {"bundle", "目录", "DIR", "核对回执所证明的正是此数据包", "check that the receipt is for this very bundle"},
	[OPTION_ROLE]          = {"role", "角色", "ROLE", "角色代码，见 jixiao help account add", "the role's code"},
	[OPTION_REASON]        = {"reason", "原因", "TEXT", "原因，记录在案", "why; goes on record"},
	[OPTION_PASSWORD_FILE] = {"password-file", "文件", "FILE", "新密码取自此文件第一行", "take the new password from this file's first line"},
	[OPTION_TIMEOUT]       = {"timeout", "秒", "SECONDS", "连接中断或服务器繁忙时最多重试多久（默认 30）", "how long to try again when the connection is lost or the server busy (default 30)"},
	[OPTION_UNIT]          = {"unit", "单位", "UNIT", "单位代码；本单位账号可省略", "the unit; not needed for an account of one"},
	[OPTION_OBJECT]        = {"object", "对象", "OBJECT", "办理或查看的对象：轮次、调整、阶段等的代码", "which one: a round, an adjustment, a phase …"},
	[OPTION_VALUE]         = {"value", "取值", "VALUE", "所作的选择", "what is chosen"},
	[OPTION_DOCUMENT]      = {"document", "文号", "NUMBER", "文号或决议号", "the number of the document or resolution"},
	[OPTION_DATED]         = {"dated", "日期", "DATE", "日期，如 2026-04-20", "the date, as 2026-04-20"},
	[OPTION_DUE]           = {"due", "截止", "MOMENT", "截止：2026-04-20（当日 24:00）或“2026-04-20 17:30”，北京时间", "due: 2026-04-20 (24:00 of that day) or \"2026-04-20 17:30\", Beijing time"},
	[OPTION_BASED_ON]      = {"based-on", "版本", "VERSION", "所依据的版本；已有更新的版本则不办理", "the version it is based on; refused when there is a newer one"},
	[OPTION_KIND]          = {"kind", "类", "KIND", "哪一类数据", "which kind of record"},
	[OPTION_OTHER]         = {"other", "编号", "NUMBER", "与之比较的另一次核算或另一版本", "the other run or version to compare with"},
	[OPTION_WHERE]         = {"where", "字段=值", "FIELD=VALUE", "只列出该字段为此值的；可多次给出", "only those with this value; may be given more than once"},
	[OPTION_LIMIT]         = {"limit", "行数", "ROWS", "最多列出多少行", "show at most so many rows"},
	[OPTION_SUBJECT]       = {"subject", "代表", "SUBJECT", "代表哪个部门或领导", "in whose name it acts: a department, a leader"},
	[OPTION_PHOTO]         = {"photo", NULL, NULL, "是踏查照片（由评估组报送）", "photos of a visit (sent by the evaluators)"},
	[OPTION_FORCE]         = {"force", NULL, NULL, "覆盖已有的文件", "replace a file that is there already"},
	[OPTION_ANSWERS]       = {"answers", "文件", "FILE", "答案取自此 CSV 文件（列：unit、各题、opinion），- 为标准输入", "take the answers from this CSV file (columns: unit, the questions, opinion); -: standard input"},
	[OPTION_STATION]       = {"station", NULL, NULL, "投票站：从标准输入逐张读卡码；加 --answers - 则每行为 卡码、制表符、X01=AB-C;X02=…", "a station: one code after another from standard input; with --answers - each line is code, tab, X01=AB-C;X02=…"},
	[OPTION_POLL]          = {"poll", "投票", "POLL", "投票的代码", "the poll's code"},
	[OPTION_GROUP]         = {"group", "主体", "GROUP", "民主评估主体", "the group of voters"},
	[OPTION_CARDS]         = {"count", "张数", "CARDS", "制作多少张", "how many to make"},
	[OPTION_UNITS]         = {"units", "单位;…", "UNIT;…", "只评这些单位，以分号分开；省略则为该类全部单位", "these units only, joined by \";\"; else all of the kind"},
	[OPTION_NAME]          = {"name", "姓名", "NAME", "会签人的姓名", "the name of who countersigns"},
	[OPTION_OUT]           = {"out", "文件", "FILE", "写入此文件，而不是标准输出", "write to this file, not to standard output"},
	[OPTION_FILE]          = {"file", "文件", "FILE", "取自此文件", "take it from this file"},
	[OPTION_FOREVER]       = {"forever", NULL, NULL, "一直重试，直到全部送达或被退回，或按下 Ctrl-C", "go on until all is sent or refused, or Ctrl-C"},
	[OPTION_ANEW]          = {"anew", NULL, NULL, "原密码已无从知道：旧的封存原处，另建新的", "nobody knows the former password: leave the old one aside and begin anew"},
	[OPTION_NOTE]          = {"note", "说明", "TEXT", "说明，如由谁来电", "a note: who called"},
	[OPTION_MINE]          = {"mine", NULL, NULL, "他人已有改动时，仍以本件为准", "mine counts, although somebody changed it meanwhile"},
};
/* clang-format on */

enum { KEY_FIRST = 0x1000 }; /* beyond characters: no option has a short form */

static error_t
on_key(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (options->word_count == OPTIONS_WORD_COUNT_MAX) {
			options->bad = arg;
			return EINVAL;
		}
		options->words[options->word_count++] = arg;
		return 0;
	case ARGP_KEY_ERROR:
		if (options->bad == NULL && state->next > 0 && state->next <= state->argc)
			options->bad = state->argv[state->next - 1];
		return 0;
	default:
		if (key < KEY_FIRST || key >= KEY_FIRST + OPTION_COUNT)
			return ARGP_ERR_UNKNOWN;
		options->values[key - KEY_FIRST] = arg == NULL ? "" : arg;
		if (key - KEY_FIRST != OPTION_WHERE)
			return 0;
		options->bad = arg;
		if (options->where_count == OPTIONS_WHERE_COUNT_MAX)
			return EINVAL;
		options->bad = NULL;
		options->wheres[options->where_count++] = arg;
		return 0;
	}
}

static struct argp_option
option_of(enum option_id option)
{
	return (struct argp_option){
	    .name = option_rows[option].name,
	    .key = KEY_FIRST + (int)option,
	    .arg = option_rows[option].arg_en,
	};
}

enum jx_err
options_parse(
    struct options *options, const enum option_id *list, size_t word_max, int argc, char **argv)
{
	struct argp_option rows[OPTION_COUNT + 1] = {{0}};
	const struct argp argp = {.options = rows, .parser = on_key};
	size_t count = 0;

	assert(word_max <= OPTIONS_WORD_COUNT_MAX);
	*options = (struct options){.word_count = 0};
	rows[count++] = option_of(OPTION_HELP);
	for (; *list != OPTION_HELP; list++)
		rows[count++] = option_of(*list);
	if (argp_parse(
		&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, options) != 0)
		return JX_E_USAGE;
	if (options->word_count > word_max) {
		options->bad = options->words[word_max];
		return JX_E_USAGE;
	}
	return JX_OK;
}

bool
options_has(const struct options *options, enum option_id option)
{
	return options->values[option] != NULL;
}

enum jx_err
options_number(struct options *options, enum option_id option, uint32_t *number)
{
	const char *text = options->values[option];
	uint32_t value = 0;

	if (text != NULL &&
	    (text_whole((struct bytes){(const uint8_t *)text, strlen(text)}, &value) != JX_OK ||
		value == 0)) {
		options->bad = text;
		return JX_E_USAGE;
	}
	*number = value;
	return JX_OK;
}
