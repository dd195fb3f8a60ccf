#include "cli/online.h"

#include <stdio.h>
#include <string.h>

#include "cli/hole.h"
#include "cli/kept_login.h"
#include "cli/local.h"
#include "cli/progress.h"
#include "cli/prompt.h"
#include "link/link.h"
#include "wire/fault.h"

enum { REACH_MS = 2000 };

static void
on_retry(void *arg, enum jx_err err, const char *why)
{
	const struct cli *cli = arg;

	if (!cli->err_is_terminal)
		return;
	progress_end(cli);
	fprintf(stderr, "%s%s%s%s", err_what(err, cli->lang), why[0] == '\0' ? "" : " · ", why,
	    cli_say(cli, "，正在重试…", "; trying again…"));
}

int
online_prepare_stranger(struct cli *cli)
{
	const char *server = settings_need(cli, SETTING_SERVER);
	uint32_t timeout_s;
	struct link_config config = {
	    .stream = {.ca = cli->settings.values[SETTING_CA], .stop = cli->stop},
	    .client = "jixiao " JX_VERSION,
	    .lang = cli->lang,
	    .timeout_ms = LINK_TIMEOUT_MS,
	    .first_timeout_ms = LINK_FIRST_TIMEOUT_MS,
	    .on_retry = on_retry,
	    .arg = cli,
	};

	if (server == NULL)
		return err_exit(JX_E_USAGE);
	if (address_read(server, &config.stream.address) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "JIXIAO_SERVER 应为 主机:端口，而不是 %s",
		    "JIXIAO_SERVER is host:port, not %s", cli_shown(cli, server));
	if (options_number(&cli->options, OPTION_TIMEOUT, &timeout_s) != JX_OK ||
	    timeout_s > UINT32_MAX / 1000)
		return cli_error(cli, JX_E_USAGE, "--timeout 应为秒数，而不是 %s",
		    "--timeout is a number of seconds, not %s",
		    cli_shown(cli, cli->options.values[OPTION_TIMEOUT]));
	if (timeout_s > 0) {
		config.timeout_ms = config.first_timeout_ms = timeout_s * 1000;
	} else if (cli->works_offline) { /* what cannot be sent now waits: one try */
		config.first_timeout_ms = 0;
		config.stream.reach_ms = REACH_MS;
	}
	cli->link = link_new(&config);
	return cli->link == NULL ? cli_error_memory(cli) : CLI_EXIT_OK;
}

int
online_prepare(struct cli *cli)
{
	const char *account = cli->settings.values[SETTING_USER];
	const char *file = cli->settings.values[SETTING_PASSWORD_FILE], *password;
	struct kept_login kept;
	int status;

	if (cli->link != NULL)
		return CLI_EXIT_OK;
	status = online_prepare_stranger(cli);
	if (status != CLI_EXIT_OK)
		return status;
	if (account != NULL && file != NULL) {
		status = prompt_read_file(cli, file, &password);
		if (status == CLI_EXIT_OK)
			link_use_password(cli->link, account, password);
		return status;
	}
	if (kept_login_read(cli, account, &kept) != JX_OK)
		return cli_error(cli, JX_E_SESSION, "%s", "%s", "");
	link_use_token(cli->link, kept.token);
	return CLI_EXIT_OK;
}

/* What the daemon may take long over, as long as the connection stands. */
static bool
is_long(Jx__Envelope__BodyCase body)
{
	return body == JX__ENVELOPE__BODY_IMPORT_COMMIT || body == JX__ENVELOPE__BODY_RUN_WATCH;
}

enum jx_err
online_try(struct cli *cli, const struct online_call *call, const void **reply)
{
	Jx__Envelope request = JX__ENVELOPE__INIT, *answer;
	const struct link_call link = {
	    .request = &request,
	    .reply = call->reply,
	    .is_long = is_long(call->body),
	    .on_progress = progress_on_event,
	    .arg = cli,
	};
	enum jx_err err;

	if (cli->is_cut_off)
		return link_problem(cli->link)->err;
	request.body_case = call->body;
	/* All members of the union are pointers to messages. */
	memcpy(&request.hello, &call->message, sizeof call->message);
	err = link_call(cli->link, cli->arena, &link, &answer);
	progress_end(cli);
	if (err == JX_OK)
		memcpy(reply, &answer->hello, sizeof *reply);
	else
		cli->is_cut_off = cli->works_offline && online_is_cut_off(cli);
	return err;
}

bool
online_be_patient(struct cli *cli)
{
	if (!cli->may_wait || !cli->is_cut_off || options_has(&cli->options, OPTION_TIMEOUT))
		return false;
	link_free(cli->link);
	cli->link = NULL;
	cli->works_offline = cli->may_wait = cli->is_cut_off = false;
	return true;
}

bool
online_is_cut_off(const struct cli *cli)
{
	switch ((int)link_problem(cli->link)->err) {
	case JX_E_CONNECTION:
	case JX_E_TLS:
	case JX_E_BUSY:
	case JX_E_UNAVAILABLE:
	case JX_UNCERTAIN:
		return true;
	default:
		return false;
	}
}

enum jx_err
online_error(const struct cli *cli)
{
	return link_problem(cli->link)->err;
}

const Jx__Fail *
online_refusal(const struct cli *cli)
{
	return link_problem(cli->link)->fail;
}

enum jx_err
online_watch(struct cli *cli, const Jx__Watch *watch,
    void (*on_notice)(void *arg, const Jx__NoticeEvent *event))
{
	Jx__Envelope request = JX__ENVELOPE__INIT, *answer;
	const struct link_call link = {.request = &request, .on_notice = on_notice, .arg = cli};

	request.body_case = JX__ENVELOPE__BODY_WATCH;
	request.watch = (Jx__Watch *)(uintptr_t)watch;
	return link_call(cli->link, cli->arena, &link, &answer);
}

static void
print_faults(const struct cli *cli, const Jx__Fail *fail, online_place_fn *place, void *arg)
{
	for (size_t i = 0; i < fail->n_faults; i++) {
		const Jx__Fault *fault = fail->faults[i];
		struct fault shown = {
		    .file = fault->file == NULL ? "" : fault->file,
		    .line = fault->line,
		    .column = fault->column,
		    .value = fault->value == NULL ? "" : fault->value,
		    .expected = fault->expected == NULL ? "" : fault->expected,
		};
		const char *text;

		if (place != NULL)
			place(arg, &shown);
		text = fault_text(cli->arena, &shown);
		fprintf(stderr, "%s\n", text == NULL ? "" : text);
	}
	if (fail->fault_count > fail->n_faults)
		cli_note(
		    cli, "……共 %llu 处", "… %llu in all", (unsigned long long)fail->fault_count);
	for (size_t i = 0; i < fail->n_missing; i++)
		hole_print(cli, fail->missing[i]->unit, NULL, fail->missing[i]->missing);
	for (size_t i = 0; i < fail->n_why; i++)
		fprintf(stderr, "%s\n", fail->why[i]);
}

static int
on_refusal(struct cli *cli, enum jx_err err, const Jx__Fail *fail, online_place_fn *place, void *arg)
{
	const char *code = fail->code == NULL ? "" : fail->code;

	print_faults(cli, fail, place, arg);
	if (strcmp(err_name(err), code) != 0) /* a newer daemon's: its own words */
		return cli_error(
		    cli, err, "%s：%s", "%s: %s", code, fail->message == NULL ? "" : fail->message);
	if (err == JX_E_THROTTLED && fail->has_retry_ms)
		return cli_error(
		    cli, err, "%u 秒后可再试", "again in %u s", (fail->retry_ms + 999) / 1000);
	if (fail->field != NULL)
		return cli_error(cli, err, "字段 %s", "field %s", fail->field);
	return cli_error(cli, err, "%s", "%s", "");
}

int
online_fail_kept(struct cli *cli, const Jx__Fail *fail, online_place_fn *place, void *arg)
{
	return on_refusal(
	    cli, fail->code == NULL ? JX_E_INTERNAL : err_find(fail->code), fail, place, arg);
}

int
online_fail(struct cli *cli)
{
	return online_fail_placed(cli, NULL, NULL);
}

int
online_fail_placed(struct cli *cli, online_place_fn *place, void *arg)
{
	const struct link_problem *problem = link_problem(cli->link);

	if (problem->fail != NULL)
		return on_refusal(cli, problem->err, problem->fail, place, arg);
	if (problem->err == JX_E_CONNECTION || problem->err == JX_E_TLS ||
	    problem->err == JX_E_VERSION)
		return cli_error(cli, problem->err, "%s：%s", "%s: %s",
		    cli->settings.values[SETTING_SERVER], problem->why);
	return cli_error(cli, problem->err, "%s", "%s", problem->why);
}

int
online_ask(struct cli *cli, const struct online_call *call, const void **reply)
{
	int status = online_prepare(cli);

	if (status != CLI_EXIT_OK)
		return status;
	return online_try(cli, call, reply) == JX_OK ? CLI_EXIT_OK : online_fail(cli);
}

static int
ask_who(struct cli *cli, const Jx__WhoamiReply **reply)
{
	const Jx__Whoami message = JX__WHOAMI__INIT;

	return local_ask(cli, "whoami",
	    &(struct online_call){
		JX__ENVELOPE__BODY_WHOAMI, &message, JX__ENVELOPE__BODY_WHOAMI_REPLY},
	    (const void **)reply);
}

static int
ask_years(struct cli *cli, const Jx__YearsReply **reply)
{
	const Jx__Years message = JX__YEARS__INIT;

	return local_ask(cli, "years",
	    &(struct online_call){
		JX__ENVELOPE__BODY_YEARS, &message, JX__ENVELOPE__BODY_YEARS_REPLY},
	    (const void **)reply);
}

void
online_learn(struct cli *cli)
{
	const Jx__Whoami whoami = JX__WHOAMI__INIT;
	const Jx__Years years = JX__YEARS__INIT;
	const struct {
		const char *name;
		struct online_call call;
	} questions[] = {
	    {"whoami", {JX__ENVELOPE__BODY_WHOAMI, &whoami, JX__ENVELOPE__BODY_WHOAMI_REPLY}},
	    {"years", {JX__ENVELOPE__BODY_YEARS, &years, JX__ENVELOPE__BODY_YEARS_REPLY}},
	};
	const ProtobufCMessage *reply;

	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
		if (online_try(cli, &questions[i].call, (const void **)&reply) == JX_OK)
			local_keep(cli, questions[i].name, reply);
}

int
online_own_unit(struct cli *cli, const char **unit)
{
	const Jx__WhoamiReply *reply;
	int status = ask_who(cli, &reply);

	*unit = NULL;
	if (status == CLI_EXIT_OK && reply->unit != NULL && reply->unit[0] != '\0')
		*unit = reply->unit;
	return status;
}

int
online_may(struct cli *cli, const char *request, bool *may)
{
	const Jx__WhoamiReply *reply;
	int status = ask_who(cli, &reply);

	*may = false;
	for (size_t i = 0; status == CLI_EXIT_OK && i < reply->n_may; i++)
		*may = *may || strcmp(reply->may[i], request) == 0;
	return status;
}

static bool
is_wanted(const Jx__Year *year, const struct online_year *wanted)
{
	return year->city != NULL &&
	       (wanted->city == NULL || strcmp(year->city, wanted->city) == 0) &&
	       (wanted->year == 0 || year->year == wanted->year);
}

int
online_pick_year(struct cli *cli, struct online_year *out)
{
	struct online_year wanted = {.city = cli->options.values[OPTION_CITY]};
	const Jx__YearsReply *reply;
	const Jx__Year *found = NULL;
	size_t count = 0;
	int status;

	if (options_number(&cli->options, OPTION_YEAR, &wanted.year) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "--year 应为年度，而不是 %s",
		    "--year is a year, not %s", cli_shown(cli, cli->options.bad));
	if (wanted.city != NULL && wanted.year != 0) {
		*out = wanted;
		return CLI_EXIT_OK;
	}
	status = ask_years(cli, &reply);
	if (status != CLI_EXIT_OK)
		return status;
	for (size_t i = 0; i < reply->n_years; i++)
		if (is_wanted(reply->years[i], &wanted)) {
			found = reply->years[i];
			count++;
		}
	if (count == 0)
		return cli_error(cli, JX_E_NOT_FOUND, "库中没有这样的年度：先用 jixiao import 导入",
		    "no such year is stored: jixiao import first");
	for (size_t i = 0; count > 1 && i < reply->n_years; i++)
		if (is_wanted(reply->years[i], &wanted))
			fprintf(stderr, "--city %s --year %u\t%s\n", reply->years[i]->city,
			    reply->years[i]->year,
			    reply->years[i]->city_name == NULL ? "" : reply->years[i]->city_name);
	if (count > 1)
		return cli_error(cli, JX_E_AMBIGUOUS, "%s", "%s", "");
	*out = (struct online_year){found->city, found->year};
	return CLI_EXIT_OK;
}
