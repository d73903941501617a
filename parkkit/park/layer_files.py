"""Layer files: Shapefile, GeoPackage and KML, as rows of attributes beside shapes."""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem
from parkkit.park.attribute_texts import (
    Written,
    decoded,
    feature_name,
    settled_code_page,
)
from parkkit.park.kml import placemarks, short_names
from parkkit.park.reference_systems import WGS84

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer as it was drawn: attributes and shapes feature by feature, in its own system."""

    properties: list[dict[str, Any]]
    shapes: list[BaseGeometry | None]
    crs: str
    problems: list[Problem]


def read_layer(path: Path, *, encoding: str = "", layer: str = "") -> Layer:
    """Read a Shapefile (also zipped), a GeoPackage or a KML file.

    Raises
    ------
    ParkError
        If the file is of another kind or broken, a part of it is missing, it has several layers
        and none is named, or the code page of its attributes cannot be told.
    """
    readers: dict[str, Callable[[Path, str, str], Layer]] = {
        ".shp": _shapefile, ".zip": _zipped, ".gpkg": _geopackage, ".kml": _kml,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        given, known = path.suffix or path.name, [".geojson", ".json", *readers]
        raise ParkError("unknown", where=path.name, kind="layer_format", given=given, known=known)
    if not path.is_file():
        raise ParkError("missing_layer", where=path.name, given=path.parent)
    try:
        return reader(path, encoding, layer)
    except OSError as error:
        raise ParkError("not_readable", where=path.name, given=error.strerror or error) from error


def _geopackage(path: Path, encoding: str, layer: str) -> Layer:
    problems = []
    if encoding:
        problems.append(Problem(code="encoding_not_needed", file=path.name, is_warning=True,
                                values={"given": encoding}))  # fmt: skip
    name = _chosen(_drawn_layers(path), layer, path.name)
    meta, shapes, columns = _read(path, path.name, layer=name)
    return _layer(meta, shapes, [str(field) for field in meta["fields"]], columns, problems)


def _kml(path: Path, encoding: str, layer: str) -> Layer:
    folders = placemarks(path, encoding=encoding)
    drawn = folders[_chosen(list(folders), layer, path.name)]
    properties, shapes = [given for given, _ in drawn], [shape for _, shape in drawn]
    # The standard allows no other system.
    return Layer(properties=properties, shapes=shapes, crs=WGS84, problems=[])


def _drawn_layers(path: Path) -> list[str]:
    """Return the names of the layers that have shapes."""
    import pyogrio.core

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            listed = pyogrio.core.list_layers(path)
        except Exception as error:  # the engine's errors have no common class below it
            raise ParkError("broken_layer", where=path.name, given=_why(error)) from error
    return [str(name) for name, kind in listed if kind is not None]


def _chosen(drawn: Sequence[str], layer: str, file: str) -> str:
    """Return the layer that is meant: the one named, else the only one there is."""
    if layer and layer not in drawn:
        raise ParkError("unknown", where=file, kind="layer", given=layer, known=sorted(drawn))
    if not drawn:
        raise ParkError("no_layer", where=file)
    if not layer and len(drawn) > 1:
        raise ParkError("several_layers", where=file, known=drawn)
    return layer or drawn[0]


def _read(
    path: Path, file: str, **choices: Any
) -> tuple[dict[str, Any], list[BaseGeometry | None], list[NDArray[Any]]]:
    """Read a layer through the engine: what it says of itself, its shapes, its columns."""
    import pyogrio.raw

    with warnings.catch_warnings():
        # What the engine warns of (measures left away, the sense of a ring) changes no polygon.
        warnings.simplefilter("ignore")
        try:
            meta, _, binary, columns = pyogrio.raw.read(path, force_2d=True, **choices)
        except Exception as error:  # the engine's errors have no common class below it
            raise ParkError("broken_layer", where=file, given=_why(error)) from error
        try:
            shapes = list(shapely.from_wkb(binary))
        except (shapely.errors.ShapelyError, TypeError) as error:
            raise ParkError("broken_layer", where=file, given=_why(error)) from error
    return meta, shapes, columns


def _why(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0].rstrip(".")


def _layer(
    meta: dict[str, Any],
    shapes: list[BaseGeometry | None],
    names: Sequence[str],
    columns: Sequence[Iterable[Any]],
    problems: list[Problem],
) -> Layer:
    plain = [[_plain(value) for value in column] for column in columns]
    rows = zip(*plain, strict=True) if plain else ([] for _ in shapes)
    properties = [dict(zip(names, row, strict=True)) for row in rows]
    crs = str(meta.get("crs") or "")
    # A GeoPackage can say that it does not know: "Undefined geographic SRS".
    stated = "" if re.match(r'\w*\["Undefined', crs) else crs
    return Layer(properties=properties, shapes=shapes, crs=stated, problems=problems)


def _plain(value: object) -> Any:
    """Return a cell as JSON has it; what is missing as None."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)[:10]
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and not np.isfinite(plain):
        return None
    return plain if isinstance(plain, str | int | float | bool | None) else str(plain)


def _shapefile(path: Path, encoding: str, layer: str) -> Layer:
    _chosen([path.stem], layer, path.name)
    parts = {suffix: found for suffix in PARTS if (found := _beside(path, suffix))}
    return _from_parts(parts, encoding, path.name)


def _beside(path: Path, suffix: str) -> Path | None:
    """Return a part of a Shapefile, whatever the case of its suffix."""
    wanted = (path.stem + suffix).casefold()
    return next((each for each in path.parent.iterdir() if each.name.casefold() == wanted), None)


def _zipped(path: Path, encoding: str, layer: str) -> Layer:
    """Read a zipped Shapefile: its parts are put aside under names of our own."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as aside:
            stems = _stems(archive)
            if not stems:
                raise ParkError("no_shapefile", where=path.name)
            chosen = stems[_chosen(sorted(stems), layer, path.name)]
            parts = {}
            for suffix, member in chosen.items():
                parts[suffix] = Path(aside) / f"layer{suffix}"
                with archive.open(member) as packed, parts[suffix].open("wb") as out:
                    while chunk := packed.read(_CHUNK):
                        out.write(chunk)
            return _from_parts(parts, encoding, path.name)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise ParkError("broken_layer", where=path.name, given=_why(error)) from error


def _stems(archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Return the Shapefiles of an archive: their parts by suffix.

    Two of one name in different folders are two, and are called by their folders as well.
    """
    found: dict[tuple[str, ...], dict[str, zipfile.ZipInfo]] = {}
    for member in archive.infolist():
        # Some software of Windows packs its own slashes.
        name = PurePosixPath(_member_name(member).replace("\\", "/"))
        # macOS packs a shadow of each file beside it.
        if name.suffix.lower() in PARTS and not name.name.startswith("._"):
            found.setdefault(name.with_suffix("").parts, {})[name.suffix.lower()] = member
    drawn = {place: parts for place, parts in found.items() if ".shp" in parts}
    return dict(zip(short_names(drawn), drawn.values(), strict=True))


def _member_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a packed file; Chinese Windows packs names in GBK and does not say so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _from_parts(parts: dict[str, Path], encoding: str, file: str) -> Layer:
    if ".shp" not in parts:
        raise ParkError("missing_layer", where=file, given="")
    if ".shx" not in parts:
        raise ParkError("missing_part", where=file, given=".shx")
    problems = []
    if ".dbf" not in parts:
        problems.append(Problem(code="no_attributes", file=file, is_warning=True))
    told = parts[".prj"].read_bytes() if ".prj" in parts else b""
    # ISO-8859-1 has a character for every byte, so that the bytes come through as they stand.
    if told.isascii():
        meta, shapes, columns = _read(parts[".shp"], file, encoding="ISO-8859-1")
    else:
        # The engine takes no .prj with Chinese names: the shapes are read without it.
        with tempfile.TemporaryDirectory() as aside:
            for suffix in (".shp", ".shx", ".dbf"):
                if suffix in parts:
                    shutil.copyfile(parts[suffix], Path(aside) / f"layer{suffix}")
            plain = Path(aside) / "layer.shp"
            meta, shapes, columns = _read(plain, file, encoding="ISO-8859-1")
    meta["crs"] = meta["crs"] or _text(told)
    if ".dbf" not in parts:
        return _layer(meta, shapes, [], [], problems)
    header = _header(parts[".dbf"])
    cpg = _text(parts[".cpg"].read_bytes()) if ".cpg" in parts else ""
    names, cells, found = _texts(meta, columns, header, (encoding, cpg, file))
    return _layer(meta, shapes, names, cells, [*problems, *found])


def _header(table: Path) -> bytes:
    """Return the header of a DBF table: the language byte at 29, and 32 bytes a field."""
    with table.open("rb") as file:
        start = file.read(32)
        return start + file.read(int.from_bytes(start[8:10], "little") - 32)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace").strip()


def _texts(
    meta: dict[str, Any], columns: Sequence[NDArray[Any]], header: bytes, told: tuple[str, str, str]
) -> tuple[list[str], list[list[Any]], list[Problem]]:
    """Return the names and columns of a table in Unicode."""
    encoding, cpg, file = told
    widths = [header[at + 16] for at in range(32, len(header) - 16, 32)]
    raw_names = [str(name).encode("latin1") for name in meta["fields"]]
    names = [Written(feature="DBF", text=name, is_full=len(name) >= 10) for name in raw_names]
    cells = [
        [_written(value, number, width) for number, value in enumerate(column, start=1)]
        for column, width in zip(columns, widths, strict=False)
    ]
    texts = [cell for row in zip(*cells, strict=True) for cell in row if isinstance(cell, Written)]
    page, problems = settled_code_page([*texts, *names], file=file, asked=encoding, cpg=cpg,
                                       language_byte=header[29])  # fmt: skip
    columns_read = [[decoded(cell, page) if isinstance(cell, Written) else cell for cell in column]
                    for column in cells]  # fmt: skip
    return [decoded(name, page) for name in names], columns_read, problems


def _written(value: object, number: int, width: int) -> object:
    if not isinstance(value, str):
        return value
    text = value.encode("latin1")
    return Written(feature=feature_name({}, number), text=text, is_full=len(text) >= width)
