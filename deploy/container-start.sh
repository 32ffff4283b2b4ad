#!/bin/sh
# Lays the ground in /data at the first start, brings the database up to date at each, then runs the command.
set -eu
cd "${DATA:-/data}"
[ -f modbot.toml ] || modbot init .
modbot db upgrade
exec modbot "$@"
