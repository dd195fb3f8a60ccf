#include "deeds/rule.h"

#include <stdlib.h>
#include <string.h>

enum { BAND_COUNT_MAX = 20, PERCENT_MAX = 100, ACHIEVED_MAX = 1000 };

struct band {
	long reached, gives; /* whole percents */
};

static const char proportional[] = "proportional";
static const char bands_word[] = "bands:";

/* A whole number 0..most at *text; *text moves behind it. -1: none. */
static long
read_percent(const char **text, long most)
{
	char *end;
	long number;

	if (**text < '0' || **text > '9')
		return -1;
	number = strtol(*text, &end, 10);
	*text = end;
	return number > most ? -1 : number;
}

static long
read_cap(const char *rule)
{
	const char *text = rule + strlen(proportional);
	long cap;

	if (*text == '\0')
		return PERCENT_MAX;
	if (*text++ != ':')
		return -1;
	cap = read_percent(&text, PERCENT_MAX);
	return *text == '\0' && cap > 0 ? cap : -1;
}

/* How many bands; 0: the rule is none. */
static size_t
read_bands(const char *rule, struct band bands[BAND_COUNT_MAX])
{
	const char *text = rule + strlen(bands_word);
	size_t count = 0;

	for (;;) {
		struct band band;

		band.reached = read_percent(&text, ACHIEVED_MAX);
		if (band.reached < 0 || *text++ != '=')
			return 0;
		band.gives = read_percent(&text, PERCENT_MAX);
		if (band.gives < 0 || count == BAND_COUNT_MAX ||
		    (count > 0 && (band.reached >= bands[count - 1].reached || band.gives > bands[count - 1].gives)))
			return 0;
		bands[count++] = band;
		if (*text == '\0')
			return count;
		if (*text++ != ',')
			return 0;
	}
}

bool
rule_is_good(const char *rule)
{
	struct band bands[BAND_COUNT_MAX];

	if (strncmp(rule, bands_word, strlen(bands_word)) == 0)
		return read_bands(rule, bands) > 0;
	return strncmp(rule, proportional, strlen(proportional)) == 0 && read_cap(rule) > 0;
}

static int64_t
half_up(__int128 numerator, __int128 denominator)
{
	return (int64_t)((2 * numerator + denominator) / (2 * denominator));
}

int64_t
rule_points(const char *rule, int64_t points, int64_t value, int64_t target)
{
	struct band bands[BAND_COUNT_MAX];
	size_t count;

	if (!rule_is_good(rule) || target <= 0)
		return -1;
	if (strncmp(rule, proportional, strlen(proportional)) == 0) {
		long cap = read_cap(rule);

		if ((__int128)value * PERCENT_MAX >= (__int128)target * cap)
			return half_up((__int128)points * cap, PERCENT_MAX);
		return half_up((__int128)points * value, target);
	}
	count = read_bands(rule, bands);
	for (size_t i = 0; i < count; i++)
		if ((__int128)value * PERCENT_MAX >= (__int128)target * bands[i].reached)
			return half_up((__int128)points * bands[i].gives, PERCENT_MAX);
	return 0;
}
