#!/usr/bin/env bash
# Prints credentials of AWS and Vault as lines NAME=value, in exchange for tokens that GitHub signs for this job. What
# hides them in the log goes to the log itself.
set -euo pipefail

# token AUDIENCE
token() {
  curl -sSf --get --data-urlencode "audience=$1" -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
    "$ACTIONS_ID_TOKEN_REQUEST_URL" | jq -er .value
}

# give NAME VALUE: hides the value in the log, then prints the line
give() {
  printf '::add-mask::%s\n' "$2" >&2
  printf '%s=%s\n' "$1" "$2"
}

aws_token=$(token sts.amazonaws.com)
aws_credentials=$(
  aws sts assume-role-with-web-identity --role-arn "$AWS_ROLE_ARN" --role-session-name "homing-$GITHUB_RUN_ID" \
    --web-identity-token "$aws_token" --query Credentials --output json
)
give AWS_ACCESS_KEY_ID "$(jq -er .AccessKeyId <<<"$aws_credentials")"
give AWS_SECRET_ACCESS_KEY "$(jq -er .SecretAccessKey <<<"$aws_credentials")"
give AWS_SESSION_TOKEN "$(jq -er .SessionToken <<<"$aws_credentials")"

vault_token=$(
  token "$VAULT_ADDR" | jq -R '{role: env.VAULT_ROLE, jwt: .}' |
    curl -sSf --data @- "$VAULT_ADDR/v1/auth/$VAULT_LOGIN_PATH/login" | jq -er .auth.client_token
)
give VAULT_TOKEN "$vault_token"
