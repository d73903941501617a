"""Listed plants: all that lists tell of one plant so far, gathered from their rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from parkkit.park.datum import unshifted
from parkkit.park.name_forms import NameForm, all_names, name_form, told_former

# The park's own table of plants, as a list among lists.
ENTERPRISES = "enterprises"
Key = tuple[str, str]
_PERMIT = re.compile(r"([0-9A-HJ-NPQRTUWXY]{18})\d{3}[A-Z]?")
_TEXTS = ("list", "facility_id", "enterprise_id", "name", "former_names", "address",
          "credit_code", "industry_code", "datum")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ListedPlant:
    """What lists tell of a plant: its names, ids, codes, addresses and places (WGS-84).

    ``key`` is its list and id; ``years`` are those in which each list has each of its ids.
    """

    key: Key
    names: tuple[str, ...]
    former: tuple[str, ...]
    credit_codes: frozenset[str]
    ids: tuple[Key, ...]
    years: Mapping[Key, frozenset[int]]
    addresses: frozenset[str]
    industries: frozenset[str]
    places: tuple[tuple[str, float, float], ...]

    @property
    def name(self) -> str:
        """The name to show: the first by letters, as no list goes before another."""
        return next(iter(self.names), next(iter(self.former), ""))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The ids without what spreadsheets add or take, in their order."""
        return tuple(number_of_id(each) for _, each in self.ids)

    @cached_property
    def name_forms(self) -> tuple[NameForm, ...]:
        """The current names, taken apart."""
        return tuple(name_form(name) for name in self.names)

    @cached_property
    def former_forms(self) -> tuple[NameForm, ...]:
        """The former names, taken apart."""
        return tuple(name_form(name) for name in self.former)


def listed_plants(listings: pd.DataFrame) -> list[ListedPlant]:
    """Return the plants that listings tell of, by list and id.

    Rows of one ``enterprise_id`` are one plant already (list ``enterprises``); rows without one
    are a plant for each list and id.

    Parameters
    ----------
    listings : DataFrame
        The columns of ``listings``, of which only ``list`` and ``facility_id`` must be there; a
        column ``year`` tells in which years a list has an id, ``former_names`` what a plant was
        called.

    Examples
    --------
    >>> rows = pd.DataFrame({"list": ["a", "a"], "facility_id": ["1", "1"], "year": [2019, 2020]})
    >>> [(plant.key, sorted(plant.years["a", "1"])) for plant in listed_plants(rows)]
    [(('a', '1'), [2019, 2020])]
    """
    rows = _complete(listings)
    by_plant: dict[Key, list[dict[str, object]]] = {}
    for row in rows.to_dict("records"):
        plant = str(row["enterprise_id"])
        key = (ENTERPRISES, plant) if plant else (str(row["list"]), str(row["facility_id"]))
        by_plant.setdefault(key, []).append({str(name): cell for name, cell in row.items()})
    return [_plant(key, by_plant[key]) for key in sorted(by_plant)]


def level_code(code: str) -> str:
    """Return a credit code as it is compared: plain capitals and digits.

    Examples
    --------
    >>> level_code(" ９１33-0200ma2x ")
    '91330200MA2X'
    """
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", code).upper())


def level_id(text: str) -> str:
    """Return an id as it is compared: text, its leading zeros kept.

    Examples
    --------
    >>> level_id(" ００12-a")
    '0012-A'
    """
    return unicodedata.normalize("NFKC", text).upper().strip()


def number_of_id(text: str) -> str:
    """Return an id without what a spreadsheet adds to or takes from one that is all digits.

    Examples
    --------
    >>> number_of_id("00123456"), number_of_id("123456.0"), number_of_id("0012-A")
    ('123456', '123456', '0012-A')
    """
    plain = re.sub(r"(?<=\d)\.0+$", "", level_id(text))
    return plain.lstrip("0") or plain if plain.isdecimal() else plain


def level_address(address: str) -> str:
    """Return an address as it is compared; blank where it tells no more than a town.

    Examples
    --------
    >>> level_address("滨海大道８号（东门）"), level_address("East Chicago")
    ('滨海大道8号东门', '')
    """
    plain = "".join(re.findall(r"[^\W_]", unicodedata.normalize("NFKC", address).casefold()))
    return plain if re.search(r"\d|号", plain) else ""


def _complete(listings: pd.DataFrame) -> pd.DataFrame:
    """Return listings in WGS-84 with every column that is read, blanks as empty texts."""
    rows = listings.copy()
    for name in _TEXTS:
        given = rows[name] if name in rows else pd.Series("", index=rows.index)
        rows[name] = given.astype("str").where(given.notna(), "").str.strip()
    for name in ("lon", "lat", "year"):
        given = rows[name] if name in rows else pd.Series(float("nan"), index=rows.index)
        rows[name] = pd.to_numeric(given).astype("float64")
    return unshifted(rows[[*_TEXTS, "lon", "lat", "year"]])


def _plant(key: Key, rows: list[dict[str, object]]) -> ListedPlant:
    def texts(name: str) -> list[str]:
        return sorted({str(row[name]) for row in rows} - {""})

    former = {*all_names(texts("former_names"))}
    former |= {told for name in texts("name") for told in told_former(name)}
    ids = sorted({(str(row["list"]), str(row["facility_id"])) for row in rows})
    codes = {level_code(code) for code in texts("credit_code")}
    # A permit's number begins with the credit code of the company it was given to.
    codes |= {found[1] for _, each in ids if (found := _PERMIT.fullmatch(level_code(each)))}
    return ListedPlant(
        key=key,
        names=tuple(texts("name")),
        former=tuple(sorted(former - set(texts("name")))),
        credit_codes=frozenset(codes - {""}),
        ids=tuple(ids),
        years=_years(rows),
        addresses=frozenset(filter(None, map(level_address, texts("address")))),
        industries=frozenset(text.casefold() for text in texts("industry_code")),
        places=_places(rows),
    )


def _years(rows: list[dict[str, object]]) -> dict[Key, frozenset[int]]:
    found: dict[Key, set[int]] = {}
    for row in rows:
        years = found.setdefault((str(row["list"]), str(row["facility_id"])), set())
        if row["year"] == row["year"]:
            years.add(int(float(str(row["year"]))))
    return {key: frozenset(years) for key, years in found.items()}


def _places(rows: list[dict[str, object]]) -> tuple[tuple[str, float, float], ...]:
    found = {(str(row["list"]), float(str(row["lon"])), float(str(row["lat"]))) for row in rows}
    return tuple(sorted(each for each in found if each[1] == each[1] and each[2] == each[2]))
