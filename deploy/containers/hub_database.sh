#!/bin/sh
# Create the Hub's role and database on the portal's PostgreSQL if they are missing, and back up the
# database before a newer Hub migrates it. Runs once at each `docker compose up`.
set -eu

export PGHOST=postgres PGUSER=shaparak PGDATABASE=shaparak
BACKUPS=5

psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set password="$HUB_DATABASE_PASSWORD" <<'SQL'
SELECT 'CREATE ROLE jupyterhub LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub') \gexec
ALTER ROLE jupyterhub PASSWORD :'password';
SELECT 'CREATE DATABASE jupyterhub OWNER jupyterhub'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'jupyterhub') \gexec
-- Neither role can connect to the other's database.
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
echo "Backed up the Hub's database to $copy."
ls -1 jupyterhub-*.dump | sort -r | tail -n +$((BACKUPS + 1)) | xargs -r rm --
