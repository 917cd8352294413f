"""Quantities: a number with its unit and, after `@`, its source; parsed exactly, in whole smallest units."""

from __future__ import annotations

import decimal
import itertools
import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal, Self, get_args

from drsim.errors import did_you_mean

ONE: Final = 1_000_000
"""A share or level of 100 %, in millionths."""
SECOND: Final = 1_000
"""Milliseconds in a second."""
MINUTE: Final = 60 * SECOND
"""Milliseconds in a minute."""
HOUR: Final = 60 * MINUTE
"""Milliseconds in an hour."""
DAY: Final = 24 * HOUR
"""Milliseconds in a day of 24 hours."""
WEEK: Final = 7 * DAY
"""Milliseconds in a week."""
LIMIT: Final = 2**53
"""The most of anything in its smallest unit: up to here a float is exact too."""
NUMBER: Final = r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?"
"""A number as written: digits and a decimal point, no sign, no separators."""

Per = Literal["hour", "day", "week", "year"]
"""What a demand may be counted over."""

_CLOCK: Final = {"ms": 1, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY, "wk": WEEK}
_WORKING: Final = {"wh": HOUR}
_WORDS: Final = {
    **dict.fromkeys(("second", "seconds", "sec", "secs"), "s"),
    **dict.fromkeys(("minute", "minutes", "mins"), "min"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks", "w"), "wk"),
}
"""What people write for units of time."""
_BYTES: Final = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZES: Final = _BYTES | {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_BITS: Final = {f"{prefix}bit/s": Fraction(10**power, 8) for prefix, power in {"": 0, "k": 3, "M": 6, "G": 9}.items()}
_RATES: Final = {f"{unit}/s": Fraction(size) for unit, size in _SIZES.items()} | _BITS
_TERM: Final = rf"({NUMBER}) ?([A-Za-z%][A-Za-z/]*)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What all quantities have; they compare by value and source, and `str()` parses back to an equal one."""

    text: str = field(default="", compare=False)
    """As written, spaces tidied, without the source; made from the value when left out."""
    source: str | None = None
    """The name after `@`; None for an assumption."""

    def __post_init__(self) -> None:
        """Fill in the text; refuse with ValueError a value that the notation cannot express."""
        plain = self._plain()
        if not self.text:
            object.__setattr__(self, "text", plain)

    def __str__(self) -> str:
        """Give the text with its source."""
        return self.text if self.source is None else f"{self.text} @{self.source}"

    @abstractmethod
    def _plain(self) -> str:
        """Give the value in the notation; ValueError when it has none."""


@dataclass(frozen=True, slots=True)
class Duration(Quantity):
    """A length of time, or of working time."""

    ms: int
    """Whole milliseconds."""
    working: bool = False
    """True for working hours (`wh`): only time on somebody's calendar counts."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1 h 30 min`, larger units first, or `16 wh`; ValueError when it is neither."""
        plain, source = split_source(text)
        terms = _terms(plain, _CLOCK | _WORKING, "a duration", "35 min")
        units = [unit for _, unit in terms]
        if "wh" in units and len(units) > 1:
            raise ValueError(f"'{plain}' mixes working hours with other time: write a duration such as '1.5 wh'")
        working = units == ["wh"]
        sizes = [(_WORKING if working else _CLOCK)[unit] for unit in units]
        if any(later >= earlier for earlier, later in itertools.pairwise(sizes)):
            raise ValueError(f"'{plain}' is not in order: write each unit once, the larger first, such as '1 h 30 min'")
        exact = sum((Fraction(number) * size for (number, _), size in zip(terms, sizes, strict=True)), Fraction(0))
        return cls(_whole(exact, plain, "milliseconds", "1 ms"), working, text=_join(terms), source=source)

    def _plain(self) -> str:
        _check(self.ms, "a duration", "milliseconds")
        return f"{decimal_text(Fraction(self.ms, HOUR))} wh" if self.working else format_ms(self.ms)


@dataclass(frozen=True, slots=True)
class Size(Quantity):
    """An amount of data."""

    size: int
    """Whole bytes."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2.1 TB`; ValueError when it is not a size in whole bytes."""
        plain, source = split_source(text)
        number, unit = _term(plain, _SIZES, "a size", "2.1 TB")
        size = _whole(Fraction(number) * _SIZES[unit], plain, "bytes", "1 B")
        return cls(size, text=f"{number} {unit}", source=source)

    def _plain(self) -> str:
        _check(self.size, "a size", "bytes")
        return _bytes_text(self.size)


@dataclass(frozen=True, slots=True)
class Rate(Quantity):
    """How fast data moves."""

    per_second: int
    """Whole bytes per second, at least 1."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `60 MB/s` or `1 Gbit/s`; ValueError when it is zero or not whole bytes per second."""
        plain, source = split_source(text)
        number, unit = _term(plain, _RATES, "a rate", "60 MB/s")
        exact = Fraction(number) * _RATES[unit]
        if not exact:
            raise ValueError(f"'{plain}' moves nothing: write a rate above zero such as '60 MB/s'")
        return cls(_whole(exact, plain, "bytes per second", "1 B/s"), text=f"{number} {unit}", source=source)

    def _plain(self) -> str:
        _check(self.per_second, "a rate", "bytes per second", least=1)
        return f"{_bytes_text(self.per_second)}/s"


@dataclass(frozen=True, slots=True)
class Share(Quantity):
    """A part of a whole, from 0 % to 100 %."""

    millionths: int
    """Whole millionths; `ONE` is all of it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `85 %`; ValueError when it is above 100 % or finer than a millionth."""
        plain, source = split_source(text)
        number, unit = _term(plain, {"%": 1}, "a share", "85 %")
        millionths = _whole(Fraction(number) * (ONE // 100), plain, "millionths", "0.0001 %")
        if millionths > ONE:
            raise ValueError(f"'{plain}' is more than all of it: write a share up to '100 %'")
        return cls(millionths, text=f"{number} {unit}", source=source)

    def _plain(self) -> str:
        _check(self.millionths, "a share", "millionths", most=ONE)
        return f"{decimal_text(Fraction(self.millionths * 100, ONE))} %"


@dataclass(frozen=True, slots=True)
class Count(Quantity):
    """How many; the only quantity without a unit."""

    number: int
    """Whole."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `28000`; ValueError when it is not a whole number."""
        plain, source = split_source(text)
        if not re.fullmatch(NUMBER, plain) or "." in plain:
            raise ValueError(f"'{plain}' is not a count: write a whole number such as '28000', in digits only")
        return cls(_whole(Fraction(plain), plain, "things", "1"), text=plain, source=source)

    def _plain(self) -> str:
        _check(self.number, "a count", "things")
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Demand(Quantity):
    """How often a service is asked for."""

    number: Fraction
    """Contacts, exactly as written."""
    per: Per
    """The time over which they are counted."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `38/day`; ValueError when it is not a number per hour, day, week or year."""
        plain, source = split_source(text)
        number, slash, name = (part.strip() for part in plain.partition("/"))
        if not re.fullmatch(NUMBER, number):
            raise ValueError(f"'{plain}' is not a demand: write a number per hour, day, week or year such as '38/day'")
        if not slash or not name:
            raise ValueError(f"'{plain}' has no unit: write a demand such as '38/day'")
        for per in get_args(Per):
            if name == per:
                return cls(Fraction(number), per, text=f"{number}/{per}", source=source)
        raise ValueError(f"'{plain}' is per '{name}': {did_you_mean(name, get_args(Per))}")

    def _plain(self) -> str:
        if not 0 <= self.number <= LIMIT:
            raise ValueError(f"a demand of {self.number} is not between 0 and {LIMIT}")
        return f"{decimal_text(self.number)}/{self.per}"


def format_ms(ms: int) -> str:
    """Write whole milliseconds as `1 h 30 min`; `Duration.parse` reads it back exactly. ValueError when negative."""
    if ms < 0:
        raise ValueError(f"{ms} ms is negative: a duration is at least '0 s'")
    parts = []
    for unit in ("d", "h", "min", "s", "ms"):
        number, ms = divmod(ms, _CLOCK[unit])
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts) or "0 s"


def tidy(text: str) -> str:
    """Give the text with single spaces, and none at its ends."""
    return " ".join(str(text).split())


def split_source(text: str) -> tuple[str, str | None]:
    """Split `48 h @rvig` into tidy text and source (None without one); ValueError when what follows `@` is no name."""
    plain, at, source = tidy(text).partition("@")
    if not at:
        return plain, None
    if not re.fullmatch("[a-z0-9][a-z0-9-]*", source):
        raise ValueError(f"'{tidy(text)}' has a source that is not a name: write one source at the end such as '@rvig'")
    return plain.rstrip(), source


def decimal_text(number: Fraction) -> str:
    """Write a number exactly, as `2.1`; ValueError when that takes endless digits."""
    with decimal.localcontext(decimal.Context(prec=80, traps=[decimal.Inexact])):
        try:
            exact = decimal.Decimal(number.numerator) / decimal.Decimal(number.denominator)
        except decimal.Inexact:
            raise ValueError(f"{number} cannot be written with a decimal point") from None
        text = f"{exact:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


def _bytes_text(size: int) -> str:
    unit = max((unit for unit in _BYTES if _BYTES[unit] <= size), key=_BYTES.__getitem__, default="B")
    return f"{decimal_text(Fraction(size, _BYTES[unit]))} {unit}"


def _join(terms: list[tuple[str, str]]) -> str:
    return " ".join(f"{number} {unit}" for number, unit in terms)


def _term(plain: str, units: Mapping[str, object], kind: str, example: str) -> tuple[str, str]:
    terms = _terms(plain, units, kind, example)
    if len(terms) > 1:
        raise ValueError(f"'{plain}' has more than one number: write {kind} such as '{example}'")
    return terms[0]


def _terms(plain: str, units: Mapping[str, object], kind: str, example: str) -> list[tuple[str, str]]:
    """Split `1 h 30 min` into numbers and units that are known."""
    if re.fullmatch(NUMBER, plain):
        raise ValueError(f"'{plain}' has no unit: write {kind} such as '{example}'")
    if not re.fullmatch(rf"{_TERM}(?: ?{_TERM})*", plain):
        raise ValueError(f"'{plain}' is not {kind}: write digits and a unit, without a sign, such as '{example}'")
    terms: list[tuple[str, str]] = re.findall(_TERM, plain)
    for _, unit in terms:
        if unit not in units:
            if all(_WORDS.get(each, each) in units for _, each in terms):
                meant = _join([(number, _WORDS.get(each, each)) for number, each in terms])
                raise ValueError(f"'{plain}' has the unit '{unit}' where {kind} is due: did you mean '{meant}'?")
            raise ValueError(f"'{plain}' has the unit '{unit}' where {kind} is due: {did_you_mean(unit, units)}")
    return terms


def _whole(exact: Fraction, plain: str, what: str, least: str) -> int:
    if exact.denominator != 1:
        raise ValueError(f"'{plain}' is not a whole number of {what}: write a multiple of '{least}'")
    if exact > LIMIT:
        raise ValueError(f"'{plain}' is too much: write at most {LIMIT} {what}")
    return int(exact)


def _check(number: int, kind: str, what: str, least: int = 0, most: int = LIMIT) -> None:
    if not least <= number <= most:
        raise ValueError(f"{kind} of {number} {what} is not between {least} and {most}")
