# shellcheck shell=bash
# What the scripts in bin/ share. Source it: it moves to the checkout and leaves its helpers behind.
set -euo pipefail
export PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1
{ : <&0; } 2>/dev/null || exec </dev/null # CI may start us with stdin closed
caller_dir=$PWD
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$checkout"
# Our modules, from any folder: also from one that has a `config` of its own, such as another checkout.
export PYTHONPATH=$checkout PYTHONSAFEPATH=1
python=$checkout/.venv/bin/python
log_dir=$checkout/.local/log

say() { printf '%s\n' "$*" >&2; }
die() {
    say "${me:-$(basename "$0")}: $*"
    exit 1
}

# The first Python that is new enough. A version manager's stub may exist and yet not run, so it is asked.
find_python() {
    local candidate
    for candidate in "$python" python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    die "Python 3.11 or newer is needed; found $(python3 --version 2>/dev/null || echo none)."
}

# Run an installer with its output in a log, and turn its failure into one line that says what to do.
# Not all logs say "network": pip's last word without one is that it found no version at all.
install() { # what, log, command…
    local what=$1 log=$log_dir/$2
    shift 2
    say "Installing $what …"
    if ! "$@" >"$log" 2>&1; then
        if grep -qiE 'no space left|ENOSPC' "$log"; then
            die "the disk filled up while installing $what. Log: $log"
        elif grep -qiE 'connection|resol|network|timed out|ENOTFOUND|ECONN|EAI_AGAIN|no matching dist' "$log"; then
            die "could not reach the package registry for $what: is there a network? Log: $log"
        fi
        die "installing $what failed. Log: $log"
    fi
}

need_disk() {
    local free_mb
    free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
    [ "$free_mb" -ge 1500 ] || die "1500 MB of free disk is needed to install; $free_mb MB is left."
}

need_log_dir() {
    (umask 077 && mkdir -p "$log_dir") 2>/dev/null || true
    [ -w "$log_dir" ] || die "cannot write in $checkout: run as $(stat -c %U .local 2>/dev/null || stat -c %U .), who owns it."
}

# A requirements file is installed when the virtual environment holds the same file as its stamp.
need_requirements() { # file, what
    cmp -s "$1" ".venv/$1" && return
    need_disk
    install "$2" pip.log "$python" -m pip install --retries 2 --require-hashes -r "$1"
    cp "$1" ".venv/$1"
}

need_python() {
    local base
    need_log_dir
    if ! "$python" -c '' 2>/dev/null; then # none yet, or its Python has been removed
        base=$(find_python)
        need_disk
        rm -rf .venv
        "$base" -m venv .venv >"$log_dir/venv.log" 2>&1 ||
            die "$base cannot make a virtual environment (on Debian: apt install python3-venv). Log: $log_dir/venv.log"
    fi
    need_requirements requirements.txt "Python packages"
}

need_node_modules() {
    local npm
    cmp -s package-lock.json node_modules/.installed-lock.json && return
    npm=$(command -v npm) || npm=$checkout/.venv/bin/npm
    [ -x "$npm" ] || need_requirements requirements-node.txt "npm"
    # The wheel's npm looks for its node in PATH; the packages are css and fonts, and run nothing.
    PATH=$PATH:$checkout/.venv/bin install "front-end packages" npm.log \
        "$npm" ci --ignore-scripts --no-audit --no-fund --fetch-retries 1 --fetch-retry-mintimeout 1000
    cp package-lock.json node_modules/.installed-lock.json
}

# Without a database of somebody's own it is the demo clinic that one looks at.
choose_demo() {
    if [ -z "${DATABASE_URL:-}" ]; then
        export FORDEL_DEMO=${FORDEL_DEMO-1}
    fi
}

with_services() { "$python" -m config.services run -- "$@"; }
