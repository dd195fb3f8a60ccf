/*
 * wire/err.h: every error there is, as one table: code, words, what to do.
 *
 * JX_OK is 0. A function that can fail returns enum jx_err and must be looked
 * at. Codes that reach a user have a stable name ("E_STALE") and text in both
 * languages; the name, once released, never changes its meaning.
 *
 * Pure. No allocation. Any thread.
 */
#ifndef JX_WIRE_ERR_H
#define JX_WIRE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#define JX_MUST_USE __attribute__((warn_unused_result))

/* clang-format off */
/* X(symbol, name, retry_ms (0: retrying does not help), exit status of jixiao, zh what, en what, zh what to do, en what to do) */
#define JX_ERRORS(X) \
	X(JX_E_MALFORMED, "E_MALFORMED", 0, 2, "报文格式不正确", "malformed message", "请升级客户端后重试", "upgrade the client") \
	X(JX_E_TOO_BIG, "E_TOO_BIG", 0, 2, "超出大小限制", "too big", "请拆分后再发送", "send less at once") \
	X(JX_E_TEXT, "E_TEXT", 0, 2, "文字含有不允许的字符", "text holds characters that are not allowed", "请去掉控制字符等特殊字符", "remove control and other special characters") \
	X(JX_E_FIELD, "E_FIELD", 0, 2, "字段缺失或取值不正确", "a field is missing or has a wrong value", "请按提示修改该字段", "correct the field named") \
	X(JX_E_UNKNOWN_REQUEST, "E_UNKNOWN_REQUEST", 0, 2, "服务器不认识此请求", "the server does not know this request", "客户端与服务器版本不一致，请升级", "client and server differ in version: upgrade") \
	X(JX_E_STATE, "E_STATE", 0, 2, "此时不能发送该请求", "this request may not come now", "请先握手并登录", "say hello and log in first") \
	X(JX_E_LOGIN, "E_LOGIN", 0, 4, "账号或密码不正确", "wrong account or password", "请核对后重试", "check and try again") \
	X(JX_E_THROTTLED, "E_THROTTLED", 5000, 4, "登录尝试过于频繁", "too many attempts to log in", "请稍后再试", "wait, then try again") \
	X(JX_E_SESSION, "E_SESSION", 0, 4, "未登录或登录已过期", "not logged in, or the login has expired", "请重新登录：jixiao login", "log in again: jixiao login") \
	X(JX_E_DENIED, "E_DENIED", 0, 4, "没有权限", "not allowed", "请使用有权限的账号", "use an account that may do this") \
	X(JX_E_NOT_FOUND, "E_NOT_FOUND", 0, 1, "没有找到", "not found", "请核对名称或编号", "check the name or number") \
	X(JX_E_EXISTS, "E_EXISTS", 0, 1, "已经存在", "already exists", "请换一个名称", "choose another name") \
	X(JX_E_AMBIGUOUS, "E_AMBIGUOUS", 0, 2, "有多个城市或年度", "more than one city or year", "请用 --city 与 --year 指明", "name one with --city and --year") \
	X(JX_E_CONFLICT, "E_CONFLICT", 0, 5, "同一操作编号已用于不同内容", "the same operation id was used with other content", "请以新的操作重新提交", "submit again as a new operation") \
	X(JX_E_STALE, "E_STALE", 0, 5, "数据已被他人更新", "the data has changed meanwhile", "请重新读取后再提交", "read it again, then submit") \
	X(JX_E_PHASE, "E_PHASE", 0, 5, "当前阶段不受理", "not in this phase of the year", "请在规定时间内办理", "do it while its window is open") \
	X(JX_E_RULE, "E_RULE", 0, 1, "不符合规定，未办理", "refused by a rule", "请按所列逐条处理后再办", "settle what is listed, then try again") \
	X(JX_E_LIFE, "E_LIFE", 0, 1, "当前状态下不能这样办理", "not possible in this state", "请先查看当前状态：jixiao todo", "look at the state first: jixiao todo") \
	X(JX_E_FROZEN, "E_FROZEN", 0, 5, "结果已公布，本年度数据不再改动", "the result is published: this year changes no more", "确有错误，请按下一年度或另行决议处理", "a correction needs a resolution of its own") \
	X(JX_E_HOLES, "E_HOLES", 0, 1, "数据不全，不能正式核算", "inputs are missing: no final run", "请补齐所列数据，或改用 --provisional", "complete what is listed, or use --provisional") \
	X(JX_E_FAULTS, "E_FAULTS", 0, 6, "数据有误，全部未入库", "the data has faults; nothing was stored", "请逐条修改后重新导入", "correct each and import again") \
	X(JX_E_CANCELLED, "E_CANCELLED", 0, 130, "已取消", "cancelled", "如需要请重新开始", "start again if needed") \
	X(JX_E_BUSY, "E_BUSY", 1000, 3, "服务器繁忙", "the server is busy", "请稍后再试", "try again shortly") \
	X(JX_E_UNAVAILABLE, "E_UNAVAILABLE", 1000, 3, "数据库暂时不可用", "the database is not available for the moment", "请稍后再试，已确认的数据不会丢失", "try again shortly; nothing acknowledged is lost") \
	X(JX_E_CARD, "E_CARD", 0, 1, "评价卡的码不正确", "no such card", "请对照卡片重新输入", "type the card's code again") \
	X(JX_E_CARD_USED, "E_CARD_USED", 0, 5, "此卡已投，内容不同", "this card was used, with other answers", "一卡只能投一次；原投票有效", "a card counts once; the first one stands") \
	X(JX_E_QUOTA, "E_QUOTA", 0, 1, "超出本单位的文件限额", "beyond the unit's quota of files", "请压缩文件，或请绩效办提高限额", "send less, or ask the office for more") \
	X(JX_E_INCOMPLETE, "E_INCOMPLETE", 0, 1, "文件尚未传完", "the file is not complete yet", "请继续上传：jixiao outbox send", "go on uploading: jixiao outbox send") \
	X(JX_E_LOCKED, "E_LOCKED", 0, 4, "本机草稿以另一密码加密，打不开", "this account's drafts are locked with another password", "用原密码解锁：jixiao outbox unlock", "unlock with the former password: jixiao outbox unlock") \
	X(JX_E_PACKET, "E_PACKET", 0, 1, "离线报送包无效", "the packet is not valid", "请由原报送人重新导出", "have it exported again") \
	X(JX_E_CONNECTION, "E_CONNECTION", 1000, 3, "无法连接服务器", "no connection to the server", "请检查网络与 JIXIAO_SERVER 设置", "check the network and JIXIAO_SERVER") \
	X(JX_E_TLS, "E_TLS", 0, 3, "服务器身份无法验证", "the server's identity could not be verified", "请检查 JIXIAO_CA 所指的证书", "check the certificate named by JIXIAO_CA") \
	X(JX_E_VERSION, "E_VERSION", 0, 2, "协议版本不受支持", "protocol version not supported", "请升级客户端", "upgrade the client") \
	X(JX_E_INTERNAL, "E_INTERNAL", 0, 1, "服务器内部错误", "internal error", "请联系管理员并提供错误编号", "tell the administrator") \
	X(JX_E_RECEIPT, "E_RECEIPT", 0, 1, "回执验证不通过", "the receipt does not verify", "请与绩效办核对", "ask the performance office") \
	X(JX_E_FILE, "E_FILE", 0, 2, "文件无法读写", "a file cannot be read or written", "请检查路径与权限", "check path and permissions") \
	X(JX_E_USAGE, "E_USAGE", 0, 2, "用法不正确", "wrong usage", "请查看 jixiao --help", "see jixiao --help") \
	/* Never leave the daemon: */ \
	X(JX_UNCERTAIN, "E_UNCERTAIN", 1000, 3, "提交结果未知", "the outcome of the commit is not known", "请稍后再试", "try again shortly") \
	X(JX_E_MEMORY, "E_MEMORY", 1000, 3, "内存不足", "out of memory", "请稍后再试", "try again shortly")
/* clang-format on */

enum jx_err {
	JX_OK = 0,
	JX_AGAIN, /* not yet: more input or time is needed; no fault */
#define JX_ERROR_SYMBOL(symbol, ...) symbol,
	JX_ERRORS(JX_ERROR_SYMBOL)
#undef JX_ERROR_SYMBOL
	    JX_ERR_COUNT
};

enum jx_lang { JX_ZH, JX_EN };

/* All strings are static. Unknown values give the row of JX_E_INTERNAL. */
const char *err_name(enum jx_err err);
const char *err_what(enum jx_err err, enum jx_lang lang);
const char *err_todo(enum jx_err err, enum jx_lang lang);
uint32_t err_retry_ms(enum jx_err err); /* 0: the same again would fail again */
int err_exit(enum jx_err err);          /* exit status of jixiao (design: 0..6, 130) */
/* The error of that name; JX_E_INTERNAL when this version does not know it. */
enum jx_err err_find(const char *name);

#endif
