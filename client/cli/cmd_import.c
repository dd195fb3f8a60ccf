#include <stdio.h>
#include <string.h>

#include "cli/changes.h"
#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/local_bundle.h"
#include "cli/proof.h"
#include "cli/upload.h"

/* clang-format off */
static const struct grid_column count_columns[] = {
	{"kind",      "内容", "Kind",      GRID_TEXT,  GRID_ALWAYS},
	{"added",     "新增", "Added",     GRID_WHOLE, GRID_ALWAYS},
	{"changed",   "更正", "Changed",   GRID_WHOLE, GRID_ALWAYS},
	{"unchanged", "未变", "Unchanged", GRID_WHOLE, GRID_ALWAYS},
	{"withdrawn", "撤下", "Withdrawn", GRID_WHOLE, GRID_ALWAYS},
};
/* clang-format on */

static struct grid *
counts_grid(const struct cli *cli, const Jx__ImportReply *reply)
{
	struct grid *grid = grid_new(
	    cli, grid_form_of(cli), count_columns, sizeof count_columns / sizeof count_columns[0]);

	for (size_t i = 0; grid != NULL && i < reply->n_counts; i++) {
		const Jx__KindCount *count = reply->counts[i];

		grid_add(grid, count->kind, changes_kind_words(cli, count->kind));
		grid_add_whole(grid, count->added);
		grid_add_whole(grid, count->changed);
		grid_add_whole(grid, count->unchanged);
		grid_add_whole(grid, count->withdrawn);
	}
	return grid;
}

/* What a script wants to know, in one object. */
static int
show_json(const struct cli *cli, const struct upload *upload, const Jx__ImportReply *reply,
    const char *receipt_path)
{
	struct grid *counts = counts_grid(cli, reply), *changes = changes_grid(cli, reply->changes, reply->n_changes);
	json_t *json;

	if (counts == NULL || changes == NULL)
		return cli_error_memory(cli);
	json = json_pack("{s:s, s:I, s:b, s:b, s:b, s:I, s:o, s:I, s:o, s:s?}", "city",
	    upload->bundle->scheme->city, "year", (json_int_t)upload->bundle->scheme->year,
	    "dry_run", (int)upload->is_dry_run, "replayed", (int)reply->replayed, "scheme_changed",
	    (int)reply->scheme_changed, "batch", (json_int_t)reply->batch, "counts",
	    grid_json(counts), "change_count", (json_int_t)reply->change_count, "changes",
	    grid_json(changes), "receipt", receipt_path);
	return grid_put_json(cli, json);
}

static int
show_tables(const struct cli *cli, const struct upload *upload, const Jx__ImportReply *reply)
{
	struct grid *grid = counts_grid(cli, reply);
	int status;

	status = grid == NULL ? cli_error_memory(cli) : grid_show(grid, false);
	if (status != CLI_EXIT_OK || !upload->is_dry_run || reply->n_changes == 0)
		return status;
	putchar('\n');
	grid = changes_grid(cli, reply->changes, reply->n_changes);
	return grid == NULL ? cli_error_memory(cli) : grid_show(grid, false);
}

static void
say_what_happened(const struct cli *cli, const struct upload *upload, const Jx__ImportReply *reply,
    const char *receipt_path)
{
	bool is_changed = reply->scheme_changed;

	for (size_t i = 0; i < reply->n_counts; i++)
		is_changed = is_changed || reply->counts[i]->added > 0 ||
			     reply->counts[i]->changed > 0 || reply->counts[i]->withdrawn > 0;
	if (reply->scheme_changed)
		cli_note(cli, "评估方案有改动", "the scheme has changed");
	if (upload->is_dry_run && reply->change_count > reply->n_changes)
		cli_note(cli, "共改动 %llu 处，只列出前 %zu 处",
		    "%llu changes; the first %zu are shown",
		    (unsigned long long)reply->change_count, reply->n_changes);
	if (reply->replayed)
		cli_note(cli, "此前已经入库，未重复写入",
		    "it was stored before; nothing was stored twice");
	else if (!is_changed)
		cli_note(cli, "未作任何改动", "nothing changed");
	else if (upload->is_dry_run)
		cli_note(cli, "以上仅为预览，未入库", "a preview only: nothing was stored");
	else
		cli_note(cli, "已入库", "stored");
	if (receipt_path != NULL)
		cli_note(cli, "回执：%s", "receipt: %s", receipt_path);
}

/* The receipt is on the disk before a word of success. */
static int
finish(struct cli *cli, const struct upload *upload, const Jx__ImportReply *reply)
{
	const struct proof_of of = {upload->bundle->scheme->city, upload->bundle->scheme->year};
	const char *path = NULL;
	int status = CLI_EXIT_OK;

	if (reply->receipt != NULL)
		status = proof_accept(
		    cli, reply->receipt, &of, upload->op_id, upload->digest, &path);
	if (status != CLI_EXIT_OK)
		return status;
	if (grid_form_of(cli) == GRID_JSON)
		return show_json(cli, upload, reply, path);
	if (reply->n_counts > 0)
		status = show_tables(cli, upload, reply);
	say_what_happened(cli, upload, reply, path);
	return status;
}

int
cmd_import(struct cli *cli)
{
	struct bundle bundle = {.arena = NULL};
	const Jx__ImportReply *reply;
	struct upload upload;
	int status = local_bundle_read(cli, cli->options.words[0], &bundle);

	if (status != CLI_EXIT_OK)
		return status;
	if (upload_init(&upload, &bundle, options_has(&cli->options, OPTION_DRY_RUN), cli->arena) !=
	    JX_OK)
		status = cli_error_memory(cli);
	if (status == CLI_EXIT_OK)
		status = upload_send(cli, &upload, &reply);
	if (status == CLI_EXIT_OK)
		status = finish(cli, &upload, reply);
	else if (*cli->stop != 0)
		cli_note(cli, "要么整包入库，要么一行未入；再导入一次即知",
		    "either all of it is stored or nothing; import again to see");
	bundle_clear(&bundle);
	return status;
}
