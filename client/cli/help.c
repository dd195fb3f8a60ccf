#include "cli/help.h"

#include <string.h>

#include "wire/text.h"

/* text, and blanks up to that width. */
static void
put_padded(FILE *file, const char *text, int width)
{
	fprintf(file, "%s%*s", text, width > text_width(text) ? width - text_width(text) : 1, "");
}

static void
put_rows(const struct cli *cli, const char *family, FILE *file)
{
	enum { NAME_WIDTH = 30 };
	size_t size = family == NULL ? 0 : strlen(family);

	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = &commands[i];
		char name[128];

		if (family != NULL &&
		    (strncmp(command->name, family, size) != 0 || command->name[size] != ' '))
			continue;
		snprintf(name, sizeof name, "  %s %s", command->name,
		    cli_say(cli, command->words_zh, command->words_en));
		put_padded(file, name, NAME_WIDTH);
		fprintf(file, "%s\n", cli_say(cli, command->zh, command->en));
	}
}

void
help_all(const struct cli *cli, FILE *file)
{
	enum { NAME_WIDTH = 24 };

	fprintf(file, "%s\n\n%s\n",
	    cli_say(cli, "jixiao：政府绩效评估客户端", "jixiao: evaluating a city's governments"),
	    cli_say(cli, "用法: jixiao 命令 [选项]", "usage: jixiao COMMAND [OPTIONS]"));
	put_rows(cli, NULL, file);
	fprintf(file, "\n%s\n",
	    cli_say(cli, "设置（环境变量，或 ~/.config/jixiao/config.yaml 中的键）:",
		"settings (environment, or keys of ~/.config/jixiao/config.yaml):"));
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = &setting_rows[i];
		char name[64];

		fputs("  ", file);
		put_padded(file, row->variable, NAME_WIDTH);
		snprintf(name, sizeof name, "%s", row->key);
		put_padded(file, name, 16);
		fprintf(file, "%s\n", cli_say(cli, row->zh, row->en));
	}
	fprintf(file, "\n%s\n",
	    cli_say(cli,
		"退出码: 0 成功 · 1 规则不允许 · 2 用法 · 3 连不上 · 4 未登录或无权限 · 5 "
		"期限已过或冲突 · "
		"6 数据有误 · 130 中断",
		"exit: 0 ok · 1 refused by a rule · 2 usage · 3 no connection · 4 not logged in or "
		"not allowed · 5 window closed or conflict · 6 bad rows · 130 interrupted"));
}

void
help_usage(const struct cli *cli, const struct command *command, FILE *file)
{
	const char *words = cli_say(cli, command->words_zh, command->words_en);

	fprintf(file, "%sjixiao %s%s%s", cli_say(cli, "用法: ", "usage: "), command->name,
	    words[0] == '\0' ? "" : " ", words);
	for (const enum option_id *option = command->options; *option != OPTION_HELP; option++) {
		const struct option_row *row = &option_rows[*option];
		const char *arg = cli_say(cli, row->arg_zh, row->arg_en);

		fprintf(
		    file, " [--%s%s%s]", row->name, arg == NULL ? "" : " ", arg == NULL ? "" : arg);
	}
	fputc('\n', file);
}

void
help_command(const struct cli *cli, const struct command *command, FILE *file)
{
	enum { NAME_WIDTH = 24 };

	help_usage(cli, command, file);
	fprintf(file, "\n%s\n", cli_say(cli, command->zh, command->en));
	for (const enum option_id *option = command->options; *option != OPTION_HELP; option++) {
		const struct option_row *row = &option_rows[*option];
		const char *arg = cli_say(cli, row->arg_zh, row->arg_en);
		char name[64];

		if (option == command->options)
			fputc('\n', file);
		snprintf(name, sizeof name, "  --%s%s%s", row->name, arg == NULL ? "" : " ",
		    arg == NULL ? "" : arg);
		put_padded(file, name, NAME_WIDTH);
		fprintf(file, "%s\n", cli_say(cli, row->zh, row->en));
	}
}

static bool
is_family(const char *first)
{
	size_t size = strlen(first);

	for (size_t i = 0; i < command_count; i++)
		if (strncmp(commands[i].name, first, size) == 0 && commands[i].name[size] == ' ')
			return true;
	return false;
}

bool
help_family(const struct cli *cli, const char *first, const char *second)
{
	bool is_asked = second != NULL && strcmp(second, "--help") == 0;

	if (!is_family(first))
		return false;
	if (second == NULL)
		cli_error(
		    cli, JX_E_USAGE, "%s 之后还缺一个词", "a word is missing after %s", first);
	else if (!is_asked)
		cli_error(cli, JX_E_USAGE, "没有命令 %s %s", "no such command: %s %s", first,
		    cli_shown(cli, second));
	put_rows(cli, first, is_asked ? stdout : stderr);
	return true;
}
