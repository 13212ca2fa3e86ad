#!/bin/sh
# Makes the namespace once. A closed case's workflow id is refused a second time only as long as
# the namespace keeps closed runs, hence the long retention; the store refuses for ever.
set -eu
until temporal operator cluster health >/dev/null 2>&1; do sleep 2; done
temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
