#!/bin/sh
# Stands in for the entrypoint of docker.io/library/postgres, which a machine without a registry cannot pull.
# A database with POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB is made in PGDATA at the first start.
set -eu

case "${1:-postgres}" in
    -*) set -- postgres "$@" ;;
    postgres) ;;
    *) exec "$@" ;;
esac

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    : "${POSTGRES_PASSWORD:?the superuser needs a password}" "${POSTGRES_USER:=postgres}"
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    initdb -D "$PGDATA" -U "$POSTGRES_USER" --pwfile=/dev/fd/3 --encoding=UTF8 --auth=trust 3<<PASSWORD
$POSTGRES_PASSWORD
PASSWORD
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
    if [ "${POSTGRES_DB:=$POSTGRES_USER}" != postgres ]; then
        echo "create database \"$POSTGRES_DB\"" | postgres --single -j -D "$PGDATA" postgres
    fi
fi

exec "$@"
