#!/bin/sh
# Prepares the Zitadel of the trial: creates an organization, a project with the role `User`, and a service account with
# only the required permissions. Writes config.yaml and service-user.json.
# docker-compose.yaml runs this script in a container. To run it by hand, set the four variables below.
# The organization of an earlier call is deleted with all of its users, so each call starts with an empty one.
set -eu

zitadel=${TRIAL_ZITADEL:-http://localhost:8080}
token_file=${TRIAL_TOKEN:-/admin/token}
template=${TRIAL_FOLDER:-/trial}/config.yaml
opt=${TRIAL_OPT:-/opt/famedly-sync-agent}

die() {
    printf 'trial-prepare: %s\n' "$*" >&2
    exit 1
}

token=$(tr -d '\r\n' <"$token_file") || die "$token_file contains no administrator token"
organization=

# call METHOD PATH [BODY]: prints the reply. On an error, ends the script with Zitadel's message.
call() {
    body='{}'
    if [ $# -gt 2 ]; then body=$3; fi
    status=$(curl --silent --show-error --output /tmp/reply --write-out '%{http_code}' --request "$1" \
        --header "Authorization: Bearer $token" --header "x-zitadel-orgid: $organization" \
        --header 'Content-Type: application/json' --data "$body" "$zitadel$2") ||
        die "$1 $2: no answer from Zitadel"
    case $status in
    2*) cat /tmp/reply ;;
    *) die "$1 $2: $status $(cat /tmp/reply)" ;;
    esac
}

# field NAME: prints this field of the reply on stdin. Ends the script if it is missing.
field() {
    jq --exit-status --raw-output ".$1" || die "the reply has no field $1"
}

remove_earlier_organization() {
    [ -e "$opt/organization" ] || return 0
    organization=$(cat "$opt/organization")
    call DELETE /management/v1/orgs/me >/dev/null
    organization=
    rm -f "$opt/organization"
}

# A new permission takes effect after a short delay.
wait_for_member() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        call POST /management/v1/orgs/me/members/_search | grep -q "\"$user\"" && return
        sleep 1
    done
    die "the service account did not become a member of the organization"
}

remove_earlier_organization
reply=$(call POST /management/v1/orgs "{\"name\": \"Trial $(date +%s)\"}")
organization=$(printf '%s' "$reply" | field id)
printf '%s' "$organization" >"$opt/organization"

reply=$(call POST /management/v1/projects '{"name": "TestProject"}')
project=$(printf '%s' "$reply" | field id)
call POST "/management/v1/projects/$project/roles" '{"roleKey": "User", "displayName": "User"}' >/dev/null

reply=$(call POST /management/v1/users/machine '{"userName": "directory-sync", "name": "directory-sync"}')
user=$(printf '%s' "$reply" | field userId)
call POST /management/v1/orgs/me/members "{\"userId\": \"$user\", \"roles\": [\"ORG_USER_MANAGER\"]}" >/dev/null
reply=$(call POST "/management/v1/users/$user/keys" '{"type": "KEY_TYPE_JSON", "expirationDate": "2100-01-01T00:00:00Z"}')
printf '%s' "$reply" | field keyDetails | base64 -d >"$opt/service-user.json"
wait_for_member

sed -e "s/@ORGANIZATION_ID@/$organization/" -e "s/@PROJECT_ID@/$project/" "$template" >"$opt/config.yaml"
# The synchronization runs as another user. Do not make a key readable like this outside a trial.
chmod 0644 "$opt/config.yaml" "$opt/service-user.json"
echo "trial-prepare: organization $organization, project $project, service account $user"
