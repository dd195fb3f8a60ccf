#include "rows/moment.h"

#include <stdio.h>
#include <string.h>

enum {
	DAY_S = 24 * 60 * 60,
	BEIJING_S = 8 * 60 * 60, /* ahead of UTC; without summer time since 1991 */
	SECOND_US = 1000000,
	DATE_SIZE = sizeof "2026-04-20" - 1,
	TEXT_SIZE_MAX = sizeof "2026-04-20T09:30:00.000001Z" - 1,
	YEAR_FIRST = 1970,
	YEAR_LAST = 9999,
	DIGIT_COUNT_MIN = 15, /* 1973: 20260420 is a date somebody forgot to write with dashes */
};

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days since 1970-01-01. */
static int64_t
days_since(int year, int month, int day)
{
	int64_t days = day - 1;

	for (int y = YEAR_FIRST; y < year; y++)
		days += is_leap(y) ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += days_of_month(year, m);
	return days;
}

/* Two or four digits at text; -1: they are none. */
static int
digits_at(const char *text, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* text: at least DATE_SIZE characters. */
static bool
read_date(const char *text, int64_t *days)
{
	int year = digits_at(text, 4), month = digits_at(text + 5, 2), day = digits_at(text + 8, 2);

	if (text[4] != '-' || text[7] != '-' || year < YEAR_FIRST || month < 1 || month > 12 ||
	    day < 1 || day > days_of_month(year, month))
		return false;
	*days = days_since(year, month, day);
	return true;
}

/* "17:30", "17:30:05", "24:00"; what follows it in *end. */
static bool
read_clock(const char *text, int64_t *seconds, const char **end)
{
	int hour = digits_at(text, 2), minute, second = 0;

	if (hour < 0 || text[2] != ':')
		return false;
	minute = digits_at(text + 3, 2);
	*end = text + 5;
	if (minute >= 0 && text[5] == ':') {
		second = digits_at(text + 6, 2);
		*end = text + 8;
	}
	if (minute < 0 || minute > 59 || second < 0 || second > 59 || hour > 24)
		return false;
	*seconds = (int64_t)hour * 3600 + minute * 60 + second;
	return *seconds <= DAY_S;
}

/* ".000001Z" or "Z". */
static bool
read_zulu(const char *text, int64_t *micros)
{
	int64_t unit = SECOND_US / 10;

	*micros = 0;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9' && unit > 0; text++, unit /= 10)
			*micros += (*text - '0') * unit;
	return strcmp(text, "Z") == 0;
}

static bool
read_digits(const char *text, uint64_t *us)
{
	uint64_t value = 0;

	if (strlen(text) < DIGIT_COUNT_MIN)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || value > INT64_MAX / 10 - 1)
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
	}
	*us = value;
	return true;
}

/* Without blanks at both ends, NUL-ended, short enough to be a moment. */
static bool
trim(struct bytes text, char buffer[TEXT_SIZE_MAX + 1])
{
	while (text.size > 0 && text.data[0] == ' ')
		text = (struct bytes){text.data + 1, text.size - 1};
	while (text.size > 0 && text.data[text.size - 1] == ' ')
		text.size--;
	if (text.size > TEXT_SIZE_MAX || (text.size > 0 && memchr(text.data, 0, text.size) != NULL))
		return false;
	if (text.size > 0)
		memcpy(buffer, text.data, text.size);
	memset(buffer + text.size, 0, TEXT_SIZE_MAX + 1 - text.size);
	return true;
}

enum jx_err
rows_moment_read(struct bytes text, uint64_t *us)
{
	int64_t days, seconds, micros = 0, zone = BEIJING_S;
	char plain[TEXT_SIZE_MAX + 1];
	const char *end;

	if (!trim(text, plain))
		return JX_E_FIELD;
	if (read_digits(plain, us))
		return JX_OK;
	if (!read_date(plain, &days))
		return JX_E_FIELD;
	if (plain[DATE_SIZE] == '\0') {
		seconds = DAY_S;
	} else {
		if ((plain[DATE_SIZE] != ' ' && plain[DATE_SIZE] != 'T') ||
		    !read_clock(plain + DATE_SIZE + 1, &seconds, &end))
			return JX_E_FIELD;
		if (*end != '\0') {
			if (!read_zulu(end, &micros))
				return JX_E_FIELD;
			zone = 0;
		}
	}
	seconds += days * DAY_S - zone;
	if (seconds < 0)
		return JX_E_FIELD;
	*us = (uint64_t)seconds * SECOND_US + (uint64_t)micros;
	return JX_OK;
}

bool
rows_is_date(struct bytes text)
{
	int64_t days;

	return text.size == DATE_SIZE && read_date((const char *)text.data, &days);
}

struct calendar {
	int year, month, day;
};

/* false: beyond four digits of a year. */
static bool
calendar_of(uint64_t days, struct calendar *out)
{
	int year = YEAR_FIRST, month = 1;

	while (year <= YEAR_LAST && days >= (is_leap(year) ? 366u : 365u))
		days -= is_leap(year++) ? 366 : 365;
	if (year > YEAR_LAST)
		return false;
	while (days >= (uint64_t)days_of_month(year, month))
		days -= (uint64_t)days_of_month(year, month++);
	*out = (struct calendar){year, month, (int)days + 1};
	return true;
}

/* Beijing's day and second of it; midnight is the day before's 24:00. */
static bool
beijing_of(uint64_t us, struct calendar *day, uint32_t *second)
{
	uint64_t seconds = us / SECOND_US + BEIJING_S;
	uint64_t days = seconds / DAY_S;

	*second = (uint32_t)(seconds % DAY_S);
	if (*second == 0 && us % SECOND_US == 0 && days > 0) {
		days--;
		*second = DAY_S;
	}
	return calendar_of(days, day);
}

static const char *
utc_text(uint64_t us, char buffer[ROWS_MOMENT_SIZE])
{
	uint64_t seconds = us / SECOND_US;
	uint32_t second = (uint32_t)(seconds % DAY_S);
	struct calendar day;

	if (calendar_of(seconds / DAY_S, &day))
		snprintf(buffer, ROWS_MOMENT_SIZE, "%04d-%02d-%02dT%02u:%02u:%02u.%06uZ", day.year,
		    day.month, day.day, second / 3600, second / 60 % 60, second % 60,
		    (unsigned)(us % SECOND_US));
	else
		snprintf(buffer, ROWS_MOMENT_SIZE, "%llu", (unsigned long long)us);
	return buffer;
}

const char *
rows_moment_text(uint64_t us, char buffer[ROWS_MOMENT_SIZE])
{
	struct calendar day;
	uint32_t second;

	if (us % (60u * SECOND_US) != 0 || !beijing_of(us, &day, &second))
		return utc_text(us, buffer);
	if (second == DAY_S)
		snprintf(
		    buffer, ROWS_MOMENT_SIZE, "%04d-%02d-%02d", day.year, day.month, day.day);
	else
		snprintf(buffer, ROWS_MOMENT_SIZE, "%04d-%02d-%02d %02u:%02u", day.year, day.month,
		    day.day, second / 3600, second / 60 % 60);
	return buffer;
}

const char *
rows_moment_shown(uint64_t us, char buffer[ROWS_MOMENT_SIZE])
{
	struct calendar day;
	uint32_t second;

	if (!beijing_of(us, &day, &second))
		return utc_text(us, buffer);
	if (second == DAY_S)
		snprintf(buffer, ROWS_MOMENT_SIZE, "%04d-%02d-%02d 24:00", day.year, day.month,
		    day.day);
	else
		snprintf(buffer, ROWS_MOMENT_SIZE, "%04d-%02d-%02d %02u:%02u:%02u", day.year,
		    day.month, day.day, second / 3600, second / 60 % 60, second % 60);
	return buffer;
}
