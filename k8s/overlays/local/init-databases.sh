#!/bin/sh
# Runs once, when the server's data folder is empty: a database and a role for each service, closed to the others.
set -eu

make_database() { # name of both role and database, password
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="$1" --set password="$2" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

make_database auth "${DATABASE_AUTH_PASSWORD:?}"
make_database graph "${DATABASE_GRAPH_PASSWORD:?}"
make_database messages "${DATABASE_MESSAGES_PASSWORD:?}"
