#!/usr/bin/env bash
# Writes requirements.lock (every dependency of every member, and of the checks), requirements-bootstrap.txt (uv) and
# requirements-audit.txt (what writes bills of materials).
set -euo pipefail
cd "$(dirname "$0")/.."
members=(contracts runtime company services/* dashboards songda)
own=()
for member in "${members[@]}"; do own+=(--no-emit-package "songda-$(basename "$member")"); done
.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url "${own[@]}" --no-emit-package songda --group pyproject.toml:dev \
    "${members[@]/%//pyproject.toml}" -o requirements.lock
{
    echo "# What sets up .venv: uv, which then installs requirements.lock. Written by deploy/lock.sh."
    awk '/^uv==/ { inside = 1 } inside { print } inside && !/\\$/ { exit }' requirements.lock
} >requirements-bootstrap.txt
{
    echo "# What \`make audit\` writes bills of materials with. Written by deploy/lock.sh."
    echo "cyclonedx-bom>=7" | .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url -
} >requirements-audit.txt
