"""Reserved names: those of the service and its staff, and labels of hosts."""

from accounts.usernames import fold_username

# Whoever has such a name can pass for the institution in an email or a chat.
_OF_THE_SERVICE = """
    abuse account accounts admin administration administrator api auth billing contact dean docs
    feedback help helpdesk hostmaster hub info jupyter jupyterhub jupyterlab login mail manager
    moderator news noc noreply notification notifications official operator portal postmaster
    register registrar root security service services shaparak shaparaksupport signin signup staff
    status superuser support supportteam sysadmin system webmaster www
    اخبار ادمین اعلان اعلانات امنیت اپراتور ثبتنام حراست خدمات داشبورد درگاه دانشکده دانشگاه
    راهنما راهنمایی رایانامه رسمی رییس ریاست سامانه سرور شاپرک کارکنان کارشناس گروهپشتیبانی
    مدیر مدیرسامانه مدیریت مرکزپشتیبانی معاونت پرتال پورتال پشتیبان پشتیبانی پشتیبانیشاپرک
    ژوپیتر
"""

# Labels below the Hub's host name: its own hosts, and what browsers and mail servers look up.
_HOST_LABELS = """
    admin api app auth autoconfig autodiscover cdn dns ftp git hub imap jupyterhub lab localhost
    login mail mta-sts mx ns ns1 ns2 openpgpkey pop portal proxy root sentry services shaparak smtp
    ssh static status user vpn wpad www
"""
RESERVED_HUB_USERNAMES = frozenset(_HOST_LABELS.split())

_SEPARATORS = str.maketrans("", "", "._-")
# «مدير» and «مدیر» are one name already; these pairs differ by a hamza, a madda or two dots.
_PLAIN_LETTERS = str.maketrans("آأإؤئةۀ", "اااویهه")
_LETTERS_OF_DIGITS = tuple(str.maketrans("013457", letters) for letters in ("oieast", "oleast"))


def _skeletons(username: str) -> set[str]:
    """Return the spellings that a reader may see in the name: «adm1n» and «ad.min» are admin."""
    plain = fold_username(username).translate(_SEPARATORS).translate(_PLAIN_LETTERS)
    readings = {plain, *(plain.translate(table) for table in _LETTERS_OF_DIGITS)}
    # support1 and «پشتیبانی۲» look like the second account of the same office.
    return readings | {reading.rstrip("0123456789") for reading in readings | {plain}}


_RESERVED = frozenset(name.translate(_PLAIN_LETTERS) for name in _OF_THE_SERVICE.split())


def is_reserved_username(username: str) -> bool:
    """Return whether only staff may give somebody this username."""
    return not _RESERVED.isdisjoint(_skeletons(username))
