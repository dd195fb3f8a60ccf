#include "cli/made.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/draft.h"
#include "cli/help.h"
#include "records/field.h"

static const struct {
	unsigned must, may; /* of a deed */
	enum option_id option;
} deed_slots[] = {
    {DEED_UNIT, DEED_MAY_UNIT, OPTION_UNIT},
    {DEED_OBJECT, DEED_MAY_OBJECT, OPTION_OBJECT},
    {DEED_VALUE, DEED_MAY_VALUE, OPTION_VALUE},
    {DEED_REASON, DEED_MAY_REASON, OPTION_REASON},
    {DEED_DOCUMENT, DEED_MAY_DOCUMENT, OPTION_DOCUMENT},
    {DEED_DATED, DEED_MAY_DATED, OPTION_DATED},
    {DEED_RUN, DEED_MAY_RUN, OPTION_RUN},
    {DEED_DUE, DEED_MAY_DUE, OPTION_DUE},
};

/* A run that is not named is the newest: no option of a view but these is required of the user. */
static const struct {
	unsigned must, may; /* of a view */
	enum option_id option;
} view_slots[] = {
    {VIEW_KIND, 0, OPTION_KIND},
    {VIEW_UNIT | VIEW_EXPLAIN, VIEW_MAY_UNIT, OPTION_UNIT},
    {VIEW_OBJECT, VIEW_MAY_OBJECT, OPTION_OBJECT},
    {0, VIEW_RUN | VIEW_MAY_RUN | VIEW_EXPLAIN, OPTION_RUN},
    {VIEW_OTHER, VIEW_MAY_OTHER, OPTION_OTHER},
};

/* May it stand without its option's name, in the order above? */
static bool
is_word(enum option_id option)
{
	return option == OPTION_UNIT || option == OPTION_OBJECT || option == OPTION_KIND;
}

/* Do its rows say whose they are? */
static bool
is_of_units(const struct deed *deed)
{
	for (size_t i = 0; i < DEED_KIND_COUNT_MAX && deed->kinds[i] != 0; i++)
		if (field_find(deed->kinds[i], "unit") >= 0)
			return true;
	return false;
}

bool
made_wants_unit(const struct command_made *made)
{
	const struct deed *deed = made->deed;

	if (made->view != NULL)
		return (made->view->arguments & (VIEW_UNIT | VIEW_EXPLAIN)) != 0;
	return (deed->arguments & DEED_UNIT) != 0 ||
	       (deed->scope == DEED_OWN && (deed->arguments & DEED_MAY_UNIT) != 0);
}

size_t
made_slots(const struct command_made *made, struct made_slot slots[MADE_SLOT_COUNT_MAX])
{
	size_t count = 0;

	if (made->is_pull) {
		if (is_of_units(made->deed))
			slots[count++] = (struct made_slot){OPTION_UNIT, made_wants_unit(made)};
		return count;
	}
	for (size_t i = 0; made->deed != NULL && i < sizeof deed_slots / sizeof *deed_slots; i++)
		if ((made->deed->arguments & (deed_slots[i].must | deed_slots[i].may)) != 0)
			slots[count++] = (struct made_slot){deed_slots[i].option,
			    (made->deed->arguments & deed_slots[i].must) != 0};
	for (size_t i = 0; made->view != NULL && i < sizeof view_slots / sizeof *view_slots; i++)
		if ((made->view->arguments & (view_slots[i].must | view_slots[i].may)) != 0)
			slots[count++] = (struct made_slot){view_slots[i].option,
			    (made->view->arguments & view_slots[i].must) != 0};
	return count;
}

bool
made_takes_rows(const struct command_made *made, bool *is_required)
{
	unsigned arguments = made->deed == NULL || made->is_pull ? 0 : made->deed->arguments;

	*is_required = (arguments & DEED_ROWS) != 0;
	return (arguments & (DEED_ROWS | DEED_MAY_ROWS)) != 0;
}

/* ---- Making. */

static void
add_word(char *words, const char *word, bool is_required)
{
	size_t used = strlen(words);

	snprintf(words + used, MADE_WORDS_SIZE - used, "%s%s%s%s", used == 0 ? "" : " ",
	    is_required ? "" : "[", word, is_required ? "" : "]");
}

static void
add_option(struct command_made *made, size_t *count, enum option_id option)
{
	assert(*count + 1 < COMMAND_OPTION_COUNT_MAX);
	made->command.options[(*count)++] = option;
}

/* Everything but which deed or view it is follows from that. */
static void
finish(struct command_made *made, const char *name, int (*run)(struct cli *cli), const char *zh,
    const char *en)
{
	static const enum option_id of_deed[] = {OPTION_BASED_ON, OPTION_DRY_RUN, OPTION_RECEIPT,
	    OPTION_CITY, OPTION_YEAR, OPTION_JSON, OPTION_TIMEOUT, OPTION_HELP};
	static const enum option_id of_view[] = {OPTION_WHERE, OPTION_LIMIT, OPTION_CITY,
	    OPTION_YEAR, OPTION_JSON, OPTION_CSV, OPTION_TIMEOUT, OPTION_HELP};
	static const enum option_id of_pull[] = {
	    OPTION_CITY, OPTION_YEAR, OPTION_OUT, OPTION_TIMEOUT, OPTION_HELP};
	const enum option_id *rest = made->is_pull ? of_pull
				     : made->view != NULL ? of_view
							  : of_deed;
	struct made_slot slots[MADE_SLOT_COUNT_MAX];
	size_t slot_count = made_slots(made, slots), count = 0;
	bool is_required;

	snprintf(made->name, sizeof made->name, "%s", name);
	for (char *dot = made->name; (dot = strchr(dot, '.')) != NULL;)
		*dot = ' ';
	made->command.name = made->name;
	made->command.words_zh = made->words_zh;
	made->command.words_en = made->words_en;
	made->command.zh = zh;
	made->command.en = en;
	made->command.run = run;
	for (size_t i = 0; i < slot_count; i++) {
		const struct option_row *row = &option_rows[slots[i].option];

		add_option(made, &count, slots[i].option);
		if (slots[i].is_required)
			made->required |= UINT64_C(1) << slots[i].option;
		if (!is_word(slots[i].option))
			continue;
		/* Whose it is may be known from the account. */
		add_word(made->words_zh, row->arg_zh,
		    slots[i].is_required && slots[i].option != OPTION_UNIT);
		add_word(made->words_en, row->arg_en,
		    slots[i].is_required && slots[i].option != OPTION_UNIT);
		made->command.word_max++;
	}
	if (made->deed != NULL && !made->is_pull && made->deed->values != NULL &&
	    (made->deed->arguments & (DEED_VALUE | DEED_MAY_VALUE)) != 0) {
		const struct option_row *row = &option_rows[OPTION_VALUE];
		bool must = (made->deed->arguments & DEED_VALUE) != 0;

		add_word(made->words_zh, row->arg_zh, must);
		add_word(made->words_en, row->arg_en, must);
		made->command.word_max++;
	}
	if (made_takes_rows(made, &is_required)) {
		add_word(made->words_zh, "文件", is_required);
		add_word(made->words_en, "FILE", is_required);
		made->command.word_max++;
	}
	for (; *rest != OPTION_HELP; rest++)
		add_option(made, &count, *rest);
}

static void
make_deed(struct command_made *made, const struct deed *deed)
{
	*made = (struct command_made){.deed = deed};
	finish(made, deed->name, cmd_deed, deed->zh, deed->en);
}

static void
make_view(struct command_made *made, const struct view *view)
{
	*made = (struct command_made){.view = view};
	finish(made, view->name, cmd_view, view->zh, view->en);
}

/* ---- Finding. */

/* How many words name (with dots) has when the first of argv are these; 0: they are not. */
static int
match(const char *name, int argc, char **argv)
{
	int count = 0;

	for (;;) {
		size_t size = strcspn(name, ".");

		if (count == argc || strlen(argv[count]) != size ||
		    memcmp(argv[count], name, size) != 0)
			return 0;
		count++;
		if (name[size] == '\0')
			return count;
		name += size + 1;
	}
}

static bool
find_pull(int argc, char **argv, struct command_made *made, int *word_count)
{
	static const char push[] = "push", pull[] = "pull";

	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);
		size_t size = strlen(deed->name);
		char name[MADE_NAME_SIZE];

		if (size < sizeof push || size >= sizeof name ||
		    strcmp(deed->name + size - (sizeof push - 1), push) != 0 ||
		    deed->name[size - sizeof push] != '.')
			continue;
		memcpy(name, deed->name, size - (sizeof push - 1));
		memcpy(name + size - (sizeof push - 1), pull, sizeof pull);
		*word_count = match(name, argc, argv);
		if (*word_count == 0)
			continue;
		*made = (struct command_made){.deed = deed, .is_pull = true};
		finish(made, name, cmd_pull, "取回可修改后再报送的数据（YAML）",
		    "bring what can be changed and pushed back (YAML)");
		return true;
	}
	return false;
}

bool
made_find(int argc, char **argv, struct command_made *made, int *word_count)
{
	const struct deed *deed = NULL;
	const struct view *view = NULL;
	int most = 0, count;

	for (size_t i = 0; i < deed_count(); i++)
		if ((count = match(deed_at(i)->name, argc, argv)) > most) {
			most = count;
			deed = deed_at(i);
		}
	for (size_t i = 0; i < view_count(); i++)
		if ((count = match(view_at(i)->name, argc, argv)) > most) {
			most = count;
			deed = NULL;
			view = view_at(i);
		}
	if (find_pull(argc, argv, made, &count) && count > most) {
		*word_count = count;
		return true;
	}
	*word_count = most;
	if (deed != NULL)
		make_deed(made, deed);
	else if (view != NULL)
		make_view(made, view);
	return most > 0;
}

bool
made_find_do(int argc, char **argv, struct command_made *made, int *word_count)
{
	const struct deed *deed;
	const struct view *view;

	*word_count = 2;
	if (argc < 2)
		return false;
	if (strcmp(argv[0], "do") == 0 && (deed = deed_find(argv[1])) != NULL)
		make_deed(made, deed);
	else if (strcmp(argv[0], "view") == 0 && (view = view_find(argv[1])) != NULL)
		make_view(made, view);
	else
		return false;
	return true;
}

/* ---- Words. */

static bool
is_file(const char *word)
{
	static const char *const ends[] = {".yaml", ".yml", ".csv"};
	size_t size = strlen(word);

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (size > strlen(ends[i]) && strcmp(word + size - strlen(ends[i]), ends[i]) == 0)
			return true;
	return strcmp(word, "-") == 0 || draft_of_path(word) != NULL;
}

/*
 * A word that is one of the deed's values stands for itself, wherever it is: it
 * is taken out of the words.
 */
static void
take_value(const struct command_made *made, struct options *options, size_t *count)
{
	const char *const *values = made->deed == NULL || made->is_pull ? NULL : made->deed->values;

	for (; values != NULL && *values != NULL && !options_has(options, OPTION_VALUE); values++)
		for (size_t i = 0; i < *count; i++)
			if (strcmp(options->words[i], *values) == 0) {
				options->values[OPTION_VALUE] = options->words[i];
				(*count)--;
				memmove(&options->words[i], &options->words[i + 1],
				    (*count - i) * sizeof *options->words);
				break;
			}
}

/* The slots that words fill, and how many of them are required. */
static size_t
open_slots(const struct command_made *made, const struct options *options,
    struct made_slot open[MADE_SLOT_COUNT_MAX], size_t *required)
{
	struct made_slot slots[MADE_SLOT_COUNT_MAX];
	size_t slot_count = made_slots(made, slots), count = 0;

	*required = 0;
	for (size_t i = 0; i < slot_count; i++)
		if (is_word(slots[i].option) && !options_has(options, slots[i].option)) {
			open[count++] = slots[i];
			*required += slots[i].is_required;
		}
	return count;
}

enum jx_err
made_take_words(const struct command_made *made, struct options *options, const char **file)
{
	struct made_slot open[MADE_SLOT_COUNT_MAX];
	size_t required, open_count = open_slots(made, options, open, &required);
	size_t count = options->word_count, optional, word = 0;
	bool is_needed, is_own = false;

	*file = NULL;
	take_value(made, options, &count);
	if (made_takes_rows(made, &is_needed) && count > 0 &&
	    (is_file(options->words[count - 1]) || count > open_count))
		*file = options->words[--count];
	if (count > open_count) {
		options->bad = options->words[open_count];
		return JX_E_USAGE;
	}
	/* One word too few: the unit is the account's own. */
	if (count > 0 && count + 1 == required)
		is_own = true;
	optional = count > required ? count - required : 0;
	for (size_t i = 0; i < open_count && word < count; i++) {
		if (open[i].option == OPTION_UNIT && open[i].is_required && is_own)
			continue;
		if (!open[i].is_required) {
			if (optional == 0)
				continue;
			optional--;
		}
		options->values[open[i].option] = options->words[word++];
	}
	return JX_OK;
}

/* "单位（--unit）" after those before it; NULL: memory out. */
static const char *
add_missing(const struct cli *cli, const char *missing, const char *what, const char *option)
{
	if (missing == NULL)
		return NULL;
	return arena_printf(cli->arena, "%s%s%s%s%s%s", missing,
	    missing[0] == '\0' ? "" : cli_say(cli, "、", ", "), what, cli_say(cli, "（", " ("), option,
	    cli_say(cli, "）", ")"));
}

int
made_check_required(struct cli *cli, bool has_file, bool with_unit)
{
	struct made_slot slots[MADE_SLOT_COUNT_MAX];
	size_t count = made_slots(cli->made, slots);
	const char *missing = "", *option;
	bool needs_rows;

	for (size_t i = 0; i < count; i++) {
		const struct option_row *row = &option_rows[slots[i].option];

		if (!slots[i].is_required || options_has(&cli->options, slots[i].option) ||
		    (slots[i].option == OPTION_UNIT && !with_unit))
			continue;
		option = arena_printf(cli->arena, "--%s", row->name);
		missing = add_missing(
		    cli, missing, cli_say(cli, row->arg_zh, row->arg_en), option == NULL ? "" : option);
	}
	if (made_takes_rows(cli->made, &needs_rows) && needs_rows && !has_file)
		missing = add_missing(cli, missing, cli_say(cli, "文件", "a file"), ".yaml, .csv");
	if (missing == NULL)
		return cli_error_memory(cli);
	if (missing[0] == '\0')
		return CLI_EXIT_OK;
	cli_error(cli, JX_E_USAGE, "缺少 %s", "missing: %s", missing);
	help_usage(cli, &cli->made->command, cli->made, stderr);
	return err_exit(JX_E_USAGE);
}
