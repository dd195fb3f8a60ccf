#include "scheme/calendar.h"

#include <string.h>

enum { DAYS_MAX = 365 };

static bool
is_date(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return year >= 2000 && year <= 2999 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (leap && month == 2);
}

bool
calendar_date(const char *text, struct scheme_date *date)
{
	int number[3] = {0, 0, 0}, part = 0;

	if (strlen(text) != 10)
		return false;
	for (size_t i = 0; i < 10; i++) {
		if (i == 4 || i == 7) {
			if (text[i] != '-')
				return false;
			part++;
		} else {
			if (text[i] < '0' || text[i] > '9')
				return false;
			number[part] = number[part] * 10 + (text[i] - '0');
		}
	}
	if (!is_date(number[0], number[1], number[2]))
		return false;
	*date = (struct scheme_date){.present = true,
	    .year = (int16_t)number[0],
	    .month = (uint8_t)number[1],
	    .day = (uint8_t)number[2]};
	return true;
}

static void
read_date(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	if (!calendar_date(
		reader_text(reader, node), (struct scheme_date *)((char *)into + key->offset)))
		READER_FAULT(reader, node, "应为真实的日期，如 2010-04-20",
		    "expected a real date such as 2010-04-20");
}

static void
read_publicity(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	((struct scheme *)into)->calendar.has_publicity_days = true;
	reader_whole(reader, key, node, into);
}

static const struct reader_key calendar_rows[] = {
    {"goals_confirmed", false, read_date, offsetof(struct scheme, calendar.goals_confirmed), NULL,
	0, 0},
    {"adjustments", false, read_date, offsetof(struct scheme, calendar.adjustments), NULL, 0, 0},
    {"self_reports", false, read_date, offsetof(struct scheme, calendar.self_reports), NULL, 0, 0},
    {"common_results", false, read_date, offsetof(struct scheme, calendar.common_results), NULL, 0,
	0},
    {"publicity_days", false, read_publicity, offsetof(struct scheme, calendar.publicity_days),
	NULL, 0, DAYS_MAX},
};
const struct reader_list calendar_keys = READER_TABLE(calendar_rows, struct scheme);
