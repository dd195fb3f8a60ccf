#include "core/account.h"

#include <string.h>

#include "core/inside.h"
#include "core/write.h"
#include "wire/text.h"

static enum jx_err
account_check_password(const char *password)
{
	size_t size = password == NULL ? 0 : strlen(password);

	return size >= ACCOUNT_PASSWORD_SIZE_MIN && size <= ACCOUNT_PASSWORD_SIZE_MAX ? JX_OK
										      : JX_E_FIELD;
}

/* A name that commands, files and tables can carry: letters, digits, . _ - and Chinese characters.
 */
static bool
account_is_name(const char *name)
{
	size_t size = name == NULL ? 0 : strlen(name);

	if (size == 0 || size > TEXT_CODE_SIZE_MAX)
		return false;
	for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++)
		if (*c < 0x80 &&
		    strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			*c) == NULL)
			return false;
	return true;
}

/* ---- passwd: verify the old one, hash the new one, store it on the version that was verified. */

static void
account_on_passwd_stored(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct request *req = request_find(core, id);

	if (outcome->err == JX_OK && req != NULL)
		session_close_account(core, req->actor.account, req->session);
	write_on_stored(core, id, handle, outcome);
}

static void
account_on_passwd_hashed(struct core *core, struct request_id id, enum jx_err err, const char *hash)
{
	struct request *req = request_find(core, id);
	Jx__Passwd without_passwords = JX__PASSWD__INIT;
	uint8_t content_hash[32];

	if (req == NULL)
		return;
	if (err != JX_OK) {
		request_fail(core, req, err, NULL);
		return;
	}
	/* A receipt's hash can be tried against guesses: passwords stay out of it. */
	without_passwords.has_op_id = true;
	without_passwords.op_id = ((const Jx__Passwd *)req->message)->op_id;
	write_content_hash(req, &without_passwords.base, content_hash);
	write_start(core, req, "passwd",
	    json_pack("{s:s, s:s, s:I}", "account", req->actor.account, "password_hash", hash,
		"version", (json_int_t)req->scratch),
	    0, content_hash, account_on_passwd_stored);
}

/* The old password does not fit: it is wrong, or this very op changed it a moment ago. */
static void
account_on_passwd_misfit(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = request_find(core, id);
	struct intake_outcome stored;
	enum jx_err err;

	(void)handle;
	if (req == NULL)
		return;
	err = write_find_replay(req, rows, "passwd", NULL, &stored);
	if (err == JX_OK)
		write_on_stored(core, id, 0, &stored);
	else if (err == JX_E_NOT_FOUND)
		request_fail(core, req, JX_E_LOGIN, "old_password");
	else
		request_fail(core, req, err, NULL);
}

static void
account_on_passwd_verified(
    struct core *core, struct request_id id, enum jx_err err, const char *hash)
{
	struct request *req = request_find(core, id);
	ProtobufCBinaryData op_id;

	(void)hash;
	if (req == NULL)
		return;
	if (err == JX_E_LOGIN) {
		/* The same op may have been stored between the two questions: its first sending was
		 * still on its way. Whoever asks for it after the reading of the account sees it.
		 */
		op_id = ((const Jx__Passwd *)req->message)->op_id;
		err = ask_send_bytes(core, QUESTION_OP, (struct bytes){op_id.data, op_id.len}, id,
		    0, account_on_passwd_misfit);
	} else if (err == JX_OK)
		err = hash_start(core, ((const Jx__Passwd *)req->message)->new_password, NULL, id,
		    account_on_passwd_hashed);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

static void
account_on_passwd_account(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "account");
	enum jx_err err;
	char *hash;

	(void)handle;
	if (req == NULL)
		return;
	req->scratch = ask_number(rows, 0, 6);
	hash = ask_text(req->arena, rows, 0, 5);
	err = hash == NULL ? JX_E_MEMORY
			   : hash_start(core, ((const Jx__Passwd *)req->message)->old_password,
				 hash, id, account_on_passwd_verified);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

/* The same op_id again, after its answer was lost: the old password no longer fits, the receipt
 * does. */
static void
account_on_passwd_op(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = request_find(core, id);
	struct ask_params params = {{NULL}};
	struct intake_outcome stored;
	enum jx_err err;

	(void)handle;
	if (req == NULL)
		return;
	err = write_find_replay(req, rows, "passwd", NULL, &stored);
	if (err == JX_OK) {
		write_on_stored(core, id, 0, &stored);
		return;
	}
	params.text[0] = req->actor.account;
	if (err == JX_E_NOT_FOUND)
		err = ask_send(core, QUESTION_ACCOUNT, &params, id, 0, account_on_passwd_account);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

void
account_handle_passwd(struct core *core, struct request *req)
{
	const Jx__Passwd *passwd = (const Jx__Passwd *)req->message;
	enum jx_err err;

	if (passwd->old_password == NULL || account_check_password(passwd->new_password) != JX_OK) {
		request_fail(core, req, JX_E_FIELD,
		    passwd->old_password == NULL ? "old_password" : "new_password");
		return;
	}
	err =
	    ask_send_bytes(core, QUESTION_OP, (struct bytes){passwd->op_id.data, passwd->op_id.len},
		req->id, 0, account_on_passwd_op);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

/* ---- account add */

static const char *
account_text(const char *text)
{
	return text == NULL ? "" : text;
}

static void
account_on_add_hashed(struct core *core, struct request_id id, enum jx_err err, const char *hash)
{
	struct request *req = request_find(core, id);
	const Jx__AccountAdd *add;
	Jx__AccountAdd without_password;
	uint8_t content_hash[32];

	if (req == NULL)
		return;
	if (err != JX_OK) {
		request_fail(core, req, err, NULL);
		return;
	}
	add = (const Jx__AccountAdd *)req->message;
	without_password = *add;
	without_password.password = NULL;
	write_content_hash(req, &without_password.base, content_hash);
	write_start(core, req, "account_add",
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "account", add->account, "role", add->role,
		"city", add->city, "password_hash", hash, "unit", account_text(add->unit),
		"subject", account_text(add->subject)),
	    0, content_hash, write_on_stored);
}

/* A unit or subject: may it be that, for an account that must name one? */
static bool
account_is_code(const char *code, bool is_needed)
{
	size_t size = strlen(account_text(code));

	return size <= TEXT_CODE_SIZE_MAX && (size > 0 || !is_needed);
}

void
account_handle_add(struct core *core, struct request *req)
{
	const Jx__AccountAdd *add = (const Jx__AccountAdd *)req->message;
	enum role role = role_find(add->role);
	const char *field = NULL;
	enum jx_err err = JX_E_FIELD;

	if (!account_is_name(add->account))
		field = "account";
	else if (role == ROLE_NONE)
		field = "role";
	else if (add->city == NULL || *add->city == '\0' || strlen(add->city) >= ACTOR_CITY_SIZE)
		field = "city";
	else if (!account_is_code(add->unit, role_needs_unit(role)))
		field = "unit";
	else if (!account_is_code(add->subject, role_needs_subject(role)))
		field = "subject";
	else if (account_check_password(add->password) != JX_OK)
		field = "password";
	else
		err = hash_start(core, add->password, NULL, req->id, account_on_add_hashed);
	if (err != JX_OK)
		request_fail(core, req, err, field);
}

/* ---- account disable */

static void
account_on_disabled(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct request *req = request_find(core, id);

	if (outcome->err == JX_OK && req != NULL)
		session_close_account(core, ((const Jx__AccountDisable *)req->message)->account,
		    (struct session_id){0, 0});
	write_on_stored(core, id, handle, outcome);
}

void
account_handle_disable(struct core *core, struct request *req)
{
	const Jx__AccountDisable *disable = (const Jx__AccountDisable *)req->message;
	const char *reason = disable->reason == NULL ? "" : disable->reason;
	uint8_t content_hash[32];

	if (!account_is_name(disable->account) ||
	    strcmp(disable->account, req->actor.account) == 0) {
		/* Whoever disables himself could lock everybody out. */
		request_fail(core, req, JX_E_FIELD, "account");
		return;
	}
	if (strlen(reason) > ACCOUNT_REASON_SIZE_MAX) {
		request_fail(core, req, JX_E_FIELD, "reason");
		return;
	}
	write_content_hash(req, req->message, content_hash);
	write_start(core, req, "account_disable",
	    json_pack("{s:s, s:s}", "account", disable->account, "reason", reason), 0, content_hash,
	    account_on_disabled);
}

/* ---- account list */

static void
account_on_listed(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	Jx__AccountListReply reply = JX__ACCOUNT_LIST_REPLY__INIT;
	size_t first, count;

	if (req == NULL)
		return;
	first = handle < rows->row_count ? handle : rows->row_count;
	count = rows->row_count - first < ACCOUNT_PAGE_COUNT ? rows->row_count - first
							     : ACCOUNT_PAGE_COUNT;
	reply.accounts = arena_alloc(req->arena, (count + 1) * sizeof *reply.accounts);
	for (size_t i = first; reply.accounts != NULL && i < first + count; i++) {
		Jx__Account *account = arena_alloc(req->arena, sizeof *account);

		if (account == NULL)
			break;
		jx__account__init(account);
		account->account = ask_text(req->arena, rows, i, 0);
		account->role = ask_text(req->arena, rows, i, 1);
		account->city = ask_text(req->arena, rows, i, 2);
		account->has_disabled = account->has_since_us = true;
		account->disabled =
		    ask_cell(rows, i, 3).size == 1 && ask_cell(rows, i, 3).data[0] == 't';
		account->since_us = ask_number(rows, i, 4);
		account->unit = ask_text(req->arena, rows, i, 5);
		account->subject = ask_text(req->arena, rows, i, 6);
		reply.accounts[reply.n_accounts++] = account;
	}
	reply.has_next = first + count < rows->row_count;
	reply.next = (uint32_t)(first + count);
	if (reply.n_accounts != count)
		request_fail(core, req, JX_E_MEMORY, NULL);
	else
		request_reply(core, req, JX__ENVELOPE__BODY_ACCOUNT_LIST_REPLY, &reply);
}

void
account_handle_list(struct core *core, struct request *req)
{
	enum jx_err err = ask_send(core, QUESTION_ACCOUNTS, NULL, req->id,
	    ((const Jx__AccountList *)req->message)->offset, account_on_listed);

	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}
