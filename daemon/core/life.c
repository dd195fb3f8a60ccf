#include "core/life.h"

#include <assert.h>

#include "core/import.h"
#include "core/run.h"
#include "core/session.h"

#define EDGE(from, on, to, text)                                                                   \
	{                                                                                          \
#from, #on, #to, from, on, to, text                                                \
	}

/* clang-format off */
static const struct life_edge session_edges[] = {
	EDGE(SESSION_NEW,     SESSION_ON_HELLO, SESSION_GREETED, "双方说明版本"),
	EDGE(SESSION_GREETED, SESSION_ON_LOGIN, SESSION_READY,   "密码或凭证核对无误"),
	EDGE(SESSION_NEW,     SESSION_ON_CLOSE, SESSION_CLOSING, "格式错误、超时或停机"),
	EDGE(SESSION_GREETED, SESSION_ON_CLOSE, SESSION_CLOSING, "告别、格式错误、超时或停机"),
	EDGE(SESSION_READY,   SESSION_ON_CLOSE, SESSION_CLOSING, "告别、格式错误、超时、停机、改密或停用"),
};

static const struct life_edge import_edges[] = {
	EDGE(IMPORT_FREE,      IMPORT_ON_BEGIN,   IMPORT_UPLOADING, "客户端开始上传"),
	EDGE(IMPORT_UPLOADING, IMPORT_ON_COMMIT,  IMPORT_READING,   "上传完毕，读取已存数据"),
	EDGE(IMPORT_UPLOADING, IMPORT_ON_END,     IMPORT_FREE,      "十分钟无人续传，放弃"),
	EDGE(IMPORT_READING,   IMPORT_ON_READ,    IMPORT_CHECKING,  "交工作进程校验、比较"),
	EDGE(IMPORT_READING,   IMPORT_ON_END,     IMPORT_FREE,      "数据库不可用，告知重试"),
	EDGE(IMPORT_CHECKING,  IMPORT_ON_CHECKED, IMPORT_STORING,   "无误且有变化，整批入库"),
	EDGE(IMPORT_CHECKING,  IMPORT_ON_END,     IMPORT_FREE,      "有误、试导入或无变化"),
	EDGE(IMPORT_STORING,   IMPORT_ON_END,     IMPORT_FREE,      "已提交并给出回执，或未存"),
};

static const struct life_edge run_edges[] = {
	EDGE(RUN_FREE,      RUN_ON_ADDED,     RUN_WAITING,   "核算已登记，或重启后接续"),
	EDGE(RUN_WAITING,   RUN_ON_TURN,      RUN_READING,   "按登记时的批次读取数据"),
	EDGE(RUN_WAITING,   RUN_ON_END,       RUN_FREE,      "已取消"),
	EDGE(RUN_READING,   RUN_ON_READ,      RUN_COMPUTING, "交工作进程计算"),
	EDGE(RUN_READING,   RUN_ON_POSTPONED, RUN_WAITING,   "数据库或工作进程暂不可用，稍后重来"),
	EDGE(RUN_READING,   RUN_ON_END,       RUN_FREE,      "已取消或早已结束"),
	EDGE(RUN_COMPUTING, RUN_ON_COMPUTED,  RUN_STORING,   "结果入库"),
	EDGE(RUN_COMPUTING, RUN_ON_POSTPONED, RUN_WAITING,   "内存不足，稍后重来"),
	EDGE(RUN_COMPUTING, RUN_ON_END,       RUN_FREE,      "已取消"),
	EDGE(RUN_STORING,   RUN_ON_POSTPONED, RUN_WAITING,   "未能入库，稍后重来"),
	EDGE(RUN_STORING,   RUN_ON_END,       RUN_FREE,      "结果已存"),
};
/* clang-format on */

#define LIFE(name, zh, edges)                                                                      \
	{                                                                                          \
		name, zh, edges, sizeof edges / sizeof *edges                                      \
	}

const struct life life_session = LIFE("session", "连接", session_edges);
const struct life life_import = LIFE("import", "导入", import_edges);
const struct life life_run = LIFE("run", "核算", run_edges);

static const struct life_edge *
life_find(const struct life *life, unsigned state, unsigned event)
{
	for (size_t i = 0; i < life->edge_count; i++)
		if (life->edges[i].from == state && life->edges[i].on == event)
			return &life->edges[i];
	return NULL;
}

bool
life_may(const struct life *life, unsigned state, unsigned event)
{
	return life_find(life, state, event) != NULL;
}

unsigned
life_move(const struct life *life, unsigned state, unsigned event)
{
	const struct life_edge *edge = life_find(life, state, event);

	assert(edge != NULL);
	return edge->to;
}
