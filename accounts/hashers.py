"""Password hasher: expensive for an attacker, affordable for a class (docs/adr/0008)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ClassArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the minimum of OWASP's Password Storage Cheat Sheet.

    Django's parameters take 100 MiB per password and as long as its PBKDF2: three hundred people
    who sign up together would block every page for minutes.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
