#include "deeds/sight.h"

#include <string.h>

#include "deeds/visit.h"
#include "records/field.h"

/*
 * A cell: letters, any of which lets the record be seen:
 *   a always          o its unit is the actor's own    p the result is published
 *   r its unit's plan is under the actor's review      i its department is the actor's subject
 *   t its unit is of the actor's team                  c its unit is in the actor's charge
 *   l its leader is the actor's subject                e its evaluator is the actor
 *   v as o, but not before the visitors have arrived   n the notice is addressed to the actor
 *   s only once the leaders' session is closed
 *   w a draw, but not its seed while a visit that the seed gives away lies ahead
 *   k as o, of files that the unit has kept itself (of a visit's: by the records that name them)
 * Of kinds without a row nobody sees anything but the columns of all_see.
 */
struct sight {
	enum record_kind kind;
	const char *office, *auditor, *unit, *functional, *team, *leader, *committee, *reviewer;
};

/* clang-format off */
static const struct sight rows[] = {
	/* kind                    office auditor unit  funct. team  leader committee reviewer */
	{RECORD_UNITS,             "a",   "a",    "a",  "a",   "a",  "a",   "a",      "a"},
	{RECORD_LEADERS,           "a",   "a",    "a",  "a",   "a",  "a",   "a",      "a"},
	{RECORD_SUPERVISION,       "a",   "a",    "a",  "a",   "a",  "a",   "a",      "a"},
	{RECORD_GOALS,             "a",   "a",    "o",  "orf",  "t",  "a",   "a",      "-"},
	{RECORD_BASIC,             "a",   "a",    "p",  "p",   "-",  "-",   "a",      "-"},
	{RECORD_PROGRESS,          "a",   "a",    "op", "op",  "-",  "c",   "a",      "-"},
	{RECORD_VISITS,            "a",   "a",    "op", "-",   "-",  "c",   "a",      "-"},
	{RECORD_SELF,              "a",   "a",    "o",  "o",   "t",  "-",   "a",      "-"},
	{RECORD_COMMON,            "a",   "a",    "p",  "i",   "-",  "-",   "a",      "-"},
	{RECORD_GROUP,             "a",   "a",    "-",  "-",   "e",  "-",   "a",      "-"},
	{RECORD_LEADER_MARKS,      "s",   "-",    "-",  "-",   "-",  "l",   "-",      "-"},
	{RECORD_BALLOTS,           "-",   "-",    "-",  "-",   "-",  "-",   "-",      "-"},
	{RECORD_BONUS,             "a",   "a",    "op", "o",   "-",  "c",   "a",      "a"},
	{RECORD_VETOES,            "a",   "a",    "op", "-",   "-",  "-",   "a",      "a"},
	{RECORD_CONTRIBUTIONS,     "a",   "a",    "p",  "-",   "-",  "-",   "a",      "-"},
	{PAPER_PHASES,             "a",   "a",    "a",  "a",   "a",  "a",   "a",      "a"},
	{PAPER_EXTENSIONS,         "a",   "a",    "o",  "o",   "t",  "c",   "a",      "-"},
	{PAPER_ROUNDS,             "a",   "a",    "a",  "a",   "a",  "a",   "a",      "a"},
	{PAPER_TASKS,              "a",   "a",    "a",  "a",   "a",  "a",   "a",      "a"},
	{PAPER_PLANS,              "a",   "a",    "o",  "or",  "t",  "c",   "a",      "-"},
	{PAPER_PLAN_GOALS,         "a",   "a",    "o",  "or",  "t",  "c",   "a",      "-"},
	{PAPER_REVIEWERS,          "a",   "a",    "o",  "ori", "-",  "c",   "a",      "-"},
	{PAPER_OPINIONS,           "a",   "a",    "o",  "ori", "-",  "c",   "a",      "-"},
	{PAPER_APPROVALS,          "a",   "a",    "o",  "o",   "-",  "c",   "a",      "-"},
	{PAPER_METHODS,            "a",   "a",    "a",  "a",   "a",  "a",   "a",      "-"},
	{PAPER_STEPS,              "a",   "a",    "o",  "o",   "t",  "c",   "-",      "-"},
	{PAPER_ADJUSTMENTS,        "a",   "a",    "o",  "o",   "t",  "c",   "a",      "-"},
	{PAPER_ADJUSTMENT_GOALS,   "a",   "a",    "o",  "o",   "t",  "c",   "a",      "-"},
	{PAPER_MATERIALS,          "a",   "a",    "o",  "o",   "t",  "-",   "-",      "-"},
	{PAPER_BASIC_NOTES,        "a",   "a",    "op", "op",  "-",  "-",   "-",      "-"},
	{PAPER_ROUND_REPORTS,      "a",   "a",    "o",  "o",   "t",  "a",   "a",      "-"},
	{PAPER_GOAL_REPORTS,       "a",   "a",    "o",  "o",   "t",  "a",   "a",      "-"},
	{PAPER_DRAWS,              "a",   "a",    "w",  "w",   "w",  "w",   "a",      "-"},
	{PAPER_VISIT_PLANS,        "a",   "a",    "v",  "v",   "-",  "-",   "-",      "-"},
	{PAPER_VISIT_MEMBERS,      "a",   "a",    "-",  "-",   "-",  "-",   "-",      "-"},
	{PAPER_FINDINGS,           "a",   "a",    "o",  "o",   "t",  "a",   "a",      "-"},
	{PAPER_SELF_REPORTS,       "a",   "a",    "o",  "o",   "t",  "-",   "a",      "-"},
	{PAPER_SELF_LINES,         "a",   "a",    "o",  "o",   "t",  "-",   "a",      "-"},
	{PAPER_CLAIMS,             "a",   "a",    "o",  "o",   "-",  "c",   "a",      "a"},
	{PAPER_VETO_CASES,         "a",   "a",    "o",  "o",   "-",  "-",   "a",      "a"},
	{PAPER_DAILIES,            "a",   "a",    "-",  "i",   "-",  "-",   "-",      "-"},
	{PAPER_COMMON_NOTES,       "a",   "a",    "op", "i",   "-",  "-",   "a",      "-"},
	{PAPER_SUBSTITUTES,        "a",   "a",    "-",  "i",   "-",  "-",   "a",      "-"},
	{PAPER_TEAMS,              "a",   "a",    "a",  "a",   "a",  "a",   "a",      "-"},
	{PAPER_MEMBERS,            "a",   "a",    "-",  "-",   "a",  "-",   "a",      "-"},
	{PAPER_STAND_INS,          "a",   "a",    "-",  "-",   "t",  "-",   "a",      "-"},
	{PAPER_GROUP_NOTES,        "a",   "a",    "-",  "-",   "e",  "-",   "-",      "-"},
	{PAPER_FIGURES,            "a",   "a",    "o",  "oi",  "t",  "-",   "-",      "-"},
	{PAPER_STACKS,             "a",   "a",    "-",  "-",   "t",  "-",   "-",      "-"},
	{PAPER_STACK_CARDS,        "-",   "-",    "-",  "-",   "-",  "-",   "-",      "-"},
	{PAPER_REMARKS,            "a",   "a",    "-",  "-",   "-",  "-",   "-",      "-"},
	{PAPER_SESSIONS,           "a",   "a",    "-",  "-",   "-",  "a",   "a",      "-"},
	{PAPER_SUMMARY,            "a",   "a",    "-",  "-",   "-",  "a",   "a",      "-"},
	{PAPER_SHEETS,             "a",   "a",    "-",  "-",   "-",  "l",   "-",      "-"},
	{PAPER_SHEET_LINES,        "-",   "-",    "-",  "-",   "-",  "l",   "-",      "-"},
	{PAPER_PAPER_LINES,        "-",   "-",    "-",  "-",   "-",  "-",   "-",      "-"},
	{PAPER_OUTCOMES,           "a",   "a",    "p",  "p",   "p",  "p",   "a",      "a"},
	{PAPER_AWARD_LINES,        "a",   "a",    "p",  "p",   "p",  "p",   "a",      "a"},
	{PAPER_CONSENTS,           "a",   "a",    "-",  "-",   "-",  "-",   "a",      "a"},
	{PAPER_OBJECTIONS,         "a",   "a",    "o",  "o",   "-",  "-",   "a",      "a"},
	{PAPER_DECISIONS,          "a",   "a",    "p",  "p",   "p",  "p",   "a",      "-"},
	{PAPER_CONFIRMATIONS,      "a",   "a",    "a",  "a",   "a",  "a",   "a",      "a"},
	{PAPER_PROMISES,           "a",   "a",    "o",  "o",   "-",  "a",   "a",      "-"},
	{PAPER_MEASURES,           "a",   "a",    "o",  "o",   "-",  "c",   "a",      "-"},
	{PAPER_NOTICES,            "a",   "a",    "n",  "n",   "n",  "n",   "n",      "n"},
	{PAPER_SEEN,               "-",   "-",    "-",  "-",   "-",  "-",   "-",      "-"},
	{PAPER_FILES,              "a",   "a",    "k",  "k",   "t",  "c",   "a",      "-"},
	{PAPER_COMMIT_CODES,       "a",   "a",    "o",  "o",   "-",  "-",   "a",      "-"},
	{PAPER_LEASES,             "a",   "a",    "-",  "-",   "t",  "-",   "-",      "-"},
	{PAPER_SIGNERS,            "a",   "a",    "o",  "o",   "t",  "-",   "-",      "-"},
	{PAPER_COUNTERSIGNS,       "a",   "a",    "o",  "o",   "e",  "-",   "-",      "-"},
	{PAPER_POLLS,              "a",   "a",    "-",  "-",   "t",  "-",   "a",      "-"},
};
/* clang-format on */

static const char *
sight_cell(const struct actor *actor, enum record_kind kind)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].kind != kind)
			continue;
		switch (actor->role) {
		case ROLE_OFFICE:
			return rows[i].office;
		case ROLE_AUDITOR:
			return rows[i].auditor;
		case ROLE_CLERK:
		case ROLE_HEAD:
			return rows[i].unit;
		case ROLE_FUNCTIONAL:
			return rows[i].functional;
		case ROLE_EVALUATOR:
		case ROLE_LEAD:
			return rows[i].team;
		case ROLE_LEADER:
		case ROLE_SECRETARY:
			return rows[i].leader;
		case ROLE_COMMITTEE:
			return rows[i].committee;
		case ROLE_REVIEWER:
			return rows[i].reviewer;
		case ROLE_NONE:
		case ROLE_END:
		case ROLE_ALL:
			break;
		}
	}
	return "-";
}

bool
sight_any(const struct actor *actor, enum record_kind kind)
{
	return strcmp(sight_cell(actor, kind), "-") != 0;
}

static const char *
text_of(enum record_kind kind, const ProtobufCMessage *record, const char *name)
{
	int field = field_find(kind, name);

	return field < 0 ? "" : deed_str(field_text(record, kind, (size_t)field));
}

bool
sight_is_addressed(const struct actor *actor, const Jx__Notice *notice)
{
	return (deed_is(notice->account, "") || deed_is(notice->account, actor->account)) &&
	       (deed_is(notice->unit, "") || deed_is(notice->unit, actor->unit)) &&
	       (deed_is(notice->subject, "") || deed_is(notice->subject, actor->subject)) &&
	       (deed_is(notice->role, "") || deed_is(notice->role, role_code(actor->role)));
}

/* Is anybody asked for a figure of this unit's goals by the actor's department? (R24) */
static bool
is_asked(const struct book *book, const struct actor *actor, const char *unit)
{
	const Jx__Figure *figure;
	size_t cursor = 0;

	while ((figure = (const Jx__Figure *)book_next(book, PAPER_FIGURES, unit, &cursor)) != NULL)
		if (deed_is(figure->by, actor->subject))
			return true;
	return false;
}

static bool
sight_letter(char letter, const struct book *book, const struct actor *actor, enum record_kind kind,
    const ProtobufCMessage *record)
{
	const char *unit = text_of(kind, record, "unit");
	const Jx__Session *session;

	switch (letter) {
	case 'a':
		return true;
	case 'o':
		return *unit != '\0' && strcmp(unit, actor->unit) == 0;
	case 'p':
		return book_is_published(book) &&
		       (kind >= RECORD_KIND_COUNT && kind >= PAPER_OUTCOMES
			       ? true
			       : *unit == '\0' || strcmp(unit, actor->unit) == 0);
	case 'r':
		return *unit != '\0' && book_get(book, PAPER_REVIEWERS, unit, actor->subject) != NULL;
	case 'i':
		return *actor->subject != '\0' && deed_is(text_of(kind, record, "by"), actor->subject);
	case 'f':
		return is_asked(book, actor, unit);
	case 't':
		return book_in_team(book, actor->account, unit) ||
		       (*unit != '\0' && book_stands_in(book, actor->account, unit));
	case 'c':
		return *unit != '\0' && book_supervises(book, actor->subject, unit);
	case 'l':
		return *actor->subject != '\0' &&
		       deed_is(text_of(kind, record, "leader"), actor->subject);
	case 'e':
		return deed_is(text_of(kind, record, kind == PAPER_COUNTERSIGNS ? "by" : "evaluator"), actor->account) ||
		       (actor->role == ROLE_LEAD && book_in_team(book, actor->account, unit));
	case 'v':
		return strcmp(unit, actor->unit) == 0 && *unit != '\0' &&
		       !deed_is(text_of(kind, record, "state"), "planned") &&
		       !deed_is(text_of(kind, record, "state"), "dropped");
	case 'n':
		return sight_is_addressed(actor, (const Jx__Notice *)record);
	case 's':
		session = (const Jx__Session *)book_get(book, PAPER_SESSIONS, "session");
		return session == NULL || deed_is(session->state, "closed");
	case 'k':
		return *unit != '\0' && strcmp(unit, actor->unit) == 0 && deed_is(text_of(kind, record, "visit"), "");
	case 'w':
		return !visit_is_ahead(book, text_of(kind, record, "draw"));
	default:
		return false;
	}
}

bool
sight_may(const struct book *book, const struct actor *actor, enum record_kind kind,
    const ProtobufCMessage *record)
{
	for (const char *c = sight_cell(actor, kind); *c != '\0'; c++)
		if (sight_letter(*c, book, actor, kind, record))
			return true;
	return false;
}
