#!/bin/sh
# Run once by the image, when it has made the empty database: the Hub's own role and database.
set -eu
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set password="$HUB_DATABASE_PASSWORD" \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE jupyterhub LOGIN PASSWORD :'password';
CREATE DATABASE jupyterhub OWNER jupyterhub;
-- Neither role can connect to the other's database.
REVOKE ALL ON DATABASE shaparak FROM PUBLIC;
REVOKE ALL ON DATABASE jupyterhub FROM PUBLIC;
SQL
