"""The types of the model's attributes: each reads its value as the notation writes it, or takes one that is read.

Validation may be given a `Known` as context; then names and sources that it does not have are refused.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from immutabledict import immutabledict
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from drsim import distributions
from drsim import units as quantities
from drsim.calendar import Calendar, Schedule
from drsim.errors import did_you_mean
from drsim.model import needs as trees
from drsim.units import Quantity

V = TypeVar("V")
Q = TypeVar("Q", bound=Quantity)
Path: TypeAlias = tuple[str | int, ...]
"""Keys and places in lists, from the outside in."""
REFUSED: Final = "drsim"
"""The type of a pydantic error that carries a rule and a hint of ours."""
FORBIDDEN: Final = "drsim_forbidden"
"""The type of a pydantic error for a key that this kind of object does not have."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(slots=True)
class Known:
    """What a value may point at, and, for messages, which keys each mapping that was read may have."""

    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    """For each kind (`site`, `component`, ...) its names."""
    sources: Collection[str] = ()
    complete: bool = True
    """False when a file could not be read, so that what is missing may be in it; then every name is taken."""
    keys: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """By the `id` of a mapping; noted while validating."""


class Part(BaseModel):
    """The base of all objects of the model: frozen, without conversions, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _note_keys(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(info.context, Known) and isinstance(value, Mapping):
            info.context.keys[id(value)] = cls.key_names()
        return value

    @classmethod
    @functools.cache
    def key_names(cls) -> tuple[str, ...]:
        """Give the keys that the notation has for it, in the order of the notation."""
        return tuple(
            name for name, field in cls.model_fields.items() if not {_forbid, _uncounted} & _functions(field.metadata)
        )


def refusal(rule: str, hint: str | None = None) -> PydanticCustomError:
    """Make the error for one broken rule, for a validator to raise."""
    return PydanticCustomError(REFUSED, "{rule}", {"rule": rule, "hint": hint})


def split_hint(text: str) -> tuple[str, str | None]:
    """Split the text of a ValueError of ours into the rule and the next move."""
    found = re.fullmatch(r"(.*?): ((?:write|expected:?|split|give|leave|they|did you mean) .*)", text, re.DOTALL)
    return (found[1], found[2]) if found else (text, None)


def shown(value: object) -> str:
    """Give a value as a message shows it."""
    match value:
        case bool():
            return f"'{str(value).lower()}'"
        case None:
            return "nothing"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
    return f"'{value}'"


def is_name(text: str) -> bool:
    """Tell whether a text follows the rule for names."""
    return _NAME.fullmatch(text) is not None


def _functions(metadata: Iterable[object]) -> set[object]:
    return {getattr(each, "func", None) for each in metadata}


def _forbid(value: object) -> object:
    raise PydanticCustomError(FORBIDDEN, "not a key of this")


Forbidden: Final = BeforeValidator(_forbid)
"""Marks an attribute that this class has from its base and that is no key of the notation here."""


def _uncounted(value: object) -> object:
    rule = f"{shown(value)} attempts are never counted: a restart or repair is tried until it succeeds"
    raise refusal(rule, "leave 'attempts' out")


Uncounted: Final = BeforeValidator(_uncounted)
"""The same for the attempts of a step after which nothing else would be tried, with the reason."""


# Texts and names


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    scalar = isinstance(value, bool | int | float)
    raise refusal(f"{shown(value)} is not text", "put it in quotes" if scalar else "write a word or a sentence")


def _title(value: str) -> str:
    if value and not _is_seen(value):
        raise refusal(f"{shown(value)} is a title that nobody sees", "write a word or two, or leave 'title' out")
    return value


def _headline(value: str) -> str:
    if not _is_seen(value):
        raise refusal(f"{shown(value)} is a title that nobody sees", "say in a few words what this is about")
    return value


def _is_seen(text: str) -> bool:
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def _name(value: str) -> str:
    if not is_name(value):
        raise refusal(
            f"'{value}' is not a name", "write a-z, 0-9 and -, starting with a letter or digit, such as 'town-hall'"
        )
    return value


def choice(*options: str) -> BeforeValidator:
    """Make the validator of a word of which there are a few."""

    def check(value: object) -> object:
        if value not in options:
            raise refusal(f"{shown(value)} is not one of the words for this", did_you_mean(str(value), options))
        return value

    return BeforeValidator(check)


def check_reference(kind: str, name: str, known: object) -> None:
    """Refuse a name that the context, if it is a `Known`, does not have."""
    if not isinstance(known, Known) or not known.complete:
        return
    names = known.names.get(kind, ())
    if name in names:
        return
    other = next((other for other, others in known.names.items() if name in others), None)
    rule = f"no {kind} is named '{name}'" + (f" (it is a {other})" if other else "")
    raise refusal(rule, did_you_mean(name, sorted(names)) if names else f"there is no {kind} at all: give one first")


def _reference(kind: str) -> AfterValidator:
    def check(value: str, info: ValidationInfo) -> str:
        check_reference(kind, value, info.context)
        return value

    return AfterValidator(check)


Text = Annotated[str, BeforeValidator(_text)]
"""For people."""
Title = Annotated[Text, AfterValidator(_title)]
"""For people, in the place of a name; empty where there is none."""
Headline = Annotated[Text, AfterValidator(_headline)]
"""A title that has to be there."""
Name = Annotated[Text, AfterValidator(_name)]
"""A name by the rule for names."""
SiteName = Annotated[Text, _reference("site")]
"""The name of a site."""
LinkName = Annotated[Text, _reference("link")]
"""The name of a link."""
ComponentName = Annotated[Text, _reference("component")]
"""The name of a component."""
TeamName = Annotated[Text, _reference("team or supplier")]
"""The name of a team or supplier."""
ServiceName = Annotated[Text, _reference("service")]
"""The name of a service."""
MunicipalityName = Annotated[Text, _reference("municipality")]
"""The name of a town hall with inhabitants."""

Kind = Annotated[
    Literal["town hall", "data centre", "home", "cloud", "outside"],
    choice("town hall", "data centre", "home", "cloud", "outside"),
]
"""What a site is."""
Scope = Annotated[Literal["site", "network"], choice("site", "network")]
"""Whom a component serves."""
OnPartition = Annotated[Literal["wait", "takeover", "takeover, alone"], choice("wait", "takeover", "takeover, alone")]
"""What a standby does when the other site is out of reach."""
Role = Annotated[Literal["active", "hot", "warm", "cold"], choice("active", "hot", "warm", "cold")]
"""What a deployment is at the start of a drill."""
Strategy = Annotated[Literal["hot", "warm", "cold"], choice("hot", "warm", "cold")]
"""How a component is recovered."""
Verdict = Annotated[Literal["met", "missed"], choice("met", "missed")]
"""Whether a promise is kept."""
Order = Annotated[
    Literal["dependencies", "groups", "best-effort groups"], choice("dependencies", "groups", "best-effort groups")
]
"""By which rule the steps of a plan follow each other."""
CopyKind = Annotated[
    Literal["synchronous", "asynchronous", "snapshot", "backup"],
    choice("synchronous", "asynchronous", "snapshot", "backup"),
]
"""How a copy is made."""


# Mappings and lists


def _as_dict(value: object) -> object:
    if not isinstance(value, Mapping):
        raise refusal(f"{shown(value)} stands where a mapping is due", "write entries such as '{name: value}'")
    return dict(value)


def _frozen(value: Mapping[str, V]) -> immutabledict[str, V]:
    return immutabledict(value)


def _as_tuple(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise refusal(f"{shown(value)} stands where a list is due", "write it in brackets such as '[a, b]'")
    return tuple(value)


Named: TypeAlias = Annotated[Mapping[Name, V], BeforeValidator(_as_dict), AfterValidator(_frozen)]
"""Entries by their names."""
BySite: TypeAlias = Annotated[Mapping[SiteName, V], BeforeValidator(_as_dict), AfterValidator(_frozen)]
"""Entries by the names of sites."""
ByService: TypeAlias = Annotated[Mapping[ServiceName, V], BeforeValidator(_as_dict), AfterValidator(_frozen)]
"""Entries by the names of services."""
Items: TypeAlias = Annotated[tuple[V, ...], BeforeValidator(_as_tuple)]
"""A list."""

Labels = Annotated[
    tuple[Name, ...], BeforeValidator(_as_tuple), AfterValidator(lambda value: tuple(sorted(set(value))))
]
"""Names that several things may share; each once, in order."""


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else _as_tuple(value)


SomeComponents = Annotated[tuple[Annotated[Text, _reference("component")], ...], BeforeValidator(_one_or_more)]
"""Names of components, a list or one."""
SomeServices = Annotated[tuple[ServiceName, ...], BeforeValidator(_one_or_more)]
"""Names of services, a list or one."""
SomeNames = Annotated[tuple[Name, ...], BeforeValidator(_one_or_more)]
"""Names that nothing else has to know, a list or one."""
OneOrMore = Annotated[tuple[Annotated[Text, _reference("component or step")], ...], BeforeValidator(_one_or_more)]
"""Names of components and of steps of the plan; one of them may be written without brackets."""


# Quantities


def _sources(quantity: Quantity) -> list[str]:
    own = [] if quantity.source is None else [quantity.source]
    parts = quantity.parts if isinstance(quantity, distributions.Law) else ()
    return own + [source for _, part in parts for source in _sources(part)]


def _read(parse: Callable[[Any], Q], value: object, info: ValidationInfo, what: str, example: str) -> Q:
    """Read a quantity that is not read yet; and look up its source."""
    mapping = isinstance(value, Mapping) and "law" in what
    if isinstance(value, bool) or not (mapping or isinstance(value, str | int | float | Quantity)):
        raise refusal(f"{shown(value)} is not {what}", f"write {what} such as '{example}'")
    try:
        quantity = parse(value if mapping else str(value))
    except ValueError as error:
        raise refusal(*split_hint(str(error))) from None
    if isinstance(info.context, Known) and info.context.complete:
        for source in _sources(quantity):
            if source not in info.context.sources:
                known = sorted(info.context.sources)
                hint = did_you_mean(source, known) if known else f"write 'sources: {{{source}: where it is from}}'"
                raise refusal(f"no source is named '{source}'", hint)
    return quantity


def _quantity(kind: type[Q], parse: Callable[[Any], Q], what: str, example: str) -> Any:
    of_text = functools.lru_cache(maxsize=512)(parse)  # the same few durations are written again and again

    def read(value: Any) -> Q:
        return of_text(value) if isinstance(value, str) else parse(value)

    def validate(value: object, info: ValidationInfo) -> Q:
        return value if isinstance(value, kind) and info.context is None else _read(read, value, info, what, example)

    return PlainValidator(validate)


def _law(what: str, dimension: distributions.Dimension, example: str) -> Any:
    def parse(value: str | Mapping[str, object]) -> distributions.Law:
        return distributions.Law.parse(value, dimension)

    return _quantity(distributions.Law, parse, what, example)


def _on_the_clock(value: distributions.Law | quantities.Duration) -> distributions.Law | quantities.Duration:
    if value.working:
        raise refusal(f"'{value.text}' is in working hours where only time on the clock makes sense", "write it in 'h'")
    return value


def _above_zero(value: Q) -> Q:
    amount = value.millionths if isinstance(value, quantities.Share) else getattr(value, "ms", None)
    number = value.number if isinstance(value, quantities.Count | quantities.Demand) else amount
    if number == 0:
        raise refusal(f"'{value.text}' is nothing: it must be above zero", "write more, or leave the key out")
    return value


_ABOVE_ZERO: Final = AfterValidator(_above_zero)
_CLOCK: Final = AfterValidator(_on_the_clock)

Duration = Annotated[
    quantities.Duration, _quantity(quantities.Duration, quantities.Duration.parse, "a duration", "35 min")
]
"""A duration, also in working hours."""
ClockDuration = Annotated[Duration, _CLOCK]
"""A duration on the clock."""
Horizon = Annotated[ClockDuration, _ABOVE_ZERO]
"""A duration on the clock above zero."""
Size = Annotated[quantities.Size, _quantity(quantities.Size, quantities.Size.parse, "a size", "2.1 TB")]
"""A size."""
Rate = Annotated[quantities.Rate, _quantity(quantities.Rate, quantities.Rate.parse, "a rate", "60 MB/s")]
"""A rate."""
Share = Annotated[quantities.Share, _quantity(quantities.Share, quantities.Share.parse, "a share", "85 %")]
"""A share."""
SomeShare = Annotated[Share, _ABOVE_ZERO]
"""A share above zero."""
Count = Annotated[quantities.Count, _quantity(quantities.Count, quantities.Count.parse, "a count", "28000")]
"""A count."""
SomeCount = Annotated[Count, _ABOVE_ZERO]
"""A count from 1 up."""
Demand = Annotated[quantities.Demand, _quantity(quantities.Demand, quantities.Demand.parse, "a demand", "38/day")]
"""A demand."""
Law = Annotated[distributions.Law, _law("a law of a duration", "duration", "35 min (15 to 120)")]
"""A law of a duration, also in working hours."""
ClockLaw = Annotated[Law, _CLOCK]
"""A law of a duration on the clock."""
RateLaw = Annotated[distributions.Law, _law("a law of a rate", "rate", "60 MB/s (35 to 90)")]
"""A law of a rate."""


def _whole(value: object) -> int:
    """Read a whole number from 1 up that is a number of the notation itself and has no source."""
    try:
        count = quantities.Count.parse(str(value)) if isinstance(value, str | int | float) else None
    except ValueError as error:
        raise refusal(*split_hint(str(error))) from None
    if count is None or isinstance(value, bool):
        raise refusal(f"{shown(value)} is not a count", "write a whole number such as '2'")
    if count.source is not None:
        raise refusal(f"'{count}' has a source, which is not kept here", f"write '{count.text}'")
    if count.number == 0:
        raise refusal("'0' is nothing: it must be above zero", "write more, or leave the key out")
    return count.number


Whole = Annotated[int, PlainValidator(_whole)]
"""A whole number from 1 up, without a source."""


def _crew(value: object) -> object:
    return {value: 1} if isinstance(value, str) else _as_dict(value)


Crew = Annotated[Mapping[TeamName, Whole], BeforeValidator(_crew), AfterValidator(_frozen)]
"""Heads of each team or supplier; one of them may be written as its name."""


Skills = Annotated[Mapping[TeamName, Name], BeforeValidator(_as_dict), AfterValidator(_frozen)]
"""Of some teams of a crew what they must be able to do."""

# Calendars and needs


def _calendar(value: object) -> Calendar:
    if isinstance(value, Calendar):
        return value
    if not isinstance(value, str):
        raise refusal(f"{shown(value)} is not a calendar", "write one such as 'Mon-Fri 8:30-17:30'")
    try:
        return Calendar.parse(value)
    except ValueError as error:
        raise refusal(*split_hint(str(error))) from None


def _schedule(value: object) -> Schedule:
    if isinstance(value, Schedule):
        return value
    if not isinstance(value, str):
        raise refusal(f"{shown(value)} is not a schedule", "write one such as 'daily 22:00'")
    try:
        return Schedule.parse(value)
    except ValueError as error:
        raise refusal(*split_hint(str(error))) from None


Hours = Annotated[Calendar, PlainValidator(_calendar)]
"""A calendar."""
Times = Annotated[Schedule, PlainValidator(_schedule)]
"""A schedule."""

_NEED_HINT: Final = "write a list such as '[oracle, {any: [printer-1, printer-2]}]'"


def _need(value: object, info: ValidationInfo) -> trees.Need:
    """Read a tree of needs, gathering all that is wrong in it."""
    if isinstance(value, trees.All | trees.Any | trees.AtLeast):
        return trees.tidied(value)
    if isinstance(value, str):
        raise refusal(f"'{value}' stands where needs are due", f"write '[{value}]'")
    errors: list[InitErrorDetails] = []
    need = _tree(value, (), info.context, errors)
    if errors:
        raise ValidationError.from_exception_data("needs", errors)
    return trees.tidied(need)


def _tree(value: object, at: Path, known: object, errors: list[InitErrorDetails]) -> trees.Need:
    try:
        match value:
            case str():
                check_reference("component", value, known)
                return value
            case list() | tuple():
                return trees.All(_branches(value, at, known, errors))
            case Mapping() if set(value) == {"any"}:
                return trees.Any(_some(value["any"], (*at, "any"), known, errors))
            case Mapping() if set(value) == {"at_least"}:
                return _at_least(value["at_least"], (*at, "at_least"), known, errors)
            case Mapping():
                unknown = next((str(key) for key in value if key not in ("any", "at_least")), "")
                raise refusal(f"'{unknown}' is not a kind of need", did_you_mean(unknown, ["any", "at_least"]))
        raise refusal(f"{shown(value)} is not a need", _NEED_HINT)
    except PydanticCustomError as error:
        errors.append(InitErrorDetails(type=error, loc=at, input=value))
        return trees.NOTHING


def _branches(
    values: list[object] | tuple[object, ...], at: Path, known: object, errors: list[InitErrorDetails]
) -> tuple[trees.Need, ...]:
    return tuple(_tree(value, (*at, index), known, errors) for index, value in enumerate(values))


def _some(value: object, at: Path, known: object, errors: list[InitErrorDetails]) -> tuple[trees.Need, ...]:
    if not isinstance(value, list | tuple) or not value:
        error = refusal(f"{shown(value) if value else 'an empty list'} gives nothing to choose from", _NEED_HINT)
        errors.append(InitErrorDetails(type=error, loc=at, input=value))
        return ()
    return _branches(value, at, known, errors)


def _at_least(value: object, at: Path, known: object, errors: list[InitErrorDetails]) -> trees.Need:
    if not isinstance(value, Mapping) or set(value) != {"count", "of"}:
        error = refusal("'at_least' takes a count and a list", "write '{at_least: {count: 2, of: [a, b, c]}}'")
        errors.append(InitErrorDetails(type=error, loc=at, input=value))
        return trees.AtLeast(1, ())
    of = _some(value["of"], (*at, "of"), known, errors)
    try:
        count = _whole(value["count"])
        if of and count > len(of):
            raise refusal(f"'{count}' of {len(of)} can never be met", f"write a count up to {len(of)}")
    except PydanticCustomError as error:
        errors.append(InitErrorDetails(type=error, loc=(*at, "count"), input=value["count"]))
        count = 1
    return trees.AtLeast(count, of)


NeedTree = Annotated[trees.Need, PlainValidator(_need)]
"""A tree of needs."""
