#include "cli/code_words.h"

#include <string.h>

/* The columns whose cells are codes of the table below; what stands in others is data. */
static const char *const columns[] = {"state", "verdict", "duty", "how", "ground", "origin", "change", "answer", "late", "no_claims",
    "source", "status", "possible", "lead", "open", "signed", NULL};

/* clang-format off */
static const struct {
	const char *code, *zh;
} rows[] = {
	{"yes", "是"}, {"no", "否"},
	/* obligations */
	{"overdue", "逾期"}, {"today", "今天到期"}, {"soon", "七日内"}, {"later", "未到期"}, {"waits", "等待"}, {"missing", "缺"},
	{"marked", "已评"}, {"there", "齐全"}, {"renew", "须更新"}, {"late", "迟报"}, {"gap", "无人牵头"}, {"double", "重复牵头"},
	{"unexplained", "偏离未说明"}, {"void", "已失效"}, {"waived", "已确认"},
	/* papers */
	{"open", "进行中"}, {"closed", "已结束"}, {"draft", "草稿"}, {"submitted", "已报送"}, {"review", "审核中"}, {"returned", "已退回"},
	{"passed", "审核通过"}, {"approved", "已审定"}, {"confirmed", "已确认"}, {"issued", "已下达"}, {"requested", "已申请"},
	{"accepted", "已批准"}, {"refused", "未批准"}, {"applied", "已生效"}, {"sent", "已报送"}, {"committed", "已承诺"},
	{"revealed", "已公开"}, {"planned", "已安排"}, {"arrived", "已到达"}, {"dropped", "已取消"}, {"answered", "已答复"},
	{"claimed", "已申报"}, {"screened", "已初审"}, {"publicised", "公示中"}, {"granted", "已加分"}, {"alleged", "线索"},
	{"checked", "已核查"}, {"dismissed", "不予否决"}, {"asked", "待提供"}, {"given", "已提供"}, {"counted", "已清点"},
	{"first", "已录一遍"}, {"differs", "两遍不一致"}, {"agreed", "一致"}, {"polled", "按码投票"}, {"sealed", "已提交"}, {"merged", "已汇总"},
	{"consulted", "已征求意见"}, {"public", "公示中"}, {"published", "已公布"}, {"listed", "在名单"}, {"withdrawn", "已撤下"},
	{"upheld", "成立"}, {"kept", "已兑现"}, {"broken", "未兑现"}, {"received", "已收到"}, {"running", "占用中"}, {"over", "已到期"},
	{"changed", "改后未会签"},
	/* choices */
	{"lead", "独立承担"}, {"coordinate", "协调、指导、服务"}, {"agree", "同意"}, {"change", "修改"}, {"strike", "删去"}, {"add", "增加"},
	{"object", "不同意"}, {"comments", "有意见"}, {"none", "未答复"}, {"force-majeure", "不可抗拒"}, {"overall", "全局工作变化"},
	{"other", "其他"}, {"unit", "单位申请"}, {"above", "上级追加"}, {"files", "查阅材料"}, {"visit", "上门核查"}, {"request", "调度材料"},
	{"listen", "听"}, {"look", "查"}, {"see", "看"}, {"basic", "基础工作"}, {"progress", "定期调度"}, {"group", "评估组"}, {"common", "共性目标"},
};
/* clang-format on */

const char *
code_words_of(const struct cli *cli, const char *column, const char *code)
{
	bool is_coded = false;

	for (const char *const *name = columns; cli->lang == JX_ZH && *name != NULL; name++)
		is_coded = is_coded || strcmp(*name, column) == 0;
	for (size_t i = 0; is_coded && i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].code, code) == 0)
			return rows[i].zh;
	return NULL;
}
