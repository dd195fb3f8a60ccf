/* Frames, the scan of foreign bytes, envelopes. */
#include <criterion/criterion.h>
#include <jx/envelope.pb-c.h>
#include <string.h>

#include "wire/envelope.h"
#include "wire/frame.h"
#include "wire/limits.h"
#include "wire/message.h"
#include "wire/text.h"

#define COUNT(table)   (sizeof(table) / sizeof((table)[0]))
#define BYTES(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

enum { ARENA_SIZE = 4 << 20 };

static const uint8_t two_frames[] = {0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'};

/* However TCP cuts the stream, no frame comes out early and none is lost. */
Test(frame, is_whole_or_absent_at_every_cut)
{
	for (size_t size = 0; size <= sizeof two_frames; size++) {
		struct frame frame = {.body_size = 77};
		enum jx_err err = frame_peek(two_frames, size, FRAME_BODY_SIZE_MAX, &frame);

		if (size < 7) {
			cr_assert_eq(err, JX_AGAIN, "cut at %zu gave %d", size, err);
			cr_assert_eq(frame.body_size, 77u, "*out must stay untouched");
		} else {
			cr_assert_eq(err, JX_OK, "cut at %zu gave %d", size, err);
			cr_assert_eq(frame.frame_size, 7u);
			cr_assert_arr_eq(frame.body, "abc", 3);
		}
	}
}

/* A stranger who announces 4 GiB is refused on four bytes, not after them. */
Test(frame, refuses_what_its_header_announces)
{
	static const struct {
		uint8_t header[FRAME_HEADER_SIZE];
		uint32_t body_size_max;
		enum jx_err err;
	} rows[] = {
	    {{0xFF, 0xFF, 0xFF, 0xFF}, FRAME_BODY_SIZE_MAX, JX_E_TOO_BIG},
	    {{0, 1, 0, 1}, FRAME_BODY_SIZE_MAX, JX_E_TOO_BIG},
	    {{0, 1, 0, 0}, FRAME_BODY_SIZE_MAX, JX_AGAIN},
	    {{0, 0, 0x10, 1}, FRAME_BODY_SIZE_MAX_PREAUTH, JX_E_TOO_BIG},
	    {{0, 0, 0x10, 0}, FRAME_BODY_SIZE_MAX_PREAUTH, JX_AGAIN},
	    {{0, 0, 0, 0}, FRAME_BODY_SIZE_MAX, JX_E_MALFORMED},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct frame frame = {.body_size = 77};

		cr_assert_eq(
		    frame_peek(rows[i].header, FRAME_HEADER_SIZE, rows[i].body_size_max, &frame),
		    rows[i].err, "row %zu", i);
		cr_assert_eq(frame.body_size, 77u, "*out must stay untouched on failure");
	}
}

Test(frame, header_written_is_header_read)
{
	static const uint32_t sizes[] = {1, 255, 256, 4096, FRAME_BODY_SIZE_MAX};
	static uint8_t input[FRAME_HEADER_SIZE + FRAME_BODY_SIZE_MAX];

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct frame frame;

		frame_write_header(input, sizes[i]);
		cr_assert_eq(frame_peek(input, sizeof input, FRAME_BODY_SIZE_MAX, &frame), JX_OK);
		cr_assert_eq(frame.body_size, sizes[i]);
	}
}

/* protobuf-c has no bound on recursion: a type that holds itself would let a peer crash us. */
Test(message, no_type_of_ours_contains_itself)
{
	cr_assert_gt(message_depth(&jx__envelope__descriptor), 1u);
	cr_assert_leq(message_depth(&jx__envelope__descriptor), LIMIT_DEPTH_MAX);
	cr_assert_eq(message_depth(&jx__bye__descriptor), 1u);
	for (unsigned i = 0; i < jx__envelope__descriptor.n_fields; i++) {
		const ProtobufCMessageDescriptor *body =
		    jx__envelope__descriptor.fields[i].descriptor;

		if (jx__envelope__descriptor.fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			cr_assert_neq(message_depth(body), 0u, "%s", body->name);
	}
}

/* message Onion { optional Onion inner = 1; }: what our types must never be. */
static const ProtobufCMessageDescriptor onion;
static const ProtobufCFieldDescriptor onion_fields[] = {{
    .name = "inner",
    .id = 1,
    .label = PROTOBUF_C_LABEL_OPTIONAL,
    .type = PROTOBUF_C_TYPE_MESSAGE,
    .offset = sizeof(ProtobufCMessage),
    .descriptor = &onion,
}};
static const unsigned onion_names[] = {0};
static const ProtobufCIntRange onion_ranges[] = {{1, 0}, {0, 1}};
static const ProtobufCMessageDescriptor onion = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "Onion",
    .sizeof_message = sizeof(ProtobufCMessage) + sizeof(void *),
    .n_fields = 1,
    .fields = onion_fields,
    .fields_sorted_by_name = onion_names,
    .n_field_ranges = 1,
    .field_ranges = onion_ranges,
};

/* depth levels of field number 1 of length-delimited type, written from the end of room. */
static struct bytes
onion_bytes(uint8_t *room, size_t room_size, unsigned depth)
{
	size_t start = room_size;

	for (unsigned i = 0; i < depth; i++) {
		size_t size = room_size - start;
		uint8_t varint[5];
		size_t varint_size = 0;

		do {
			varint[varint_size++] = (uint8_t)((size & 0x7F) | (size > 0x7F ? 0x80 : 0));
			size >>= 7;
		} while (size > 0);
		cr_assert_geq(start, varint_size + 1);
		start -= varint_size;
		memcpy(room + start, varint, varint_size);
		room[--start] = 0x0A;
	}
	return (struct bytes){room + start, room_size - start};
}

Test(message, ten_thousand_levels_are_refused_without_a_crash)
{
	static uint8_t room[64 << 10];
	struct arena *arena = arena_new(ARENA_SIZE);
	const char *field = "?";
	ProtobufCMessage *message = NULL;
	Jx__Envelope *envelope = NULL;

	cr_assert_eq(message_depth(&onion), 0u);
	cr_assert_eq(
	    message_read(arena, &onion, onion_bytes(room, sizeof room, 10000), &message, &field),
	    JX_E_TOO_BIG);
	cr_assert_str_eq(field, "inner");
	cr_assert_null(message);
	cr_assert_eq(message_read(arena, &onion, onion_bytes(room, sizeof room, LIMIT_DEPTH_MAX),
			 &message, &field),
	    JX_E_TOO_BIG, "the message itself is a level too");
	cr_assert_eq(message_read(arena, &onion,
			 onion_bytes(room, sizeof room, LIMIT_DEPTH_MAX - 1), &message, &field),
	    JX_OK);
	/* To an envelope they are one unknown number of the wrong type, or nothing to walk into. */
	cr_assert_eq(envelope_read(arena, onion_bytes(room, sizeof room, 10000), &envelope, &field),
	    JX_E_MALFORMED);
	cr_assert_str_eq(field, "request_id");
	arena_free(arena);
}

static const struct {
	const char *what;
	struct bytes body;
	enum jx_err err;
	const char *field;
} scan_rows[] = {
    {"empty", BYTES(""), JX_OK, NULL},
    {"hello", BYTES("\x08\x01\x52\x02\x08\x01"), JX_OK, NULL},
    {"string",
	BYTES("\x52\x05\x12\x03"
	      "abc"),
	JX_OK, NULL},
    {"NUL in a string",
	BYTES("\x52\x05\x12\x03"
	      "a\0c"),
	JX_E_TEXT, "client"},
    {"newline in a string",
	BYTES("\x52\x05\x12\x03"
	      "a\nc"),
	JX_E_TEXT, "client"},
    {"overlong UTF-8", BYTES("\x52\x04\x12\x02\xC0\x80"), JX_E_TEXT, "client"},
    {"surrogate", BYTES("\x52\x05\x12\x03\xED\xA0\x80"), JX_E_TEXT, "client"},
    {"bidi override", BYTES("\x52\x05\x12\x03\xE2\x80\xAE"), JX_E_TEXT, "client"},
    {"bytes are not text", BYTES("\xAA\x01\x05\x0A\x03\0\xFF\n"), JX_OK, NULL},
    {"tag cut", BYTES("\x80"), JX_E_MALFORMED, NULL},
    {"varint cut", BYTES("\x08\x80"), JX_E_MALFORMED, NULL},
    {"varint missing", BYTES("\x08"), JX_E_MALFORMED, NULL},
    {"varint of 64 bits", BYTES("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), JX_OK, NULL},
    {"varint of 65 bits", BYTES("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"), JX_E_MALFORMED,
	NULL},
    {"varint of 11 bytes", BYTES("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
	JX_E_MALFORMED, NULL},
    {"length cut", BYTES("\x52\x80"), JX_E_MALFORMED, NULL},
    {"body cut", BYTES("\x52\x03\x08\x01"), JX_E_MALFORMED, NULL},
    {"inner field cut by its message",
	BYTES("\x52\x02\x12\x03"
	      "abc"),
	JX_E_MALFORMED, NULL},
    {"length of 4 GiB", BYTES("\x52\xFF\xFF\xFF\xFF\x0F"), JX_E_MALFORMED, NULL},
    {"length beyond 32 bits", BYTES("\x52\x80\x80\x80\x80\x80\x80\x01"), JX_E_MALFORMED, NULL},
    {"field number 0", BYTES("\x00\x01"), JX_E_MALFORMED, NULL},
    {"tag of 6 bytes", BYTES("\x88\x80\x80\x80\x80\x00\x01"), JX_E_MALFORMED, NULL},
    {"tag beyond 32 bits", BYTES("\xF8\xFF\xFF\xFF\x7F\x01"), JX_E_MALFORMED, NULL},
    {"wrong type: number as bytes",
	BYTES("\x0A\x01"
	      "a"),
	JX_E_MALFORMED, "request_id"},
    {"wrong type: message as number", BYTES("\x50\x01"), JX_E_MALFORMED, "hello"},
    {"wrong type: number as 64 bits",
	BYTES("\x09"
	      "12345678"),
	JX_E_MALFORMED, "request_id"},
    {"group", BYTES("\x0B\x0C"), JX_E_MALFORMED, NULL},
    {"group of an unknown field", BYTES("\x9B\x06\x9C\x06"), JX_E_MALFORMED, NULL},
    {"wire type 6", BYTES("\x0E\x01"), JX_E_MALFORMED, NULL},
    {"wire type 7", BYTES("\x0F\x01"), JX_E_MALFORMED, NULL},
    {"uint32 of 33 bits", BYTES("\x52\x06\x08\x80\x80\x80\x80\x10"), JX_E_MALFORMED, "protocol"},
    {"bool of 2", BYTES("\xA2\x01\x02\x18\x02"), JX_E_MALFORMED, "keep"},
    {"a number twice", BYTES("\x08\x01\x08\x02"), JX_E_MALFORMED, "request_id"},
    {"a body twice", BYTES("\x52\x00\x52\x00"), JX_E_MALFORMED, "hello"},
    {"two bodies", BYTES("\x52\x00\x62\x00"), JX_E_MALFORMED, "bye"},
    {"unknown varint", BYTES("\x98\x06\x01\x08\x05"), JX_OK, NULL},
    {"unknown bytes", BYTES("\x9A\x06\x03\xFF\0\x80\x08\x05"), JX_OK, NULL},
    {"unknown 32 bits",
	BYTES("\x9D\x06"
	      "1234"),
	JX_OK, NULL},
    {"unknown 64 bits",
	BYTES("\x99\x06"
	      "12345678"),
	JX_OK, NULL},
    {"unknown cut",
	BYTES("\x9D\x06"
	      "123"),
	JX_E_MALFORMED, NULL},
};

Test(envelope, scan_names_what_is_wrong_and_where)
{
	for (size_t i = 0; i < COUNT(scan_rows); i++) {
		struct arena *arena = arena_new(ARENA_SIZE);
		Jx__Envelope *envelope = NULL;
		const char *field = "?";
		enum jx_err err = envelope_read(arena, scan_rows[i].body, &envelope, &field);

		cr_assert_eq(err, scan_rows[i].err, "%s: %s", scan_rows[i].what, err_name(err));
		cr_assert_eq(envelope != NULL, err == JX_OK, "%s", scan_rows[i].what);
		if (scan_rows[i].field == NULL)
			cr_assert_null(field, "%s: %s", scan_rows[i].what, field);
		else
			cr_assert_str_eq(field, scan_rows[i].field, "%s", scan_rows[i].what);
		arena_free(arena);
	}
}

/* What we do not know yet is answered, not hung up on; and it does not travel on. */
Test(envelope, unknown_body_keeps_its_request_id_and_loses_the_rest)
{
	struct arena *arena = arena_new(ARENA_SIZE);
	Jx__Envelope *envelope;
	const char *field;

	/* 0x5A: hello_reply, with an unknown field inside */
	cr_assert_eq(
	    envelope_read(arena, BYTES("\x08\x05\xAA\x38\x03\x08\x80\x80"), &envelope, &field),
	    JX_OK);
	cr_assert_eq(envelope->request_id, 5u);
	cr_assert_eq(envelope->body_case, JX__ENVELOPE__BODY__NOT_SET);
	cr_assert_eq(envelope->base.n_unknown_fields, 0u);
	cr_assert_eq(
	    envelope_read(arena, BYTES("\x5A\x05\x08\x01\x9A\x06\x00"), &envelope, &field), JX_OK);
	cr_assert_eq(envelope->body_case, JX__ENVELOPE__BODY_HELLO_REPLY);
	cr_assert_eq(envelope->hello_reply->base.n_unknown_fields, 0u);
	cr_assert_eq(jx__envelope__get_packed_size(envelope), 4u);
	arena_free(arena);
}

Test(envelope, written_is_read_and_cut_anywhere_is_refused_or_shorter)
{
	struct arena *arena = arena_new(ARENA_SIZE);
	Jx__Envelope envelope = JX__ENVELOPE__INIT, *read;
	Jx__Login login = JX__LOGIN__INIT;
	struct bytes whole;
	struct frame frame;
	const char *field;

	login.account = (char *)"绩效办";
	login.password = (char *)"correct horse";
	envelope.has_request_id = true;
	envelope.request_id = 300;
	envelope.body_case = JX__ENVELOPE__BODY_LOGIN;
	envelope.login = &login;
	cr_assert_eq(envelope_write(arena, &envelope, &whole), JX_OK);
	cr_assert_eq(
	    frame_peek(whole.data, whole.size, FRAME_BODY_SIZE_MAX_PREAUTH, &frame), JX_OK);
	cr_assert_eq(frame.frame_size, whole.size);
	cr_assert_eq(
	    envelope_read(arena, (struct bytes){frame.body, frame.body_size}, &read, &field),
	    JX_OK);
	cr_assert_eq(read->request_id, 300u);
	cr_assert_str_eq(read->login->account, "绩效办");
	cr_assert_str_eq(read->login->password, "correct horse");
	cr_assert_eq(text_check_message(&read->base, 100, &field), JX_OK);
	for (size_t size = 0; size < frame.body_size; size++) {
		enum jx_err err =
		    envelope_read(arena, (struct bytes){frame.body, size}, &read, &field);

		/* Between two fields of the envelope a cut shows only in what is missing. */
		cr_assert_eq(
		    err, size == 0 || size == 3 ? JX_OK : JX_E_MALFORMED, "cut at %zu", size);
	}
	arena_free(arena);
}

Test(envelope, too_big_to_send_is_not_sent)
{
	struct arena *arena = arena_new(ARENA_SIZE), *small = arena_new(64);
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	Jx__SchemePage page = JX__SCHEME_PAGE__INIT;
	struct bytes frame = {NULL, 77};

	envelope.body_case = JX__ENVELOPE__BODY_SCHEME_PAGE;
	envelope.scheme_page = &page;
	page.has_text = true;
	page.text =
	    (ProtobufCBinaryData){FRAME_BODY_SIZE_MAX, arena_alloc(arena, FRAME_BODY_SIZE_MAX)};
	cr_assert_eq(envelope_write(arena, &envelope, &frame), JX_E_TOO_BIG);
	page.text.len = 1000;
	cr_assert_eq(envelope_write(small, &envelope, &frame), JX_E_MEMORY);
	cr_assert_eq(frame.size, 77u, "*frame must stay untouched on failure");
	cr_assert_eq(envelope_write(arena, &envelope, &frame), JX_OK);
	arena_free(arena);
	arena_free(small);
}

/* An envelope (field 51, records_page) of a Records whose field number holds count empty elements.
 */
static struct bytes
many_empty(uint8_t *room, uint8_t tag, uint32_t count)
{
	uint32_t inner = count * 2, outer = inner + 4;
	/* Every size as a varint of 3 bytes. */
	uint8_t head[] = {0x9A, 0x03, (uint8_t)(outer | 0x80), (uint8_t)(outer >> 7 | 0x80),
	    (uint8_t)(outer >> 14), 0x0A, (uint8_t)(inner | 0x80), (uint8_t)(inner >> 7 | 0x80),
	    (uint8_t)(inner >> 14)};

	memcpy(room, head, sizeof head);
	for (uint32_t i = 0; i < count; i++) {
		room[sizeof head + 2 * i] = tag;
		room[sizeof head + 2 * i + 1] = 0;
	}
	return (struct bytes){room, sizeof head + inner};
}

/* 64 KiB of nothing must not become megabytes. */
Test(envelope, amplification_is_capped)
{
	static uint8_t room[FRAME_BODY_SIZE_MAX + 64];
	struct arena *arena = arena_new(ARENA_SIZE), *small;
	Jx__Envelope *envelope = NULL;
	const char *field;

	/* 0x22: goals, the widest record */
	cr_assert_eq(
	    envelope_read(arena, many_empty(room, 0x22, 32000), &envelope, &field), JX_E_TOO_BIG);
	cr_assert_eq(arena_used(arena), 0u, "refused before anything was unpacked");
	cr_assert_str_eq(field, "goals");
	cr_assert_eq(envelope_read(arena, many_empty(room, 0x22, LIMIT_MESSAGE_COUNT_MAX - 3),
			 &envelope, &field),
	    JX_OK);
	cr_assert_eq(envelope->records_page->records->n_goals, LIMIT_MESSAGE_COUNT_MAX - 3u);
	cr_assert_leq(arena_used(arena), 2u << 20, "%zu", arena_used(arena));
	arena_free(arena);

	small = arena_new(64 << 10);
	envelope = NULL;
	cr_assert_eq(
	    envelope_read(small, many_empty(room, 0x22, 2000), &envelope, &field), JX_E_TOO_BIG);
	cr_assert_null(envelope);
	cr_assert_leq(arena_used(small), 64u << 10);
	arena_free(small);
}

Test(message, counts_of_fields_and_sizes_of_strings_are_bounded)
{
	static uint8_t room[4 * LIMIT_FIELD_COUNT_MAX];
	struct arena *arena = arena_new(ARENA_SIZE);
	const char *field;
	size_t size = 0;

	/* Fields nobody knows (number 99) count as well. */
	while (size < 3 * (LIMIT_FIELD_COUNT_MAX + 1)) {
		memcpy(room + size, "\x98\x06\x01", 3);
		size += 3;
	}
	cr_assert_eq(
	    message_scan(&jx__bye__descriptor, (struct bytes){room, size}, &field), JX_E_TOO_BIG);
	cr_assert_eq(
	    message_scan(&jx__bye__descriptor, (struct bytes){room, size - 3}, &field), JX_OK);

	/* Hello.client, of 4096 and of 4097 letters */
	memset(room, 'a', sizeof room);
	memcpy(room, "\x12\x80\x20", 3);
	cr_assert_eq(
	    message_scan(&jx__hello__descriptor, (struct bytes){room, 3 + 4096}, &field), JX_OK);
	memcpy(room, "\x12\x81\x20", 3);
	cr_assert_eq(message_scan(&jx__hello__descriptor, (struct bytes){room, 3 + 4097}, &field),
	    JX_E_TOO_BIG);
	cr_assert_str_eq(field, "client");
	arena_free(arena);
}

Test(text, check_of_a_message_finds_the_bad_string_at_any_depth)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	Jx__RecordsPage page = JX__RECORDS_PAGE__INIT;
	Jx__Records records = JX__RECORDS__INIT;
	Jx__Ballot ballot = JX__BALLOT__INIT, *ballots[] = {&ballot};
	char *answers[] = {(char *)"A", (char *)"", (char *)"B"};
	const char *field = "?";

	envelope.body_case = JX__ENVELOPE__BODY_RECORDS_PAGE;
	envelope.records_page = &page;
	page.records = &records;
	records.n_ballots = 1;
	records.ballots = ballots;
	ballot.unit = (char *)"U01";
	ballot.n_answers = COUNT(answers);
	ballot.answers = answers;
	cr_assert_eq(text_check_message(&envelope.base, 3, &field), JX_OK);
	cr_assert_null(field);
	cr_assert_eq(text_check_message(&envelope.base, 2, &field), JX_E_TOO_BIG);
	cr_assert_str_eq(field, "unit");
	answers[2] = (char *)"\xE2\x80\xAE";
	cr_assert_eq(text_check_message(&envelope.base, 3, &field), JX_E_TEXT);
	cr_assert_str_eq(field, "answers");
}
