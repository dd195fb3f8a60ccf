#include "sys/arguments.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum arguments_key {
	KEY_CHECK_CONFIG = 256,
	KEY_ROUTES,
	KEY_LIVES,
	KEY_ROTATE,
	KEY_WORKER,
};

/* clang-format off */
static const struct argp_option arguments_options_zh[] = {
	{"data", 'd', "目录", 0, "数据目录：数据库、密钥、证书；没有则新建", 0},
	{"listen", 'l', "地址:端口", 0, "监听地址（默认 127.0.0.1:7443；端口 0 为任意）", 0},
	{"config", 'c', "文件", 0, "YAML 设置文件", 0},
	{"check-config", KEY_CHECK_CONFIG, NULL, 0, "检查设置并列出全部生效的值", 1},
	{"routes", KEY_ROUTES, NULL, 0, "列出全部请求及其权限", 1},
	{"lives", KEY_LIVES, NULL, 0, "列出各状态表", 1},
	{"rotate-key", KEY_ROTATE, NULL, 0, "停机时：换一把签名密钥，旧的留下（旧回执仍可验证）", 1},
	{"version", 'V', NULL, 0, "版本", -1},
	{"worker", KEY_WORKER, NULL, OPTION_HIDDEN, NULL, 1},
	{NULL, 0, NULL, 0, NULL, 0},
};
static const struct argp_option arguments_options_en[] = {
	{"data", 'd', "DIR", 0, "data folder: database, keys, certificates; made when absent", 0},
	{"listen", 'l', "ADDR:PORT", 0, "where to listen (default 127.0.0.1:7443; port 0: any)", 0},
	{"config", 'c', "FILE", 0, "settings, YAML", 0},
	{"check-config", KEY_CHECK_CONFIG, NULL, 0, "check the settings and list all values in force", 1},
	{"routes", KEY_ROUTES, NULL, 0, "list every request and who may make it", 1},
	{"lives", KEY_LIVES, NULL, 0, "list the state tables", 1},
	{"rotate-key", KEY_ROTATE, NULL, 0, "while it is stopped: make a new signing key, keep the former (its receipts stay good)", 1},
	{"version", 'V', NULL, 0, "version", -1},
	{"worker", KEY_WORKER, NULL, OPTION_HIDDEN, NULL, 1},
	{NULL, 0, NULL, 0, NULL, 0},
};
/* clang-format on */

static const char arguments_doc_zh[] =
    "绩效评估守护进程。前台运行，日志写到标准错误。\v"
    "就绪时在标准输出写一行“jixiaod ready on 地址:端口”。SIGTERM、SIGINT：办完手头的请求后停止；"
    "再来一次：立即停止。SIGHUP：重读设置中可即时生效的部分。\n\n"
    "退出码：0 正常停止 · 1 失败（见日志）· 2 用法或设置有误";
static const char arguments_doc_en[] =
    "The daemon of the performance evaluation. Runs in the foreground, logs to stderr.\v"
    "When ready it writes the line \"jixiaod ready on ADDR:PORT\" to stdout. SIGTERM, SIGINT: "
    "finishes "
    "the requests under way, then stops; once more: stops at once. SIGHUP: reads again the "
    "settings "
    "that can change while it runs.\n\n"
    "Exit status: 0 stopped, 1 failure (see the log), 2 wrong usage or settings";

static const struct {
	int key;
	enum arguments_action action;
} arguments_actions[] = {
    {KEY_CHECK_CONFIG, ARGUMENTS_CHECK_CONFIG},
    {KEY_ROUTES, ARGUMENTS_ROUTES},
    {KEY_LIVES, ARGUMENTS_LIVES},
    {KEY_ROTATE, ARGUMENTS_ROTATE_KEY},
    {KEY_WORKER, ARGUMENTS_WORKER},
};

static void
arguments_check(struct argp_state *state, const struct arguments *arguments)
{
	if ((arguments->action == ARGUMENTS_SERVE || arguments->action == ARGUMENTS_ROTATE_KEY) &&
	    (arguments->data == NULL || arguments->data[0] == '\0'))
		argp_error(state, "%s",
		    arguments->lang == JX_EN ? "--data DIR is needed" : "请用 --data 指明数据目录");
}

static error_t
arguments_parse(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	for (size_t i = 0; i < sizeof arguments_actions / sizeof *arguments_actions; i++) {
		if (arguments_actions[i].key == key) {
			arguments->action = arguments_actions[i].action;
			return 0;
		}
	}
	switch (key) {
	case 'd':
		arguments->data = value;
		return 0;
	case 'l':
		arguments->listen = value;
		return 0;
	case 'c':
		arguments->config = value;
		return 0;
	case 'V':
		printf("jixiaod %s\n", JX_VERSION);
		exit(0);
	case ARGP_KEY_ARG:
		argp_error(state, "%s: %s",
		    arguments->lang == JX_EN ? "unexpected argument" : "多余的参数", value);
		return 0;
	case ARGP_KEY_END:
		arguments_check(state, arguments);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* As jixiao does. The locale itself may not be installed: its name is enough. */
static enum jx_lang
arguments_lang(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return strncmp(value, "en", 2) == 0 ? JX_EN : JX_ZH;
	}
	return JX_ZH;
}

void
arguments_read(int argc, char **argv, struct arguments *arguments)
{
	struct argp argp = {
	    arguments_options_zh, arguments_parse, NULL, arguments_doc_zh, NULL, NULL, NULL};

	*arguments = (struct arguments){.action = ARGUMENTS_SERVE, .lang = arguments_lang()};
	if (arguments->lang == JX_EN) {
		argp.options = arguments_options_en;
		argp.doc = arguments_doc_en;
	}
	argp_err_exit_status = ARGUMENTS_EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, arguments);
}
