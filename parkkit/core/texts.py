"""Texts: files of text, in the encodings that people save them in."""

from __future__ import annotations

from pathlib import Path

from parkkit.core.errors import ParkError

ENCODINGS = ("utf-8-sig", "gb18030")


def read_decoded(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte-order mark, or GB18030.

    Raises
    ------
    ParkError
        If the file cannot be read, or is in another encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ParkError("not_readable", where=path.name, given=error.strerror) from error
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ParkError("not_text", where=path.name)
