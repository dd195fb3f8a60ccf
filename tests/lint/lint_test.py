#!/usr/bin/env python3
"""Every check of lint.py must fail on a breach planted on purpose.

usage: lint_test.py SOURCE_DIR BUILD_DIR
"""
import os
import shutil
import subprocess
import sys
import tempfile

source, build = sys.argv[1], sys.argv[2]
LINT = os.path.join(source, "tests/lint/lint.py")

# check, file, text to append (None: remove the file), what the fault must say
BREACHES = [
    ("layers", "daemon/core/core.c", '#include "store/store.h"\n', "daemon/core may not include"),
    ("layers", "daemon/net/breach.c", '#include "core/core.h"\n', "daemon/net may not include"),
    ("layers", "daemon/core/core.c", "#include <event2/event.h>\n", "use the port"),
    ("layers", "daemon/stray/stray.c", "int stray;\n", "outside every room"),
    ("layers", "daemon/core/core.c", '#include "core.h"\n', "include without its room"),
    ("floats", "daemon/scoring/breach.c", "double half = 0;\n", "floating point"),
    ("size", "daemon/core/breach.c", "void\nbreach_long(void)\n{\n" + "\t;\n" * 71 + "}\n", "at most 70"),
    ("size", "daemon/core/breach.c", "\n" * 601, "at most 600"),
    ("headers", "daemon/core/breach.h", "struct route_unknown breach_of(enum undeclared);\n", "does not compile alone"),
    ("prefixes", "daemon/core/breach.c", "void\nother_name(void)\n{\n}\n", "exports other_name()"),
    ("docs", "README.md", "\n`daemon/nowhere/nothing.c`\n", "which is not there"),
]


def plant_and_lint(check, path, text):
    with tempfile.TemporaryDirectory() as folder:
        tree = os.path.join(folder, "tree")
        shutil.copytree(source, tree, ignore=shutil.ignore_patterns("build", "build-*", ".git"))
        planted = os.path.join(tree, path)
        os.makedirs(os.path.dirname(planted), exist_ok=True)
        with open(planted, "a", encoding="utf-8") as file:
            file.write(text)
        view = build
        if check == "headers":  # the build's include views point at the real tree: give the copy its own
            view = os.path.join(folder, "build")
            os.makedirs(os.path.join(view, "include"))
            for name in os.listdir(os.path.join(build, "include")):
                link = os.path.join(build, "include", name)
                prefix = os.listdir(link)[0]
                target = os.path.relpath(os.path.realpath(os.path.join(link, prefix)), os.path.realpath(source))
                os.makedirs(os.path.join(view, "include", name))
                os.symlink(os.path.join(tree, target), os.path.join(view, "include", name, prefix))
            os.makedirs(os.path.join(view, "proto"))
            os.symlink(os.path.join(build, "proto/gen"), os.path.join(view, "proto/gen"))
        return subprocess.run([sys.executable, LINT, tree, view, check], capture_output=True, text=True)


def pure_breach():
    """A pure room that asks for the clock: compiled, put into a copy of its library."""
    with tempfile.TemporaryDirectory() as folder:
        for library in ("jx_wire", "jx_scheme", "jx_records", "jx_scoring", "jx_core"):
            archive = next(os.path.join(f, n) for f, _, ns in os.walk(build) for n in ns if n == f"lib{library}.a")
            shutil.copy(archive, folder)
        c_file = os.path.join(folder, "breach.c")
        with open(c_file, "w", encoding="utf-8") as file:
            file.write("#include <time.h>\nlong breach_now(void);\nlong breach_now(void) { return (long)time(0); }\n")
        subprocess.run(["cc", "-c", c_file, "-o", os.path.join(folder, "breach.o")], check=True)
        subprocess.run(["ar", "q", os.path.join(folder, "libjx_core.a"), os.path.join(folder, "breach.o")], check=True)
        return subprocess.run([sys.executable, LINT, source, folder, "pure"], capture_output=True, text=True)


passed = failed = 0
for check, path, text, expected in BREACHES:
    result = plant_and_lint(check, path, text)
    good = result.returncode == 1 and expected in result.stdout
    passed, failed = passed + good, failed + (not good)
    if not good:
        print(f"not caught: {check} in {path}\n{result.stdout}{result.stderr}")
result = pure_breach()
good = result.returncode == 1 and "is pure but asks for time()" in result.stdout
passed, failed = passed + good, failed + (not good)
if not good:
    print(f"not caught: pure\n{result.stdout}{result.stderr}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
