#include "cli/proof.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cli/files.h"
#include "cli/keys.h"
#include "cli/when.h"
#include "link/opid.h"
#include "wire/receipt.h"

/* ---- A message as JSON and back, by its descriptor. */

static json_t *
hex_json(struct arena *arena, const ProtobufCBinaryData *data)
{
	char *hex = arena_alloc(arena, 2 * data->len + 1);

	if (hex == NULL)
		return NULL;
	if (data->len > 0)
		sodium_bin2hex(hex, 2 * data->len + 1, data->data, data->len);
	return json_string(hex);
}

static json_t *
value_json(struct arena *arena, ProtobufCType type, const void *value)
{
	switch ((int)type) {
	case PROTOBUF_C_TYPE_BYTES:
		return hex_json(arena, value);
	case PROTOBUF_C_TYPE_STRING:
		return json_string(*(char *const *)value);
	case PROTOBUF_C_TYPE_UINT32:
		return json_integer(*(const uint32_t *)value);
	case PROTOBUF_C_TYPE_UINT64:
		return json_integer((json_int_t) * (const uint64_t *)value);
	default:
		assert(!"a receipt has no such field");
		return NULL;
	}
}

json_t *
proof_json(struct arena *arena, const Jx__Receipt *receipt)
{
	const ProtobufCMessageDescriptor *of = &jx__receipt__descriptor;
	json_t *object = json_object();
	bool is_fine = object != NULL;

	for (unsigned i = 0; is_fine && i < of->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &of->fields[i];
		const uint8_t *value = (const uint8_t *)receipt + field->offset;
		json_t *json;

		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			const ProtobufCBinaryData *items = *(ProtobufCBinaryData *const *)value;

			json = json_array();
			for (size_t k = 0; is_fine && k < receipt->n_path; k++)
				is_fine =
				    json_array_append_new(json, hex_json(arena, &items[k])) == 0;
		} else {
			json = value_json(arena, field->type, value);
		}
		is_fine = json_object_set_new(object, field->name, json) == 0 && is_fine;
	}
	if (is_fine)
		return object;
	json_decref(object);
	return NULL;
}

static bool
read_hex(struct arena *arena, const json_t *json, ProtobufCBinaryData *out)
{
	const char *hex = json_string_value(json);
	size_t size = hex == NULL ? 0 : strlen(hex) / 2;
	uint8_t *bytes = arena_alloc(arena, size + 1);

	if (hex == NULL || bytes == NULL || strlen(hex) != 2 * size ||
	    (size > 0 && sodium_hex2bin(bytes, size, hex, 2 * size, NULL, &size, NULL) != 0))
		return false;
	*out = (ProtobufCBinaryData){size, bytes};
	return true;
}

static bool
read_value(struct arena *arena, const ProtobufCFieldDescriptor *field, const json_t *json,
    uint8_t *message)
{
	void *value = message + field->offset;
	json_int_t number = json_integer_value(json);

	if (field->type == PROTOBUF_C_TYPE_STRING) {
		*(char **)value =
		    json_is_string(json) ? arena_strdup(arena, json_string_value(json)) : NULL;
		return *(char **)value != NULL;
	}
	*(protobuf_c_boolean *)(message + field->quantifier_offset) = true;
	if (field->type == PROTOBUF_C_TYPE_BYTES)
		return read_hex(arena, json, value);
	if (!json_is_integer(json) || number < 0 ||
	    (field->type == PROTOBUF_C_TYPE_UINT32 && number > UINT32_MAX))
		return false;
	if (field->type == PROTOBUF_C_TYPE_UINT32)
		*(uint32_t *)value = (uint32_t)number;
	else
		*(uint64_t *)value = (uint64_t)number;
	return true;
}

static bool
read_path(struct arena *arena, const json_t *json, Jx__Receipt *receipt)
{
	size_t count = json_array_size(json);

	receipt->path = arena_alloc(arena, (count + 1) * sizeof *receipt->path);
	if (!json_is_array(json) || count > MERKLE_PATH_COUNT_MAX || receipt->path == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!read_hex(arena, json_array_get(json, i), &receipt->path[i]))
			return false;
	receipt->n_path = count;
	return true;
}

enum jx_err
proof_read(struct arena *arena, const json_t *json, Jx__Receipt *out)
{
	const ProtobufCMessageDescriptor *of = &jx__receipt__descriptor;
	Jx__Receipt receipt = JX__RECEIPT__INIT;

	for (unsigned i = 0; i < of->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &of->fields[i];
		const json_t *value = json_object_get(json, field->name);
		bool is_fine = field->label == PROTOBUF_C_LABEL_REPEATED
				   ? read_path(arena, value, &receipt)
				   : read_value(arena, field, value, (uint8_t *)&receipt);

		if (!is_fine)
			return JX_E_RECEIPT;
	}
	*out = receipt;
	return JX_OK;
}

/* ---- Keeping it. */

static char *
proof_text(struct cli *cli, const Jx__Receipt *receipt, const struct proof_of *of)
{
	json_t *json = proof_json(cli->arena, receipt);
	bool is_fine = json != NULL;
	char *text;

	is_fine = is_fine && json_object_set_new(json, "server",
				 json_string(cli->settings.values[SETTING_SERVER])) == 0;
	is_fine = is_fine && json_object_set_new(json, "received",
				 json_string(when_utc(cli, receipt->received_us))) == 0;
	if (is_fine && of->city != NULL)
		is_fine = json_object_set_new(json, "city", json_string(of->city)) == 0 &&
			  json_object_set_new(json, "year", json_integer(of->year)) == 0;
	text = is_fine ? json_dumps(json, JSON_INDENT(1)) : NULL;
	json_decref(json);
	return text;
}

int
proof_check_content(const struct cli *cli, const Jx__Receipt *receipt, const uint8_t *op_id,
    const uint8_t *content_hash)
{
	if (op_id != NULL && (receipt->op_id.len != RECEIPT_OP_ID_SIZE ||
				 memcmp(receipt->op_id.data, op_id, RECEIPT_OP_ID_SIZE) != 0))
		return cli_error(cli, JX_E_RECEIPT, "回执是另一次操作的",
		    "the receipt is for another operation");
	if (content_hash != NULL &&
	    (receipt->content_hash.len != MERKLE_HASH_SIZE ||
		memcmp(receipt->content_hash.data, content_hash, MERKLE_HASH_SIZE) != 0))
		return cli_error(
		    cli, JX_E_RECEIPT, "回执是另一份内容的", "the receipt is for other content");
	return CLI_EXIT_OK;
}

const char *
proof_path(const struct cli *cli, const uint8_t *op_id)
{
	char id[OPID_TEXT_SIZE];
	const char *name = arena_printf(cli->arena, "receipts/%s.json", opid_text(op_id, id));

	return name == NULL ? NULL : files_home(cli->arena, "XDG_STATE_HOME", ".local/state", name);
}

int
proof_check_kept(const struct cli *cli, const Jx__Receipt *receipt)
{
	uint8_t key[RECEIPT_PUBLIC_SIZE];

	if (receipt == NULL || receipt->op_id.len != OPID_SIZE)
		return cli_error(cli, JX_E_RECEIPT, "没有回执", "there is no receipt");
	if (keys_find(cli, receipt->key_id, key) != JX_OK)
		return cli_error(cli, JX_E_RECEIPT, "本机没有签发它的公钥：请联网登录一次",
		    "the key that signed it is not kept here: log in once while there is a link");
	if (receipt_check(receipt, key) != JX_OK)
		return cli_error(cli, JX_E_RECEIPT, "服务器给的回执与其公钥不符",
		    "the server's receipt does not fit its public key");
	return CLI_EXIT_OK;
}

int
proof_store(struct cli *cli, const Jx__Receipt *receipt, const struct proof_of *of,
    const char *path, const char **path_out)
{
	enum jx_err err;
	char *text;

	if (path == NULL)
		path = proof_path(cli, receipt->op_id.data);
	if (path == NULL)
		return cli_error(cli, JX_E_FILE, "未设置 HOME，无处保存回执",
		    "HOME is not set: no place for the receipt");
	text = proof_text(cli, receipt, of);
	if (text == NULL)
		return cli_error_memory(cli);
	err = files_write(cli->arena, path, (struct bytes){(const uint8_t *)text, strlen(text)});
	free(text);
	*path_out = path;
	return err == JX_OK ? CLI_EXIT_OK : cli_error_file(cli, path, errno);
}

int
proof_keep(struct cli *cli, const Jx__Receipt *receipt, const struct proof_of *of, const char *path,
    const char **path_out)
{
	int status = receipt == NULL ? CLI_EXIT_OK : keys_update_for(cli, receipt->key_id);

	if (status == CLI_EXIT_OK)
		status = proof_check_kept(cli, receipt);
	return status == CLI_EXIT_OK ? proof_store(cli, receipt, of, path, path_out) : status;
}

int
proof_accept(struct cli *cli, const Jx__Receipt *receipt, const struct proof_of *of,
    const uint8_t *op_id, const uint8_t *content_hash, const char **path_out)
{
	int status = proof_check_content(cli, receipt, op_id, content_hash);

	return status != CLI_EXIT_OK
		   ? status
		   : proof_keep(cli, receipt, of, cli->options.values[OPTION_RECEIPT], path_out);
}
