"""The portal's caches, and what each may lose.

`default` is a table of the database, with Redis or without: allauth keeps in it what must be found
again (codes of sign-ins to the Hub), and knows no other. `copies` is for what can be made again
from rows or from the Hub: Redis, which may be unavailable, full or emptied at any time.
"""

from typing import cast

from django.core.cache import BaseCache, caches
from django.utils.connection import ConnectionProxy

copies = cast(BaseCache, ConnectionProxy(caches, "copies"))
