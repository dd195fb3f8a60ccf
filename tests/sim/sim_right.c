/* Who may ask what: written down here a second time, on purpose, and what each request met. */
#include <string.h>

#include "sim_client.h"

#define OFFICE (1u << WHO_OFFICE | 1u << WHO_CITY)
#define CENTRE (1u << WHO_OFFICE)
#define READER (1u << WHO_AUDITOR)

static const struct {
	const char *request;
	unsigned who; /* may; of those not named here everybody may */
} rights[] = {
    {"account_add", CENTRE},
    {"account_disable", CENTRE},
    {"account_list", CENTRE | READER},
    {"import_begin", OFFICE},
    {"import_chunk", OFFICE},
    {"import_commit", OFFICE},
    {"scheme_read", OFFICE | READER},
    {"records_read", OFFICE},
    {"run_start", OFFICE},
    {"run_watch", OFFICE | READER},
    {"run_cancel", OFFICE},
    {"runs", OFFICE | READER},
    {"results_read", OFFICE | READER},
    {"explain_read", OFFICE | READER},
    {"deed", OFFICE},
    {"view", OFFICE | READER},
    {"history", OFFICE | READER},
    {"watch", OFFICE | READER},
    {"evidence_offer", OFFICE},
    {"evidence_list", OFFICE},
    {"evidence_chunk", OFFICE},
    {"evidence_read", OFFICE | READER},
};

static bool
right_may(enum sim_who who, const char *request)
{
	for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
		if (strcmp(rights[i].request, request) == 0)
			return (rights[i].who & 1u << who) != 0;
	return true;
}

const char *
sim_right_role(enum sim_who who)
{
	return who == WHO_AUDITOR ? "auditor" : "office";
}

const char *
sim_right_city(const struct sim_client *client)
{
	switch (client->who) {
	case WHO_CITY:
		return client->sim->scheme->city;
	case WHO_ELSEWHERE:
		return "990200";
	case WHO_OFFICE:
	case WHO_AUDITOR:
	case WHO_COUNT:
		break;
	}
	return "*";
}

/* Said of the moment, not of the request. */
bool
sim_right_is_again(const char *code)
{
	static const char *const codes[] = {"E_BUSY", "E_UNAVAILABLE", "E_THROTTLED"};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

/* A watch has no other answer than that it is over; a name that nobody knows is nobody's. */
static bool
is_end_of_watch(const char *name, const Jx__Fail *fail)
{
	return fail != NULL && strcmp(name, "watch") == 0 &&
	       strcmp(fail->code, "E_UNAVAILABLE") == 0;
}

static bool
is_unknown_name(const char *name, const Jx__Fail *fail)
{
	return strcmp(fail->code, "E_UNKNOWN_REQUEST") == 0 &&
	       (strcmp(name, "deed") == 0 || strcmp(name, "view") == 0);
}

void
sim_right_check(struct sim_client *client, const struct sim_asked *asked, const Jx__Fail *fail)
{
	struct sim_cover *cover = client->sim->cover;
	bool is_denied = fail != NULL && strcmp(fail->code, "E_DENIED") == 0;
	const char *name;
	bool may;

	if (asked->route == ROUTE_COUNT_MAX) {
		if (fail == NULL || strcmp(fail->code, "E_UNKNOWN_REQUEST") != 0)
			sim_violate(client->sim, "what is no request was answered with %s",
			    fail == NULL ? "a reply" : fail->code);
		return;
	}
	name = route_rows[asked->route].name;
	may = client->step != STEP_WORK || right_may(client->who, name);
	if (fail == NULL || is_end_of_watch(name, fail)) {
		cover->accepted[asked->route]++;
		if (!may)
			sim_violate(client->sim, "%s: accepted, which %s of %s may not", name,
			    sim_right_role(client->who), sim_right_city(client));
	} else if (!sim_right_is_again(fail->code)) {
		cover->refused[asked->route]++;
		cover->denied[asked->route] += is_denied;
		/* What is carried is its own account's: its rights are, too. */
		if (is_denied && may && strcmp(name, "deliver") != 0)
			sim_violate(client->sim, "%s: denied, which %s of %s may", name,
			    sim_right_role(client->who), sim_right_city(client));
		if (!is_denied && !may && asked->kind == ASK_MAIN &&
		    strcmp(fail->code, "E_SESSION") != 0 && !is_unknown_name(name, fail))
			sim_violate(client->sim, "%s: %s instead of E_DENIED", name, fail->code);
	}
}
