/* The client's link, as far as it is pure: addresses, ids of operations, patience. */
#include <criterion/criterion.h>
#include <string.h>

#include "link/address.h"
#include "link/link.h"
#include "link/opid.h"

Test(address, is_host_and_port)
{
	static const struct {
		const char *text, *host, *port;
		bool is_number;
	} good[] = {
	    {"localhost:7143", "localhost", "7143", false},
	    {"jixiao.example.gov.cn:1", "jixiao.example.gov.cn", "1", false},
	    {"10.0.0.5:65535", "10.0.0.5", "65535", true},
	    {"[::1]:7143", "::1", "7143", true},
	    {"[fe80::1]:9", "fe80::1", "9", true},
	};
	struct address address;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		cr_assert_eq(address_read(good[i].text, &address), JX_OK, "%s", good[i].text);
		cr_assert_str_eq(address.host, good[i].host);
		cr_assert_str_eq(address.port, good[i].port);
		cr_assert_eq(address.is_number, good[i].is_number, "%s", good[i].text);
	}
}

Test(address, without_a_clear_port_is_refused)
{
	static const char *const bad[] = {"", "localhost", "localhost:", ":7143", "localhost:0",
	    "localhost:65536", "localhost:99999999", "localhost:-1", "localhost:7143x",
	    "localhost: 7143", "::1:7143", "[]:7143", "[::1]", "a:b:1"};
	struct address address = {.host = "untouched"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		cr_assert_eq(address_read(bad[i], &address), JX_E_FIELD, "%s", bad[i]);
		cr_assert_str_eq(address.host, "untouched");
	}
}

Test(address, longer_than_a_name_can_be_is_refused)
{
	char text[ADDRESS_HOST_SIZE + 8];
	struct address address;

	memset(text, 'a', sizeof text);
	strcpy(text + ADDRESS_HOST_SIZE, ":1");
	cr_assert_eq(address_read(text, &address), JX_E_FIELD);
	strcpy(text + ADDRESS_HOST_SIZE - 1, ":1");
	cr_assert_eq(address_read(text, &address), JX_OK);
}

Test(opid, is_a_uuid_version_7)
{
	static const uint8_t ones[OPID_RANDOM_SIZE] = {
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t zeros[OPID_RANDOM_SIZE];
	uint8_t id[OPID_SIZE];
	char text[OPID_TEXT_SIZE];

	opid_write(0x0123456789abu, ones, id);
	cr_assert_str_eq(opid_text(id, text), "01234567-89ab-7fff-bfff-ffffffffffff");
	opid_write(0x0123456789abu, zeros, id);
	cr_assert_str_eq(opid_text(id, text), "01234567-89ab-7000-8000-000000000000");
}

Test(opid, never_comes_twice_and_grows_with_time)
{
	static const uint8_t zeros[OPID_RANDOM_SIZE];
	uint8_t ids[1000][OPID_SIZE], early[OPID_SIZE], late[OPID_SIZE];

	for (int i = 0; i < 1000; i++) {
		opid_make(ids[i]);
		for (int k = 0; k < i; k++)
			cr_assert_neq(memcmp(ids[i], ids[k], OPID_SIZE), 0);
	}
	opid_write(1699999999999u, zeros, early);
	opid_write(1700000000000u, zeros, late);
	cr_assert_lt(memcmp(early, late, OPID_SIZE), 0);
}

/* Soon at first, then rarely, never sooner than the daemon asks. */
Test(link, waits_longer_with_each_try)
{
	cr_assert_eq(link_backoff_ms(0, 0), (uint32_t)LINK_BACKOFF_MS);
	for (uint32_t attempt = 0; attempt < 100; attempt++) {
		cr_assert_leq(link_backoff_ms(attempt, 0), link_backoff_ms(attempt + 1, 0));
		cr_assert_leq(link_backoff_ms(attempt, 0), (uint32_t)LINK_BACKOFF_MS_MAX);
		cr_assert_geq(link_backoff_ms(attempt, 5000), 5000u);
	}
	cr_assert_eq(link_backoff_ms(UINT32_MAX, 0), (uint32_t)LINK_BACKOFF_MS_MAX);
}
