"""Replacing: several files of a folder take new content together, or none does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from parkkit.core.errors import ParkError


def replace_files(folder: Path, made: Mapping[str, bytes]) -> None:
    """Write files of a folder: beside the old ones first, then all in their places.

    Raises
    ------
    ParkError
        If one cannot be written; every file is as it was then.
    """
    aside = {name: folder / f".{name}.new" for name in made}
    old = {name: (folder / name).read_bytes() for name in made if (folder / name).is_file()}
    placed: list[str] = []
    try:
        for name, content in made.items():
            aside[name].write_bytes(content)
        for name, path in aside.items():
            os.replace(path, folder / name)
            placed.append(name)
    except OSError as error:
        for name, path in aside.items():
            path.unlink(missing_ok=True)
            if name in placed:
                _put_back(folder / name, old.get(name))
        raise ParkError("not_writable", given=folder, why=error.strerror or "") from error


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
