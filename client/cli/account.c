#include "cli/account.h"

#include <sodium.h>

#include "link/opid.h"

enum { PASSWORD_LENGTH = 16 }; /* of 54 characters: 92 bits */

/* To be read aloud or typed from paper: no 0 O o, 1 l I. */
const char *
account_password(struct cli *cli)
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
	char *password = arena_alloc(cli->arena, PASSWORD_LENGTH + 1);

	for (int i = 0; password != NULL && i < PASSWORD_LENGTH; i++)
		password[i] = letters[randombytes_uniform(sizeof letters - 1)];
	return password;
}

static char *
text_or_none(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : ONLINE_TEXT(text);
}

void
account_fill(Jx__AccountAdd *add, uint8_t *op_id, const char *account, const char *role,
    const char *city, const char *unit, const char *subject)
{
	jx__account_add__init(add);
	opid_make(op_id);
	add->has_op_id = true;
	add->op_id = (ProtobufCBinaryData){OPID_SIZE, op_id};
	add->account = ONLINE_TEXT(account);
	add->role = ONLINE_TEXT(role);
	add->city = ONLINE_TEXT(city);
	add->unit = text_or_none(unit);
	add->subject = text_or_none(subject);
}

enum jx_err
account_try(
    struct cli *cli, Jx__Envelope__BodyCase body, const void *message, const Jx__Done **done)
{
	return online_try(cli, &(struct online_call){body, message, JX__ENVELOPE__BODY_DONE},
	    (const void **)done);
}

int
account_each(struct cli *cli, account_page_fn *each, void *arg)
{
	Jx__AccountList message = JX__ACCOUNT_LIST__INIT;
	const struct online_call call = {JX__ENVELOPE__BODY_ACCOUNT_LIST, &message,
	    JX__ENVELOPE__BODY_ACCOUNT_LIST_REPLY};
	const Jx__AccountListReply *page;
	int status;

	do {
		status = online_ask(cli, &call, (const void **)&page);
		for (size_t i = 0; status == CLI_EXIT_OK && i < page->n_accounts; i++)
			status = each(cli, arg, page->accounts[i]);
		if (status != CLI_EXIT_OK)
			return status;
		message.has_offset = true;
		message.offset = page->next;
	} while (page->has_next);
	return CLI_EXIT_OK;
}
