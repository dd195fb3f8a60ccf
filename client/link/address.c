#include "link/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static bool
is_port(const char *text)
{
	size_t size = strlen(text);
	unsigned long port;

	if (size == 0 || size >= ADDRESS_PORT_SIZE || strspn(text, "0123456789") != size)
		return false;
	port = strtoul(text, NULL, 10);
	return port > 0 && port <= 65535;
}

enum jx_err
address_read(const char *text, struct address *out)
{
	struct address address = {.is_number = false};
	const char *colon = strrchr(text, ':');
	unsigned char binary[16];
	size_t size;

	if (colon == NULL || !is_port(colon + 1))
		return JX_E_FIELD;
	strcpy(address.port, colon + 1);
	size = (size_t)(colon - text);
	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	} else if (memchr(text, ':', size) != NULL) {
		return JX_E_FIELD; /* an IPv6 address without brackets: which part is the port? */
	}
	if (size == 0 || size >= sizeof address.host)
		return JX_E_FIELD;
	memcpy(address.host, text, size);
	address.is_number = inet_pton(AF_INET, address.host, binary) == 1 ||
			    inet_pton(AF_INET6, address.host, binary) == 1;
	*out = address;
	return JX_OK;
}
