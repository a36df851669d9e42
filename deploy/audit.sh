#!/usr/bin/env bash
# The bills of materials (CycloneDX) into .local/sbom, and which known holes are in them (deploy/audit.py).
set -euo pipefail
cd "$(dirname "$0")/.."
sbom=$PWD/.local/sbom
tools=.local/audit
mkdir -p "$sbom"
if [ "$(cat "$tools/stamp" 2>/dev/null)" != "$(sha256sum <requirements-audit.txt)" ]; then
    rm -rf "$tools"
    .venv/bin/python -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.txt
    sha256sum <requirements-audit.txt >"$tools/stamp"
fi
"$tools/bin/cyclonedx-py" requirements requirements.lock --output-reproducible -o "$sbom/python.json"
mvn --quiet --batch-mode -f deploy/java/pom.xml org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeAggregateBom \
    -DoutputFormat=json -DoutputName=java "-DoutputDirectory=$sbom" "-Dstack=$PWD/.local/java" >.local/maven.log 2>&1 ||
    { tail -n 20 .local/maven.log >&2; exit 1; }
.venv/bin/python deploy/audit.py "$sbom"
