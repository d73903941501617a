"""Chapter 03, one source of the explorer: its cells, factors and ledger rows, shown and to take."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.inventory.coupling import reason_text
from parkkit.inventory.joined_names import JOINT
from parkkit.inventory.ledger_steps import STAGES
from parkkit.output.chapters.fusion_explorer import Explored
from parkkit.output.figures import name_of, table
from parkkit.output.fusion_charts import AXES
from parkkit.output.quantities import Kind, percent, readable

CELLS = ["species", "medium", "category_item", "generated_t", "emissions_t", "co2e_t",
         "equivalents", "list", "status"]  # fmt: skip
FACTORS = ["species", "factor_id", "value", "unit", "factor_mark", "factor_set", "source"]
LEDGER = ["stage", "reason", "told_of", "species", "medium", "list", "amount_t", "entry_count"]

MOST = 40


def cells(data: Explored, unit_id: str) -> pd.DataFrame:
    """Return what is known of a source, its greenhouse gases first.

    Returns
    -------
    DataFrame
        ``species``, ``medium``, ``category_item``, ``generated_t``, ``emissions_t``, ``co2e_t``,
        ``equivalents``, ``list``, ``status``: the long form of the fused table.
    """
    rows = data.cells[data.cells["unit_id"] == unit_id]
    rows = rows.assign(is_other=rows["co2e_t"].isna(), size=-rows["emissions_t"].fillna(0.0))
    return rows.sort_values(["is_other", "size", "species"], ignore_index=True)[CELLS]


def factors(data: Explored, unit_id: str) -> pd.DataFrame:
    """Return the factors behind a source: set, value, source, and how far each was checked."""
    rows = data.rows[(data.rows["unit_id"] == unit_id) & (data.rows["factor_id"] != "")]
    used = rows[["activity_id", "factor_id", "factor_set", "species"]].drop_duplicates()
    table = used.merge(data.used, how="left", on=["activity_id", "factor_id", "species"])
    table = table[FACTORS].drop_duplicates()
    return table.sort_values(["species", "factor_id"], ignore_index=True)


def held(data: Explored, unit_id: str) -> pd.DataFrame:
    """Return what the ledger holds of a source, and of the whole plant it belongs to.

    Returns
    -------
    DataFrame
        ``stage``, ``reason``, ``told_of`` (``source`` or ``plant``), ``species``, ``medium``,
        ``list``, ``amount_t`` (positive was left out), ``entry_count``; in the order the stages
        act.
    """
    ledger = data.ledger
    plant = unit_id.split("/", 1)[0]
    is_own = (ledger["source_id"] == unit_id) | ledger["source_id"].str.startswith(f"{unit_id}/")
    rows = ledger[is_own | (ledger["source_id"] == plant)]
    rows = rows.assign(told_of=pd.Series("plant", index=rows.index).mask(is_own, "source"))
    keys = [name for name in LEDGER if name not in ("amount_t", "entry_count")]
    groups = rows.groupby(keys, sort=True)
    table = groups["amount_t"].sum(min_count=1).to_frame().join(groups.size().rename("entry_count"))
    table = table.reset_index()
    place = table["stage"].map({name: rank for rank, name in enumerate(STAGES)})
    table = table.assign(place=place, size=-table["amount_t"].abs())
    order = ["told_of", "place", "reason", "size"]
    table = table.sort_values(order, ascending=[False, True, True, True], ignore_index=True)
    return table[LEDGER]


def tables(data: Explored, found: pd.DataFrame, unit_id: str) -> dict[str, pd.DataFrame]:
    """Return what can be downloaded: the sources that fit, and three tables of the one chosen."""
    shown = {"fused": found.drop(columns=["carbon_t", "amount", "share", "kind", "told"])}
    if unit_id:
        shown |= {"cells": cells(data, unit_id), "factors": factors(data, unit_id),
                  "ledger": held(data, unit_id)}  # fmt: skip
    return shown


def source_html(data: Explored, found: pd.DataFrame, unit_id: str, language: Language) -> str:
    """Return all that is known of a source as HTML, or how one is chosen."""
    if not unit_id:
        return f"<p>{escape(label('fused.choose', language))}</p>"
    (row,) = found[found["unit_id"] == unit_id].to_dict("records")
    parts = [_facts(row, language, data.coupled[data.coupled["unit_id"] == unit_id])]
    made = tables(data, found, unit_id)
    for name, shown, absent in (
        ("cells", _words(made["cells"], language), ["generated_t", "co2e_t", "equivalents"]),
        ("factors", _words(made["factors"], language), ["value"]),
        ("ledger", _words(made["ledger"], language), []),
    ):
        told = pd.DataFrame({column: shown[column].isna() for column in absent})
        head = escape(label(f"fused.table.{name}", language))
        note = escape(label(f"fused.note.{name}", language))
        parts.append(f"<h4>{head}</h4><p>{note}</p>")
        parts.append(table(shown, language, limit=MOST, absent=told))
    return "".join(parts)


def _facts(row: Mapping[Hashable, Any], language: Language, coupled: pd.DataFrame) -> str:
    """Return carbon and pollution of a source, its shares, and how it was judged, as a list."""
    facts: list[tuple[str, str, str, Kind]]
    facts = [(label("fused.carbon_name", language), "direct_co2e_t", "direct_co2e_share", "co2e")]
    facts += [
        (label(f"fused.axis_name.{axis}", language), column, f"{axis}_share", kind)
        for axis, (column, kind) in AXES.items()
    ]
    lines = [
        (name, label("fused.with_share", language, amount=readable(row[column], language, kind),
                     share=percent(row[share], language)))
        for name, column, share, kind in facts
        if not pd.isna(row.get(column))
    ]  # fmt: skip
    lines.append((label("fused.judged", language), _judged(row, language)))
    lines += _coupled(coupled, language)
    if row["missing"]:
        names = [name_of(name, "species", language) for name in str(row["missing"]).split(";")]
        told = label("page.list_separator", language).join(names)
        lines.append((label("fused.missing", language), told))
    shown = "".join(
        f"<div><dt>{escape(name[:1].upper() + name[1:])}</dt><dd>{escape(text)}</dd></div>"
        for name, text in lines
    )
    return f"<dl>{shown}</dl>"


def _judged(row: Mapping[Hashable, Any], language: Language) -> str:
    axes = [axis for axis in str(row["judged_on"]).split(";") if axis]
    if not axes:
        key = "control_unknown" if row["missing"] else "no_control_point"
        return label(f"charts.{key}", language)
    names = [label(f"fused.axis_name.{axis}", language) for axis in axes]
    told = label("page.list_separator", language).join(names)
    return label("fused.judged_on", language, axes=told)


def _coupled(coupled: pd.DataFrame, language: Language) -> list[tuple[str, str]]:
    """Return of each axis that a source tells whether cause and direction are one, and why not."""
    rows = coupled[coupled["direct_co2e_share"].notna() & coupled["pollution_share"].notna()]
    lines = []
    for row in rows.to_dict("records"):
        text = label(
            "fused.coupled_one", language,
            cause=label(f"coupling.answer.{row['same_cause']}", language),
            direction=label(f"coupling.answer.{row['same_direction']}", language),
        )  # fmt: skip
        why = reason_text(row["reason"], language)
        axis = label(f"fused.axis_name.{row['axis']}", language)
        told = label("fused.coupled_why", language, text=text, why=why) if why else text
        lines.append((label("fused.coupled", language, axis=axis), told))
    return lines


def _words(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table whose joined codes are words: lists, fuels, factor sets."""
    columns = {"list": "list", "category_item": "item", "told_of": "fused.told_of"}
    named = {
        name: [_named(text, code, language) for text in frame[name]]
        for name, code in columns.items()
        if name in frame
    }
    if "factor_id" in frame:
        sets, ids = frame["factor_set"], frame["factor_id"]
        shorter = [_without(text, start) for text, start in zip(ids, sets, strict=True)]
        frame = frame.assign(factor_id=shorter)
    return frame.assign(**named)


def _without(text: str, start: str) -> str:
    """Return a factor id without its set, which has a column of its own."""
    return text.removeprefix(f"{start}/")


def _named(text: str, code: str, language: Language) -> str:
    names = [
        label(f"{code}.{part}", language) if has_label(f"{code}.{part}")
        else name_of(part, code, language)
        for part in str(text).split(JOINT) if part
    ]  # fmt: skip
    return label("page.list_separator", language).join(names)


def downloads_html(made: Mapping[str, pd.DataFrame], *, stem: str, language: Language) -> str:
    """Return links that save tables as CSV, without asking any server.

    Parameters
    ----------
    made : mapping of str to DataFrame
        By name: ``fused``, ``cells``, ``factors``, ``ledger``.
    stem : str
        What the files are called at the beginning.

    Examples
    --------
    >>> table = pd.DataFrame({"species": ["so2"]})
    >>> html = downloads_html({"cells": table}, stem="p", language="en")
    >>> 'download="p_cells.csv"' in html
    True
    """
    links = "".join(
        f'<li><a download="{escape(stem, quote=True)}_{name}.csv" href="{_data(frame)}">'
        f"{escape(label(f'fused.save.{name}', language, count=len(frame)))}</a></li>"
        for name, frame in made.items()
    )
    head = escape(label("fused.downloads", language))
    return f'<h4>{head}</h4><ul class="pk-downloads">{links}</ul>'


def _data(frame: pd.DataFrame) -> str:
    """Return a table as an address that holds it, with the mark by which Excel knows UTF-8."""
    text = frame.to_csv(index=False, lineterminator="\r\n")
    return f"data:text/csv;charset=utf-8;base64,{b64encode(text.encode('utf-8-sig')).decode()}"
