#!/bin/sh
# Start Caddy with the host names of Labs: one below the Hub's for each person, so that every Lab is an origin of
# its own. With LAB_SUBDOMAINS=false all Labs share the Hub's name.
set -eu

case ${LAB_SUBDOMAINS:-true} in
[Ff]alse | FALSE | 0 | [Nn]o | NO | [Oo]ff | OFF)
  # A name that nobody can have: Caddyfiles have no conditions.
  export LAB_URL="http://labs.invalid:$HUB_PORT" LAB_TLS=none
  ;;
*)
  export LAB_URL="${HUB_URL%%://*}://*.${HUB_URL#*://}" LAB_TLS="$EDGE_TLS"
  ;;
esac
exec caddy run --config /etc/caddy/Caddyfile --adapter caddyfile
