"""Keys of counted subjects: keyed hashes, so that the tables name no person and no address."""

from django.utils.crypto import salted_hmac


def key_of(*parts: object) -> str:
    """Return the key of what the parts describe."""
    return salted_hmac("portal.limits", repr(parts), algorithm="sha256").hexdigest()
