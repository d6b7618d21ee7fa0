"""Access log of gunicorn, without the keys that addresses carry.

Started with `--logger-class portal.access_log.AccessLogger`.
"""

from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from portal.logs import UtcFormatter, escape_line, hide_query

LONGEST_VALUE = 1000  # characters of an address or a browser's name


class AccessLogger(Logger):
    """Hide keys and queries in access lines, and write all other lines as the portal does."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(UtcFormatter(self.error_fmt))

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> Any:
        """Return the values that a line may name: none has a key.

        Headers, variables and the query, which gunicorn's format can also name, are left out.
        """
        values = super().atoms(resp, req, environ, request_time)
        return {
            name: escape_line(hide_query(value), longest=LONGEST_VALUE)
            if isinstance(value, str)
            else value
            for name, value in values.items()
            if len(name) == 1 and name != "q"
        }
