#include "sys/keys.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/disk.h"

enum {
	KEYS_SECRET_SIZE = 32,
	KEYS_PASSWORD_LENGTH = 20, /* 119 bits */
	KEYS_ID_SIZE = 8,          /* of SHA-256 of the public key, as receipts name it */
	KEYS_NAME_SIZE = 300,
};

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

/* ---- Keys that were rotated out. */

/* "keys/signing-KEYID.key" of a public key; name: KEYS_NAME_SIZE bytes. */
static void
keys_former_name(const uint8_t public_key[32], char *name)
{
	uint8_t hash[32];
	char hex[2 * KEYS_ID_SIZE + 1];

	crypto_hash_sha256(hash, public_key, 32);
	sodium_bin2hex(hex, sizeof hex, hash, KEYS_ID_SIZE);
	snprintf(name, KEYS_NAME_SIZE, "keys/signing-%s.key", hex);
}

static bool
keys_is_former(const char *name)
{
	static const char head[] = "signing-", tail[] = ".key";
	size_t size = strlen(name);

	return size == sizeof head - 1 + 2 * KEYS_ID_SIZE + sizeof tail - 1 &&
	       strncmp(name, head, sizeof head - 1) == 0 && strcmp(name + size - (sizeof tail - 1), tail) == 0;
}

/* It must be the key that its name says. The present one, kept by a rotation that was cut short, is none of the former. */
static enum jx_err
keys_add_former(const char *dir, const char *file, const struct log_port *log, struct keys *keys)
{
	char name[KEYS_NAME_SIZE], expected[KEYS_NAME_SIZE];
	uint8_t seed[KEYS_SECRET_SIZE], public_key[32], secret[64];
	enum jx_err err;

	snprintf(name, sizeof name, "keys/%s", file);
	if (keys->former_count == KEYS_FORMER_COUNT_MAX)
		return keys_fail(log, dir,
		    "旧签名密钥超过 16 个，请移走最早的 / more than 16 former signing keys: move the oldest away");
	err = keys_read_secret(dir, name, log, seed);
	if (err != JX_OK)
		return err;
	crypto_sign_seed_keypair(public_key, secret, seed);
	sodium_memzero(seed, sizeof seed);
	keys_former_name(public_key, expected);
	if (strcmp(name, expected) != 0)
		err = keys_fail(log, name, "内容与文件名不符 / it is not the key of its name");
	else if (memcmp(public_key, keys->signing_public, sizeof public_key) != 0)
		memcpy(keys->former_secret[keys->former_count++], secret, sizeof secret);
	sodium_memzero(secret, sizeof secret);
	return err;
}

static enum jx_err
keys_read_former(const char *dir, const struct log_port *log, struct keys *keys)
{
	char path[PATH_MAX];
	enum jx_err err = JX_OK;
	struct dirent *entry;
	DIR *folder;

	if (snprintf(path, sizeof path, "%s/keys", dir) >= (int)sizeof path)
		return keys_fail(log, dir, strerror(ENAMETOOLONG));
	folder = opendir(path);
	if (folder == NULL)
		return keys_fail(log, path, strerror(errno));
	while (err == JX_OK && (entry = readdir(folder)) != NULL)
		if (keys_is_former(entry->d_name))
			err = keys_add_former(dir, entry->d_name, log, keys);
	closedir(folder);
	return err;
}

static enum jx_err
keys_write(const char *dir, const char *name, const struct log_port *log, const uint8_t seed[KEYS_SECRET_SIZE])
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		errno = ENAMETOOLONG;
	else if (disk_write(path, 0600, (struct bytes){seed, KEYS_SECRET_SIZE}) == JX_OK)
		return JX_OK;
	return keys_fail(log, name, strerror(errno));
}

enum jx_err
keys_rotate(const char *dir, const struct log_port *log)
{
	char path[PATH_MAX], name[KEYS_NAME_SIZE];
	uint8_t seed[KEYS_SECRET_SIZE];
	struct keys keys;
	enum jx_err err;

	/* Reading would make one: in a folder that is no daemon's, too. */
	if (snprintf(path, sizeof path, "%s/keys/signing.key", dir) >= (int)sizeof path || access(path, F_OK) != 0)
		return keys_fail(log, path, "没有可换的签名密钥 / there is no signing key to be changed");
	err = keys_read(dir, log, &keys);
	if (err != JX_OK)
		return err;
	if (keys.former_count == KEYS_FORMER_COUNT_MAX) {
		keys_clear(&keys);
		(void)keys_fail(log, dir,
		    "旧签名密钥已有 16 个，请先移走最早的 / 16 former signing keys: move the oldest away first");
		return JX_E_TOO_BIG;
	}
	keys_former_name(keys.signing_public, name);
	crypto_sign_ed25519_sk_to_seed(seed, keys.signing_secret);
	err = keys_write(dir, name, log, seed);
	randombytes_buf(seed, sizeof seed);
	if (err == JX_OK)
		err = keys_write(dir, "keys/signing.key", log, seed);
	crypto_sign_seed_keypair(keys.signing_public, keys.signing_secret, seed);
	sodium_memzero(seed, sizeof seed);
	if (err == JX_OK)
		err = keys_write_public(dir, log, &keys);
	keys_clear(&keys);
	if (err == JX_OK)
		log_say(log, LOG_LEVEL_INFO, "keys_rotated", "%s", name);
	return err;
}

/* ---- All. */

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
		err = keys_read_former(dir, log, keys);
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
