#include "cli/sending_file.h"

#include <string.h>

#include "cli/evidence_up.h"

/* Our own word: the file is gone, or another one. */
static const Jx__Fail *
of_file(struct cli *cli, enum jx_err err)
{
	Jx__Fail *fail = arena_alloc(cli->arena, sizeof *fail);

	if (fail == NULL)
		return NULL;
	jx__fail__init(fail);
	fail->code = ONLINE_TEXT(err_name(err));
	fail->message = ONLINE_TEXT(err_what(err, cli->lang));
	return fail;
}

static bool
is_that_file(const Jx__Deed *deed, const struct evidence_file *file)
{
	char hex[EVIDENCE_HEX_SIZE];

	return deed->rows != NULL && deed->rows->n_files == 1 && deed->rows->files[0]->file != NULL &&
	       strcmp(deed->rows->files[0]->file, evidence_file_hex(file->hash, hex)) == 0;
}

static enum sending_file
upload(struct cli *cli, const struct evidence_file *file, const Jx__Deed *deed, const Jx__Fail **fail, int *status)
{
	const struct online_year year = {deed->city, deed->year};
	struct evidence_sent sent;

	*status = evidence_up_send(cli, file, &year, deed->unit, &sent);
	if (*status == CLI_EXIT_OK)
		return SENDING_FILE_THERE;
	if (sending_is_refusal(online_error(cli), online_refusal(cli)))
		*fail = online_refusal(cli);
	else if (*status == err_exit(JX_E_QUOTA)) /* found here, by what the daemon said of the limits */
		*fail = of_file(cli, JX_E_QUOTA);
	else if (*status == err_exit(JX_E_FILE))
		*fail = of_file(cli, JX_E_FILE);
	return *fail == NULL ? SENDING_FILE_WAITS : SENDING_FILE_REFUSED;
}

enum sending_file
sending_file_upload(struct cli *cli, const struct outbox_item *item, const Jx__Deed *deed,
    const Jx__Fail **fail, int *status)
{
	enum sending_file end = SENDING_FILE_REFUSED;
	struct evidence_file file;

	*fail = NULL;
	*status = evidence_file_open(cli, item->path, &file);
	if (*status != CLI_EXIT_OK) {
		*fail = of_file(cli, JX_E_FILE);
		return *fail == NULL ? SENDING_FILE_WAITS : SENDING_FILE_REFUSED;
	}
	if (is_that_file(deed, &file)) {
		end = upload(cli, &file, deed, fail, status);
	} else {
		*status = cli_error(cli, JX_E_FILE, "%s：已不是办理时的文件",
		    "%s: not the file it was when the deed was sealed", cli_shown(cli, item->path));
		*fail = of_file(cli, JX_E_FILE);
	}
	evidence_file_close(&file);
	return *fail == NULL && end == SENDING_FILE_REFUSED ? SENDING_FILE_WAITS : end;
}
