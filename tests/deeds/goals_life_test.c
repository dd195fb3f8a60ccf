/* Every (state, deed) of the lives of goal setting: what is no edge is refused as not possible in
 * that state (R05, R11). */
#include "plan_play.h"

static struct world *w;

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(goals_life, .fini = tear_down);

enum unit_of_deed { OF_DEPARTMENT, OF_COUNTY, OF_ALL };

struct call {
	const char *deed;
	enum role role;
	const char *subject;
	enum unit_of_deed of;
	const char *arguments[8];
	enum record_kind kind; /* of its one row; 0: none */
	const char *row[12];
};

/* Good arguments for each deed. */
static const struct call calls[] = {
    {"goals.push", ROLE_CLERK, "", OF_DEPARTMENT, {NULL}, PAPER_PLAN_GOALS,
	{"unit=E1", "goal=G1", "title=a", "part=duty", "points=80", "duty=lead", "place=a",
	    "workload=b", "difficulty=c"}},
    {"plan.submit", ROLE_HEAD, "", OF_DEPARTMENT, {NULL}, 0, {NULL}},
    {"plan.assign", ROLE_OFFICE, "", OF_DEPARTMENT, {NULL}, PAPER_REVIEWERS,
	{"unit=E1", "by=监察局"}},
    {"plan.opine", ROLE_FUNCTIONAL, "监察局", OF_DEPARTMENT, {NULL}, PAPER_OPINIONS,
	{"unit=E1", "goal=G1", "by=监察局", "verdict=agree"}},
    {"plan.return", ROLE_OFFICE, "", OF_DEPARTMENT, {"reason=改"}, PAPER_OPINIONS,
	{"unit=E1", "goal=G1", "by=office", "verdict=change", "reason=改"}},
    {"plan.pass", ROLE_OFFICE, "", OF_DEPARTMENT, {NULL}, 0, {NULL}},
    {"plan.approve", ROLE_LEADER, "L2", OF_DEPARTMENT, {"based_on=1"}, 0, {NULL}},
    {"plan.sendback", ROLE_LEADER, "L2", OF_DEPARTMENT, {"reason=改"}, 0, {NULL}},
    {"plan.confirm", ROLE_COMMITTEE, "", OF_DEPARTMENT, {"document=1号"}, 0, {NULL}},
    {"plan.issue", ROLE_OFFICE, "", OF_DEPARTMENT, {"document=2号"}, 0, {NULL}},
    {"county.push", ROLE_OFFICE, "", OF_COUNTY, {NULL}, PAPER_PLAN_GOALS,
	{"unit=X1", "goal=G1", "title=a", "part=main", "points=72", "duty=lead"}},
    {"county.answer", ROLE_HEAD, "", OF_COUNTY, {"value=agreed"}, 0, {NULL}},
    {"county.submit", ROLE_HEAD, "", OF_COUNTY, {NULL}, 0, {NULL}},
    {"county.return", ROLE_OFFICE, "", OF_COUNTY, {"reason=改"}, 0, {NULL}},
    {"county.confirm", ROLE_COMMITTEE, "", OF_ALL, {"document=1号"}, 0, {NULL}},
    {"county.issue", ROLE_OFFICE, "", OF_ALL, {"document=2号"}, 0, {NULL}},
    {"adjust.request", ROLE_HEAD, "", OF_DEPARTMENT,
	{"object=A1", "value=other", "reason=事", "document=e"}, PAPER_ADJUSTMENT_GOALS,
	{"unit=E1", "adjustment=A1", "goal=G1", "change=change", "title=b"}},
    {"adjust.add", ROLE_COMMITTEE, "", OF_DEPARTMENT, {"object=A1", "document=3号"},
	PAPER_ADJUSTMENT_GOALS,
	{"unit=E1", "adjustment=A1", "goal=G1", "change=change", "title=b"}},
    {"adjust.admit", ROLE_COMMITTEE, "", OF_DEPARTMENT, {"object=A1", "document=3号"}, 0, {NULL}},
    {"adjust.accept", ROLE_COMMITTEE, "", OF_DEPARTMENT, {"object=A1", "document=3号"}, 0, {NULL}},
    {"adjust.refuse", ROLE_COMMITTEE, "", OF_DEPARTMENT, {"object=A1", "document=3号", "reason=否"},
	0, {NULL}},
    {"adjust.apply", ROLE_OFFICE, "", OF_ALL, {"document=4号"}, 0, {NULL}},
};

static const struct call *
call_of(const char *deed)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strcmp(calls[i].deed, deed) == 0)
			return &calls[i];
	return NULL;
}

static bool
is_edge(const struct deed_life *life, const char *state, const char *deed)
{
	for (size_t i = 0; i < life->edge_count; i++)
		if (strcmp(life->edges[i].from, state) == 0 &&
		    strcmp(life->edges[i].deed, deed) == 0)
			return true;
	return false;
}

static void
put_plans(const char *state)
{
	static const char *const units[] = {"E1", "X1", "X2", "X3"};

	for (size_t i = 0; i < 4 && *state != '\0'; i++) {
		world_put(w, PAPER_PLANS, play_pair(w, "unit", units[i]),
		    play_pair(w, "state", state), "answer=agreed");
		if (i > 0) {
			world_put(w, PAPER_PLAN_GOALS, play_pair(w, "unit", units[i]), "goal=G1",
			    "title=a", "part=main", "points=72", "duty=lead");
			world_put(w, PAPER_PLAN_GOALS, play_pair(w, "unit", units[i]), "goal=G2",
			    "title=a", "part=innovation", "points=18", "duty=lead", "carrier=c",
			    "target=1");
		}
	}
	if (*state != '\0')
		world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=a", "part=duty",
		    "points=80", "duty=lead", "place=a", "workload=b", "difficulty=c");
	world_put(w, PAPER_REVIEWERS, "unit=E1", "by=监察局");
}

static enum jx_err
call(const struct call *made)
{
	const char *unit = made->of == OF_COUNTY ? "X1" : "E1";
	const char *arguments[10] = {NULL};
	size_t count = 0;

	if (made->of != OF_ALL)
		arguments[count++] = play_pair(w, "unit", unit);
	for (size_t i = 0; made->arguments[i] != NULL; i++)
		arguments[count++] = made->arguments[i];
	if (made->kind != 0)
		world_row_of(w, made->kind, made->row);
	world_as(w, made->role, "someone",
	    made->role == ROLE_CLERK || made->role == ROLE_HEAD ? unit : "", made->subject);
	return world_do_with(w, made->deed, arguments);
}

static void
set_world(const struct deed_life *life, const char *state)
{
	w = world_new();
	world_put(w, PAPER_PHASES, "phase=goals", "state=open");
	world_put(w, PAPER_PHASES, "phase=adjust", "state=open");
	if (life->kind == PAPER_PLANS) {
		put_plans(state);
		return;
	}
	put_plans("issued");
	if (*state == '\0')
		return;
	world_put(w, PAPER_ADJUSTMENTS, "unit=E1", "adjustment=A1", play_pair(w, "state", state),
	    "ground=other", "origin=unit", "late=yes");
	world_put(w, PAPER_ADJUSTMENT_GOALS, "unit=E1", "adjustment=A1", "goal=G1", "change=change",
	    "title=b");
}

static void
try_all(const struct deed_life *life, const char *state)
{
	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);
		enum jx_err err;

		if (deed->life != life)
			continue;
		cr_assert_not_null(call_of(deed->name), "%s", deed->name);
		set_world(life, state);
		err = call(call_of(deed->name));
		if (is_edge(life, state, deed->name))
			cr_assert(err == JX_OK || err == JX_E_RULE || err == JX_E_STALE,
			    "%s in \"%s\": %s", deed->name, state, err_name(err));
		else
			cr_assert_eq(
			    err, JX_E_LIFE, "%s in \"%s\": %s", deed->name, state, err_name(err));
		world_free(w);
	}
}

static void
try_life(enum record_kind kind)
{
	const struct deed_life *life = deed_life_of(kind);
	const struct record_row *row = &record_kinds[kind];

	cr_assert_not_null(life);
	try_all(life, "");
	for (size_t i = 0; i < row->field_count; i++)
		for (const char *const *state =
			 strcmp(row->fields[i].name, "state") == 0 ? row->fields[i].choices : NULL;
		     state != NULL && *state != NULL; state++)
			try_all(life, *state);
	w = world_new();
}

Test(goals_life, plans_move_along_their_edges_only)
{
	try_life(PAPER_PLANS);
}

Test(goals_life, adjustments_move_along_their_edges_only)
{
	try_life(PAPER_ADJUSTMENTS);
}
