/*
 * cli/made.h: commands that nobody wrote: one for each deed (办理) and view
 * (查看) there is, made from their tables. A deed "plan.submit" is `jixiao plan
 * submit`; where a deed "goals.push" is, `jixiao goals pull` brings what is to
 * be pushed.
 */
#ifndef JX_CLI_MADE_H
#define JX_CLI_MADE_H

#include "cli/commands.h"
#include "deeds/view.h"

enum { MADE_NAME_SIZE = 96, MADE_WORDS_SIZE = 160 };

struct command_made {
	struct command command;
	const struct deed *deed; /* one of the two, or none: a command of its own */
	const struct view *view;
	bool is_pull; /* of the deed's kinds, not the deed */
	uint64_t required; /* options, by bit */
	char name[MADE_NAME_SIZE], words_zh[MADE_WORDS_SIZE], words_en[MADE_WORDS_SIZE];
};

/*
 * The deed, else view, else pull whose name the first words are; the longest
 * name wins. *word_count: how many words it has. false: there is none.
 */
bool made_find(int argc, char **argv, struct command_made *made, int *word_count);
/* `jixiao do NAME`, `jixiao view NAME`: the name with a dot, as in the table. */
bool made_find_do(int argc, char **argv, struct command_made *made, int *word_count);

/* Which of the options that a deed or view may take it takes, in the order in which words fill them. */
struct made_slot {
	enum option_id option;
	bool is_required;
};
enum { MADE_SLOT_COUNT_MAX = 16 };
/* The number of slots. */
size_t made_slots(const struct command_made *made, struct made_slot slots[MADE_SLOT_COUNT_MAX]);
/* Does it take a file of rows; must there be one? */
bool made_takes_rows(const struct command_made *made, bool *is_required);

/* Is it of a unit that is the account's own when none is named? */
bool made_wants_unit(const struct command_made *made);

/*
 * Words into the slots that no option has filled: one of the deed's values
 * wherever it stands, units and objects in order; the last word that looks like a
 * file into *file (NULL: none). JX_E_USAGE: too many words (options.bad).
 */
JX_MUST_USE enum jx_err made_take_words(
    const struct command_made *made, struct options *options, const char **file);

/*
 * E_USAGE, told with all that is required and not there. with_unit false: the
 * unit may still be the account's own.
 */
int made_check_required(struct cli *cli, bool has_file, bool with_unit);

#endif
