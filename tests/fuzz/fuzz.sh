#!/bin/sh
# One fuzz target, built with clang and run for some seconds on its corpus.
# usage: fuzz.sh SOURCE_DIR BUILD_DIR NAME SECONDS [--expect-finding PLANT]
# With --expect-finding the bug of that name is planted, and the fuzzer must find it.
set -eu
source=$1 build=$2/fuzz name=$3 seconds=$4 plant=${6:-}
[ -z "$plant" ] || build=$build-$plant

# One at a time configures and builds; the fuzzing itself runs side by side.
mkdir -p "$build"
(
	flock 9
	cmake -S "$source" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang-14 -DCMAKE_BUILD_TYPE=Debug \
		-DJX_SANITIZE=ON -DJX_FUZZ=ON -DJX_PLANT="$plant" >/dev/null
	cmake --build "$build" --target "$name" >"$build/build-$name.log" 2>&1 || { tail -n 30 "$build/build-$name.log"; exit 1; }
) 9>"$build/lock"

export LSAN_OPTIONS="suppressions=$source/tests/fuzz/lsan.supp:print_suppressions=0"
found=$build/$name-found
mkdir -p "$found"
set +e
"$build/tests/fuzz/$name" -max_total_time="$seconds" -timeout=10 -seed=1 -max_len=4096 -print_final_stats=1 \
	-artifact_prefix="$found/" "$found" "$source/tests/fuzz/corpus/${name%_fuzz}" >"$build/$name.log" 2>&1
status=$?
set -e
grep -E 'stat::number_of_executed_units|stat::peak_rss_mb|SUMMARY|ERROR:' "$build/$name.log" || true
if [ -n "$plant" ]; then
	[ $status -ne 0 ] && echo "the planted bug was found"
	exit $((status == 0))
fi
exit $status
