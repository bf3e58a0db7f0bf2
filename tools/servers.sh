#!/bin/sh
# Installs the servers that the tests run against, and with `cluster` what a Kubernetes of our own is made of, where that
# is allowed: on Debian, as root. Elsewhere says what is missing.
set -eu
wanted=""
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || wanted="$wanted postgresql"
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null || wanted="$wanted rabbitmq-server"
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || wanted="$wanted nginx-light"
{ command -v sshd >/dev/null || [ -x /usr/sbin/sshd ]; } && command -v ssh >/dev/null || wanted="$wanted openssh-server openssh-client"
command -v curl >/dev/null || wanted="$wanted curl"
command -v chromium >/dev/null || wanted="$wanted chromium"
if [ "${1:-}" = cluster ]; then
    for program in containerd runc buildah mmdebstrap iptables conntrack openssl; do
        command -v $program >/dev/null || [ -x /usr/sbin/$program ] || wanted="$wanted $program"
    done
    command -v ip >/dev/null || wanted="$wanted iproute2"
    [ -x /usr/lib/cni/bridge ] || wanted="$wanted containernetworking-plugins"
    command -v newuidmap >/dev/null || wanted="$wanted uidmap"
fi
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$wanted …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086  # the list is meant to be split
    apt-get install -qy --no-install-recommends $wanted >/dev/null
else
    echo "Missing:$wanted. Tests that need them are skipped; on Debian: sudo apt-get install$wanted" >&2
fi
