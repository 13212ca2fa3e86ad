#!/bin/sh
# Runs once, in the PostgreSQL container, when its volume is new: two owners, three databases, and
# the role that API and workers come in; `huikuan migrate --application-role` says what it may.
# Huikuan's own data and Temporal's are separate, so that each is backed up and restored alone.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set huikuan_password="$HUIKUAN_DB_PASSWORD" \
    --set app_password="$HUIKUAN_APP_DB_PASSWORD" \
    --set temporal_password="$TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE ROLE huikuan LOGIN PASSWORD :'huikuan_password';
CREATE ROLE huikuan_app LOGIN PASSWORD :'app_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE huikuan OWNER huikuan;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL
