/* The outbox looked at: what waits, what went, what came back. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/grid.h"
#include "cli/item.h"
#include "cli/proof.h"
#include "cli/when.h"
#include "deeds/deed.h"
#include "link/opid.h"
#include "rows/rows.h"

/* clang-format off */
static const struct grid_column columns[] = {
	{"number",  "编号",   "No.",     GRID_WHOLE, GRID_ALWAYS},
	{"state",   "状态",   "State",   GRID_TEXT,  GRID_ALWAYS},
	{"deed",    "办理",   "Deed",    GRID_TEXT,  GRID_ALWAYS},
	{"unit",    "单位",   "Unit",    GRID_TEXT,  GRID_ALWAYS},
	{"object",  "对象",   "Object",  GRID_TEXT,  GRID_ALWAYS},
	{"sealed",  "封存于", "Sealed",  GRID_TEXT,  GRID_ALWAYS},
	{"changed", "更新于", "Changed", GRID_TEXT,  GRID_DATA_ONLY},
	{"tries",   "次数",   "Tries",   GRID_WHOLE, GRID_ALWAYS},
	{"city",    "城市",   "City",    GRID_TEXT,  GRID_DATA_ONLY},
	{"year",    "年度",   "Year",    GRID_WHOLE, GRID_DATA_ONLY},
	{"op_id",   "操作号", "Op",      GRID_TEXT,  GRID_DATA_ONLY},
	{"file",    "文件",   "File",    GRID_TEXT,  GRID_DATA_ONLY},
	{"reason",  "原因",   "Why",     GRID_TEXT,  GRID_ALWAYS},
};
/* clang-format on */

enum {
	SHOWN_STATES = OUTBOX_WAITING | OUTBOX_SENDING | OUTBOX_SENT | OUTBOX_REFUSED,
	ID_HASH_TEXT_SIZE = 65,
};

static const char *
op_text(const struct cli *cli, const uint8_t *op_id)
{
	char id[OPID_TEXT_SIZE];
	const char *copy = arena_strdup(cli->arena, opid_text(op_id, id));

	return copy == NULL ? "" : copy;
}

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static int
add_row(struct cli *cli, struct grid *grid, const struct outbox_item *item)
{
	const Jx__Deed *deed = sending_deed(cli, item);

	if (deed == NULL)
		return cli_error_memory(cli);
	grid_add_whole(grid, (uint64_t)item->number);
	grid_add(grid, item_state_code(item->state), item_state_words(cli, item->state));
	grid_add(grid, deed->deed, item_deed_words(cli, deed->deed));
	grid_add(grid, deed->unit, NULL);
	grid_add(grid, deed->object, NULL);
	grid_add(grid, when_utc(cli, item->sealed_us), when_local(cli, item->sealed_us));
	grid_add(grid, when_utc(cli, item->changed_us), NULL);
	grid_add_whole(grid, item->tries);
	grid_add(grid, deed->city, NULL);
	grid_add_whole(grid, deed->year);
	grid_add(grid, op_text(cli, item->op_id), NULL);
	grid_add(grid, item->path[0] == '\0' ? NULL : file_name(item->path), NULL);
	grid_add(grid, item_reason(cli, item), NULL);
	return CLI_EXIT_OK;
}

int
cmd_outbox(struct cli *cli)
{
	unsigned chosen = cli->options.word_count == 0 ? SHOWN_STATES
						       : item_states_of(cli->options.words[0]);
	struct outbox_item item = {.number = 0};
	struct grid *grid;
	size_t count = 0;
	enum jx_err err;
	int status;

	if (chosen == 0)
		return cli_error(cli, JX_E_USAGE,
		    "应为 waiting、sending、sent、refused、replaced、dropped 或 all，而不是 %s",
		    "expected waiting, sending, sent, refused, replaced, dropped or all, not %s",
		    cli_shown(cli, cli->options.words[0]));
	status = local_open(cli);
	if (status != CLI_EXIT_OK)
		return status;
	grid = grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);
	if (grid == NULL)
		return cli_error_memory(cli);
	while ((err = outbox_next(cli->store, cli->arena, chosen, item.number, &item)) == JX_OK) {
		status = add_row(cli, grid, &item);
		if (status != CLI_EXIT_OK)
			return status;
		count++;
	}
	if (err != JX_E_NOT_FOUND)
		return local_error(cli, err);
	if (count == 0 && grid_form_of(cli) == GRID_SCREEN) {
		puts(cli_say(cli, "（发件箱是空的）", "(the outbox is empty)"));
		return CLI_EXIT_OK;
	}
	return grid_show(grid, false);
}

/* ---- One item, whole. */

static const enum record_kind *
kinds_of(const Jx__Deed *message, size_t *count)
{
	const struct deed *deed = message->deed == NULL ? NULL : deed_find(message->deed);

	*count = 0;
	while (deed != NULL && *count < DEED_KIND_COUNT_MAX && deed->kinds[*count] != 0)
		(*count)++;
	return deed == NULL ? NULL : deed->kinds;
}

/* What `outbox edit` takes back. NULL: memory out; malloc'ed. */
static char *
rows_text(const Jx__Deed *deed)
{
	struct rows_head head = {.city = deed->city, .unit = deed->unit, .year = deed->year,
	    .based_on = deed->based_on, .has_based_on = deed->has_based_on};
	size_t kind_count, size = 0;
	const enum record_kind *kinds = kinds_of(deed, &kind_count);
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	if (file == NULL)
		return NULL;
	if (deed->rows != NULL)
		rows_write(file, &head, deed->rows, kinds, kind_count);
	if (fclose(file) == 0)
		return text;
	free(text);
	return NULL;
}

static void
put_line(const char *name, const char *text)
{
	json_t *json = text == NULL || text[0] == '\0' ? NULL : json_string(text);
	char *quoted = json == NULL ? NULL : json_dumps(json, JSON_ENCODE_ANY);

	if (quoted != NULL) /* JSON's way to write a text is YAML's, too */
		printf("%s: %s\n", name, quoted);
	free(quoted);
	json_decref(json);
}

static void
put_refusal(struct cli *cli, const Jx__Fail *fail)
{
	printf("refused:\n");
	put_line("  code", fail->code);
	put_line("  message", fail->message);
	put_line("  field", fail->field);
	if (fail->n_why > 0 || fail->n_faults > 0)
		printf("  reasons:\n");
	for (size_t i = 0; i < fail->n_why; i++)
		put_line("    - why", fail->why[i]);
	for (size_t i = 0; i < fail->n_faults; i++) {
		const Jx__Fault *fault = fail->faults[i];

		put_line("    - why", arena_printf(cli->arena, "%s:%u: %s · %s",
			fault->file == NULL ? "" : fault->file, fault->line,
			fault->value == NULL ? "" : fault->value,
			fault->expected == NULL ? "" : fault->expected));
	}
}

static void
put_rows(const char *text)
{
	printf("rows:\n");
	while (*text != '\0') {
		size_t size = strcspn(text, "\n");

		printf("  %.*s\n", (int)size, text);
		text += size + (text[size] == '\n');
	}
}

static void
put_item(struct cli *cli, const struct outbox_item *item, const Jx__Deed *deed, const char *rows)
{
	const Jx__Fail *fail = item_refusal(cli, item);
	char hash[ID_HASH_TEXT_SIZE];

	printf("number: %lld\n", (long long)item->number);
	put_line("state", item_state_code(item->state));
	put_line("deed", deed->deed);
	put_line("deed_words", item_deed_words(cli, deed->deed));
	put_line("city", deed->city);
	printf("year: %u\n", deed->year);
	put_line("unit", deed->unit);
	put_line("object", deed->object);
	put_line("value", deed->value);
	put_line("reason", deed->reason);
	put_line("document", deed->document);
	put_line("dated", deed->dated);
	if (deed->has_run)
		printf("run: %u\n", deed->run);
	if (deed->has_due_us)
		put_line("due", when_beijing(cli, deed->due_us));
	if (deed->has_based_on)
		printf("based_on: %llu\n", (unsigned long long)deed->based_on);
	put_line("file", item->path);
	put_line("sealed", when_utc(cli, item->sealed_us));
	put_line("changed", when_utc(cli, item->changed_us));
	printf("tries: %u\n", item->tries);
	put_line("op_id", op_text(cli, item->op_id));
	put_line("content_hash",
	    sodium_bin2hex(hash, sizeof hash, item->content_hash, sizeof item->content_hash));
	if (item->replaces != 0)
		printf("replaces: %lld\n", (long long)item->replaces);
	if (item->receipt.size > 0)
		put_line("receipt", proof_path(cli, item->op_id));
	if (fail != NULL)
		put_refusal(cli, fail);
	if (rows[0] != '\0')
		put_rows(rows);
}

int
cmd_outbox_show(struct cli *cli)
{
	const char *out = cli->options.values[OPTION_OUT];
	struct outbox_item item;
	const Jx__Deed *deed;
	int64_t number;
	char *rows;
	int status = item_number(cli, 0, &number);

	if (status == CLI_EXIT_OK)
		status = local_open(cli);
	if (status == CLI_EXIT_OK)
		status = item_find(cli, number, &item);
	if (status != CLI_EXIT_OK)
		return status;
	deed = sending_deed(cli, &item);
	rows = deed == NULL ? NULL : rows_text(deed);
	if (rows == NULL)
		return cli_error_memory(cli);
	if (out == NULL)
		put_item(cli, &item, deed, rows);
	else if (files_write(cli->arena, out, (struct bytes){(const uint8_t *)rows, strlen(rows)}) != JX_OK)
		status = cli_error_file(cli, out, errno);
	free(rows);
	return status;
}

int
cmd_outbox_drop(struct cli *cli)
{
	struct outbox_item item;
	int64_t number;
	enum jx_err err;
	int status = item_number(cli, 0, &number);

	if (status == CLI_EXIT_OK)
		status = local_open(cli);
	if (status == CLI_EXIT_OK)
		status = item_find(cli, number, &item);
	if (status != CLI_EXIT_OK)
		return status;
	err = outbox_move(cli->store, number, OUTBOX_DROPPED, (struct bytes){NULL, 0}, local_now_us());
	if (err == JX_E_LIFE)
		return cli_error(cli, err, "第 %lld 号%s", "number %lld is %s", (long long)number,
		    item_state_words(cli, item.state));
	if (err != JX_OK)
		return local_error(cli, err);
	cli_note(cli, "第 %lld 号已撤下，不再发送", "number %lld is dropped and will not be sent",
	    (long long)number);
	if (item_is_in_doubt(&item))
		cli_note(cli, "它曾经发送而未得到答复，可能已经办理：请联网查看",
		    "it was tried without an answer and may have been done: look when there is a link");
	return CLI_EXIT_OK;
}
