"""Replacing: several files of a folder take new content together, or none does."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from parkkit.core.errors import ParkError


def digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return what tells one content of each file from any other; one not there is as if empty.

    Examples
    --------
    >>> {name: len(told) for name, told in digests(Path("no_folder"), ["sources.csv"]).items()}
    {'sources.csv': 64}
    """
    contents = {
        name: path.read_bytes() if (path := folder / name).is_file() else b"" for name in names
    }
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def refuse_changed(folder: Path, known: Mapping[str, str]) -> None:
    """Refuse to go on where a file is not what its digest was: somebody's lines would be lost.

    Raises
    ------
    ParkError
        ``changed_meanwhile``, with the files.
    """
    now = digests(folder, known)
    if changed := [name for name in known if now[name] != known[name]]:
        raise ParkError("changed_meanwhile", given=changed)


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
