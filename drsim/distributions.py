"""Laws: quantities that are uncertain, as distributions that turn a uniform number into a duration or a rate."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, Self

from drsim.errors import did_you_mean
from drsim.units import NUMBER, ONE, Duration, Quantity, Rate, Share, decimal_text, split_source, tidy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

Kind = Literal["fixed", "uniform", "pert", "triangular", "lognormal", "exponential", "weibull", "observed", "mixture"]
"""The family of a law."""
Dimension = Literal["duration", "rate"]
"""What a law is a law of."""

_Z95: Final = 1.6448536269514722  # scipy.special.ndtri(0.95)
_HALVES: Final = 200  # more than a float has places, also on a log scale
_LEAST_SHAPE, _MOST_SHAPE = 0.1, 100.0  # beyond these a Weibull law leaves the range of a float
_RANGE: Final = r" ?\( ?(.+) to (.+?) ?\)"
_WRITTEN: Final[dict[Kind, re.Pattern[str]]] = {  # tried in this order
    "triangular": re.compile(rf"triangular (.+?){_RANGE}"),
    "pert": re.compile(rf"(.+?){_RANGE}"),
    "lognormal": re.compile(r"median (.+) p95 (.+)"),
    "exponential": re.compile(r"mean (.+)"),
    "weibull": re.compile(r"weibull (.+) shape (.+)"),
    "uniform": re.compile(r"(.+) to (.+)"),
    "fixed": re.compile(r"((?![A-Za-z])[^(]*)"),
}
_TEMPLATE: Final[dict[Kind, str]] = {
    "triangular": "triangular {} ({} to {})",
    "pert": "{} ({} to {})",
    "lognormal": "median {} p95 {}",
    "exponential": "mean {}",
    "weibull": "weibull {} shape {}",
    "uniform": "{} to {}",
    "fixed": "{}",
}


@dataclass(frozen=True, slots=True)
class Law(Quantity):
    """A distribution of a duration or a rate; laws with the same meaning and source are equal, whatever their text."""

    kind: Kind
    """The family."""
    params: tuple[float, ...]
    """In ms or bytes/s, in the order of the notation; a Weibull shape as it is, observed values sorted."""
    dimension: Dimension = "duration"
    """What it is a law of."""
    working: bool = False
    """True for working hours (`wh`)."""
    parts: tuple[tuple[int, Law], ...] = ()
    """Of a mixture: the share in millionths and the law of each part, in an order of their own."""

    @classmethod
    def parse(cls, value: str | Mapping[str, object], dimension: Dimension = "duration") -> Self:
        """Read a law as written in the notation, the two mappings also as text; ValueError says what is wrong."""
        if isinstance(value, Mapping):
            return cls._parse_mapping(value, dimension)
        if tidy(value).startswith("{"):
            return cls._parse_mapping(_flow(tidy(value)), dimension)
        plain, source = split_source(value)
        kind, fields = _match(plain)
        shape = []
        if kind == "weibull":
            fields, shape = fields[:1], [_shape(fields[1], plain)]
        amounts, texts = _amounts(kind, fields, dimension)
        return cls(
            kind,
            (*map(_value, amounts), *shape),
            dimension,
            _working(amounts, plain),
            text=_TEMPLATE[kind].format(*texts, *map(_plain_number, shape)),
            source=source,
        )

    @classmethod
    def constant(cls, ms: int) -> Self:
        """Give the law of a duration that is certain, in ms."""
        return cls("fixed", (float(ms),))

    @property
    def fixed(self) -> int | None:
        """The value in ms or bytes/s when it is certain, else None."""
        return int(self.low) if self.low == self.high else None

    @property
    def low(self) -> float:
        """The least it can be, in ms or bytes/s."""
        match self.kind:
            case "fixed" | "uniform" | "observed":
                return self.params[0]
            case "pert" | "triangular":
                return self.params[1]
            case "mixture":
                return min(law.low for _, law in self.parts)
            case _:
                return 0.0

    @property
    def high(self) -> float:
        """The most it can be, in ms or bytes/s; `inf` when it has no bound."""
        match self.kind:
            case "fixed" | "uniform" | "observed" | "pert" | "triangular":
                return self.params[-1]
            case "mixture":
                return max(law.high for _, law in self.parts)
            case _:
                return math.inf

    @property
    def mean(self) -> float:
        """The mean, in ms or bytes/s (closed forms: Johnson, Kotz and Balakrishnan; PERT: Malcolm et al. 1959)."""
        match self.kind:
            case "pert":
                likely, low, high = self.params
                return (low + 4 * likely + high) / 6
            case "lognormal":
                mu, sigma = self._log_scale()
                return math.exp(mu + sigma**2 / 2)
            case "weibull":
                scale, shape = self.params
                return scale * math.gamma(1 + 1 / shape)
            case "mixture":
                return math.fsum(share * law.mean for share, law in self.parts) / ONE
            case _:  # of the rest it is the mean of the parameters
                return math.fsum(self.params) / len(self.params)

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Turn uniforms in (0, 1) into ms or bytes/s, each by itself, whatever the length and layout of the array.

        Non-decreasing in u up to rounding, by inversion; a mixture only within each part: u picks the part by the
        cumulative shares, and its place within that share is the uniform of the part. One uniform makes one draw, exact
        in law. PERT is Beta(1 + 4(m-a)/(b-a), 1 + 4(b-m)/(b-a)) on [a, b] (Malcolm et al. 1959).
        """
        import numpy as np
        from scipy import special

        u = np.asarray(u, dtype=np.float64)
        if self.fixed is not None:
            return np.full(u.shape, self.low)

        match self.kind:
            case "uniform":
                low, high = self.params
                values = low + u * (high - low)
            case "pert":
                likely, low, high = self.params
                left = (likely - low) / (high - low)
                values = low + (high - low) * special.betaincinv(1 + 4 * left, 1 + 4 * (1 - left), u)
            case "triangular":
                likely, low, high = self.params
                rising = low + np.sqrt(u * (high - low) * (likely - low))
                falling = high - np.sqrt((1 - u) * (high - low) * (high - likely))
                values = np.where(u * (high - low) < likely - low, rising, falling)
            case "lognormal":
                mu, sigma = self._log_scale()
                values = _exp(mu + sigma * special.ndtri(u))
            case "exponential":
                values = -self.params[0] * special.log1p(-u)
            case "weibull":
                scale, shape = self.params
                values = scale * _exp(special.xlogy(1 / shape, -special.log1p(-u)))
            case "observed":
                count = len(self.params)
                values = np.asarray(self.params)[np.minimum((u * count).astype(np.int64), count - 1)]
            case _:
                values = self._mix(u)
        return np.asarray(np.clip(values, self.low, self.high), dtype=np.float64)

    def residual(self, u: ArrayLike) -> NDArray[np.float64]:
        """Turn uniforms into what is left of a life of this law, as one finds it at a moment that knows nothing of it.

        That is the first life of the equilibrium renewal process (Cox, Renewal Theory, 1962): its density is
        (1 - F(x)) / mean, its distribution E[min(X, x)] / mean. As exact, and each by itself, as `quantile`.
        """
        import numpy as np
        from scipy import special

        u = np.asarray(u, dtype=np.float64)
        match self.kind:
            case "fixed":
                return u * self.params[0]
            case "exponential":
                return self.quantile(u)
            case "weibull":
                scale, shape = self.params
                inner = special.gammaincinv(1 / shape, u)
                # of very small shares the inverse is 0; there the distribution is x / mean
                return np.where(
                    inner > 0, scale * special.exp2(special.xlogy(1 / shape, inner) * math.log2(math.e)), u * self.mean
                )
            case "observed":
                each = [(value, Law("fixed", (value,))) for value in self.params]
                return _residual_of_parts(u, each)
            case "mixture":
                return _residual_of_parts(u, [(share * law.mean, law) for share, law in self.parts])
            case _:
                return self._residual_by_halves(u)

    def _residual_by_halves(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Invert E[min(X, x)] / mean by halving the interval of x, of a law without an upper bound on a log scale."""
        import numpy as np

        if self.fixed is not None:
            return u * self.low
        endless = self.kind == "lognormal"
        below, above = np.zeros(u.shape), np.full(u.shape, self.high)
        if endless:
            mu, sigma = self._log_scale()
            below, above = (
                np.full(u.shape, max(-700.0, mu - 40 * sigma - 40)),
                np.full(u.shape, min(700.0, mu + sigma**2 + 40 * sigma)),
            )
        goal = u * self.mean
        for _ in range(_HALVES):
            middle = (below + above) / 2
            enough = self._at_most(_exp(middle) if endless else middle) >= goal
            before = below, above
            below, above = np.where(enough, below, middle), np.where(enough, middle, above)
            if np.array_equal(before, (below, above)):
                break  # and so it would stay
        return _exp(above) if endless else above

    def _at_most(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give E[min(X, x)], x at least 0."""
        import numpy as np
        from scipy import special

        if self.kind == "lognormal":
            mu, sigma = self._log_scale()
            z = (special.xlogy(1.0, x) - mu) / sigma
            return self.mean * special.ndtr(z - sigma) + x * special.ndtr(-z)
        low, high = self.low, self.high
        width = high - low
        y = np.clip((x - low) / width, 0, 1)
        match self.kind:
            case "uniform":
                inside = y - y * y / 2
            case "triangular":
                peak = (self.params[0] - low) / width
                # the integral of 1 - F: y - y^3 / (3 peak) up to the peak, and what is left above it
                rising = y - y**3 / (3 * peak) if peak > 0 else y
                falling = (1 + peak) / 3 - (1 - y) ** 3 / (3 * (1 - peak)) if peak < 1 else y
                inside = np.where(y <= peak, rising, falling) if 0 < peak < 1 else (rising if peak >= 1 else falling)
            case _:
                left = (self.params[0] - low) / width
                a, b = 1 + 4 * left, 1 + 4 * (1 - left)
                inside = a / (a + b) * special.betainc(a + 1, b, y) + y * special.betainc(b, a, 1 - y)
        return np.minimum(x, low) + width * inside

    def _mix(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        flat = u.ravel()
        values = np.empty(flat.shape)
        edges = [edge / ONE for edge in itertools.accumulate((share for share, _ in self.parts), initial=0)]
        for (share, law), begin, end in zip(self.parts, edges, edges[1:], strict=False):
            here = (begin <= flat) & (flat < end)
            within = (flat[here] - begin) / (share / ONE)
            values[here] = law.quantile(np.clip(within, 2.0**-54, 1 - 2.0**-53))  # rounding may reach 0 or 1
        return values.reshape(u.shape)

    def _log_scale(self) -> tuple[float, float]:
        """Give mean and standard deviation of the logarithm of a lognormal law."""
        median, p95 = self.params
        return math.log(median), math.log(p95 / median) / _Z95

    def __str__(self) -> str:
        """Give the text with its source; that of observed values stands at the last one, where YAML lets it."""
        if self.kind == "observed" and self.source is not None:
            return f"{self.text[:-2]} @{self.source}]}}"
        return Quantity.__str__(self)

    def _plain(self) -> str:
        match self.kind:
            case "observed":
                plain = f"{{observed: [{', '.join(map(self._written, self.params))}]}}"
            case "mixture":
                plain = _mix_text(self.parts)
            case "weibull":
                plain = _TEMPLATE["weibull"].format(self._written(self.params[0]), _plain_number(self.params[1]))
            case _:
                plain = _TEMPLATE[self.kind].format(*map(self._written, self.params))
        if rule := self._broken_rule():
            raise ValueError(f"'{self.text or plain}' {rule}")
        return plain

    def _written(self, value: float) -> str:
        whole = int(value)
        if whole != value:
            raise ValueError(f"{value} is not whole: a law is given in whole ms or bytes/s")
        return (Duration(whole, self.working) if self.dimension == "duration" else Rate(whole)).text

    def _broken_rule(self) -> str | None:
        match self.kind:
            case "uniform" if not self.params[0] <= self.params[1]:
                return "has its low above its high: write the lower first such as '10 to 60 min'"
            case "pert" | "triangular" if not self.params[1] <= self.params[0] <= self.params[2]:
                return "is not in order: low, most likely and high must rise, such as '35 min (15 to 120)'"
            case "lognormal" if not 0 < self.params[0] < self.params[1]:
                return "needs a p95 above its median and a median above zero, such as 'median 2 h p95 11 h'"
            case "exponential" | "weibull" if not self.params[0] > 0:
                return "needs more than zero, such as 'mean 30 d' or 'weibull 40 h shape 1.5'"
            case "weibull" if not _LEAST_SHAPE <= self.params[1] <= _MOST_SHAPE:
                return f"needs a shape from {_LEAST_SHAPE:g} to {_MOST_SHAPE:g}, such as 'weibull 40 h shape 1.5'"
            case "observed" if not self.params:
                return "has no values: write at least one such as '{observed: [31 min, 44 min]}'"
            case "mixture":
                total = sum(share for share, _ in self.parts)
                if total != ONE:
                    return (
                        f"has shares that add up to {decimal_text(Fraction(total * 100, ONE))} %: they must make 100 %"
                    )
                if any(share <= 0 for share, _ in self.parts):
                    return "has a part of 0 %: leave it out"
        return None

    @classmethod
    def _parse_mapping(cls, value: Mapping[str, object], dimension: Dimension) -> Self:
        keys = ("observed", "mix")
        for key in value:
            if key not in keys:
                raise ValueError(f"'{key}' is not a kind of law: {did_you_mean(str(key), keys)}")
        match dict(value):
            case {"observed": [*values], **rest} if not rest:
                return cls._parse_observed(values, dimension)
            case {"mix": Mapping() as parts, **rest} if not rest:
                return cls._parse_mix(parts, dimension)
        shown = dict(value)
        raise ValueError(
            f"'{shown}' is not a law: write '{{observed: [31 min, 44 min]}}' or '{{mix: {{70 %: 20 min, ...}}}}'"
        )

    @classmethod
    def _parse_observed(cls, values: Sequence[object], dimension: Dimension) -> Self:
        split = [split_source(str(value)) for value in values]
        amounts = [_amount(plain, dimension) for plain, _ in split]
        text = f"{{observed: [{', '.join(amount.text for amount in amounts)}]}}"
        sources = {source for _, source in split if source is not None}
        if len(sources) > 1:
            raise ValueError(f"'{text}' has the sources {', '.join(sorted(sources))}: observed values have one")
        params = tuple(sorted(map(_value, amounts)))
        return cls("observed", params, dimension, _working(amounts, text), text=text, source=next(iter(sources), None))

    @classmethod
    def _parse_mix(cls, parts: Mapping[str, object], dimension: Dimension) -> Self:
        read = []
        for key, value in parts.items():
            share = Share.parse(key)
            if share.source is not None:
                raise ValueError(
                    f"'{share}' has a source: give it to the part instead, such as '70 %: 20 min @wimpers'"
                )
            law = cls.parse(value if isinstance(value, Mapping) else str(value), dimension)
            read.append((share.millionths, law))
        # by content, so that neither the order of the file nor its spelling matters
        ordered = tuple(sorted(read, key=lambda part: (_order(part[1]), part[0])))
        working = _working([law for _, law in ordered], _mix_text(ordered))
        return cls("mixture", (), dimension, working, ordered)


def _exp(x: ArrayLike) -> NDArray[np.float64]:
    """Give e to the x; that of numpy may differ in the last bit with the array's layout."""
    import numpy as np
    from scipy import special

    return np.asarray(special.exp2(np.multiply(x, math.log2(math.e))), dtype=np.float64)


def _residual_of_parts(u: NDArray[np.float64], parts: Sequence[tuple[float, Law]]) -> NDArray[np.float64]:
    """Of a mixture, its residual life is that of a part, the longer the likelier; u picks it as in `Law.quantile`."""
    import numpy as np

    flat = u.ravel()
    values = np.zeros(flat.shape)
    parts = [(weight, law) for weight, law in parts if weight > 0]
    total = math.fsum(weight for weight, _ in parts)
    edges = [edge / total for edge in itertools.accumulate((weight for weight, _ in parts), initial=0.0)]
    edges[-1] = 1.0
    for (_, law), begin, end in zip(parts, edges, edges[1:], strict=False):
        here = (begin <= flat) & (flat < end)
        within = (flat[here] - begin) / (end - begin)
        values[here] = law.residual(np.clip(within, 2.0**-54, 1 - 2.0**-53))
    return values.reshape(u.shape)


def _match(plain: str) -> tuple[Kind, tuple[str, ...]]:
    """Tell the kind of a law by how it is written, and split it into its amounts."""
    for kind, pattern in _WRITTEN.items():
        if found := pattern.fullmatch(plain):
            return kind, found.groups()
    raise ValueError(f"'{plain}' is not a law: write one such as '35 min', '35 min (15 to 120)' or '10 to 60 min'")


def _amounts(kind: Kind, fields: Sequence[str], dimension: Dimension) -> tuple[list[Duration | Rate], list[str]]:
    """Read the amounts of a law; a bare number in a range has the unit of the one that is written in full."""
    lead = 1 if kind == "uniform" else 0
    first = _amount(fields[lead], dimension)
    unit = first.text.partition(" ")[2] if first.text.count(" ") == 1 else ""  # `1 h 30 min` has no one unit
    amounts, texts = [], []
    for field in fields:
        bare = kind in ("uniform", "pert", "triangular") and unit and re.fullmatch(NUMBER, field)
        amount = _amount(f"{field} {unit}" if bare else field, dimension)
        amounts.append(amount)
        texts.append(field if bare else amount.text)
    return amounts, texts


def _amount(text: str, dimension: Dimension) -> Duration | Rate:
    return Duration.parse(text) if dimension == "duration" else Rate.parse(text)


def _value(amount: Duration | Rate) -> float:
    return float(amount.ms if isinstance(amount, Duration) else amount.per_second)


def _working(amounts: Sequence[Duration | Rate | Law], plain: str) -> bool:
    kinds = {not isinstance(amount, Rate) and amount.working for amount in amounts}
    if len(kinds) > 1:
        raise ValueError(f"'{plain}' mixes working hours with other time: write all of it in 'wh' or nothing")
    return True in kinds


def _shape(text: str, plain: str) -> float:
    if not re.fullmatch(NUMBER, text):
        raise ValueError(f"'{plain}' has the shape '{text}': write a bare number such as 'weibull 40 h shape 1.5'")
    return float(text)


def _plain_number(number: float) -> str:
    return decimal_text(Fraction(repr(number)))


def _mix_text(parts: Sequence[tuple[int, Law]]) -> str:
    """Write a mixture; equal shares differ in their zeros (`50 %`, `50.0 %`), as the keys of a mapping must."""
    written: dict[str, Law] = {}
    for share, law in parts:
        number = decimal_text(Fraction(share * 100, ONE))
        while f"{number} %" in written:
            number += "0" if "." in number else ".0"
        written[f"{number} %"] = law
    return f"{{mix: {{{', '.join(f'{share}: {law}' for share, law in written.items())}}}}}"


def _order(law: Law) -> tuple[object, ...]:
    """What a mixture sorts its parts by."""
    return law.kind, law.params, tuple((share, _order(part)) for share, part in law.parts), law.source or ""


def _flow(text: str) -> Mapping[str, object]:
    """Read a mapping that was written as text, as `str()` does."""
    import yaml

    try:
        value = yaml.load(text, Loader=yaml.BaseLoader)  # leaves every scalar a text
    except yaml.YAMLError:
        value = None
    if not isinstance(value, dict):
        raise ValueError(
            f"'{text}' is not a law: write '{{observed: [31 min, 44 min]}}' or '{{mix: {{70 %: 20 min, ...}}}}'"
        )
    return value
