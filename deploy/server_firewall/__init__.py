"""Firewall that keeps users' servers from private addresses and from the host itself.

ruleset.py    nftables rules of the bridge of users' containers
firewall.py   the service that applies the rules and restores them
"""
