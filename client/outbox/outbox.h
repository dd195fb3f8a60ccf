/*
 * outbox/outbox.h: what a client keeps on its own disk (离线库): submissions on
 * their way (发件箱), drafts, and the last copies of what was read. SQLite (WAL,
 * synchronous=FULL): what a call has stored survives kill -9 and loss of power
 * when the call returns.
 *
 * One file an account and server, named by a hash of both. Everything in it is
 * encrypted (XChaCha20-Poly1305) with a random key of the file, which is itself
 * encrypted with a key made of the account's password (Argon2id, 19 MiB and 2
 * passes: why that is enough, see outbox_crypt.h): a stolen file tells how many
 * rows there are, how long they are and how often they changed, and to somebody
 * who guesses server and account that it is theirs; nothing else. Names are
 * looked up by a keyed hash.
 *
 * Each box names its row, and a box of its own what rows there are: rows that
 * were changed, swapped, taken out or put in are found, at outbox_unlock or when
 * they are read. Not to be seen here: an older state of the whole file put back,
 * or of one item's state. (The daemon sees that by the op id.)
 *
 * A sealed item never changes: op id, content and file stay; only its state
 * does. Several processes may open the same file; one sends at a time
 * (outbox_lock_sending). One thread a handle.
 *
 * Errors: JX_E_LOCKED wrong password or key, or not unlocked yet; JX_E_FILE the
 * disk (errno says why; EBADMSG: the file was damaged or tampered with; EPERM,
 * ELOOP: folder or file is another's, or a link; EBUSY: another process held it
 * for 10 s); JX_E_MEMORY (also: the arena is full); JX_E_VERSION made by a newer
 * client; JX_E_TOO_BIG beyond the sizes below. A call that fails has stored
 * nothing, and its out is untouched unless said otherwise.
 */
#ifndef JX_OUTBOX_OUTBOX_H
#define JX_OUTBOX_OUTBOX_H

#include "wire/bytes.h"

enum {
	OUTBOX_KEY_SIZE = 32,
	OUTBOX_OP_ID_SIZE = 16,
	OUTBOX_NAME_SIZE_MAX = 512,
	OUTBOX_DEED_SIZE_MAX = 63 << 10, /* with what is around it, one frame */
	OUTBOX_PATH_SIZE_MAX = 4096,
	OUTBOX_PROOF_SIZE_MAX = 64 << 10,
	OUTBOX_THING_SIZE_MAX = 32 << 20,
};

struct outbox;

/*
 * Opens or makes the file (mode 0600) in folder, which is for outboxes alone: it
 * is made, with what leads to it, or closed to others (mode 0700) when it is not
 * yet. Nothing can be read before it is unlocked.
 */
JX_MUST_USE enum jx_err outbox_open(
    const char *folder, const char *server, const char *account, struct outbox **out);
void outbox_close(struct outbox *outbox); /* wipes the key; NULL is fine */
/* Is there a file for them already? */
bool outbox_exists(const char *folder, const char *server, const char *account);

/*
 * Nobody knows the password any more: the file is renamed, in its folder, by the
 * time given, and waits there for the password to be remembered. JX_E_NOT_FOUND:
 * there is none. JX_E_FILE with EBUSY: a handle has it open; with EEXIST: one was
 * set aside at that very time.
 */
JX_MUST_USE enum jx_err outbox_set_aside(
    const char *folder, const char *server, const char *account, uint64_t now_us);

/*
 * The first password given locks a new file. About 25 ms, and 1 ms for each MiB
 * of the file, which is looked through for damage.
 */
JX_MUST_USE enum jx_err outbox_unlock(struct outbox *outbox, const char *password);
/* With the key itself, as a kept login has it. JX_E_LOCKED also for a new file. */
JX_MUST_USE enum jx_err outbox_unlock_key(
    struct outbox *outbox, const uint8_t key[OUTBOX_KEY_SIZE]);
void outbox_key(const struct outbox *outbox, uint8_t key[OUTBOX_KEY_SIZE]); /* it is unlocked */
/* The password has changed: from now on that one. The key stays. */
JX_MUST_USE enum jx_err outbox_relock(struct outbox *outbox, const char *password);

/* ---- Submissions. */

enum outbox_state {
	OUTBOX_WAITING = 1 << 0, /* sealed, not yet acknowledged */
	OUTBOX_SENDING = 1 << 1, /* some process began to send it */
	OUTBOX_SENT = 1 << 2,    /* the receipt is here */
	OUTBOX_REFUSED =
	    1 << 3, /* by a rule, a right, a closed window: stays until somebody acts */
	OUTBOX_REPLACED = 1 << 4, /* edited: another item took its place */
	OUTBOX_DROPPED = 1 << 5,
	OUTBOX_ANY = (1 << 6) - 1,
};

struct outbox_item {
	int64_t number; /* 1, 2, … in order of sealing */
	enum outbox_state state;
	uint8_t op_id[OUTBOX_OP_ID_SIZE];
	uint8_t content_hash[32]; /* wire/content.h: what the receipt will name */
	struct bytes deed;        /* a packed Jx__Deed, borrowed */
	const char *path;         /* of a file that must be uploaded first; "": none */
	uint64_t sealed_us,
	    changed_us; /* of this machine's clock, UTC microseconds: for people only */
	uint32_t tries;
	struct bytes fail;    /* a packed Jx__Fail: why it was refused; empty */
	struct bytes receipt; /* a packed Jx__Receipt; empty */
	int64_t replaces;     /* number of the item that it is an edit of; 0 */
};

/*
 * Durable when it returns. *number: the new item's, higher than any before it.
 * Looked at: op_id, content_hash, deed, path, replaces. replaces moves that item
 * to REPLACED in the same step, so that never both are sent: JX_E_LIFE or
 * JX_E_NOT_FOUND, and nothing is sealed, when that cannot be. JX_E_EXISTS: an
 * item with that op id is there.
 */
JX_MUST_USE enum jx_err outbox_seal(
    struct outbox *outbox, const struct outbox_item *item, uint64_t now_us, int64_t *number);
/*
 * The first item after `after` in one of the states (a mask), whole, in arena.
 * JX_E_NOT_FOUND: none. JX_E_FILE with EBADMSG: out->number (alone) is set to
 * the item that was damaged, so that one may go on after it.
 */
JX_MUST_USE enum jx_err outbox_next(struct outbox *outbox, struct arena *arena, unsigned states,
    int64_t after, struct outbox_item *out);
/* JX_E_NOT_FOUND. */
JX_MUST_USE enum jx_err outbox_find(
    struct outbox *outbox, struct arena *arena, int64_t number, struct outbox_item *out);
JX_MUST_USE enum jx_err outbox_find_op(struct outbox *outbox, struct arena *arena,
    const uint8_t op_id[OUTBOX_OP_ID_SIZE], struct outbox_item *out);
/*
 * Moves an item: WAITING <-> SENDING; both -> SENT (receipt), REFUSED (fail);
 * REFUSED -> WAITING (retry), REPLACED; WAITING, REFUSED -> DROPPED, REPLACED;
 * REFUSED, DROPPED, REPLACED -> SENT, as a copy that left by hand may have
 * arrived after all. SENT moves no more. proof: the packed receipt of SENT, the
 * packed Fail of REFUSED (neither is empty), else empty. tries counts the moves
 * to SENDING: above 0, it may have arrived. Durable when it returns. JX_E_LIFE:
 * no such move; JX_E_NOT_FOUND.
 */
JX_MUST_USE enum jx_err outbox_move(struct outbox *outbox, int64_t number, enum outbox_state to,
    struct bytes proof, uint64_t now_us);
/* Removes SENT, DROPPED and REPLACED items that have been so since before then. */
JX_MUST_USE enum jx_err outbox_prune(struct outbox *outbox, uint64_t before_us);
/*
 * One process sends at a time: JX_E_BUSY: another does. Held until close,
 * outbox_unlock_sending or the process' end. Items that a dead process was
 * SENDING wait again, with the same op id: nothing is done twice.
 */
JX_MUST_USE enum jx_err outbox_lock_sending(struct outbox *outbox);
void outbox_unlock_sending(struct outbox *outbox);

/* ---- Drafts and copies: bytes by kind and name. */

enum outbox_kind {
	OUTBOX_DRAFT = 1, /* rows somebody works on */
	OUTBOX_COPY,      /* of a view, by its packed request */
	OUTBOX_PROFILE,   /* "whoami", "years", "keys": what is asked before every command */
	OUTBOX_SCHEME,
};

struct outbox_thing {
	const char *name;
	struct bytes bytes;
	uint64_t saved_us;
};

JX_MUST_USE enum jx_err outbox_put(struct outbox *outbox, enum outbox_kind kind, const char *name,
    struct bytes bytes, uint64_t now_us);
/* JX_E_NOT_FOUND. In arena. */
JX_MUST_USE enum jx_err outbox_get(struct outbox *outbox, struct arena *arena,
    enum outbox_kind kind, const char *name, struct outbox_thing *out);
/* JX_E_NOT_FOUND. */
JX_MUST_USE enum jx_err outbox_remove(
    struct outbox *outbox, enum outbox_kind kind, const char *name);
/* Calls each with every thing of that kind, by name; stops when it says false. each may write. */
typedef bool outbox_each_fn(void *arg, const struct outbox_thing *thing);
JX_MUST_USE enum jx_err outbox_each(
    struct outbox *outbox, enum outbox_kind kind, outbox_each_fn *each, void *arg);

/* The key pair with which this client signs packets (Ed25519); made at the first call. */
JX_MUST_USE enum jx_err outbox_device(
    struct outbox *outbox, uint8_t public_key[32], uint8_t secret_key[64]);

#endif
