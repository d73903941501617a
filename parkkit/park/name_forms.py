"""Name forms: what is left of a company's name when form, place and spelling are set aside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from rapidfuzz.fuzz import ratio

from parkkit.core.vocabulary import vocabulary

# One slip of the keyboard in a word of seven letters still counts as likeness.
TYPO, TYPO_LEAST = 0.85, 6
BRANCH_SHARE = 0.5
_HAN = "\u3400-\u9fff"
_FORMER = re.compile(
    r"[(\[]\s*(?:原名?|曾用名|formerly|former|fka|f/k/a|ex)\s*[:.,]?\s*(?P<name>[^)\]]+)[)\]]",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[;；、|]")
_CITY = re.compile(rf"([{_HAN}]{{2,4}}?)(?:市|地区|自治州)")
_COUNTY = re.compile(rf"([{_HAN}]{{2,3}}?)(?:自治县|县|区|镇)")
# 开发区, 工业园区, 新区 belong to a name; 北仑区 is a place.
_PARKS = ("开发", "工业", "园", "新", "高新", "保税", "经济", "矿", "港", "示范", "产业", "化工")
_BRACKETED = re.compile(
    rf"^(?P<name>[{_HAN}]+?)\s*[(\[](?P<place>[{_HAN}]{{2,4}}?)市?(?<![期厂号区部])[)\]]"
)
_UNIT = re.compile("(?:公司|厂|店|部|车间|站|基地|生产线)$")
_NUMBERS = re.compile(
    r"第?([一二三四五六七八九十]+|\d+)(?=[期厂号分车线炉机]|公司)|(?<![0-9a-z])(\d+)(?![0-9a-z])"
)
_DIGITS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class NameForm:
    """A company's name, taken apart.

    ``core`` is the name without legal form and place, ``whole`` has the place before it;
    ``branch`` is what stands behind the legal form (宁波分公司), ``numbers`` the numbers that
    tell units of one company apart (一厂, 二厂), ``words`` what names are compared by: words of
    Western names, pairs of characters of Chinese ones.
    """

    core: str
    whole: str
    place: str
    branch: str
    numbers: tuple[int, ...]
    words: frozenset[str]

    @property
    def readings(self) -> frozenset[str]:
        """What the name may be written as: with its place and without, Western words anyhow."""
        written = {self.core, self.whole}
        if not is_chinese(self.core):
            written = {" ".join(sorted(self.words))}
        return frozenset(f"{each}|{self.branch}" for each in written if each)


@cache
def name_form(name: str) -> NameForm:
    """Return a name taken apart: form, place, branch, numbers and words.

    Full-width signs, case, accents and punctuation are levelled, and legal forms
    (``company_forms.csv``) fall away at the end; a branch stays apart from its company.

    Examples
    --------
    >>> form = name_form("浙江省宁波市蓝港化工（集团）股份有限公司第二分厂")
    >>> form.core, form.place, form.branch, form.numbers
    ('蓝港化工', '浙江宁波', '第二分厂', (2,))
    >>> name_form("FINA Antwerp Olefins N.V.").core == name_form("fina antwerp olefins").core
    True
    >>> name_form("").core
    ''
    """
    text = _FORMER.sub(" ", _levelled(name))
    if re.search(f"[{_HAN}]", text):
        return _chinese(text)
    words = _western_words(text)
    return _formed(" ".join(words), branch="", place="", words=frozenset(words), text=text)


def all_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names that texts hold, each once: lists are split at semicolons.

    Examples
    --------
    >>> all_names(["Old Mill; Older Mill", "Old Mill"])
    ('Old Mill', 'Older Mill')
    """
    parts = (part.strip() for text in texts for part in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def told_former(name: str) -> tuple[str, ...]:
    """Return the former names that a name itself tells in brackets.

    Examples
    --------
    >>> told_former("蓝港热电有限公司（原滨海热电厂）"), told_former("Linde (formerly Praxair)")
    (('滨海热电厂',), ('praxair',))
    """
    return all_names(found["name"] for found in _FORMER.finditer(_levelled(name)))


def is_same_name(one: NameForm, other: NameForm) -> bool:
    """Return whether two names are one but for form, place and spelling.

    Places that both names tell must not differ, nor may branches.

    Examples
    --------
    >>> is_same_name(name_form("宁波市蓝港化工有限公司"), name_form("宁波蓝港化工（集团）公司"))
    True
    >>> is_same_name(name_form("上海蓝港化工有限公司"), name_form("浙江蓝港化工有限公司"))
    False
    """
    places = one.place in other.place or other.place in one.place
    return places and not one.readings.isdisjoint(other.readings)


def name_likeness(
    one: NameForm, other: NameForm, weights: Mapping[str, float] | None = None
) -> float:
    """Return how alike two names are, from 0 to 1: 1 is one name after company forms.

    The share of the words that both have among those that either has, each by its weight (rare
    words tell more; without weights all are equal), where long words with a slip count by how
    many of their letters agree. Of a branch and its company, and of names that another number
    tells apart (一厂, 二厂), it is at most 0.5.

    Examples
    --------
    >>> name_likeness(name_form("Esso Raffinaderij"), name_form("ESSO RAFFINADERIJ ANTWERPEN"))
    0.6666666666666666
    >>> name_likeness(name_form("BASF Antwerpen nv"), name_form("BASF ANTWERPEN"))
    1.0
    """
    if not one.core or not other.core:
        return 0.0
    if is_same_name(one, other):
        return 1.0
    # Only one name after company forms is 1.
    alike = min(_shared_share(one, other, weights), 0.99)
    apart = one.branch != other.branch or one.numbers != other.numbers
    return min(alike, BRANCH_SHARE) if apart else alike


def _shared_share(one: NameForm, other: NameForm, weights: Mapping[str, float] | None) -> float:
    def weigh(words: Iterable[str]) -> float:
        # Sorted: a sum of floats must not move with the order of a set.
        return sum(1.0 if weights is None else weights.get(word, 1.0) for word in sorted(words))

    slips = _slips(one.words - other.words, other.words - one.words)
    both, either = weigh(one.words & other.words), weigh(one.words | other.words)
    for mine, theirs, alike in slips:
        # A slip makes two words of one: the commoner's weight, as the rarer is nobody's word.
        weight = min(weigh([mine]), weigh([theirs]))
        both += alike * weight
        either -= weigh([mine, theirs]) - weight
    return both / either if either else 0.0


def _slips(mine: Iterable[str], theirs: Iterable[str]) -> list[tuple[str, str, float]]:
    """Return the words of two names that are one but for a slip, each paired once.

    Only long Western words: 蓝港化工 and 蓝海化工 differ in one character, and are two companies.
    """
    long = [[word for word in sorted(words) if len(word) >= TYPO_LEAST and word.isascii()]
            for words in (mine, theirs)]  # fmt: skip
    pairs = [(ratio(a, b) / 100, a, b) for a, b in product(*long)]
    found: list[tuple[str, str, float]] = []
    for alike, a, b in sorted(pairs, key=lambda pair: (-pair[0], sorted(pair[1:]))):
        used = {word for each in found for word in each[:2]}
        if alike >= TYPO and a not in used and b not in used:
            found.append((a, b, alike))
    return found


def is_chinese(text: str) -> bool:
    """Return whether a text holds Chinese characters.

    Examples
    --------
    >>> is_chinese("BASF"), is_chinese("巴斯夫")
    (False, True)
    """
    return bool(re.search(f"[{_HAN}]", text))


def _levelled(text: str) -> str:
    """Return a text without accents, case and full-width signs: é is e, Ｓ is s, ß is ss."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _western_words(text: str) -> list[str]:
    """Return the words of a name without its legal forms."""
    joined = re.sub(r"(?<=\b\w)\.(?=\w\b|\s|$|[^\w\s])", "", text.replace("'", ""))
    anywhere = {form[0] for form in _western_forms("any")}
    words = re.findall(r"[^\W_]+", joined.replace("&", " and "))
    words = [word for word in words if word not in anywhere] or words
    while found := _form_at(words, at_end=True):
        words = words[:-found]
    while found := _form_at(words, at_end=False):
        words = words[found:]
    return words


def _form_at(words: list[str], *, at_end: bool) -> int:
    """Return how many words of a name's end, or start, are a legal form; never all of it."""
    for form in _western_forms("end" if at_end else "start"):
        count = len(form)
        if count < len(words) and tuple(words[-count:] if at_end else words[:count]) == form:
            return count
    return 0


@cache
def _western_forms(side: str) -> tuple[tuple[str, ...], ...]:
    table = vocabulary("company_forms")
    sides = {"any": ["any"]}.get(side, [side, "both"])
    table = table[(table["language"] != "zh") & table["stands"].isin(sides)]
    return tuple(sorted((tuple(form.split()) for form in table["form"]), key=lambda f: -len(f)))


@cache
def _chinese_forms() -> tuple[str, ...]:
    table = vocabulary("company_forms")
    forms = table.loc[table["language"] == "zh", "form"]
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


@cache
def _provinces() -> re.Pattern[str]:
    table = vocabulary("regions")
    names = "|".join(table.loc[table["level"] == "province", "name_zh"])
    ending = "省|市|壮族自治区|回族自治区|维吾尔自治区|自治区"
    return re.compile(f"(?:中国)?({names})(?:{ending})?")


def _chinese(text: str) -> NameForm:
    plain = re.sub(r"[(\[]\s*(?:集团|控股|有限合伙|普通合伙)\s*[)\]]", "", text)
    # 蓝港(宁波)化工, also 宁波蓝港化工, is a company of its own: the place stays in its name.
    plain = _BRACKETED.sub(lambda found: found["place"] + found["name"], plain)
    plain = "".join(re.findall(r"[^\W_]", plain))
    company, branch = _parted(plain)
    place, core = _placed(company)
    return _formed(core, branch=branch, place=place, words=_pairs(core), text=text)


def _parted(plain: str) -> tuple[str, str]:
    """Return the company without its legal form, and the branch behind the form."""
    for form in _chinese_forms():
        head, found, tail = plain.partition(form)
        if not found or len(head) < 2 or head.endswith("分"):
            continue
        if not tail or tail in _chinese_forms():
            return _bare(head), ""
        # 蓝港集团化工有限公司 is a company of its own, 蓝港集团化工厂 a part of one.
        if _bare(tail) == tail and (form.endswith("公司") or _UNIT.search(tail)):
            return _bare(head), tail
    return _bare(plain), ""


def _bare(company: str) -> str:
    """Return a name without the legal forms at its end, as long as two characters stay."""
    for form in _chinese_forms():
        head = company.removesuffix(form)
        # 宁波分公司 without a company before it is a name of its own.
        if head != company and len(head) >= 2 and not head.endswith("分"):
            return _bare(head)
    return company


def _placed(company: str) -> tuple[str, str]:
    """Return the province, city and county that a name begins with, and the rest of it."""
    place, rest = "", company
    for pattern in (_provinces(), _CITY, _COUNTY):
        found = pattern.match(rest)
        if not found or len(rest) - found.end() < 2 or _is_park(found[0]):
            continue
        place, rest = place + found[1], rest[found.end() :]
    return place, rest


def _is_park(place: str) -> bool:
    return place.endswith(tuple(f"{kind}区" for kind in _PARKS))


def _pairs(core: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters, and Western words as they are."""
    runs = re.findall(f"[{_HAN}]+|[^{_HAN}]+", core)
    pairs = (
        [run[at : at + 2] for at in range(max(len(run) - 1, 1))] if is_chinese(run) else [run]
        for run in runs
    )
    return frozenset(pair for found in pairs for pair in found)


def _formed(core: str, *, branch: str, place: str, words: frozenset[str], text: str) -> NameForm:
    return NameForm(core=core, whole=place + core, place=place, branch=branch, words=words,
                    numbers=_numbers_of(text))  # fmt: skip


def _numbers_of(text: str) -> tuple[int, ...]:
    """Return the numbers that tell units apart: 一厂, 2号, No. 3."""
    found = (han or digits for han, digits in _NUMBERS.findall(text))
    return tuple(sorted({_as_number(each) for each in found}))


def _as_number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    units = _DIGITS.get(ones[-1:], 0)
    return units + (10 * _DIGITS.get(tens[-1:], 1) if ten else 0)
