#!/usr/bin/env bash
# Plants one bug at a time into a copy of the sources and shows that a short sweep catches it.
#
#   Tests/Mutations/run.sh             all bugs
#   Tests/Mutations/run.sh 02 05       these
#   Tests/Mutations/run.sh --check     only whether every patch still fits the sources
#
# A bug counts as caught when a run fails with it that passes without it. Prints a table row a bug;
# exit code 1 when one is not caught, does not build, or its patch no longer fits.
#
# SEEDS (20) seeds of SCENARIOS (crashes-campus-30, links-campus-30, chaos-campus-100, chaos-harbour-100)
# are tried, JOBS (2) at a time.
# DROVER_MUTANT is the folder of the copy ($TMPDIR/drover-mutant): kept, so that the next bug builds
# quickly. Sources under version control are never touched.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/Tests/Mutations
copy=${DROVER_MUTANT:-${TMPDIR:-/tmp}/drover-mutant}
scenarios=${SCENARIOS:-crashes-campus-30 links-campus-30 chaos-campus-100 chaos-harbour-100}
seeds=${SEEDS:-20}
jobs=${JOBS:-2}

fits() { git -C "$root" apply -C1 --check "$1"; }

if [[ ${1:-} == --check ]]; then
  for patch in "$here"/*.patch; do fits "$patch"; done
  echo "all patches fit"
  exit
fi

# By content, so that only what differs is built anew.
refresh() {
  mkdir -p "$copy"
  local file files
  files=$(mktemp)
  {
    git -C "$root" ls-files -z --cached --others --exclude-standard
    # The versions of packages that the first build has chosen stay.
    (cd "$copy" && find . -path ./.build -prune -o -type f ! -name Package.resolved -printf '%P\0')
  } >"$files"
  while IFS= read -r -d '' file; do
    if [[ ! -e $root/$file ]]; then
      rm -f "$copy/$file"
    elif [[ ! -d $root/$file ]] && ! cmp -s "$root/$file" "$copy/$file"; then
      mkdir -p "$(dirname "$copy/$file")"
      cp "$root/$file" "$copy/$file"
    fi
  done < <(sort -zu "$files")
  rm -f "$files"
}

build() { (cd "$copy" && swift build -c release --product drover >"$copy/.build/mutant.log" 2>&1); }

# The reports of one seed of every scenario, as JSON.
runs() {
  local program=$1 seed=$2 files=() name
  for name in $scenarios; do files+=("$root/Simulator/Scenarios/$name.yaml"); done
  # One scenario alone would print an object: the first is given twice then.
  if ((${#files[@]} == 1)); then files+=("${files[0]}"); fi
  "$program" simulate "${files[@]}" --seed "$seed" --jobs "$jobs" --json --quiet \
    2>/dev/null || true
}

# SCENARIO<tab>PASSED<tab>what it failed with
verdicts() {
  python3 -c '
import json, sys
for run in json.load(sys.stdin):
    gates = [g["name"] for g in run["gates"] if not g["passed"]]
    why = run.get("crash") or (run["violations"] or [", ".join(gates)])[0]
    print(run["scenario"], run["passed"], why.replace("|", "/"), sep="\t")'
}

original=$copy/.build/drover-original
patches=()
if (($# == 0)); then patches=("$here"/*.patch); else
  for number in "$@"; do patches+=("$here/$number"-*.patch); done
fi
refresh
mkdir -p "$copy/.build"
build || { tail -20 "$copy/.build/mutant.log"; exit 1; }
cp "$copy/.build/release/drover" "$original"

missed=0
echo "| bug | caught by | it said |"
echo "|---|---|---|"
for patch in "${patches[@]}"; do
  name=$(basename "$patch" .patch)
  fits "$patch" || { echo "| $name | - | the patch does not fit |"; missed=1; continue; }
  refresh
  (cd "$copy" && GIT_CEILING_DIRECTORIES=$(dirname "$copy") git apply -C1 "$patch")
  build || { echo "| $name | - | it does not build |"; missed=1; continue; }
  found=
  for seed in $(seq 1 "$seeds"); do
    while IFS=$'\t' read -r scenario passed why; do
      [[ $passed == False ]] || continue
      # The same run must pass without the bug.
      if SCENARIOS=$scenario scenarios=$scenario runs "$original" "$seed" | verdicts \
        | cut -f2 | grep -q False; then continue; fi
      found="| $name | $scenario, seed $seed | $why |"
      break
    done < <(runs "$copy/.build/release/drover" "$seed" | verdicts)
    [[ -z $found ]] || break
  done
  if [[ -z $found ]]; then
    found="| $name | not caught by seeds 1..$seeds | |"
    missed=1
  fi
  echo "$found"
done
exit $missed
