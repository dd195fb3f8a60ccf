#include "core/device.h"

#include <sodium.h>

#include "core/inside.h"
#include "core/write.h"
#include "wire/packet.h"

void
device_handle_add(struct core *core, struct request *req)
{
	const Jx__DeviceAdd *add = (const Jx__DeviceAdd *)req->message;
	char id_hex[17], key_hex[65];
	uint8_t id[8], content_hash[32];

	/* A point that is none, or of small order, never verifies a signature. */
	if (add->public_key.len != crypto_sign_PUBLICKEYBYTES ||
	    crypto_core_ed25519_is_valid_point(add->public_key.data) != 1) {
		request_fail(core, req, JX_E_FIELD, "public_key");
		return;
	}
	packet_key_id(add->public_key.data, id);
	sodium_bin2hex(id_hex, sizeof id_hex, id, sizeof id);
	sodium_bin2hex(key_hex, sizeof key_hex, add->public_key.data, add->public_key.len);
	write_content_hash(req, req->message, content_hash);
	write_start(core, req, "device_add",
	    json_pack("{s:s, s:s, s:s}", "account", req->actor.account, "key_id", id_hex, "public_key",
		key_hex),
	    0, content_hash, write_on_stored);
}
