"""Signals of accounts, for apps that accounts do not know."""

from django.dispatch import Signal

# All sessions of an account were ended on the portal, except perhaps the one that asked for it.
# Arguments:
# - user: User
# - reason: accounts.services.end_sessions.Reason
sessions_ended = Signal()
