#!/bin/sh
# The Hub's own role and database on the portal's PostgreSQL, made where they are missing; and a copy of
# what is there, before a newer Hub changes its tables. Runs once at each `docker compose up`.
set -eu

export PGHOST=postgres PGUSER=shaparak PGDATABASE=shaparak
KEPT=5

psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set password="$HUB_DATABASE_PASSWORD" <<'SQL'
SELECT 'CREATE ROLE jupyterhub LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub') \gexec
ALTER ROLE jupyterhub PASSWORD :'password';
SELECT 'CREATE DATABASE jupyterhub OWNER jupyterhub'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'jupyterhub') \gexec
-- Each role has its own database, and no way into the other's.
REVOKE ALL ON DATABASE shaparak FROM PUBLIC;
REVOKE ALL ON DATABASE jupyterhub FROM PUBLIC;
SQL

tables=$(psql --no-psqlrc --tuples-only --no-align --dbname jupyterhub \
  --command "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
[ "$tables" -gt 0 ] || exit 0

cd /backups
copy=jupyterhub-$(date -u +%Y%m%dT%H%M%SZ).dump
pg_dump --format=custom --dbname jupyterhub --file "$copy.part"
mv "$copy.part" "$copy"
echo "The Hub's database is copied to $copy."
ls -1 jupyterhub-*.dump | sort -r | tail -n +$((KEPT + 1)) | xargs -r rm --
