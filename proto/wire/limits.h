/*
 * wire/limits.h: what the protocol bounds, each with its reason. (The sizes of
 * a frame stand in wire/frame.h, those of checked text in wire/text.h.)
 *
 * Both ends hold themselves to these; a peer that does not gets JX_E_TOO_BIG.
 */
#ifndef JX_WIRE_LIMITS_H
#define JX_WIRE_LIMITS_H

enum {
	/* Requests of one connection under way. A client that pipelines an import keeps both ends
	 * busy with a handful; more would only be memory held for one peer. */
	LIMIT_INFLIGHT_COUNT_MAX = 32,

	/* Bytes of one string. The longest honest ones are an exact total ("n/d", some hundred
	 * digits) and an error's sentence; longer things travel as bytes, in pieces. */
	LIMIT_STRING_SIZE_MAX = 4 << 10,

	/* How deep our message types nest (today 4); a bound for the walker's stack, not for
	 * peers: unknown fields are never walked into. */
	LIMIT_DEPTH_MAX = 8,

	/* Sub-messages in one message, at any depth. The smallest honest record takes 8 bytes,
	 * an empty one takes 2 and unpacks to a hundred or two. */
	LIMIT_MESSAGE_COUNT_MAX = 8 << 10,

	/* All fields in one message, at any depth, known and unknown. A frame of ballots with
	 * blank answers holds about 20,000. */
	LIMIT_FIELD_COUNT_MAX = 32 << 10,

	/* Bytes of a chunk of evidence: with what is around it, one frame. */
	LIMIT_CHUNK_SIZE = 48 << 10,

	/* Hashes in one page of a file's list: 32 KiB. */
	LIMIT_CHUNK_LIST_COUNT_MAX = 1024,
};

#endif
