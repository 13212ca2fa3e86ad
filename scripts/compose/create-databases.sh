#!/bin/sh
# Runs once, in the PostgreSQL container, when its volume is new: two owners, three databases.
# Huikuan's own data and Temporal's are separate, so that each is backed up and restored alone.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set huikuan_password="$HUIKUAN_DB_PASSWORD" \
    --set temporal_password="$TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE ROLE huikuan LOGIN PASSWORD :'huikuan_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE huikuan OWNER huikuan;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL
