"""Identities: what an emission is the product of, checked to cancel before any number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from parkkit.core.errors import ParkError, unknown

# Effects that no factor may be called after: every decomposition has them.
OPENED, CLOSED, BOUNDARY_MOVED, TOTAL = "opened", "closed", "boundary_moved", "total"
EFFECTS = (OPENED, CLOSED, BOUNDARY_MOVED)

TOKEN = re.compile(
    r"\s*(`[^`]+`|[^\W\d]\w*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[\[\]()*/:=［］（）＊×／：＝])"
)
# Who types Chinese easily leaves the full-width signs on.
NARROW = str.maketrans("［］（）＊×／：＝", "[]()**/:=")
END = ""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A column as it stands in an identity: a row's own amount, or the sum over the rows."""

    column: str
    is_sum: bool = False

    def __str__(self) -> str:
        return f"[{self.column}]" if self.is_sum else self.column


Powers: TypeAlias = Mapping[Cell, int]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of an identity: its name, and the power of each cell in it."""

    name: str
    powers: Powers
    number: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Identity:
    """A column as a product of factors that cancel to it.

    Parameters
    ----------
    left : str
        The column that is explained.
    factors : tuple of Factor
        In the order written; their product is the left side.
    """

    left: str
    factors: tuple[Factor, ...]

    @property
    def names(self) -> list[str]:
        """The names of the factors, in their order."""
        return [factor.name for factor in self.factors]

    @property
    def columns(self) -> list[str]:
        """The columns the identity reads, the left side first."""
        read = (cell.column for factor in self.factors for cell in factor.powers)
        return list(dict.fromkeys([self.left, *read]))

    def check_columns(self, known: Iterable[str], where: str = "identity") -> None:
        """Raise an error for the first column that a table does not have."""
        given = [str(name) for name in known]
        for column in self.columns:
            if column not in given:
                raise unknown("column", column, given, where=where)


def parse_identity(text: str) -> Identity:
    """Return an identity, checked to cancel to its left side.

    Parameters
    ----------
    text : str
        ``left = factor * factor * ...``: a factor is a ratio of columns, numbers and products in
        parentheses, named if it likes (``intensity: energy_tce/value_added``). ``[a]`` is the sum
        of ``a`` over the rows of a year; a column with other signs in its name stands in
        backquotes.

    Raises
    ------
    ParkError
        If the text is no identity, two factors share a name, or something does not cancel.

    Examples
    --------
    >>> identity = parse_identity("co2_t = scale: [gdp] * gdp/[gdp] * co2_t/gdp")
    >>> identity.left, identity.names
    ('co2_t', ['scale', 'gdp/[gdp]', 'co2_t/gdp'])
    >>> parse_identity("co2_t = [gdp] * co2_t/gdp")
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: identity: the right side does not cancel to 'co2_t', [gdp]/gdp \
is left over; divide it away, so that the factors multiply to 'co2_t'.
    """
    identity = _Reader(text, _tokens(text)).identity()
    names = Counter(identity.names)
    for name, count in names.items():
        if count > 1:
            raise ParkError("factor_twice", where="identity", given=name)
        if name in (*EFFECTS, TOTAL):
            raise ParkError("factor_reserved", where="identity", given=name)
    over = left_over(identity)
    if over:
        raise ParkError("identity_open", where="identity", left=identity.left, over=over)
    return identity


def left_over(identity: Identity) -> str:
    """Return what the right side holds beyond the left one, blank where they are the same.

    Examples
    --------
    >>> left_over(Identity("co2", (Factor("a", {Cell("gdp"): 1, Cell("t"): -2}, Fraction(2)),)))
    '2*gdp/(co2*t*t)'
    """
    powers = Counter({Cell(identity.left): -1})
    number = Fraction(1)
    for factor in identity.factors:
        number *= factor.number
        for cell, power in factor.powers.items():
            powers[cell] += power
    above = [cell for cell, power in powers.items() for _ in range(power)]
    below = [cell for cell, power in powers.items() for _ in range(-power)]
    if not above and not below and number == 1:
        return ""
    parts = ["*".join(str(cell) for cell in sorted(cells)) for cells in (above, below)]
    told = "*".join(part for part in (str(number) if number != 1 else "", parts[0]) if part)
    under = f"({parts[1]})" if len(below) > 1 else parts[1]
    return f"{told or '1'}/{under}" if below else told


def park_identities(
    pollutants: Iterable[str] = (),
    *,
    carbon: str = "co2_t",
    value: str = "value_added",
    energy: str = "energy_tce",
) -> dict[str, str]:
    """Return the identities of a park's carbon and of pollutants, by name, laid side by side.

    Carbon is scale x structure x energy intensity x carbon per energy. A pollutant ends in
    ``source`` (generated per energy) and ``end_of_pipe`` (emitted per generated) instead, so that
    what was never made stands apart from what was caught.

    Parameters
    ----------
    pollutants : iterable of str
        Such as ``so2``, of which the rows have ``so2_generated_t`` and ``so2_emitted_t``.
    carbon, value, energy : str
        The columns of carbon, of value added in constant prices and of energy.

    References
    ----------
    Kaya 1990, with the rows of a park as its sectors; the factors of pollutants are our proposal.

    Examples
    --------
    >>> park_identities(["so2"])["so2"].split(" * ")[3:]
    ['source: so2_generated_t/energy_tce', 'end_of_pipe: so2_emitted_t/so2_generated_t']
    """
    made = (
        f"scale: [{value}] * structure: {value}/[{value}] * energy_intensity: {energy}/{value} * "
    )
    identities = {carbon.removesuffix("_t"): f"{carbon} = {made}carbon_factor: {carbon}/{energy}"}
    for name in pollutants:
        generated, emitted = f"{name}_generated_t", f"{name}_emitted_t"
        caught = f"source: {generated}/{energy} * end_of_pipe: {emitted}/{generated}"
        identities[name] = f"{emitted} = {made}{caught}"
    return identities


def _tokens(text: str) -> list[str]:
    """Return the words and signs of an identity, an empty one at the end."""
    tokens, place = [], 0
    bare = text.rstrip()
    while place < len(bare):
        found = TOKEN.match(bare, place)
        if not found:
            raise ParkError("not_an_identity", where="identity", near=bare[place:].strip())
        token = found.group(1)
        tokens.append(token.translate(NARROW) if len(token) == 1 else token)
        place = found.end()
    return [*tokens, END]


@dataclass(slots=True)
class _Reader:
    """Reads an identity from left to right; ``place`` is the token it looks at."""

    text: str
    tokens: list[str]
    place: int = field(default=0)

    @property
    def token(self) -> str:
        return self.tokens[self.place]

    def take(self, wanted: str = "") -> str:
        """Return the token looked at, and look at the next one."""
        token = self.token
        if token == END or (wanted and token != wanted):
            near = "".join(self.tokens[self.place :]) or self.text.strip()
            raise ParkError("not_an_identity", where="identity", near=near)
        self.place += 1
        return token

    def identity(self) -> Identity:
        left = self.column()
        self.take("=")
        factors = [self.factor()]
        while self.token == "*":
            self.take()
            factors.append(self.factor())
        if self.token != END:
            self.take("*")
        return Identity(left, tuple(factors))

    def factor(self) -> Factor:
        name = self.column() if self.tokens[self.place + 1 : self.place + 2] == [":"] else ""
        if name:
            self.take(":")
        start = self.place
        powers, number = self.product("/")
        written = "".join(self.tokens[start : self.place])
        return Factor(name or written, {each: power for each, power in powers.items() if power},
            number)  # fmt: skip

    def product(self, signs: str) -> tuple[Counter[Cell], Fraction]:
        """Read atoms joined by any of some signs."""
        powers, number = self.atom()
        while self.token != END and self.token in signs:
            sign = 1 if self.take() == "*" else -1
            more, times = self.atom()
            for cell, power in more.items():
                powers[cell] += sign * power
            number *= times**sign
        return powers, number

    def atom(self) -> tuple[Counter[Cell], Fraction]:
        if self.token == "(":
            self.take()
            inner = self.product("*/")
            self.take(")")
            return inner
        if self.token == "[":
            self.take()
            cell = Cell(self.column(), is_sum=True)
            self.take("]")
            return Counter({cell: 1}), Fraction(1)
        # A number of 0 would divide by zero, or make everything zero: it is no factor.
        if self.token[:1].isdigit() and Fraction(self.token) > 0:
            return Counter(), Fraction(self.take())
        return Counter({Cell(self.column()): 1}), Fraction(1)

    def column(self) -> str:
        if self.token[:1] == "`" or self.token.isidentifier():
            return self.take().strip("`")
        raise ParkError(
            "not_an_identity",
            where="identity",
            near="".join(self.tokens[self.place :]) or self.text.strip(),
        )
