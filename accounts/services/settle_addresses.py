"""Addresses of an account: `User.email` is the main one, and equals the primary `EmailAddress`.

Django and allauth each need a place of their own for this fact. Only the functions here, and
allauth's own, write the two, always together. An address that is not confirmed is a claim that
anybody can make: it opens nothing, and it gives way to whoever confirms the address.
"""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts.models import User


def replace_addresses(*, user: User, address: str) -> None:
    """Make `address` the account's only one, confirmed; "" leaves none.

    For staff, who vouch for it. The rows are new: links that confirm the former ones lead nowhere.
    """
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).delete()
        if address:
            release_claims(address, kept_for=user)
            EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
        _set_main(user, address)


def add_vouched_address(*, user: User, row: EmailAddress) -> None:
    """Save one more address of the account as confirmed; the main one if it has none."""
    with transaction.atomic():
        release_claims(row.email, kept_for=user)
        row.verified, row.primary = True, ensure_main_address(user=user) is None
        row.save()
        if row.primary:
            _set_main(user, row.email)


def ensure_main_address(*, user: User) -> EmailAddress | None:
    """Return the row of `User.email`; create it if a command or the admin made the account.

    Staff vouch for the address of an account that they made.
    """
    main = EmailAddress.objects.filter(user=user, primary=True).first()
    if main is not None or not user.email:
        return main
    vouched = not user.signed_up and not is_confirmed_elsewhere(user.email, than=user)
    main, _is_new = EmailAddress.objects.update_or_create(
        user=user,
        email=user.email.lower(),
        defaults={"primary": True},
        create_defaults={"primary": True, "verified": vouched},
    )
    return main


def release_claims(address: str, *, kept_for: User) -> None:
    """Take an address from other accounts that never confirmed it: its owner has done so now."""
    claims = EmailAddress.objects.filter(email=address, verified=False).exclude(user=kept_for)
    for claim in claims.select_related("user"):
        claim.delete()
        if claim.user.email == address:
            other = EmailAddress.objects.filter(user=claim.user, verified=True).first()
            if other is not None:
                EmailAddress.objects.filter(pk=other.pk).update(primary=True)
            _set_main(claim.user, other.email if other is not None else "")


def is_confirmed_elsewhere(address: str, *, than: User) -> bool:
    """Return whether the address belongs to another account, by confirmation or by staff."""
    confirmed = EmailAddress.objects.filter(email=address, verified=True).exclude(user=than)
    main = User.objects.filter(email=address).exclude(pk=than.pk)
    return confirmed.exists() or main.exists()


def is_address_claimed(address: str, *, than: User) -> bool:
    """Return whether another account has the address, confirmed or not."""
    claimed = EmailAddress.objects.filter(email=address).exclude(user=than)
    return claimed.exists() or is_confirmed_elsewhere(address, than=than)


def drop_claims(*, user: User) -> tuple[EmailAddress | None, EmailAddress | None]:
    """Delete the account's addresses that are not confirmed, if it has one that is.

    Return the main address before and after. Somebody who signed up with another person's address
    and confirms an own one loses the other; the owner's reset removes what the squatter has added.
    """
    with transaction.atomic():
        before = EmailAddress.objects.filter(user=user, primary=True).first()
        confirmed = EmailAddress.objects.filter(user=user, verified=True)
        main = confirmed.order_by("-primary", "pk").first()
        if main is None:
            return before, before
        EmailAddress.objects.filter(user=user, verified=False).delete()
        if not main.primary:
            main.primary = True
            main.save(update_fields=["primary"])
        _set_main(user, main.email)
    return before, main


def lacks_confirmed_address(user: User) -> bool:
    """Return whether the account may not start a server yet, because nobody vouches for it."""
    if settings.ACCOUNT_EMAIL_VERIFICATION == "none" or not user.signed_up:
        return False
    return not EmailAddress.objects.filter(user=user, verified=True).exists()


def confirmed_main_address(*, user: User) -> str:
    """Return the account's main address if it is confirmed, otherwise ""."""
    main = ensure_main_address(user=user)
    return main.email if main is not None and main.verified else ""


def may_reset(*, user: User, address: str) -> bool:
    """Return whether a link that opens the account may be sent to this address of it.

    Only to a confirmed one; as long as there is none, to the one of the sign-up.
    """
    addresses = EmailAddress.objects.filter(user=user)
    if addresses.filter(verified=True).exists():
        return bool(addresses.filter(email=address, verified=True).exists())
    return user.email.lower() == address


def confirm_by_reset(*, user: User) -> None:
    """Record that whoever read the mail with the link has the mailbox."""
    with transaction.atomic():
        if not EmailAddress.objects.filter(user=user, verified=True).exists():
            main = ensure_main_address(user=user)
            if main is not None:
                main.set_verified()
        drop_claims(user=user)


def _set_main(user: User, address: str) -> None:
    if user.email != address:
        user.email = address
        user.save(update_fields=["email"])
