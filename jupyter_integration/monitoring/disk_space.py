"""Free space of the file system that servers' homes fill.

In Compose homes, PostgreSQL's data and images lie below the engine's data folder by default, and a
container's own root folder is on the same file system. So any part of the portal can read it.
"""

import os
from dataclasses import dataclass

from django.conf import settings

GB = 2**30

# Below both of a pair. A share alone is much on a large disk, an amount alone on a small one.
LOW_SHARE, LOW_AMOUNT = 0.15, 50 * GB
FULL_SHARE, FULL_AMOUNT = 0.05, 10 * GB
MIN_AMOUNT = 1 * GB  # too little on a disk of any size
LOW_FILES_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class DiskSpace:
    total: int  # bytes
    free: int  # bytes that an ordinary process can still write
    free_files_share: float
    """Share of the files that can still be made, 0 to 1; 1 where the file system has no limit."""

    @property
    def is_nearly_full(self) -> bool:
        return self.free < MIN_AMOUNT or self._is_below(FULL_SHARE, FULL_AMOUNT)

    @property
    def is_low(self) -> bool:
        return self._is_below(LOW_SHARE, LOW_AMOUNT)

    @property
    def is_low_on_files(self) -> bool:
        return self.free_files_share < LOW_FILES_SHARE

    def _is_below(self, share: float, amount: int) -> bool:
        return self.free < self.total * share and self.free < amount


def read_disk_space() -> DiskSpace | None:
    """Return the space of DISK_FOLDER's file system; None if it is not set or cannot be read."""
    if not settings.DISK_FOLDER:
        return None
    try:
        found = os.statvfs(settings.DISK_FOLDER)
    except OSError:
        return None
    return DiskSpace(
        total=found.f_blocks * found.f_frsize,
        free=found.f_bavail * found.f_frsize,
        free_files_share=found.f_favail / found.f_files if found.f_files else 1.0,
    )
