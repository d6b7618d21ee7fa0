"""How passwords are hashed: dear enough for a thief, cheap enough for a class (docs/adr/0008)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ClassArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the least that OWASP's Password Storage Cheat Sheet asks for.

    Django's own parameters take 100 MiB a password, and as long as its PBKDF2: three hundred
    people who sign up together would hold up every page for minutes.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
