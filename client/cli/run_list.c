#include "cli/run_list.h"

#include <sodium.h>
#include <string.h>

#include "cli/grid.h"
#include "cli/when.h"

/* clang-format off */
static const struct grid_column run_columns[] = {
	{"run",           "编号",     "Run",      GRID_WHOLE, GRID_ALWAYS},
	{"city",          "城市",     "City",     GRID_TEXT,  GRID_DATA_ONLY},
	{"year",          "年度",     "Year",     GRID_WHOLE, GRID_DATA_ONLY},
	{"kind",          "类型",     "Kind",     GRID_TEXT,  GRID_ALWAYS},
	{"state",         "状态",     "State",    GRID_TEXT,  GRID_ALWAYS},
	{"units",         "单位",     "Units",    GRID_WHOLE, GRID_ALWAYS},
	{"holes",         "缺项",     "Missing",  GRID_WHOLE, GRID_ALWAYS},
	{"asked_by",      "发起人",   "Asked by", GRID_TEXT,  GRID_ALWAYS},
	{"asked",         "发起时间", "Asked",    GRID_TEXT,  GRID_ALWAYS},
	{"finished",      "完成时间", "Finished", GRID_TEXT,  GRID_IF_WIDE},
	{"batch",         "数据批次", "Batch",    GRID_WHOLE, GRID_IF_WIDE},
	{"engine",        "引擎",     "Engine",   GRID_TEXT,  GRID_DATA_ONLY},
	{"scheme_digest", "方案摘要", "Scheme",   GRID_TEXT,  GRID_DATA_ONLY},
	{"input_digest",  "输入摘要", "Inputs",   GRID_TEXT,  GRID_DATA_ONLY},
	{"result_digest", "结果摘要", "Result",   GRID_TEXT,  GRID_DATA_ONLY},
};
/* clang-format on */

struct words {
	const char *code, *zh, *en;
};

static const struct words kinds[] = {
    {"provisional", "试算", "provisional"}, {"final", "正式", "final"}, {NULL, NULL, NULL}};
static const struct words states[] = {
    {"running", "进行中", "running"},
    {"done", "完成", "done"},
    {"refused", "数据不全，被拒", "refused"},
    {"cancelled", "已取消", "cancelled"},
    {"failed", "失败", "failed"},
    {NULL, NULL, NULL},
};

static const char *
words_of(const struct cli *cli, const struct words *words, const char *code)
{
	for (; code != NULL && words->code != NULL; words++)
		if (strcmp(words->code, code) == 0)
			return cli_say(cli, words->zh, words->en);
	return code;
}

static void
add_digest(const struct cli *cli, struct grid *grid, ProtobufCBinaryData digest)
{
	char *hex = digest.len == 0 ? NULL : arena_alloc(cli->arena, 2 * digest.len + 1);

	if (hex != NULL)
		sodium_bin2hex(hex, 2 * digest.len + 1, digest.data, digest.len);
	grid_add(grid, hex, NULL);
}

/* Counts are known when the run has ended. */
static void
add_count(struct grid *grid, bool is_known, uint64_t count)
{
	if (is_known)
		grid_add_whole(grid, count);
	else
		grid_add(grid, NULL, NULL);
}

static void
add_run(const struct cli *cli, struct grid *grid, const Jx__Run *run)
{
	grid_add_whole(grid, run->run);
	grid_add(grid, run->city, NULL);
	grid_add_whole(grid, run->year);
	grid_add(grid, run->kind, words_of(cli, kinds, run->kind));
	grid_add(grid, run->state, words_of(cli, states, run->state));
	add_count(grid, run->has_unit_count, run->unit_count);
	add_count(grid, run->has_hole_count, run->hole_count);
	grid_add(grid, run->asked_by, NULL);
	grid_add(grid, when_utc(cli, run->asked_us), when_local(cli, run->asked_us));
	grid_add(grid, when_utc(cli, run->finished_us), when_local(cli, run->finished_us));
	add_count(grid, run->has_batch, run->batch);
	grid_add(grid, run->engine, NULL);
	add_digest(cli, grid, run->scheme_digest);
	add_digest(cli, grid, run->input_digest);
	add_digest(cli, grid, run->result_digest);
}

int
run_list_show(const struct cli *cli, Jx__Run *const *runs, size_t count, bool is_single)
{
	struct grid *grid = grid_new(
	    cli, grid_form_of(cli), run_columns, sizeof run_columns / sizeof run_columns[0]);

	if (grid == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; i < count; i++)
		add_run(cli, grid, runs[i]);
	return grid_show(grid, is_single);
}
