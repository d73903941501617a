"""Form titles: whether what stands above a form's table is of the plant it is imported for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.form_mapping import told

NAMED = re.compile(
    r"(?:单位详细名称|企业详细名称|排污单位名称|填报单位名称|企业名称|单位名称|填报单位|排污单位)"
    r"(?:\([^)]*\))?[ ]*(?::\s*|\n)([^\n]+)"
)
CODED = re.compile(r"(?:信用代码|机构代码)[^:\n]{0,9}:\s*([0-9A-Z]{9,20})")
# A title may name a plant in passing; shorter names stand in other words.
SHORTEST = 4


def plain_name(text: str) -> str:
    """Return a name or code as it is compared: half width, capitals, no blanks.

    Examples
    --------
    >>> plain_name("甲 厂（北）"), plain_name("ａ1")
    ('甲厂(北)', 'A1')
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def known_plants(plants: pd.DataFrame) -> dict[str, list[str]]:
    """Return the ids of the plants by everything they are called, as it is compared."""
    known: dict[str, list[str]] = {}
    for plant in plants.to_dict("records"):
        former = plant["former_names"].split(";")
        names = (plant["credit_code"], plant["name_zh"], plant["name_en"], *former)
        for name in dict.fromkeys(map(plain_name, (plant["enterprise_id"], *names))):
            if name:
                known.setdefault(name, []).append(plant["enterprise_id"])
    return known


def other_plants(
    above: str, file: str, plants: pd.DataFrame, enterprise_id: str
) -> Iterator[Problem]:
    """Tell titles with the name or the code of another plant than the one that was named.

    Parameters
    ----------
    above : str
        What stands above the header, a line for each cell.
    """
    known = known_plants(plants)
    own = {name for name, ids in known.items() if enterprise_id in ids}
    if not own:
        return
    given = next(_given(above, known, own, plants, enterprise_id), None)
    if given is not None:
        text, found = given
        yield told(file, 1, "", "form_other_plant", given=text, found=found,
                   wanted=enterprise_id)  # fmt: skip
        return
    called = [name for name in own if len(name) > 1 and name != plain_name(enterprise_id)]
    for name in _headed(above):
        if not any(each in name or name in each for each in called):
            yield told(file, 1, "", "form_other_name", is_warning=True, given=name,
                       wanted=enterprise_id)  # fmt: skip


def _given(
    above: str, known: dict[str, list[str]], own: set[str], plants: pd.DataFrame,
    enterprise_id: str,
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Return what the titles name of another plant, with its id or, unknown to the park, itself."""
    mine = plants.loc[plants["enterprise_id"] == enterprise_id, "credit_code"].iloc[0]
    stated = CODED.search(above)
    if stated and stated[1] not in own and (mine or stated[1] in known):
        yield stated[1], known.get(stated[1], [stated[1]])[0]
    for name in _headed(above):
        if name in known and name not in own:
            yield name, known[name][0]
    text = plain_name(above)
    # A plant may be called by a part of another's name.
    is_mine = any(name in text for name in own if len(name) >= SHORTEST)
    for name in known.keys() - own:
        if len(name) >= SHORTEST and name in text and not is_mine:
            yield name, known[name][0]


def _headed(above: str) -> list[str]:
    found = [re.split(r"\s{2,}|\s+(?=\S{2,12}:)", each.strip())[0] for each in NAMED.findall(above)]
    names = [plain_name(re.sub(r"\(?盖章\)?", "", each)) for each in found]
    # A label without a value is followed by the next label.
    return [name for name in names if name and ":" not in name]
