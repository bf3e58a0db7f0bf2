#!/bin/sh
# Stands in for the entrypoint of docker.io/library/rabbitmq, which a machine without a registry cannot pull.
# The user RABBITMQ_DEFAULT_USER with RABBITMQ_DEFAULT_PASS is made at the first start; data is in /var/lib/rabbitmq.
set -eu

export HOME=/var/lib/rabbitmq
export RABBITMQ_LOGS="${RABBITMQ_LOGS:--}"
# Debian would write a log file of its own, and the schedulers would spin while others measure.
export RABBITMQ_LOG_BASE="${RABBITMQ_LOG_BASE:-/var/lib/rabbitmq/log}"
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="${RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:-+sbwt none +sbwtdcpu none +sbwtdio none}"

exec "$@"
