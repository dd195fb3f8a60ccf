"""The house as a table: which room may include which, which rooms are pure.

A room is a folder of C files. The names are the prefixes of its includes.
"""

ROOMS = {
    # folder            may include (besides itself)
    "proto/wire":      set(),
    "daemon/scheme":   {"wire"},
    "daemon/records":  {"wire", "scheme"},
    "daemon/scoring":  {"wire", "scheme", "records"},
    "daemon/deeds":    {"wire", "scheme", "records", "scoring"},
    "daemon/port":     {"wire"},
    "daemon/core":     {"wire", "scheme", "records", "scoring", "deeds", "port"},
    "daemon/net":      {"wire", "port"},
    "daemon/store":    {"wire", "port"},
    "daemon/job":      {"wire", "port"},
    "daemon/sys":      {"wire", "port"},
    "client/bundle":   {"wire", "scheme", "records"},
    "client/rows":     {"wire", "scheme", "records", "bundle"},
    "client/link":     {"wire"},
    "client/outbox":   {"wire"},
    "client/print":    {"wire"},
    "client/cli":      {"wire", "scheme", "records", "scoring", "deeds", "bundle", "rows", "link", "outbox", "print"},
}

# Libraries of the world, and the only rooms that may name them.
WORLD = {
    "event2/":     {"daemon/net", "daemon/store", "daemon/job", "daemon/sys"},
    "openssl/":    {"daemon/net", "client/link"},
    "libpq-fe.h":  {"daemon/store"},
    "seccomp.h":   {"daemon/job"},
    "pthread.h":   {"daemon/job"},
    "sys/socket.h": {"daemon/net", "daemon/store", "daemon/job", "daemon/sys", "client/link", "client/cli"},
    "time.h":      {"daemon/net", "daemon/store", "daemon/job", "daemon/sys", "client/link", "client/outbox", "client/cli"},
    "sqlite3.h":   {"client/outbox"},
    "pango/":      {"client/print"},
    "cairo":       {"client/print"},
    "fontconfig/": {"client/print"},
    "qrencode.h":  {"client/print"},
    "gmp.h":       {"daemon/scoring"},
    "libfyaml.h":  {"daemon/scheme", "daemon/sys", "client/cli"},
}

# Pure libraries: no clock, no socket, no file, no random, no floating point helpers.
PURE = {
    "jx_wire": "proto/wire",
    "jx_scheme": "daemon/scheme",
    "jx_records": "daemon/records",
    "jx_scoring": "daemon/scoring",
    "jx_deeds": "daemon/deeds",
    "jx_core": "daemon/core",
}

# What a pure library may ask of the world (regular expressions of whole names).
PURE_MAY = [
    r"mem(cpy|move|set|cmp|chr|mem|rchr)", r"str(n?len|n?cmp|n?cpy|chr|rchr|str|n?dup|cat|spn|cspn|pbrk|toul+|tol+)",
    r"stpcpy", r"malloc", r"calloc", r"realloc", r"free", r"v?snprintf", r"v?asprintf", r"qsort(_r)?", r"bsearch",
    r"__assert_fail", r"__stack_chk_fail", r"__ctype_\w+", r"tolower", r"toupper", r"abort", r"__errno_location",
    r"__isoc99_(s)?scanf", r"_GLOBAL_OFFSET_TABLE_",
    # a stream into memory, for the tables as text
    r"open_memstream", r"ferror", r"fprintf", r"fputc", r"fputs", r"fwrite", r"fclose",
    # libraries that compute and do nothing else
    r"__gmp[a-z]*_\w+", r"json_\w+", r"utf8proc_\w+", r"protobuf_c_\w+", r"jx__\w+", r"fy_\w+",
    r"crypto_(hash_sha256|sign|secretbox|generichash|box_seal_open|aead|core_ed25519_is_valid_point)\w*", r"sodium_(memzero|memcmp|bin2hex|hex2bin)",
    # the compiler's own arithmetic of 128 bits
    r"__u?(div|mod|divmod)ti[34]",
    # sanitizers and coverage of the test build
    r"__(asan|ubsan|sanitizer|lsan|sanitizer_cov)_\w+", r"__odr_asan\S*",
]
