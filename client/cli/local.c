#include "cli/local.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "cli/files.h"
#include "cli/kept_login.h"
#include "cli/prompt.h"
#include "link/link.h"
#include "link/opid.h"

static const char introduced[] = "device";

uint64_t
local_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int
local_error(const struct cli *cli, enum jx_err err)
{
	if (err == JX_E_FILE && errno == EBADMSG)
		return cli_error(cli, err, "离线库已损坏或被改动", "the local store was damaged or tampered with");
	if (err == JX_E_FILE)
		return cli_error(cli, err, "离线库：%s", "the local store: %s", strerror(errno));
	if (err == JX_E_LOCKED || cli->account == NULL)
		return cli_error(cli, err, "%s", "%s", cli->account == NULL ? "" : cli->account);
	return cli_error(cli, err, "离线库", "the local store");
}

/* ---- Whose, where. */

static int
no_login(const struct cli *cli)
{
	return cli_error(cli, JX_E_SESSION, "%s", "%s", "");
}

int
local_account(struct cli *cli, const char **account)
{
	struct kept_login kept;

	*account = cli->settings.values[SETTING_USER];
	if (settings_need(cli, SETTING_SERVER) == NULL)
		return err_exit(JX_E_USAGE);
	if (*account != NULL)
		return CLI_EXIT_OK;
	if (kept_login_read(cli, NULL, &kept) != JX_OK)
		return no_login(cli);
	*account = kept.account;
	return CLI_EXIT_OK;
}

static const char *
folder_path(const struct cli *cli)
{
	char *path = (char *)(uintptr_t)files_home(cli->arena, "XDG_DATA_HOME", ".local/share", "");

	if (path != NULL)
		path[strlen(path) - 1] = '\0'; /* the slash before a name */
	return path;
}

int
local_folder(struct cli *cli, const char **folder)
{
	*folder = folder_path(cli);
	if (*folder == NULL)
		return cli_error(cli, JX_E_FILE, "未设置 HOME，无处存放离线库",
		    "HOME is not set: no place for the local store");
	return CLI_EXIT_OK;
}

/*
 * Which server: the certificate authority that vouches for it, when one is named:
 * its address may change, and behind another address it is still the same.
 */
enum { CA_SIZE_MAX = 1 << 20 };

const char *
local_server(struct cli *cli)
{
	const char *ca = cli->settings.values[SETTING_CA], *server = cli->settings.values[SETTING_SERVER];
	struct bytes pem;
	uint8_t hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof hash + 1], *name;

	if (server == NULL || ca == NULL || files_read(cli->arena, ca, CA_SIZE_MAX, &pem) != JX_OK)
		return server;
	crypto_hash_sha256(hash, pem.data, pem.size);
	name = arena_printf(cli->arena, "ca:%s", sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
	return name == NULL ? server : name;
}

/* ---- Opening. */

static void
forget(struct cli *cli)
{
	outbox_close(cli->store);
	cli->store = NULL;
}

/* With the key that the login kept; JX_E_LOCKED: it is not this file's. */
static enum jx_err
open_with_key(struct cli *cli, const char *folder, const struct kept_login *kept)
{
	enum jx_err err = outbox_open(
	    folder, local_server(cli), kept->account, &cli->store);

	cli->account = kept->account;
	if (err == JX_OK)
		err = outbox_unlock_key(cli->store, kept->key);
	if (err != JX_OK)
		forget(cli);
	return err;
}

static enum jx_err
open_with_password(struct cli *cli, const char *folder, const char *account, const char *password)
{
	enum jx_err err =
	    outbox_open(folder, local_server(cli), account, &cli->store);

	cli->account = account;
	if (err == JX_OK)
		err = outbox_unlock(cli->store, password);
	if (err != JX_OK)
		forget(cli);
	return err;
}

/* Is the password the account's? Only the daemon knows. *is_known false: there is no link to ask. */
static int
ask_daemon(struct cli *cli, bool *is_known)
{
	const Jx__Whoami message = JX__WHOAMI__INIT;
	const Jx__WhoamiReply *reply;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_WHOAMI, &message, JX__ENVELOPE__BODY_WHOAMI_REPLY};
	int status = online_prepare(cli);
	enum jx_err err;

	*is_known = false;
	if (status != CLI_EXIT_OK)
		return status;
	err = online_try(cli, &call, (const void **)&reply);
	*is_known = err == JX_OK;
	if (err == JX_OK || online_is_cut_off(cli))
		return CLI_EXIT_OK;
	return online_fail(cli);
}

/* No file yet, and nobody to ask whether the password is right. */
static int
no_store_yet(struct cli *cli)
{
	int status = online_fail(cli);

	cli_note(cli, "本机还没有 %s 的资料：请先在有网络时登录一次（jixiao login）",
	    "nothing of %s is kept here yet: log in once while there is a link (jixiao login)",
	    cli->account);
	return status;
}

static int
open_by_password(struct cli *cli, const char *folder, const char *account, const char *file)
{
	bool is_there = outbox_exists(folder, local_server(cli), account);
	bool is_known = true;
	const char *password;
	enum jx_err err;
	int status = prompt_read_file(cli, file, &password);

	cli->account = account;
	if (status == CLI_EXIT_OK && !is_there)
		status = ask_daemon(cli, &is_known);
	if (status != CLI_EXIT_OK)
		return status;
	if (!is_known)
		return no_store_yet(cli);
	err = open_with_password(cli, folder, account, password);
	/* Mistyped, or changed elsewhere? The daemon's word is the better one. */
	if (err == JX_E_LOCKED)
		status = ask_daemon(cli, &is_known);
	if (status != CLI_EXIT_OK)
		return status;
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

int
local_open(struct cli *cli)
{
	const char *user = cli->settings.values[SETTING_USER], *folder;
	const char *file = cli->settings.values[SETTING_PASSWORD_FILE];
	enum jx_err err = JX_E_SESSION;
	struct kept_login kept;
	int status;

	if (cli->store != NULL)
		return CLI_EXIT_OK;
	if (settings_need(cli, SETTING_SERVER) == NULL)
		return err_exit(JX_E_USAGE);
	status = local_folder(cli, &folder);
	if (status != CLI_EXIT_OK)
		return status;
	if (kept_login_read(cli, user, &kept) == JX_OK)
		err = kept.has_key ? open_with_key(cli, folder, &kept) : JX_E_LOCKED;
	if (err != JX_OK && user != NULL && file != NULL)
		return open_by_password(cli, folder, user, file);
	if (err == JX_E_SESSION)
		return no_login(cli);
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

bool
local_try_open(struct cli *cli)
{
	const char *user = cli->settings.values[SETTING_USER], *folder = folder_path(cli);
	const char *file = cli->settings.values[SETTING_PASSWORD_FILE], *password;
	const char *server = local_server(cli);
	struct kept_login kept;

	if (cli->store != NULL)
		return true;
	if (folder == NULL || server == NULL)
		return false;
	if (kept_login_read(cli, user, &kept) == JX_OK && kept.has_key &&
	    outbox_exists(folder, server, kept.account))
		return open_with_key(cli, folder, &kept) == JX_OK;
	return user != NULL && file != NULL && outbox_exists(folder, server, user) &&
	       prompt_read_file(cli, file, &password) == CLI_EXIT_OK &&
	       open_with_password(cli, folder, user, password) == JX_OK;
}

enum jx_err
local_open_with(struct cli *cli, const char *account, const char *password)
{
	const char *folder = folder_path(cli);

	if (folder == NULL || !outbox_exists(folder, local_server(cli), account))
		return JX_E_NOT_FOUND;
	return open_with_password(cli, folder, account, password);
}

int
local_after_login(
    struct cli *cli, const char *account, const char *password, bool *has_key, uint8_t *key)
{
	const char *folder;
	enum jx_err err;
	int status = local_folder(cli, &folder);

	*has_key = false;
	if (status != CLI_EXIT_OK)
		return status;
	err = open_with_password(cli, folder, account, password);
	*has_key = err == JX_OK;
	if (err == JX_OK)
		outbox_key(cli->store, key);
	return err == JX_OK || err == JX_E_LOCKED ? CLI_EXIT_OK : local_error(cli, err);
}

/* ---- The profile. */

static struct bytes
pack(struct cli *cli, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *data = arena_alloc(cli->arena, size + 1);

	if (data != NULL)
		protobuf_c_message_pack(message, data);
	return (struct bytes){data, data == NULL ? 0 : size};
}

void
local_keep(struct cli *cli, const char *name, const ProtobufCMessage *message)
{
	struct outbox_thing known;
	struct bytes packed;
	enum jx_err err;

	if (cli->store == NULL)
		return;
	packed = pack(cli, message);
	if (packed.data == NULL)
		return;
	err = outbox_get(cli->store, cli->arena, OUTBOX_PROFILE, name, &known);
	if (err == JX_OK && known.bytes.size == packed.size &&
	    memcmp(known.bytes.data, packed.data, packed.size) == 0)
		return;
	/* A copy that could not be kept is missed only where there is no link, and told then. */
	err = outbox_put(cli->store, OUTBOX_PROFILE, name, packed, local_now_us());
	(void)err;
}

static bool
read_kept(struct cli *cli, const char *name, Jx__Envelope__BodyCase reply, const void **out)
{
	const ProtobufCMessageDescriptor *of = NULL;
	struct outbox_thing kept;

	for (unsigned i = 0; i < jx__envelope__descriptor.n_fields; i++)
		if (jx__envelope__descriptor.fields[i].id == (uint32_t)reply)
			of = jx__envelope__descriptor.fields[i].descriptor;
	if (of == NULL || !local_try_open(cli) ||
	    outbox_get(cli->store, cli->arena, OUTBOX_PROFILE, name, &kept) != JX_OK)
		return false;
	*out = protobuf_c_message_unpack(
	    of, arena_allocator(cli->arena), kept.bytes.size, kept.bytes.data);
	return *out != NULL;
}

int
local_ask(struct cli *cli, const char *name, const struct online_call *call, const void **reply)
{
	int status = online_prepare(cli);

	if (status != CLI_EXIT_OK)
		return status;
	if (online_try(cli, call, reply) == JX_OK) {
		local_keep(cli, name, *reply);
		return CLI_EXIT_OK;
	}
	if (cli->works_offline && online_is_cut_off(cli) &&
	    read_kept(cli, name, call->reply, reply))
		return CLI_EXIT_OK;
	if (online_be_patient(cli))
		return local_ask(cli, name, call, reply);
	status = online_fail(cli);
	if (cli->works_offline && online_is_cut_off(cli))
		cli_note(cli, "本机没有可用的资料：请先在有网络时登录一次（jixiao login）",
		    "what this needs is not kept here: log in once while there is a link (jixiao login)");
	return status;
}

/* ---- This client's own key. */

bool
local_is_introduced(struct cli *cli)
{
	struct outbox_thing known;

	return outbox_get(cli->store, cli->arena, OUTBOX_PROFILE, introduced, &known) == JX_OK;
}

void
local_introduce(struct cli *cli)
{
	uint8_t op_id[OPID_SIZE], public_key[32], secret_key[64];
	Jx__DeviceAdd add = JX__DEVICE_ADD__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_DEVICE_ADD, &add, JX__ENVELOPE__BODY_DONE};
	const Jx__Done *done;
	enum jx_err err;

	if (cli->store == NULL || cli->is_cut_off || local_is_introduced(cli) ||
	    outbox_device(cli->store, public_key, secret_key) != JX_OK)
		return;
	sodium_memzero(secret_key, sizeof secret_key);
	opid_make(op_id);
	add.has_op_id = add.has_public_key = true;
	add.op_id = (ProtobufCBinaryData){sizeof op_id, op_id};
	add.public_key = (ProtobufCBinaryData){sizeof public_key, public_key};
	/* What fails is done at the next chance; only `outbox export` needs it, and says so. */
	err = online_try(cli, &call, (const void **)&done);
	if (err == JX_OK)
		err = outbox_put(cli->store, OUTBOX_PROFILE, introduced,
		    (struct bytes){public_key, sizeof public_key}, local_now_us());
	(void)err;
}
