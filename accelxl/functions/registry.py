"""The registry: each spreadsheet function declared once, around a function of the floors below.

Names, order, defaults, units and limits come from the function's signature and its `Annotated[..., Quantity(...)]`; a declaration adds
the sheet's name, category, one line for each argument and examples. What does not fit together is refused at import.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from accelxl.functions import runner
from accelxl.functions.cells import Cell, Outcome, Range
from accelxl.functions.readers import MOST
from accelxl.functions.why import WHY
from accelxl.units import Quantity, quantity_of

CATEGORIES = ("Accel - Return", "Accel - Cost", "Accel - Plan", "Accel - Risk", "Accel - Market", "Accel - Info")
MODULES = (
    "plan_family", "plan_audit", "risk", "statements", "returns", "capital", "money", "depreciation", "serving", "contract", "mix",
    "demand", "market", "supply", "forecast", "trust", "billing", "sipmath", "info",
)  # fmt: skip
"""Modules of declarations, in the order of the reference."""

MOST_ARGUMENTS = 16
MOST_NAMES = 250
"""The letters of the argument names and their count stay below this: the function wizard fails at 255."""
LONGEST = 255
"""Characters of help that the function wizard shows."""
OPTIONS = "options"
BLOCK = Quantity(kind="block")
Plain: TypeAlias = tuple[str, float, float, bool]


class Unset(float):
    """A default that is shown as a number and that the function can tell from the same number given by the user."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a spreadsheet function.

    `single`: the target takes one value a call, so a range makes one call for each different value. `raw`: the target takes the
    `Range` itself, error cells and blanks in it. `reference`: the host passes the address of the cell, not its value.
    """

    name: str
    quantity: Quantity
    help: str
    required: bool = True
    default: Any = None
    single: bool = False
    raw: bool = False
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A formula and what it gives: a cell or rows of cells; `...` where that depends on the installation or is long."""

    formula: str
    value: Any


@dataclass(frozen=True, slots=True)
class Function:
    """A spreadsheet function: cells in, a cell or an array of cells out, never an exception. Calling it is the only way in for hosts.

    `options` are what the last argument, a block of names and values, may hold. `plain` is for the runner: the name of each argument,
    the limits between which a float needs no further look (none where it does), and whether it is a series without limits.

    Examples
    --------
    >>> from accelxl.functions import REGISTRY
    >>> round(REGISTRY["ACCEL_NPV"](0.1, [[-100.0, 60.0, 60.0]]), 4)
    4.1322
    >>> REGISTRY["ACCEL_NPV"].call("ten percent", [[-100.0, 60.0, 60.0]]).why
    "ACCEL_NPV: rate is the text 'ten percent'; a number of at most 10 1/period is allowed; text is never read as a number"
    """

    name: str
    category: str
    summary: str
    arguments: tuple[Argument, ...]
    options: tuple[Argument, ...]
    examples: tuple[Example, ...]
    undefined: str
    target: Callable[..., Any]
    required: frozenset[str]
    plain: tuple[Plain, ...]

    def __call__(self, *cells: Cell) -> Cell:
        """Return the value for the sheet."""
        return runner.run(self, cells).value

    def call(self, *cells: Cell, caller: str | None = None) -> Outcome:
        """Return the value with the sentence behind an error in it, and keep that for ACCEL_WHY under the caller's address."""
        outcome = runner.run(self, cells)
        if caller is not None:
            WHY.keep(caller, outcome.why)
        return outcome

    @property
    def signature(self) -> str:
        """The call as a sheet shows it, optional arguments in brackets."""
        return f"{self.name}({', '.join(a.name if a.required else f'[{a.name}]' for a in self.arguments)})"


def declare(
    name: str,
    category: str,
    target: Callable[..., Any],
    summary: str,
    *,
    help: Mapping[str, str],
    examples: Sequence[tuple[str, Any]],
    options: Sequence[str] = (),
    references: Sequence[str] = (),
    undefined: str = "",
) -> Function:
    """Return a spreadsheet function around `target`.

    Parameters
    ----------
    name, category, summary : str
        Name in the sheet, one of `CATEGORIES`, and one line on what it gives.
    target : callable
        A function whose parameters bear quantities.
    help : dict of str to str
        One line for each parameter.
    examples : sequence of (formula, value)
        Each formula with what it gives; `...` where that depends on the installation.
    options : sequence of str
        Parameters that a sheet gives by name in a last argument, the block `options`.
    references : sequence of str
        Arguments of which the host passes the address.
    undefined : str
        When a result has no value, for the sentence behind #NUM!.

    Raises
    ------
    ValueError
        If the declaration breaks a rule of the registry.
    """
    hints = _hints(target)
    parameters = inspect.signature(target).parameters
    if set(help) - {OPTIONS} != set(hints) - {OPTIONS}:
        odd = set(help) ^ set(hints)
        raise ValueError(f"{name}: help and signature differ in {', '.join(sorted(odd))}")
    unknown = {*options, *references} - set(hints)
    if unknown:
        raise ValueError(f"{name}: {', '.join(sorted(unknown))} is no parameter of {target.__name__}")
    known = {
        key: _argument(name, parameters[key], hint, help.get(key, ""), reference=key in references)
        for key, hint in hints.items()
    }
    inside = tuple(known[key] for key in options)
    arguments = tuple(argument for key, argument in known.items() if key not in options)
    if inside:
        words = help.get(OPTIONS, f"block of names and values: {', '.join(options)}")
        arguments = (*arguments, Argument(OPTIONS, BLOCK, words, required=False))
    made = Function(
        name, category, summary, arguments, inside, tuple(Example(*row) for row in examples), undefined, target,
        frozenset(argument.name for argument in arguments if argument.required), tuple(map(_plain, arguments)),
    )  # fmt: skip
    _refuse(made)
    return made


def _hints(target: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of the parameters, without that of the result (whose names need not exist at run time)."""
    parameters = inspect.signature(target).parameters.values()
    if any(p.kind in {p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY} for p in parameters):
        raise ValueError(f"{target.__name__} takes arguments that have no name")
    bare = SimpleNamespace(__annotations__={p.name: p.annotation for p in parameters})
    scope = getattr(inspect.unwrap(target), "__globals__", {})
    return get_type_hints(bare, globalns=scope, include_extras=True)


def _argument(name: str, parameter: inspect.Parameter, hint: Any, words: str, *, reference: bool) -> Argument:
    quantity = quantity_of(hint)
    if quantity is None:
        raise ValueError(f"{name}: the parameter {parameter.name} has no quantity")
    bases = _bases(hint)
    required = parameter.default is parameter.empty
    return Argument(
        parameter.name, quantity, words, required, None if required else parameter.default,
        single=quantity.kind in {"text", "choice"} or bases <= {int, float, bool, str},
        raw=bases == {Range},
        reference=reference,
    )  # fmt: skip


def _plain(argument: Argument) -> Plain:
    quantity = argument.quantity
    low, high = max(quantity.low, -MOST), min(quantity.high, MOST)
    if quantity.kind != "number" or quantity.whole:
        free = quantity.kind == "series" and not quantity.whole and (low, high) == (-MOST, MOST)
        return argument.name, 1.0, 0.0, free  # no number lies between
    return argument.name, low, high, False


def _bases(hint: Any) -> set[Any]:
    """Return the plain types behind an annotation, without None."""
    if get_origin(hint) is Annotated:
        return _bases(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return {base for part in get_args(hint) for base in _bases(part)}
    return {hint} - {NoneType}


def _refuse(made: Function) -> None:
    """Hold the rules of the registry."""
    rules = [
        (re.fullmatch(r"ACCEL_[A-Z][A-Z0-9_]*", made.name), "a name is ACCEL_ and capitals"),
        (made.category in CATEGORIES, f"{made.category!r} is not a category; allowed: {', '.join(CATEGORIES)}"),
        (made.examples, "a function has one example or more"),
        (all(e.formula.startswith(f"={made.name}(") for e in made.examples), "an example is a formula of the function"),
        (
            len(made.arguments) <= MOST_ARGUMENTS,
            f"{len(made.arguments)} arguments; at most {MOST_ARGUMENTS} are allowed",
        ),
        (
            _letters(made) < MOST_NAMES,
            f"the argument names and their count are {_letters(made)}; less than {MOST_NAMES} is allowed",
        ),
        (
            all(a.required >= b.required for a, b in zip(made.arguments, made.arguments[1:], strict=False)),
            "optional arguments stand last",
        ),
    ]
    for text, what in [
        (made.summary, "summary"),
        *((a.help, f"help of {a.name}") for a in (*made.arguments, *made.options)),
    ]:
        rules.append((0 < len(text) <= LONGEST, f"the {what} has {len(text)} characters; 1 to {LONGEST} are allowed"))
        rules.append((text.isascii(), f"the {what} has characters that macro modules cannot hold"))
    for holds, sentence in rules:
        if not holds:
            raise ValueError(f"{made.name}: {sentence}")


def _letters(made: Function) -> int:
    return sum(len(argument.name) for argument in made.arguments) + len(made.arguments)


class Registry(Mapping[str, Function]):
    """All spreadsheet functions by name; the modules that declare them are imported at the first look.

    Examples
    --------
    >>> from accelxl.functions import REGISTRY
    >>> REGISTRY["ACCEL_SPEC"].signature
    'ACCEL_SPEC(device, attribute)'
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = tuple(modules)
        self._functions: dict[str, Function] = {}
        self._homes: dict[str, str] = {}
        self._complete = False

    def add(self, made: Function, module: str) -> None:
        """Take a function in with the module that declares it; a name that is taken is refused."""
        if made.name in self._functions:
            raise ValueError(f"{made.name} is declared twice")
        self._functions[made.name] = made
        self._homes[made.name] = module

    def _all(self) -> dict[str, Function]:
        if not self._complete:
            for module in self._modules:
                before = dict(self._functions)
                try:
                    import_module(module)
                except BaseException:
                    self._functions = before  # the next look runs the module again
                    raise
            # One that a program imported by itself came first; what is made from the registry has one order in every process.
            order = {module: place for place, module in enumerate(self._modules)}
            names = sorted(self._functions, key=lambda name: order.get(self._homes[name], len(order)))
            self._functions = {name: self._functions[name] for name in names}
            self._complete = True
        return self._functions

    def __getitem__(self, name: str) -> Function:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


REGISTRY = Registry([f"accelxl.functions.{module}" for module in MODULES])


def function(name: str, category: str, target: Callable[..., Any], summary: str, **rest: Any) -> Function:
    """Declare a spreadsheet function and take it into the registry; see `declare`."""
    made = declare(name, category, target, summary, **rest)
    caller = inspect.currentframe()
    home = "" if caller is None or caller.f_back is None else caller.f_back.f_globals["__name__"]
    REGISTRY.add(made, home)
    return made
