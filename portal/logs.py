"""Log lines carry UTC, like everything that is stored: staff and the Hub read the same times."""

import logging
import time


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"
