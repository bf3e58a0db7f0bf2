#!/bin/sh
# Makes dist/: a wheel of each lib and service, and constraints.txt, the versions of everything else they were tested with,
# and requirements.lock, those with their digests.
set -eu
venv=$(cd "$1" && pwd)
rm -rf dist
mkdir dist
into=$(cd dist && pwd)
for project in libs/*/ services/*/; do
    [ -f "$project/pyproject.toml" ] || continue  # a folder that another branch left
    (cd "$project" && "$venv/bin/python" -m hatchling build -t wheel -d "$into" >/dev/null 2>&1) || { echo "cannot build $project" >&2; exit 1; }
done
# As the lock has them, but without hashes: pip takes hashes for all packages or for none, and ours are not in it.
sed -e '/^ /d' -e 's/ *\\$//' requirements.lock > dist/constraints.txt
# A digest of each wheel, ours among them: for who sets a machine up by SSH.
cat requirements.lock requirements.bootstrap.lock > dist/requirements.lock
for wheel in dist/*.whl; do
    named=$(basename "$wheel" | sed 's/\([^-]*\)-\([^-]*\)-.*/\1==\2/' | tr _ -)
    printf '%s \\\n    --hash=sha256:%s\n' "$named" "$(sha256sum "$wheel" | cut -d' ' -f1)" >> dist/requirements.lock
done
echo "dist/: $(ls dist/*.whl | wc -l) wheels; pip install --find-links dist --constraint dist/constraints.txt dl-workbench"
