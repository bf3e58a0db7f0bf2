#!/bin/sh
# Makes dist/: a wheel of each lib and service, and constraints.txt, the versions of everything else they were tested with.
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
echo "dist/: $(ls dist/*.whl | wc -l) wheels; pip install --find-links dist --constraint dist/constraints.txt dl-workbench"
