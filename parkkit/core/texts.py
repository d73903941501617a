"""Texts: how files of text are read, in the encodings people save them in, and names compared."""

from __future__ import annotations

import unicodedata
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


def part_key(name: str) -> str:
    """Return a part's name as it is compared: brackets of either width, blanks folded.

    Examples
    --------
    >>> part_key("东区（一期）") == part_key(" 东区 (一期)") == part_key("东区(一期)")
    True
    """
    return "".join(unicodedata.normalize("NFKC", name).split())
