#!/usr/bin/env bash
# Sets up everything that `make demo` (argument: demo) or `make test` (argument: test) needs, and skips what is done.
# What a step depends on is hashed into a stamp; a step whose stamp is current costs some milliseconds.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-demo}
members=(contracts runtime company services/* dashboards songda)
local=.local
mkdir -p "$local"

say() { printf '\033[36m==>\033[0m %s\n' "$*"; }
fail() {
    printf '错误 error: %s\n' "$*" >&2
    exit 1
}

# One set-up at a time: `make demo` and `make test` may be started together.
if command -v flock >/dev/null; then
    exec 9>"$local/bootstrap.lock"
    flock -n 9 || { say "等待另一个安装 waiting for another set-up"; flock 9; }
fi

# ---- the system's packages -------------------------------------------------------------------------------------
python_found() {
    local name
    for name in python3.11 python3 python3.12 python3.13; do
        if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}
java_found() {
    local java=java version
    [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ] && java=$JAVA_HOME/bin/java
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1) && [ "${version:-0}" -ge 17 ]
}
chromium_found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
chinese_found() { [ -n "$(find /usr/share/fonts /usr/local/share/fonts ~/.fonts -iname '*CJK*' -print -quit 2>/dev/null)" ]; }

# Sets `missing`, Debian's names for what is not there.
look() {
    missing=()
    python_found >/dev/null || missing+=(python3 python3-venv)
    java_found || missing+=(default-jre-headless)
    command -v mvn >/dev/null || missing+=(maven)
    if [ "$purpose" = test ]; then
        chromium_found >/dev/null || missing+=(chromium)
        chinese_found || missing+=(fonts-noto-cjk)
    fi
}
look
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        fail "缺少软件包 missing packages; please run: sudo apt-get install -y ${missing[*]}"
    fi
    say "安装系统软件包 installing system packages: ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$local/apt.log" 2>&1 ||
        { tail -n 20 "$local/apt.log" >&2; fail "apt-get install ${missing[*]} 失败 failed; see $local/apt.log"; }
    look
    [ ${#missing[@]} -eq 0 ] || fail "仍缺少 still missing after apt-get install: ${missing[*]}"
fi

# ---- the steps -------------------------------------------------------------------------------------------------
# step STAMP "what it does" "what it depends on" command...
step() {
    local stamp=$1 what=$2 inputs=$3 begun
    shift 3
    [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ] && return
    say "$what"
    begun=$(date +%s)
    "$@"
    mkdir -p "$(dirname "$stamp")"
    printf '%s\n' "$inputs" >"$stamp"
    say "完成 done ($(($(date +%s) - begun)) s)"
}
hash() { cat "$@" | sha256sum | cut -c1-16; }

make_venv() {
    rm -rf .venv
    "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
}
install_packages() {
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
    rm -f .venv/stamps/members # sync takes the members out
}
install_members() {
    local editable=() member
    for member in "${members[@]}"; do editable+=(-e "./$member"); done
    .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation "${editable[@]}"
}
fetch_java() {
    rm -rf "$local/java"
    mvn --quiet --batch-mode -f deploy/java/pom.xml package "-Dstack=$PWD/$local/java" >"$local/maven.log" 2>&1 ||
        { tail -n 20 "$local/maven.log" >&2; fail "Maven 取不到程序 could not fetch the servers; see $local/maven.log"; }
}

python=$(python_found)
step .venv/stamps/venv "Python 环境 virtual environment .venv ($("$python" --version))" \
    "$PWD $("$python" -c 'import sys; print(sys.version_info[:2])') $(hash requirements-bootstrap.txt)" make_venv
step .venv/stamps/packages "Python 软件包 packages of requirements.lock" "$(hash requirements.lock)" install_packages
step .venv/stamps/members "本项目的包 the project's own packages, editable" \
    "$(hash "${members[@]/%//pyproject.toml}")" install_members
step "$local/java/stamp" "Kafka 与 MongoDB 程序 servers (Maven artifacts, a few minutes the first time)" \
    "$(find deploy/java -type f | sort | xargs cat | sha256sum | cut -c1-16)" fetch_java
