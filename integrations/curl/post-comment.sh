#!/bin/sh
# Post one comment with the site's key: MODBOT=http://127.0.0.1:8000 KEY=… ./post-comment.sh NAME EMAIL < body.txt
set -eu
: "${MODBOT:?address of your modbot}" "${KEY:?the key that modbot site add printed}"
curl --fail-with-body --silent --show-error "$MODBOT/v1/comments" \
  --header "Authorization: Bearer $KEY" \
  --data-urlencode "name=$1" --data-urlencode "email=$2" --data-urlencode "body@-"
