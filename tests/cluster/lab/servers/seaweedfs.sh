#!/bin/sh
# Stands in for the entrypoint of docker.io/chrislusf/seaweedfs, which a machine without a registry cannot pull.
# Its arguments are those of weed; a server keeps its data in /data unless they say otherwise.
set -eu

if [ "${1:-}" = server ]; then
    shift
    set -- server -dir=/data -volume.max=0 -master.volumeSizeLimitMB=1024 "$@"
fi

exec weed -logtostderr=true "$@"
