#!/bin/sh
# Write the file of variables that docker-compose.yml asks for, with fresh secrets, and the
# addresses of the sandbox. Does nothing when the file is there. Never commit it.
set -eu
cd "$(dirname "$0")/.."
file=${1:-var/compose.env}
if [ -e "$file" ]; then
    echo "$file is there already; edit it, or move it away first" >&2
    exit 1
fi
mkdir -p "$(dirname "$file")"
umask 077

secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
key() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }

huikuan=$(secret)
app=$(secret)
token=$(secret)
portal=$(secret)
webhook=$(secret)
cat >"$file" <<END
POSTGRES_PASSWORD=$(secret)
TEMPORAL_DB_PASSWORD=$(secret)
HUIKUAN_DB_PASSWORD=$huikuan
HUIKUAN_OWNER_DATABASE_URL=postgresql+psycopg://huikuan:$huikuan@postgres:5432/huikuan
HUIKUAN_APP_DB_PASSWORD=$app
HUIKUAN_DATABASE_URL=postgresql+psycopg://huikuan_app:$app@postgres:5432/huikuan
HUIKUAN_PAYLOAD_KEYS=$(date +%Y-%m):$(key)
HUIKUAN_API_URL=http://127.0.0.1:18090
HUIKUAN_TEMPORAL_UI_URL=http://127.0.0.1:8233

# Where the counterparties are: here, the sandbox of the same file (docker compose --profile sandbox)
HUIKUAN_ERP_URL=http://sandbox-erp:18101
HUIKUAN_CARRIER_URL=http://sandbox-carrier:18102
HUIKUAN_TAX_URL=http://sandbox-tax:18103
HUIKUAN_PAYER_A_URL=http://sandbox-payer-a:18104
HUIKUAN_PAYER_B_URL=http://sandbox-payer-b:18105
HUIKUAN_PAY_CHANNEL_URL=http://sandbox-pay-channel:18106
HUIKUAN_BANK_URL=http://sandbox-bank:18107
HUIKUAN_ACQUIRER_URL=http://sandbox-acquirer:18108
HUIKUAN_ACQUIRER_CARD_URL=tcp://sandbox-acquirer:18109
HUIKUAN_ACQUIRER_KEYS=/run/acquirer-keys
HUIKUAN_ACQUIRER_DROP_BOX=/run/acquirer-drop-box
HUIKUAN_ERP_TOKEN=$token
HUIKUAN_CARRIER_TOKEN=$token
HUIKUAN_TAX_TOKEN=$token
HUIKUAN_PAYER_A_TOKEN=$token
HUIKUAN_PAYER_B_PASSWORD=$portal
HUIKUAN_PAY_CHANNEL_TOKEN=$token
HUIKUAN_BANK_TOKEN=$token
HUIKUAN_CARRIER_WEBHOOK_SECRET=$webhook
HUIKUAN_PAY_CHANNEL_WEBHOOK_SECRET=$webhook
SANDBOX_TOKEN=$token
SANDBOX_PORTAL_PASSWORD=$portal
SANDBOX_WEBHOOK_SECRET=$webhook
END
echo "$file is written (readable by you only); keep a copy of HUIKUAN_PAYLOAD_KEYS elsewhere"
