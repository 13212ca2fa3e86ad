#!/bin/sh
# Brings both of Temporal's databases to the schema of this server version; safe to run again.
# The tool reads SQL_PASSWORD itself, so that it stands on no command line.
set -eu
schema=/etc/temporal/schema/postgresql/v12
for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%%:*}
    tool="temporal-sql-tool --plugin postgres12 --ep $SQL_HOST -p $SQL_PORT -u $SQL_USER"
    tool="$tool --db $database"
    # A database that has a version already refuses the first step, and needs only the second.
    $tool setup-schema -v 0.0 || echo "$database has a schema"
    $tool update-schema -d "$schema/${pair##*:}/versioned"
done
