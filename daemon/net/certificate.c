#include "net/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_SIZE = 600,
	NAMES_SIZE = 1024,
	DAY = 86400,
	CA_DAYS = 3650,
	SERVER_DAYS = 730,
	RENEW_DAYS = 30
};

typedef int (*certificate_write_fn)(FILE *file, const void *object);

static int
certificate_write_key(FILE *file, const void *object)
{
	return PEM_write_PKCS8PrivateKey(file, object, NULL, NULL, 0, NULL, NULL);
}

static int
certificate_write_x509(FILE *file, const void *object)
{
	return PEM_write_X509(file, object);
}

static void
certificate_path(char *path, const char *dir, const char *name)
{
	snprintf(path, PATH_SIZE, "%s/%s", dir, name);
}

/* Written aside, synced, renamed: a crash leaves the old file or the new one. */
static enum jx_err
certificate_save(const char *dir, const char *name, mode_t mode, certificate_write_fn write_fn,
    const void *object, const struct log_port *log)
{
	char path[PATH_SIZE], aside[PATH_SIZE + 8];
	FILE *file = NULL;
	bool good;
	int fd;

	certificate_path(path, dir, name);
	snprintf(aside, sizeof aside, "%s.new", path);
	(void)unlink(aside);
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd != -1)
		file = fdopen(fd, "w");
	good = file != NULL && write_fn(file, object) == 1 && fflush(file) == 0 && fsync(fd) == 0;
	if (file != NULL)
		good = fclose(file) == 0 && good;
	else if (fd != -1)
		close(fd);
	if (good && rename(aside, path) == 0)
		return JX_OK;
	log_say(log, LOG_LEVEL_ERROR, "certificate_failed", "%s: %s", path, strerror(errno));
	return JX_E_FILE;
}

static void *
certificate_load(const char *dir, const char *name, bool is_key)
{
	char path[PATH_SIZE];
	FILE *file;
	void *object;

	certificate_path(path, dir, name);
	file = fopen(path, "re");
	if (file == NULL)
		return NULL;
	object = is_key ? (void *)PEM_read_PrivateKey(file, NULL, NULL, NULL)
			: (void *)PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	return object;
}

static bool
certificate_extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool good;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	good = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

/* What a CA's and a server's certificate have in common; not yet signed. */
static X509 *
certificate_begin(EVP_PKEY *key, const char *name, X509 *issuer, int days)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_NAME_new();
	unsigned char serial[16];
	BIGNUM *number = NULL;
	bool good =
	    certificate != NULL && subject != NULL && RAND_bytes(serial, sizeof serial) == 1;

	serial[0] &= 0x7f;
	good = good && (number = BN_bin2bn(serial, sizeof serial, NULL)) != NULL &&
	       BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL &&
	       X509_set_version(certificate, 2) == 1 &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY) != NULL &&
	       X509_gmtime_adj(X509_getm_notAfter(certificate), (long)days * DAY) != NULL &&
	       X509_set_pubkey(certificate, key) == 1 &&
	       X509_NAME_add_entry_by_txt(
		   subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1 &&
	       X509_set_subject_name(certificate, subject) == 1 &&
	       X509_set_issuer_name(
		   certificate, issuer == NULL ? subject : X509_get_subject_name(issuer)) == 1;
	BN_free(number);
	X509_NAME_free(subject);
	if (good)
		return certificate;
	X509_free(certificate);
	return NULL;
}

static enum jx_err
certificate_make_ca(const char *dir, const struct log_port *log)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *ca = key == NULL ? NULL : certificate_begin(key, "jixiao CA", NULL, CA_DAYS);
	enum jx_err err = JX_E_INTERNAL;

	if (ca != NULL &&
	    certificate_extend(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	    certificate_extend(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    certificate_extend(ca, ca, NID_subject_key_identifier, "hash") &&
	    X509_sign(ca, key, EVP_sha256()) > 0) {
		err = certificate_save(dir, "ca.key", 0600, certificate_write_key, key, log);
		if (err == JX_OK)
			err =
			    certificate_save(dir, "ca.pem", 0644, certificate_write_x509, ca, log);
	}
	X509_free(ca);
	EVP_PKEY_free(key);
	return err;
}

/* "127.0.0.1" of "127.0.0.1:7443", "::1" of "[::1]:0". */
static void
certificate_host(const char *listen, char *host, size_t size)
{
	const char *end = strrchr(listen, ':');
	size_t length = end == NULL ? strlen(listen) : (size_t)(end - listen);

	if (length >= 2 && listen[0] == '[') {
		listen++;
		length -= 2;
	}
	snprintf(host, size, "%.*s", (int)length, listen);
}

/* The names of this machine that clients may use. */
static void
certificate_names(const char *listen, char *names, size_t size)
{
	char host[256], machine[256] = "";
	int used = snprintf(names, size, "DNS:localhost,IP:127.0.0.1,IP:::1");

	certificate_host(listen, host, sizeof host);
	if (gethostname(machine, sizeof machine - 1) == 0 && machine[0] != '\0')
		used += snprintf(names + used, size - (size_t)used, ",DNS:%s", machine);
	if (strcmp(host, "127.0.0.1") != 0 && strcmp(host, "::1") != 0 &&
	    strcmp(host, "0.0.0.0") != 0 && strcmp(host, "::") != 0)
		snprintf(names + used, size - (size_t)used, ",IP:%s", host);
}

static enum jx_err
certificate_make_server(const char *dir, const char *listen, const struct log_port *log)
{
	char names[NAMES_SIZE];
	EVP_PKEY *ca_key = certificate_load(dir, "ca.key", true), *key = EVP_EC_gen("P-256");
	X509 *ca = certificate_load(dir, "ca.pem", false);
	X509 *server = NULL;
	enum jx_err err = JX_E_INTERNAL;

	certificate_names(listen, names, sizeof names);
	if (ca_key != NULL && ca != NULL && key != NULL)
		server = certificate_begin(key, "jixiaod", ca, SERVER_DAYS);
	if (server != NULL &&
	    certificate_extend(server, ca, NID_basic_constraints, "critical,CA:FALSE") &&
	    certificate_extend(server, ca, NID_key_usage, "critical,digitalSignature") &&
	    certificate_extend(server, ca, NID_ext_key_usage, "serverAuth") &&
	    certificate_extend(server, ca, NID_subject_alt_name, names) &&
	    X509_sign(server, ca_key, EVP_sha256()) > 0) {
		err = certificate_save(dir, "server.key", 0600, certificate_write_key, key, log);
		if (err == JX_OK)
			err = certificate_save(
			    dir, "server.pem", 0644, certificate_write_x509, server, log);
	} else {
		log_say(log, LOG_LEVEL_ERROR, "certificate_failed",
		    "no server certificate could be made in %s", dir);
	}
	X509_free(server);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return err;
}

/* Long enough valid, of this CA, with the address in it, and its key beside it? */
static bool
certificate_is_good(const char *dir, const char *listen)
{
	char host[256];
	X509 *server = certificate_load(dir, "server.pem", false),
	     *ca = certificate_load(dir, "ca.pem", false);
	EVP_PKEY *key = certificate_load(dir, "server.key", true);
	int days = 0, seconds = 0;
	bool good;

	certificate_host(listen, host, sizeof host);
	good = server != NULL && ca != NULL && key != NULL &&
	       X509_check_private_key(server, key) == 1 &&
	       X509_verify(server, X509_get0_pubkey(ca)) == 1 &&
	       ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(server)) == 1 &&
	       days >= RENEW_DAYS &&
	       (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0 ||
		   X509_check_ip_asc(server, host, 0) == 1 ||
		   X509_check_host(server, host, 0, 0, NULL) == 1);
	X509_free(server);
	X509_free(ca);
	EVP_PKEY_free(key);
	return good;
}

enum jx_err
certificate_prepare(const char *dir, const char *listen, const struct log_port *log)
{
	char ca[PATH_SIZE];

	if (mkdir(dir, 0755) != 0 && errno != EEXIST) {
		log_say(log, LOG_LEVEL_ERROR, "certificate_failed", "%s: %s", dir, strerror(errno));
		return JX_E_FILE;
	}
	certificate_path(ca, dir, "ca.pem");
	if (access(ca, F_OK) != 0) {
		enum jx_err err = certificate_make_ca(dir, log);

		if (err != JX_OK)
			return err;
	}
	return certificate_is_good(dir, listen) ? JX_OK : certificate_make_server(dir, listen, log);
}
