#!/usr/bin/env python3
"""Holds the house's rules: layers, purity, size, names, headers, documents.

usage: lint.py SOURCE_DIR BUILD_DIR [CHECK ...]
Prints FILE:LINE: what is wrong; what to do instead. Exit 1 when anything is.
Each check is shown to fail on a planted breach by lint_test.py.
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rooms import PURE, PURE_MAY, ROOMS, WORLD  # noqa: E402

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
faults = []


def fault(path, line, what, instead):
    faults.append(f"{path}:{line}: {what}; {instead}")


def c_files(source, suffixes=(".c", ".h"), roots=("proto", "daemon", "client")):
    for root in roots:
        for folder, _, names in os.walk(os.path.join(source, root)):
            for name in sorted(names):
                if name.endswith(suffixes):
                    path = os.path.relpath(os.path.join(folder, name), source)
                    yield path, open(os.path.join(source, path), encoding="utf-8").read()


def check_layers(source, build):
    prefixes = {os.path.basename(room): room for room in ROOMS}
    for path, text in c_files(source):
        room = os.path.dirname(path)
        if room not in ROOMS:
            if path != "daemon/main.c":
                fault(path, 1, "a C file outside every room", "put it into a room of tests/lint/rooms.py")
            continue
        for number, line in enumerate(text.split("\n"), 1):
            own = re.match(r'\s*#\s*include "([^"/]+)/', line)
            world = re.match(r"\s*#\s*include <([^>]+)>", line)
            if re.match(r'\s*#\s*include "[^/"]+"', line):
                fault(path, number, "include without its room", 'write #include "room/file.h"')
            if own and prefixes.get(own.group(1)) != room and own.group(1) not in ROOMS[room]:
                may = ", ".join(sorted(ROOMS[room])) or "nothing but itself"
                fault(path, number, f'{room} may not include "{own.group(1)}/"',
                      f"it may include {may}; go through a port, or move the code")
            for name, rooms in WORLD.items():
                if world and world.group(1).startswith(name) and room not in rooms:
                    fault(path, number, f"{room} may not include <{world.group(1)}>",
                          f"only {', '.join(sorted(rooms))}: use the port")


def check_floats(source, build):
    for path, text in c_files(source):
        for number, line in enumerate(re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text,
                                             flags=re.S).split("\n"), 1):
            if re.search(r"\b(float|double|strtod|atof|json_real\w*|mpf_\w+|mpq_get_d)\b", re.sub(r'"[^"]*"', '""', line)):
                fault(path, number, "floating point", "hundredths in int64_t, or exact rationals")


def check_pure(source, build):
    allowed = re.compile("|".join(f"(?:{p})" for p in PURE_MAY))
    own = set()
    undefined = {}
    for library in PURE:
        archive = next((os.path.join(f, n) for f, _, ns in os.walk(build) for n in ns if n == f"lib{library}.a"), None)
        if archive is None:
            fault(PURE[library], 1, f"lib{library}.a is not built", "build all first")
            continue
        out = subprocess.run(["nm", "-A", archive], capture_output=True, text=True, check=True).stdout
        for line in out.splitlines():
            where, *_, kind, name = line.split()
            if kind == "U":
                undefined.setdefault(name, (library, where.split(":")[1]))
            elif kind.isupper():
                own.add(name)
    # port is headers and one pure file
    own |= {"log_say"}
    for name, (library, where) in sorted(undefined.items()):
        if name not in own and not allowed.fullmatch(name.split("@")[0]):
            fault(f"{PURE[library]}/{where.removesuffix('.o')}", 1, f"{library} is pure but asks for {name}()",
                  "take it through a port, or do it in an adapter")


def functions(text):
    """(line, name, length) of each function body in column 0 style."""
    lines = text.split("\n")
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            name = next((re.match(r"(\w+)\(", lines[i]).group(1) for i in range(start - 2, -1, -1)
                         if re.match(r"\w+\(", lines[i])), "?")
            yield start, name, number - start - 1
            start = None


def check_size(source, build):
    baseline = {}
    for line in open(os.path.join(source, "tests/lint/baseline.txt"), encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            name, size = line.split()
            baseline[name] = int(size)
    for path, text in c_files(source):
        sizes = [(1, path, text.count("\n"), FILE_LINES_MAX)]
        sizes += [(line, f"{path}:{name}", size, FUNCTION_LINES_MAX) for line, name, size in functions(text)
                  if path.endswith(".c")]
        for line, name, size, most in sizes:
            known = baseline.pop(name, None)
            if size > (known or most):
                fault(path, line, f"{name} has {size} lines, at most {known or most}", "split it by purpose")
            elif known is not None and size < known:
                fault("tests/lint/baseline.txt", 1, f"{name} shrank to {size}",
                      "lower its line, or take it out below the limit: the baseline may only shrink")
    for name in baseline:
        fault("tests/lint/baseline.txt", 1, f"{name} is no more", "take its line out")


def check_headers(source, build):
    flags = subprocess.run(
        ["pkg-config", "--cflags", "libprotobuf-c", "libevent_core", "jansson", "libpq", "libfyaml", "cairo"],
        capture_output=True, text=True, check=True).stdout.split()
    views = os.path.join(build, "include")
    includes = [f"-I{os.path.join(views, name)}" for name in sorted(os.listdir(views))]
    for path, _ in c_files(source, suffixes=(".h",)):
        name = f"{os.path.basename(os.path.dirname(path))}/{os.path.basename(path)}"
        result = subprocess.run(
            ["cc", "-std=c11", "-D_GNU_SOURCE", '-DJX_VERSION="0"', "-fsyntax-only", "-x", "c", "-", *includes,
             f"-I{os.path.join(build, 'proto/gen')}", *flags],
            input=f'#include "{name}"\n#include "{name}"\n', capture_output=True, text=True)
        if result.returncode != 0:
            fault(path, 1, "does not compile alone (or twice): " + result.stderr.split("\n")[0], "include what it needs")


def check_prefixes(source, build):
    """A file exports only names that begin with its own name or its room's (or a family's, in prefixes.txt)."""
    families = {}
    for line in open(os.path.join(source, "tests/lint/prefixes.txt"), encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            path, *names = line.split()
            families[path] = names
    for path, text in c_files(source, suffixes=(".c",)):
        if path == "daemon/main.c":
            continue
        stem = os.path.basename(path)[:-2]
        room = os.path.basename(os.path.dirname(path))
        may = [w for name in (stem, room) for w in (name, name + "s", name.removesuffix("s"))] + families.get(path, [])
        for match in re.finditer(r"^(?!static\b)(?:const |struct |enum |unsigned |[A-Za-z_])[^\n;={(]*\n(\w+)\(", text, re.M):
            line = text[:match.start()].count("\n") + 1
            if text[match.start():].startswith(("static", "typedef", "#")):
                continue
            if not any(match.group(1).startswith(p + "_") or match.group(1) == p for p in may):
                fault(path, line, f"exports {match.group(1)}()",
                      f"name it {stem}_…, make it static, or move it to the file of that name")


def check_docs(source, build):
    """Documents name only files and commands that exist."""
    for name in ("README.md", "README.en.md", "NEWS.md", "docs/requirements.md", "docs/visibility.md"):
        if not os.path.exists(os.path.join(source, name)):
            fault(name, 1, "is missing", "write it")
            continue
        for number, line in enumerate(open(os.path.join(source, name), encoding="utf-8"), 1):
            for word in re.findall(r"`([^`]+)`", line):
                path = word.split()[0].removeprefix("./").rstrip("/").split(":")[0]
                first = path.split("/")[0]
                if first in ("daemon", "client", "proto", "sql", "tests", "deploy", "docs", ".ci") and "*" not in path \
                        and not os.path.exists(os.path.join(source, path)):
                    fault(name, number, f"names {path}, which is not there", "correct the document")


CHECKS = {
    "layers": check_layers, "floats": check_floats, "pure": check_pure, "size": check_size,
    "headers": check_headers, "prefixes": check_prefixes, "docs": check_docs,
}


def main():
    source, build = sys.argv[1], sys.argv[2]
    for name in sys.argv[3:] or CHECKS:
        CHECKS[name](source, build)
    for line in faults:
        print(line)
    print(f"{len(sys.argv[3:] or CHECKS)} checks, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
