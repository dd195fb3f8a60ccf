/* The command line's own pieces: language, options, commands, receipts as files, the cutting of an
 * upload. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "bundle/bundle.h"
#include "cli/code_words.h"
#include "cli/made.h"
#include "cli/proof.h"
#include "cli/role.h"
#include "cli/upload.h"
#include "records/build.h"
#include "wire/frame.h"
#include "wire/receipt.h"

Test(cli, speaks_english_only_when_asked)
{
	static const struct {
		const char *lc_all, *lc_messages, *lang;
		enum jx_lang expected;
	} rows[] = {
	    {NULL, NULL, NULL, JX_ZH},
	    {NULL, NULL, "C", JX_ZH},
	    {NULL, NULL, "en_US.UTF-8", JX_EN},
	    {NULL, "en_GB", "zh_CN.UTF-8", JX_EN},
	    {"zh_CN.UTF-8", "en_GB", "en_US", JX_ZH},
	    {"", "", "en", JX_EN},
	    {NULL, NULL, "de_DE", JX_ZH},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_assert_eq(cli_lang_of(rows[i].lc_all, rows[i].lc_messages, rows[i].lang),
		    rows[i].expected, "row %zu", i);
}

/* A row of the table that cannot be called, or asks for what is not there, is found here. */
Test(commands, every_row_can_be_called)
{
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = &commands[i];
		char name[64], *words[4], *save = NULL;
		struct command_made made;
		int count = 0, word_count = 0;

		snprintf(name, sizeof name, "%s", command->name);
		for (char *word = strtok_r(name, " ", &save); word != NULL;
		     word = strtok_r(NULL, " ", &save))
			words[count++] = word;
		cr_assert_eq(
		    commands_find(count, words, &made, &word_count), command, "%s", command->name);
		cr_assert_eq(word_count, count);
		cr_assert_not_null(command->run);
		cr_assert(command->zh[0] != '\0' && command->en[0] != '\0');
		cr_assert_leq(command->word_min, command->word_max);
		cr_assert_leq(command->word_max, (unsigned)OPTIONS_WORD_COUNT_MAX);
		cr_assert_eq(command->options[COMMAND_OPTION_COUNT_MAX - 1], OPTION_HELP,
		    "%s: the list has no end", command->name);
	}
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		cr_assert(row->name != NULL && row->zh != NULL && row->en != NULL, "option %d", i);
		cr_assert_eq(row->arg_zh == NULL, row->arg_en == NULL, "option %d", i);
	}
}

/* ---- Commands made from the tables of deeds and views. */

/* argv of a name with dots; the number of words. */
static int
split(const char *name, char *copy, size_t size, char **words)
{
	char *save = NULL;
	int count = 0;

	snprintf(copy, size, "%s", name);
	for (char *word = strtok_r(copy, ".", &save); word != NULL; word = strtok_r(NULL, ".", &save))
		words[count++] = word;
	return count;
}

static void
check_made(const struct command_made *made, const char *name)
{
	const struct command *command = &made->command;
	struct made_slot slots[MADE_SLOT_COUNT_MAX];
	size_t slot_count = made_slots(made, slots), option_count = 0;

	cr_assert_not_null(command->run, "%s", name);
	cr_assert(command->zh[0] != '\0' && command->en[0] != '\0', "%s", name);
	cr_assert_leq(command->word_max, (unsigned)OPTIONS_WORD_COUNT_MAX, "%s", name);
	while (command->options[option_count] != OPTION_HELP)
		option_count++;
	cr_assert_lt(option_count, (size_t)COMMAND_OPTION_COUNT_MAX, "%s", name);
	for (size_t i = 0; i < slot_count; i++) {
		bool is_there = false;

		for (size_t k = 0; k < option_count; k++)
			is_there = is_there || command->options[k] == slots[i].option;
		cr_assert(is_there, "%s lacks --%s", name, option_rows[slots[i].option].name);
	}
}

Test(commands, every_deed_and_view_is_one)
{
	char copy[MADE_NAME_SIZE], *words[8], dotted[] = "do", *by_name[2] = {dotted, NULL};
	struct command_made made;
	int count, word_count;

	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);

		count = split(deed->name, copy, sizeof copy, words);
		cr_assert_not_null(commands_find(count, words, &made, &word_count), "%s", deed->name);
		cr_assert_eq(made.deed, deed, "%s is hidden by another command", deed->name);
		cr_assert_eq(word_count, count);
		check_made(&made, deed->name);
		by_name[1] = (char *)(uintptr_t)deed->name;
		cr_assert_not_null(commands_find(2, by_name, &made, &word_count));
		cr_assert_eq(made.deed, deed, "do %s", deed->name);
	}
	for (size_t i = 0; i < view_count(); i++) {
		const struct view *view = view_at(i);

		if (strcmp(view->name, "list") == 0)
			continue; /* has a command of its own */
		count = split(view->name, copy, sizeof copy, words);
		cr_assert_not_null(commands_find(count, words, &made, &word_count), "%s", view->name);
		cr_assert_eq(made.view, view, "%s is hidden by another command", view->name);
		check_made(&made, view->name);
	}
}

static const struct deed push = {
    .name = "x.push", .arguments = DEED_UNIT | DEED_MAY_OBJECT | DEED_ROWS | DEED_MAY_REASON};
static const struct deed open_it = {.name = "x.open", .arguments = DEED_UNIT | DEED_OBJECT};

static const char *const phases[] = {"goals", "self", NULL};
static const struct deed extend = {
    .name = "x.extend", .arguments = DEED_VALUE | DEED_MAY_UNIT, .values = phases};

static const char *
took(const struct deed *deed, struct options options, enum jx_err expected)
{
	static char said[128];
	const struct command_made made = {.deed = deed};
	const char *file, *const *values = options.values;

	for (options.word_count = 0; options.word_count < OPTIONS_WORD_COUNT_MAX &&
				     options.words[options.word_count] != NULL;)
		options.word_count++;
	cr_assert_eq(made_take_words(&made, &options, &file), expected);
	snprintf(said, sizeof said, "%s %s %s%s%s", values[OPTION_UNIT] == NULL ? "-" : values[OPTION_UNIT],
	    values[OPTION_OBJECT] == NULL ? "-" : values[OPTION_OBJECT], file == NULL ? "-" : file,
	    values[OPTION_VALUE] == NULL ? "" : " ", values[OPTION_VALUE] == NULL ? "" : values[OPTION_VALUE]);
	return expected == JX_OK ? said : options.bad;
}

Test(commands, words_are_a_deed_s_unit_object_and_file)
{
	cr_assert_str_eq(took(&push, (struct options){.words = {"a.yaml"}}, JX_OK), "- - a.yaml");
	cr_assert_str_eq(took(&push, (struct options){.words = {"X01", "-"}}, JX_OK), "X01 - -");
	cr_assert_str_eq(took(&push, (struct options){.words = {"X01", "7", "a.csv"}}, JX_OK), "X01 7 a.csv");
	cr_assert_str_eq(
	    took(&push, (struct options){.words = {"7", "a.csv"}, .values = {[OPTION_UNIT] = "X01"}}, JX_OK),
	    "X01 7 a.csv");
}

/* A unit that is left out is the account's own: the one word is the object. */
Test(commands, a_word_too_few_leaves_the_unit_out)
{
	cr_assert_str_eq(took(&open_it, (struct options){.words = {"7"}}, JX_OK), "- 7 -");
	cr_assert_str_eq(took(&open_it, (struct options){.words = {"X01", "7"}}, JX_OK), "X01 7 -");
	cr_assert_str_eq(
	    took(&open_it, (struct options){.words = {"7"}, .values = {[OPTION_UNIT] = "X01"}}, JX_OK),
	    "X01 7 -");
	cr_assert_str_eq(
	    took(&open_it, (struct options){.words = {"X01", "7", "8"}}, JX_E_USAGE), "8");
}

/* The values are known: such a word needs no place of its own. */
Test(commands, a_word_may_be_the_value)
{
	cr_assert_str_eq(took(&extend, (struct options){.words = {"goals"}}, JX_OK), "- - - goals");
	cr_assert_str_eq(took(&extend, (struct options){.words = {"X01", "self"}}, JX_OK), "X01 - - self");
	cr_assert_str_eq(took(&extend, (struct options){.words = {"self", "X01"}}, JX_OK), "X01 - - self");
	cr_assert_str_eq(took(&extend, (struct options){.words = {"X01", "goals", "self"}}, JX_E_USAGE), "self");
}

Test(role, every_role_has_words)
{
	struct cli cli = {.lang = JX_ZH};
	int count = 0;

	for (int bit = 1; bit < ROLE_END; bit <<= 1, count++) {
		const char *code = role_code((enum role)bit);

		cr_assert_str_neq(role_words(&cli, code), code, "%s has no Chinese words", code);
	}
	cr_assert_eq(count, 11);
	cr_assert_str_eq(role_words(&cli, "novel"), "novel");
}

static enum jx_err
parse(struct options *options, int argc, const char *const *words)
{
	static const enum option_id list[] = {OPTION_CITY, OPTION_JSON, OPTION_RUN, OPTION_HELP};
	char *argv[8];

	for (int i = 0; i <= argc; i++)
		argv[i] = i == argc ? NULL : (char *)(uintptr_t)words[i];
	return options_parse(options, list, 1, argc, argv);
}

Test(options, are_taken_in_any_order)
{
	const char *const words[] = {"results", "--json", "word", "--city", "220700", "--run=7"};
	struct options options;
	uint32_t number;

	cr_assert_eq(parse(&options, 6, words), JX_OK);
	cr_assert(options_has(&options, OPTION_JSON) && !options_has(&options, OPTION_CSV));
	cr_assert_str_eq(options.values[OPTION_CITY], "220700");
	cr_assert_eq(options.word_count, 1u);
	cr_assert_str_eq(options.words[0], "word");
	cr_assert_eq(options_number(&options, OPTION_RUN, &number), JX_OK);
	cr_assert_eq(number, 7u);
	cr_assert_eq(options_number(&options, OPTION_YEAR, &number), JX_OK);
	cr_assert_eq(number, 0u, "absent");
}

Test(options, where_may_stand_more_than_once)
{
	static const enum option_id list[] = {OPTION_WHERE, OPTION_HELP};
	char words[2 + 2 * OPTIONS_WHERE_COUNT_MAX + 1][8], *argv[2 + 2 * OPTIONS_WHERE_COUNT_MAX + 2] = {NULL};
	struct options options;
	int argc = 0;

	for (int i = 0; i < 3 + 2 * OPTIONS_WHERE_COUNT_MAX; i++) {
		snprintf(words[i], sizeof words[i], "%s", i % 2 == 1 ? "--where" : "a=b");
		argv[i] = words[i];
	}
	argc = 1 + 2 * OPTIONS_WHERE_COUNT_MAX;
	cr_assert_eq(options_parse(&options, list, 0, argc, argv), JX_OK);
	cr_assert_eq(options.where_count, (size_t)OPTIONS_WHERE_COUNT_MAX);
	cr_assert_str_eq(options.wheres[1], "a=b");
	argc += 2;
	cr_assert_eq(options_parse(&options, list, 0, argc, argv), JX_E_USAGE);
	cr_assert_str_eq(options.bad, "a=b");
}

Test(options, that_are_wrong_are_named)
{
	static const struct {
		const char *words[4];
		int argc;
		const char *bad;
	} rows[] = {
	    {{"x", "--bogus"}, 2, "--bogus"},
	    {{"x", "--csv"}, 2, "--csv"},
	    {{"x", "one", "two"}, 3, "two"},
	    {{"x", "--city"}, 2, "--city"},
	};
	const char *const zero[] = {"x", "--run", "0"}, *const letters[] = {"x", "--run", "七"};
	struct options options;
	uint32_t number = 77;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_assert_eq(
		    parse(&options, rows[i].argc, rows[i].words), JX_E_USAGE, "row %zu", i);
		cr_assert_not_null(options.bad, "row %zu", i);
		cr_assert_str_eq(options.bad, rows[i].bad);
	}
	cr_assert_eq(parse(&options, 3, zero), JX_OK);
	cr_assert_eq(options_number(&options, OPTION_RUN, &number), JX_E_USAGE);
	cr_assert_eq(parse(&options, 3, letters), JX_OK);
	cr_assert_eq(options_number(&options, OPTION_RUN, &number), JX_E_USAGE);
	cr_assert_eq(number, 77u);
}

/* ---- Receipts as files. */

static const Jx__Receipt *
make_receipt(struct arena *arena, uint8_t *public_key)
{
	struct receipt_leaf leaves[3];
	struct receipt_batch batch = {.number = 9, .sealed_us = 1764000000123456u};
	uint8_t seed[32] = {7}, secret[RECEIPT_SECRET_SIZE];
	struct bytes packed[3];
	Jx__Receipt *receipt;

	crypto_sign_seed_keypair(public_key, secret, seed);
	for (int i = 0; i < 3; i++) {
		leaves[i] = (struct receipt_leaf){
		    .actor = "张三", .action = "import", .received_us = 1764000000000001u};
		memset(leaves[i].op_id, i + 1, sizeof leaves[i].op_id);
		memset(leaves[i].content_hash, 0xa0 + i, sizeof leaves[i].content_hash);
	}
	cr_assert_eq(receipt_make(arena, leaves, 3, secret, &batch, packed), JX_OK);
	cr_assert_eq(receipt_read(arena, packed[1], &receipt), JX_OK);
	return receipt;
}

Test(proof, a_receipt_written_reads_back_and_verifies)
{
	struct arena *arena = arena_new(1 << 20);
	uint8_t public_key[RECEIPT_PUBLIC_SIZE];
	const Jx__Receipt *receipt = make_receipt(arena, public_key);
	json_t *json = proof_json(arena, receipt);
	Jx__Receipt back;

	cr_assert_not_null(json);
	cr_assert_eq(json_object_size(json), jx__receipt__descriptor.n_fields);
	cr_assert_eq(proof_read(arena, json, &back), JX_OK);
	cr_assert_eq(receipt_check(&back, public_key), JX_OK);
	json_decref(json);
	arena_free(arena);
}

Test(proof, a_changed_or_missing_field_never_verifies)
{
	struct arena *arena = arena_new(4 << 20);
	uint8_t public_key[RECEIPT_PUBLIC_SIZE];
	const Jx__Receipt *receipt = make_receipt(arena, public_key);
	const ProtobufCMessageDescriptor *of = &jx__receipt__descriptor;

	for (unsigned i = 0; i < of->n_fields; i++) {
		const char *name = of->fields[i].name;
		json_t *whole = proof_json(arena, receipt), *value = json_object_get(whole, name);
		json_t *wrong = json_deep_copy(whole), *half = json_deep_copy(whole);
		Jx__Receipt back;

		if (json_is_integer(value))
			json_object_set_new(
			    wrong, name, json_integer(json_integer_value(value) + 1));
		else if (json_is_array(value))
			json_array_remove(json_object_get(wrong, name), 0);
		else if (of->fields[i].type == PROTOBUF_C_TYPE_BYTES)
			json_object_set_new(wrong, name,
			    json_string(strcmp(name, "key_id") == 0 ? "00" : "0011223344556677"));
		else
			json_object_set_new(wrong, name, json_string("someone else"));
		cr_assert(proof_read(arena, wrong, &back) != JX_OK ||
			      receipt_check(&back, public_key) == JX_E_RECEIPT,
		    "%s changed", name);
		json_object_del(half, name);
		cr_assert_eq(proof_read(arena, half, &back), JX_E_RECEIPT, "%s missing", name);
		json_decref(whole);
		json_decref(wrong);
		json_decref(half);
	}
	arena_free(arena);
}

/* ---- An upload's chunks. */

/* Whatever the bundle's size: each chunk fits a frame, and together they are the bundle. */
Test(upload, chunks_fit_a_frame_and_are_the_whole)
{
	struct arena *arena = arena_new(64 << 20);
	struct records_builder *builder = records_builder_new(arena), *again;
	struct scheme scheme = {.city = "220700", .year = 2010};
	char *text = arena_alloc(arena, 100000);
	struct bundle bundle = {.scheme_text = {(uint8_t *)text, 100000}, .scheme = &scheme};
	uint8_t before[32], after[32];
	struct upload upload;
	size_t scheme_size = 0;

	memset(text, '#', 100000);
	for (int i = 0; i < 5000; i++) {
		Jx__Goal *goal = (Jx__Goal *)records_builder_add(builder, RECORD_GOALS);

		goal->unit = arena_printf(arena, "X%04d", i);
		goal->goal = arena_strdup(arena, "G01");
		goal->title = arena_printf(arena, "%*d", i % 600 + 1, i);
	}
	for (int i = 0; i < 3; i++)
		((Jx__Unit *)records_builder_add(builder, RECORD_UNITS))->unit =
		    arena_printf(arena, "X%d", i);
	bundle.records = records_builder_get(builder);
	records_digest(bundle.records, bundle.scheme_text, before);
	cr_assert_eq(upload_init(&upload, &bundle, false, arena), JX_OK);
	cr_assert_gt(upload.chunk_count, 20u);
	again = records_builder_new(arena);
	for (uint32_t i = 0; i < upload.chunk_count; i++) {
		const Jx__ImportChunk *chunk = &upload.chunks[i];

		cr_assert_eq(chunk->number, i);
		cr_assert_lt(protobuf_c_message_get_packed_size(&chunk->base),
		    (size_t)FRAME_BODY_SIZE_MAX - 1024);
		cr_assert_neq(chunk->records != NULL, chunk->has_scheme != 0);
		if (chunk->records != NULL)
			cr_assert_eq(records_builder_append(again, chunk->records), JX_OK);
		else
			scheme_size += chunk->scheme.len;
	}
	cr_assert_eq(scheme_size, bundle.scheme_text.size);
	records_digest(records_builder_get(again), bundle.scheme_text, after);
	cr_assert_arr_eq(before, after, sizeof before);
	arena_free(arena);
}

/* A state that people see as a code is a word forgotten. */
Test(code_words, every_state_of_every_paper_has_one)
{
	const struct cli cli = {.lang = JX_ZH}, english = {.lang = JX_EN};

	for (int kind = RECORD_KIND_COUNT; kind < PAPER_END; kind++)
		for (size_t i = 0; i < record_kinds[kind].field_count; i++) {
			const struct record_field *field = &record_kinds[kind].fields[i];

			for (size_t j = 0; field->type == FIELD_CHOICE && strcmp(field->name, "state") == 0 && field->choices[j] != NULL; j++)
				cr_assert_not_null(code_words_of(&cli, "state", field->choices[j]), "%s", field->choices[j]);
		}
	cr_assert_null(code_words_of(&cli, "title", "draft"), "a title is data");
	cr_assert_null(code_words_of(&english, "state", "draft"));
}
