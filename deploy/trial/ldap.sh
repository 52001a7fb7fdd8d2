#!/bin/sh
# Starts an LDAP server on port 1389 with the people of people.ldif. Changes are lost when the container is removed.
set -eu
cd "${TRIAL_FOLDER:-/trial}"
rm -rf /tmp/trial-ldap
mkdir /tmp/trial-ldap
/usr/sbin/slapadd -q -f slapd.conf -l people.ldif
exec /usr/sbin/slapd -f slapd.conf -h ldap://0.0.0.0:1389 -d 0
