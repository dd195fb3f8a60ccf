#include "cli/help.h"

#include <string.h>

#include "cli/made.h"
#include "cli/role.h"
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

		if (family != NULL && strcmp(command->name, family) != 0 &&
		    (strncmp(command->name, family, size) != 0 || command->name[size] != ' '))
			continue;
		snprintf(name, sizeof name, "  %s %s", command->name,
		    cli_say(cli, command->words_zh, command->words_en));
		put_padded(file, name, NAME_WIDTH);
		fprintf(file, "%s\n", cli_say(cli, command->zh, command->en));
	}
}

static bool
is_required(const struct command_made *made, enum option_id option)
{
	return made != NULL && (made->required >> option & 1) != 0;
}

/* Those that may stand as words do so in the usage line. */
static bool
is_shown_as_word(const struct command_made *made, enum option_id option)
{
	if (made == NULL)
		return false;
	if (option == OPTION_VALUE)
		return made->deed != NULL && made->deed->values != NULL;
	return option == OPTION_UNIT || option == OPTION_OBJECT || option == OPTION_KIND;
}

/* A deed's or view's line: its words, then what it is. family NULL: any. */
static void
put_made(const struct cli *cli, const char *family, const char *code, FILE *file)
{
	enum { NAME_WIDTH = 40, WORD_COUNT_MAX = 8 };
	char copy[MADE_NAME_SIZE], *words[WORD_COUNT_MAX], *save = NULL, name[MADE_NAME_SIZE + MADE_WORDS_SIZE + 4];
	struct command_made made;
	int count = 0, word_count, used;

	snprintf(copy, sizeof copy, "%s", code);
	for (char *word = strtok_r(copy, ".", &save); word != NULL && count < WORD_COUNT_MAX;
	     word = strtok_r(NULL, ".", &save))
		words[count++] = word;
	if (count == 0 || (family != NULL && strcmp(words[0], family) != 0) ||
	    commands_find(count, words, &made, &word_count) != &made.command)
		return; /* a command of its own stands there, and in its own list */
	used = snprintf(name, sizeof name, "  %s%s%s", made.command.name,
	    made.words_zh[0] == '\0' ? "" : " ",
	    cli_say(cli, made.command.words_zh, made.command.words_en));
	for (int option = 0; option < OPTION_COUNT; option++)
		if (is_required(&made, (enum option_id)option) && used < (int)sizeof name &&
		    !is_shown_as_word(&made, (enum option_id)option))
			used += snprintf(name + used, sizeof name - (size_t)used, " --%s",
			    option_rows[option].name);
	put_padded(file, name, NAME_WIDTH);
	fprintf(file, "%s\n", cli_say(cli, made.command.zh, made.command.en));
}

/* The pull that goes with a deed "goals.push". */
static void
put_pull(const struct cli *cli, const char *family, const char *code, FILE *file)
{
	static const char push[] = ".push";
	size_t size = strlen(code);
	char name[MADE_NAME_SIZE];

	if (size < sizeof push || size >= sizeof name ||
	    strcmp(code + size - (sizeof push - 1), push) != 0)
		return;
	snprintf(name, sizeof name, "%.*s.pull", (int)(size - (sizeof push - 1)), code);
	put_made(cli, family, name, file);
}

static void
put_tables(const struct cli *cli, const char *family, FILE *file)
{
	if (family == NULL && deed_count() > 0)
		fprintf(file, "\n%s\n", cli_say(cli, "办理:", "deeds:"));
	for (size_t i = 0; i < deed_count(); i++) {
		put_made(cli, family, deed_at(i)->name, file);
		put_pull(cli, family, deed_at(i)->name, file);
	}
	if (family == NULL && view_count() > 0)
		fprintf(file, "\n%s\n", cli_say(cli, "查看:", "views:"));
	for (size_t i = 0; i < view_count(); i++)
		put_made(cli, family, view_at(i)->name, file);
}

void
help_kinds(const struct cli *cli, FILE *file)
{
	for (int i = 0; i < PAPER_END; i++) {
		fputs("  ", file);
		put_padded(file, record_kinds[i].name, 20);
		fprintf(file, "%s\n", cli_say(cli, record_kinds[i].zh, record_kinds[i].en));
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
	put_tables(cli, NULL, file);
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
help_usage(const struct cli *cli, const struct command *command, const struct command_made *made,
    FILE *file)
{
	const char *words = cli_say(cli, command->words_zh, command->words_en);

	fprintf(file, "%sjixiao %s%s%s", cli_say(cli, "用法: ", "usage: "), command->name,
	    words[0] == '\0' ? "" : " ", words);
	for (const enum option_id *option = command->options; *option != OPTION_HELP; option++) {
		const struct option_row *row = &option_rows[*option];
		const char *arg = cli_say(cli, row->arg_zh, row->arg_en);
		bool must = is_required(made, *option);

		if (is_shown_as_word(made, *option))
			continue;
		fprintf(file, " %s--%s%s%s%s", must ? "" : "[", row->name, arg == NULL ? "" : " ",
		    arg == NULL ? "" : arg, must ? "" : "]");
	}
	fputc('\n', file);
}

/* What a field takes, beyond its name. */
static const char *
type_words(const struct cli *cli, const struct record_field *field)
{
	static const struct {
		const char *zh, *en;
	} words[] = {
	    [FIELD_CODE] = {"代码", "code"},
	    [FIELD_NAME] = {"文字", "text"},
	    [FIELD_CHOICE] = {"", ""},
	    [FIELD_POINTS] = {"数，最多两位小数", "number, at most 2 decimals"},
	    [FIELD_WHOLE] = {"整数", "whole number"},
	    [FIELD_VALUE] = {"评分", "mark"},
	    [FIELD_ANSWERS] = {"各题选项，以 / 分隔", "answers, joined by /"},
	    [FIELD_TEXT] = {"文字", "text"},
	    [FIELD_DATE] = {"日期", "date"},
	    [FIELD_MOMENT] = {"时间", "moment"},
	    [FIELD_COUNT] = {"整数", "whole number"},
	};
	const char *joined = "";

	if (field->type != FIELD_CHOICE)
		return cli_say(cli, words[field->type].zh, words[field->type].en);
	for (const char *const *choice = field->choices; *choice != NULL && joined != NULL;
	     choice++)
		joined = arena_printf(
		    cli->arena, "%s%s%s", joined, joined[0] == '\0' ? "" : "|", *choice);
	return joined == NULL ? "" : joined;
}

/* The columns or keys of the rows a deed takes. */
static void
put_fields(const struct cli *cli, const struct deed *deed, FILE *file)
{
	for (size_t i = 0; i < DEED_KIND_COUNT_MAX && deed->kinds[i] != 0; i++) {
		const struct record_row *row = &record_kinds[deed->kinds[i]];

		fprintf(file, "\n%s %s%s\n", row->name, cli_say(cli, row->zh, row->en),
		    cli_say(cli, "，文件（YAML 或 CSV）中的字段，* 必填:",
			", fields of the file (YAML or CSV), * required:"));
		for (size_t k = 0; k < row->field_count; k++) {
			const struct record_field *field = &row->fields[k];

			fprintf(file, "  %s ", field->optional ? " " : "*");
			put_padded(file, field->name, 14);
			put_padded(file, cli_say(cli, field->zh, field->en), 24);
			fprintf(file, "%s\n", type_words(cli, field));
		}
	}
}

static void
put_deed(const struct cli *cli, const struct deed *deed, FILE *file)
{
	const char *roles = "";

	for (int bit = 1; bit < ROLE_END; bit <<= 1)
		if ((deed->roles & (unsigned)bit) != 0 && roles != NULL)
			roles = arena_printf(cli->arena, "%s%s%s", roles,
			    roles[0] == '\0' ? "" : cli_say(cli, "、", ", "),
			    role_words(cli, role_code((enum role)bit)));
	fprintf(file, "\n%s%s\n", cli_say(cli, "谁可以办理: ", "who may: "),
	    roles == NULL ? "" : roles);
	if (deed->values != NULL) {
		fprintf(file, "%s", cli_say(cli, "取值:", "values:"));
		for (const char *const *value = deed->values; *value != NULL; value++)
			fprintf(file, " %s", *value);
		fputc('\n', file);
	}
	put_fields(cli, deed, file);
}

/* The roles and their codes, for whoever opens accounts. */
static void
put_roles(const struct cli *cli, FILE *file)
{
	fprintf(file, "\n%s\n", cli_say(cli, "角色代码:", "roles:"));
	for (int bit = 1; bit < ROLE_END; bit <<= 1) {
		enum role role = (enum role)bit;
		const char *code = role_code(role);

		fputs("  ", file);
		put_padded(file, code, 14);
		fprintf(file, "%s%s%s\n", role_words(cli, code),
		    role_needs_unit(role) ? cli_say(cli, "（须有 --unit）", " (needs --unit)") : "",
		    role_needs_subject(role) ? cli_say(cli, "（须有 --subject）", " (needs --subject)")
					     : "");
	}
}

void
help_command(const struct cli *cli, const struct command *command, const struct command_made *made,
    FILE *file)
{
	enum { NAME_WIDTH = 24 };

	help_usage(cli, command, made, file);
	fprintf(file, "\n%s\n", cli_say(cli, command->zh, command->en));
	for (const enum option_id *option = command->options; *option != OPTION_HELP; option++) {
		const struct option_row *row = &option_rows[*option];
		const char *arg = cli_say(cli, row->arg_zh, row->arg_en);
		char name[64];

		if (option == command->options)
			fputc('\n', file);
		snprintf(name, sizeof name, "%s --%s%s%s", is_required(made, *option) ? "*" : " ",
		    row->name, arg == NULL ? "" : " ", arg == NULL ? "" : arg);
		put_padded(file, name, NAME_WIDTH);
		fprintf(file, "%s\n", cli_say(cli, row->zh, row->en));
	}
	if (made != NULL && made->deed != NULL && !made->is_pull)
		put_deed(cli, made->deed, file);
	if (command->run == cmd_account_add || command->run == cmd_account_import)
		put_roles(cli, file);
	if (made == NULL && (command->run == cmd_list || command->run == cmd_history ||
				command->run == cmd_pull)) {
		fprintf(file, "\n%s\n", cli_say(cli, "数据的类:", "kinds:"));
		help_kinds(cli, file);
	}
}

/* Is code first, or first and a dot (a blank) and more? */
static bool
begins(const char *code, const char *first)
{
	size_t size = strlen(first);

	return strncmp(code, first, size) == 0 && (code[size] == '.' || code[size] == ' ');
}

static bool
is_family(const char *first)
{
	for (size_t i = 0; i < command_count; i++)
		if (begins(commands[i].name, first))
			return true;
	for (size_t i = 0; i < deed_count(); i++)
		if (begins(deed_at(i)->name, first))
			return true;
	for (size_t i = 0; i < view_count(); i++)
		if (begins(view_at(i)->name, first))
			return true;
	return false;
}

bool
help_family(const struct cli *cli, const char *first, const char *second)
{
	bool is_asked = second != NULL && strcmp(second, "--help") == 0;
	FILE *file = is_asked ? stdout : stderr;

	if (!is_family(first))
		return false;
	if (second == NULL)
		cli_error(
		    cli, JX_E_USAGE, "%s 之后还缺一个词", "a word is missing after %s", first);
	else if (!is_asked)
		cli_error(cli, JX_E_USAGE, "没有命令 %s %s", "no such command: %s %s", first,
		    cli_shown(cli, second));
	put_rows(cli, first, file);
	put_tables(cli, first, file);
	return true;
}
