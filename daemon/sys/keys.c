#include "sys/keys.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/disk.h"

enum { KEYS_SECRET_SIZE = 32, KEYS_PASSWORD_LENGTH = 20 }; /* 119 bits */

static enum jx_err
keys_fail(const struct log_port *log, const char *path, const char *why)
{
	log_say(log, LOG_LEVEL_ERROR, "keys", "%s: %s", path, why);
	return JX_E_FILE;
}

/* A secret that others could read is none. */
static enum jx_err
keys_check_rights(const struct log_port *log, const char *path)
{
	struct stat stat_of;

	if (stat(path, &stat_of) != 0)
		return keys_fail(log, path, strerror(errno));
	if ((stat_of.st_mode & 077) != 0)
		return keys_fail(log, path,
		    "他人可读，请 chmod 600（若已泄露请更换）/ others may read it: chmod 600 (and "
		    "replace "
		    "it if it leaked)");
	return JX_OK;
}

/* The bytes of DIR/name; made by make when absent, which writes new bytes, at most size_max. */
static enum jx_err
keys_get(const char *dir, const char *name, const struct log_port *log,
    size_t (*make)(uint8_t *bytes), uint8_t *bytes, size_t size_max, size_t *size)
{
	char path[PATH_MAX], *text = NULL;
	enum jx_err err;

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return keys_fail(log, dir, strerror(ENAMETOOLONG));
	err = disk_read(path, &text, size);
	if (err == JX_E_NOT_FOUND) {
		*size = make(bytes);
		if (disk_write(path, 0600, (struct bytes){bytes, *size}) != JX_OK)
			return keys_fail(log, path, strerror(errno));
		log_say(log, LOG_LEVEL_INFO, "keys_made", "%s", path);
		return JX_OK;
	}
	if (err != JX_OK)
		return keys_fail(
		    log, path, err == JX_E_FILE ? strerror(errno) : err_what(err, JX_EN));
	if (*size > size_max)
		err = keys_fail(log, path, "不应如此之长 / too long");
	else
		memcpy(bytes, text, *size);
	sodium_memzero(text, *size);
	free(text);
	return err == JX_OK ? keys_check_rights(log, path) : err;
}

static size_t
keys_make_secret(uint8_t *bytes)
{
	randombytes_buf(bytes, KEYS_SECRET_SIZE);
	return KEYS_SECRET_SIZE;
}

static size_t
keys_make_password(uint8_t *bytes)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (size_t i = 0; i < KEYS_PASSWORD_LENGTH; i++)
		bytes[i] = (uint8_t)letters[randombytes_uniform(sizeof letters - 1)];
	bytes[KEYS_PASSWORD_LENGTH] = '\n';
	return KEYS_PASSWORD_LENGTH + 1;
}

static enum jx_err
keys_read_secret(const char *dir, const char *name, const struct log_port *log, uint8_t *secret)
{
	uint8_t bytes[KEYS_SECRET_SIZE];
	size_t size = 0;
	enum jx_err err = keys_get(dir, name, log, keys_make_secret, bytes, sizeof bytes, &size);

	if (err == JX_OK && size != KEYS_SECRET_SIZE)
		err = keys_fail(log, name, "应为 32 字节 / expected 32 bytes");
	if (err == JX_OK)
		memcpy(secret, bytes, KEYS_SECRET_SIZE);
	sodium_memzero(bytes, sizeof bytes);
	return err;
}

static enum jx_err
keys_read_password(const char *dir, const struct log_port *log, char *password)
{
	uint8_t bytes[KEYS_PASSWORD_SIZE_MAX];
	size_t size = 0;
	enum jx_err err =
	    keys_get(dir, "admin.password", log, keys_make_password, bytes, sizeof bytes, &size);

	while (err == JX_OK && size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r'))
		size--;
	if (err == JX_OK && (size == 0 || memchr(bytes, '\0', size) != NULL))
		err = keys_fail(log, "admin.password", "不是密码 / no password in it");
	if (err == JX_OK) {
		memcpy(password, bytes, size);
		password[size] = '\0';
	}
	sodium_memzero(bytes, sizeof bytes);
	return err;
}

/* Written anew at each start: it follows from the secret. */
static enum jx_err
keys_write_public(const char *dir, const struct log_port *log, const struct keys *keys)
{
	char path[PATH_MAX], hex[2 * sizeof keys->signing_public + 2];

	sodium_bin2hex(hex, sizeof hex, keys->signing_public, sizeof keys->signing_public);
	strcat(hex, "\n");
	if (snprintf(path, sizeof path, "%s/receipt.pub", dir) >= (int)sizeof path)
		errno = ENAMETOOLONG;
	else if (disk_write(path, 0644, (struct bytes){(uint8_t *)hex, strlen(hex)}) == JX_OK)
		return JX_OK;
	return keys_fail(log, "receipt.pub", strerror(errno));
}

enum jx_err
keys_read(const char *dir, const struct log_port *log, struct keys *keys)
{
	char path[PATH_MAX];
	uint8_t seed[KEYS_SECRET_SIZE];
	enum jx_err err = JX_OK;

	if (snprintf(path, sizeof path, "%s/keys", dir) >= (int)sizeof path ||
	    disk_make_dir(path, 0700) != JX_OK)
		return keys_fail(log, path, strerror(errno));
	memset(keys, 0, sizeof *keys);
	err = keys_read_secret(dir, "keys/signing.key", log, seed);
	if (err == JX_OK)
		crypto_sign_seed_keypair(keys->signing_public, keys->signing_secret, seed);
	sodium_memzero(seed, sizeof seed);
	if (err == JX_OK)
		err = keys_read_secret(dir, "keys/token.key", log, keys->token_key);
	if (err == JX_OK)
		err = keys_read_password(dir, log, keys->admin_password);
	if (err == JX_OK)
		err = keys_write_public(dir, log, keys);
	if (err != JX_OK)
		keys_clear(keys);
	return err;
}

void
keys_clear(struct keys *keys)
{
	sodium_memzero(keys, sizeof *keys);
}
