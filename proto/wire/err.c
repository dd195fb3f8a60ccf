#include "wire/err.h"

#include <assert.h>
#include <string.h>

struct err_row {
	const char *name;
	uint32_t retry_ms;
	int exit_status;
	const char *what[2]; /* by enum jx_lang */
	const char *todo[2];
};

static const struct err_row err_rows[JX_ERR_COUNT] = {
    [JX_OK] = {"OK", 0, 0, {"成功", "ok"}, {"", ""}},
    [JX_AGAIN] = {"AGAIN", 0, 1, {"尚未完成", "not yet"}, {"请稍候", "wait"}},
/* clang-format off */
#define ERR_ROW(symbol, name, retry_ms, exit_status, zh_what, en_what, zh_todo, en_todo) \
	[symbol] = {name, retry_ms, exit_status, {zh_what, en_what}, {zh_todo, en_todo}},
	JX_ERRORS(ERR_ROW)
#undef ERR_ROW
    /* clang-format on */
};

static const struct err_row *
err_row(enum jx_err err)
{
	/* An enum of C may hold any number: one from the wire or a newer peer must not index past
	 * the table. */
	if ((unsigned)err >= JX_ERR_COUNT)
		err = JX_E_INTERNAL;
	assert(err_rows[err].name != NULL);
	return &err_rows[err];
}

const char *
err_name(enum jx_err err)
{
	return err_row(err)->name;
}

const char *
err_what(enum jx_err err, enum jx_lang lang)
{
	return err_row(err)->what[lang == JX_EN];
}

const char *
err_todo(enum jx_err err, enum jx_lang lang)
{
	return err_row(err)->todo[lang == JX_EN];
}

uint32_t
err_retry_ms(enum jx_err err)
{
	return err_row(err)->retry_ms;
}

int
err_exit(enum jx_err err)
{
	return err_row(err)->exit_status;
}

enum jx_err
err_find(const char *name)
{
	for (unsigned i = JX_AGAIN + 1; name != NULL && i < JX_ERR_COUNT; i++)
		if (strcmp(err_rows[i].name, name) == 0)
			return (enum jx_err)i;
	return JX_E_INTERNAL;
}
