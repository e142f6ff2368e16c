# SPDX-License-Identifier: Apache-2.0
# Shell helpers that run, test and the tools share. Sourced, never run.
# shellcheck shell=bash

say() { printf '\n== %s\n' "$*" >&2; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# How many compilers at once: one a core, but never more than memory holds (1 GiB each).
build_jobs() {
  local cores gib
  cores=$(nproc)
  gib=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)
  ((gib >= 1)) || gib=1
  printf '%s\n' "$((cores < gib ? cores : gib))"
}

# configure PRESET [CMAKE ARGUMENTS]: makes the preset's build folder, or leaves it as it is when it
# was configured before with the same arguments (ninja itself runs cmake again when its files change).
configure() {
  local preset=$1 folder stamp wanted
  shift
  case $preset in
    release) folder=build ;;
    *) folder=build-$preset ;;
  esac
  stamp=$folder/configured_with
  wanted="$preset $* $(sha256sum <CMakePresets.json)"
  if [[ -f $folder/build.ninja && -f $stamp && $(<"$stamp") == "$wanted" ]]; then
    return 0
  fi
  mkdir -p "$folder"
  if ! cmake --preset "$preset" "$@" >"$folder/configure.log" 2>&1; then
    cat "$folder/configure.log" >&2
    die "cmake failed; the lines above say why"
  fi
  printf '%s' "$wanted" >"$stamp"
}

# build FOLDER TARGETS...: shows progress to a person, and only warnings and errors to a log.
build() {
  local folder=$1 quiet=(--quiet)
  shift
  [[ ! -t 1 ]] || quiet=()
  ninja "${quiet[@]}" -C "$folder" -j "$(build_jobs)" "$@"
}
