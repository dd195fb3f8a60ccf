#include "core/login.h"

#include <string.h>

#include "core/inside.h"
#include "core/token.h"
#include "wire/text.h"

enum { PROTOCOL_VERSION = 1 };

void
login_handle_hello(struct core *core, struct request *req)
{
	const Jx__Hello *hello = (const Jx__Hello *)req->message;
	struct session *session = session_find(core, req->session);
	Jx__HelloReply reply = JX__HELLO_REPLY__INIT;

	session->lang =
	    hello->language != NULL && strcmp(hello->language, "en") == 0 ? JX_EN : JX_ZH;
	req->lang = session->lang;
	if (hello->protocol != PROTOCOL_VERSION) {
		request_fail(core, req, JX_E_VERSION, "protocol");
		return;
	}
	session_move(session, SESSION_ON_HELLO);
	reply.has_protocol = reply.has_clock_us = true;
	reply.protocol = PROTOCOL_VERSION;
	reply.server = (char *)(uintptr_t) "jixiaod " JX_VERSION;
	reply.clock_us = core->now.wall_us;
	request_reply(core, req, JX__ENVELOPE__BODY_HELLO_REPLY, &reply);
}

void
login_handle_bye(struct core *core, struct request *req)
{
	struct session_id id = req->session;
	Jx__ByeAck ack = JX__BYE_ACK__INIT;

	request_reply(core, req, JX__ENVELOPE__BODY_BYE_ACK, &ack);
	session_close(core, session_find(core, id));
}

static void
login_on_keys(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	Jx__KeysReply reply = JX__KEYS_REPLY__INIT;

	(void)handle;
	if (req == NULL)
		return;
	reply.keys = arena_alloc(req->arena, (rows->row_count + 1) * sizeof *reply.keys);
	for (size_t i = 0; reply.keys != NULL && i < rows->row_count; i++) {
		Jx__Key *key = arena_alloc(req->arena, sizeof *key);
		struct bytes id_bytes = arena_copy(req->arena, ask_cell(rows, i, 0));
		struct bytes public_key = arena_copy(req->arena, ask_cell(rows, i, 1));

		if (key == NULL || id_bytes.data == NULL || public_key.data == NULL)
			break;
		jx__key__init(key);
		key->has_key_id = key->has_public_key = true;
		key->key_id =
		    (ProtobufCBinaryData){id_bytes.size, (uint8_t *)(uintptr_t)id_bytes.data};
		key->public_key =
		    (ProtobufCBinaryData){public_key.size, (uint8_t *)(uintptr_t)public_key.data};
		reply.keys[reply.n_keys++] = key;
	}
	if (reply.n_keys != rows->row_count)
		request_fail(core, req, JX_E_MEMORY, NULL);
	else
		request_reply(core, req, JX__ENVELOPE__BODY_KEYS_REPLY, &reply);
}

void
login_handle_keys(struct core *core, struct request *req)
{
	enum jx_err err = ask_send(core, QUESTION_KEYS, NULL, req->id, 0, login_on_keys);

	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

bool
login_read_account(struct arena *arena, const struct store_rows *rows, struct login_account *out)
{
	if (rows->row_count == 0)
		return false;
	out->account = ask_text(arena, rows, 0, 0);
	out->role = ask_text(arena, rows, 0, 1);
	out->city = ask_text(arena, rows, 0, 2);
	out->is_disabled = ask_cell(rows, 0, 3).size == 1 && ask_cell(rows, 0, 3).data[0] == 't';
	out->hash = ask_text(arena, rows, 0, 5);
	out->version = (uint32_t)ask_number(rows, 0, 6);
	out->unit = ask_text(arena, rows, 0, 7);
	out->subject = ask_text(arena, rows, 0, 8);
	return out->account != NULL && out->role != NULL && out->city != NULL &&
	       out->hash != NULL && out->unit != NULL && out->subject != NULL;
}

static void
login_copy(char *to, size_t size, const char *from)
{
	strncpy(to, from, size - 1);
	to[size - 1] = '\0';
}

void
login_actor(const struct login_account *account, struct actor *actor)
{
	actor->role = role_find(account->role);
	login_copy(actor->account, sizeof actor->account, account->account);
	login_copy(actor->city, sizeof actor->city, account->city);
	login_copy(actor->unit, sizeof actor->unit, account->unit);
	login_copy(actor->subject, sizeof actor->subject, account->subject);
}

/* The session becomes that account's. */
static void
login_admit(struct core *core, struct request *req, const struct login_account *account, bool keep)
{
	struct session *session = session_find(core, req->session);
	Jx__LoginReply reply = JX__LOGIN_REPLY__INIT;
	uint8_t sealed[TOKEN_SIZE], nonce[TOKEN_NONCE_SIZE];
	struct token token = {.version = account->version};

	if (session == NULL || session->state != SESSION_GREETED) {
		request_fail(core, req, JX_E_STATE, NULL);
		return;
	}
	session_move(session, SESSION_ON_LOGIN);
	login_actor(account, &session->actor);
	reply.account = account->account;
	reply.role = account->role;
	reply.city = account->city;
	reply.unit = account->unit;
	reply.subject = account->subject;
	if (keep) {
		token.until_us =
		    core->now.wall_us + (uint64_t)core->config.token_hours * 3600000000u;
		login_copy(token.account, sizeof token.account, account->account);
		core->world.rng->fill(core->world.rng->arg, nonce, sizeof nonce);
		token_seal(&token, nonce, core->config.token_key, sealed);
		reply.has_token = reply.has_token_until_us = true;
		reply.token = (ProtobufCBinaryData){sizeof sealed, sealed};
		reply.token_until_us = token.until_us;
	}
	request_reply(core, req, JX__ENVELOPE__BODY_LOGIN_REPLY, &reply);
}

static void
login_refuse(struct core *core, struct request *req, const char *account)
{
	struct session *session = session_find(core, req->session);

	throttle_on_failure(&core->throttles, 'a', account, core->now.mono_us);
	if (session != NULL)
		throttle_on_failure(&core->throttles, 'h', session->address, core->now.mono_us);
	log_say(core->world.log, LOG_LEVEL_INFO, "login_refused", "account %s", account);
	request_fail(core, req, JX_E_LOGIN, NULL);
}

/* The password matched: the account is read again, so that what counts is its state now. */
static void
login_on_confirmed(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	struct login_account account;
	const Jx__Login *login;

	if (req == NULL)
		return;
	login = (const Jx__Login *)req->message;
	if (!login_read_account(req->arena, rows, &account) || account.is_disabled ||
	    account.version != (uint32_t)handle)
		login_refuse(core, req, login->account);
	else {
		throttle_on_success(&core->throttles, 'a', login->account);
		login_admit(core, req, &account, login->keep);
	}
}

static void
login_on_verified(struct core *core, struct request_id id, enum jx_err err, const char *hash)
{
	struct request *req = request_find(core, id);
	const Jx__Login *login;
	struct ask_params params = {{NULL}};

	(void)hash;
	if (req == NULL)
		return;
	login = (const Jx__Login *)req->message;
	params.text[0] = login->account;
	if (err == JX_E_LOGIN) {
		login_refuse(core, req, login->account);
		return;
	}
	/* scratch: the version whose hash was verified. */
	if (err == JX_OK)
		err =
		    ask_send(core, QUESTION_ACCOUNT, &params, id, req->scratch, login_on_confirmed);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

static void
login_on_account(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	struct login_account account = {0};
	const Jx__Login *login;
	bool is_known;
	enum jx_err err;

	(void)handle;
	if (req == NULL)
		return;
	login = (const Jx__Login *)req->message;
	is_known = login_read_account(req->arena, rows, &account) && !account.is_disabled;
	req->scratch = account.version;
	err = hash_start(core, login->password, is_known ? account.hash : core->dummy_hash, id,
	    login_on_verified);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

static uint32_t
login_wait_ms(struct core *core, const struct request *req, const char *account)
{
	const struct session *session = session_find(core, req->session);
	uint32_t by_account = throttle_wait_ms(&core->throttles, 'a', account, core->now.mono_us);
	uint32_t by_address =
	    throttle_wait_ms(&core->throttles, 'h', session->address, core->now.mono_us);

	return by_account > by_address ? by_account : by_address;
}

void
login_handle_login(struct core *core, struct request *req)
{
	const Jx__Login *login = (const Jx__Login *)req->message;
	struct ask_params params = {{login->account}};
	Jx__Fail fail = JX__FAIL__INIT;
	enum jx_err err;

	if (login->account == NULL || *login->account == '\0' ||
	    strlen(login->account) > TEXT_CODE_SIZE_MAX) {
		request_fail(core, req, JX_E_FIELD, "account");
		return;
	}
	if (login->password == NULL) {
		request_fail(core, req, JX_E_FIELD, "password");
		return;
	}
	fail.retry_ms = login_wait_ms(core, req, login->account);
	if (fail.retry_ms > 0) {
		fail.has_retry_ms = true;
		request_fail_with(core, req, JX_E_THROTTLED, &fail);
		return;
	}
	err = ask_send(core, QUESTION_ACCOUNT, &params, req->id, 0, login_on_account);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

static void
login_on_token_account(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	struct login_account account;

	if (req == NULL)
		return;
	if (!login_read_account(req->arena, rows, &account) || account.is_disabled ||
	    account.version != (uint32_t)handle)
		request_fail(core, req, JX_E_SESSION, NULL);
	else
		login_admit(core, req, &account, false);
}

void
login_handle_resume(struct core *core, struct request *req)
{
	const Jx__Resume *resume = (const Jx__Resume *)req->message;
	struct token token;
	struct ask_params params = {{token.account}};
	enum jx_err err = token_open(
	    (struct bytes){resume->token.data, resume->token.len}, core->config.token_key, &token);

	if (err == JX_OK && token.until_us <= core->now.wall_us)
		err = JX_E_SESSION;
	if (err == JX_OK)
		err = ask_send(core, QUESTION_ACCOUNT, &params, req->id, token.version,
		    login_on_token_account);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

void
login_handle_whoami(struct core *core, struct request *req)
{
	Jx__WhoamiReply reply = JX__WHOAMI_REPLY__INIT;
	char *may[ROUTE_COUNT_MAX];

	reply.account = req->actor.account;
	reply.role = (char *)(uintptr_t)role_code(req->actor.role);
	reply.city = req->actor.city;
	reply.unit = req->actor.unit;
	reply.subject = req->actor.subject;
	reply.server = (char *)(uintptr_t) "jixiaod " JX_VERSION;
	reply.may = may;
	for (unsigned i = 0; i < route_count; i++)
		if (route_is_for(&route_rows[i], req->actor.role))
			may[reply.n_may++] = (char *)(uintptr_t)route_rows[i].name;
	request_reply(core, req, JX__ENVELOPE__BODY_WHOAMI_REPLY, &reply);
}
