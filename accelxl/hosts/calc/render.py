"""The files of the extension as text, from the registry and the rows of commands: registry in, text out, no file written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from accelxl import __version__
from accelxl.functions import Argument, Function
from accelxl.hosts.calc import names
from accelxl.hosts.calc.component.plain import SERVICE
from accelxl.hosts.calc.manager import IDENTIFIER
from accelxl.hosts.commands import GROUPS, Command

COMMANDS, JOB = "org.accelxl.Commands", "org.accelxl.Job"
TITLE = "AccelXL"
TOOLBAR = "org.accelxl.toolbar"
STOP = Command(
    "stop", "", "Stop", "Ends the work that is under way for this book; the sheet stays as it was.", "CancelRequest", ""
)
"""The entry after the long commands of a group."""
COMPONENT = "accelxl_addin.py"
DONE = ("OnLoadFinished", "OnSaveDone", "OnSaveAsDone")
"""Events after which names in formulas are looked at: a book was loaded, or was saved."""
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
REGISTRY = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'


def idl(functions: Iterable[Function]) -> str:
    """Return the interface of the add-in and its service as UNOIDL.

    Examples
    --------
    >>> from accelxl.functions import REGISTRY
    >>> print(idl([REGISTRY["ACCEL_GROSS_MARGIN"]]))
    module org { module accelxl {
    interface XAddIn {
      sequence<sequence<any> > accelgrossmargin([in] any aRevenue, [in] any aCost);
    };
    service AddIn: XAddIn;
    }; };
    <BLANKLINE>
    """
    lines = ["module org { module accelxl {", "interface XAddIn {"]
    for function in functions:
        arguments = ", ".join(f"[in] {_type(argument)} {_parameter(argument)}" for argument in function.arguments)
        lines.append(f"  {_result(function)} {names.method(function.name)}({arguments});")
    return "\n".join([*lines, "};", "service AddIn: XAddIn;", "}; };", ""])


def _result(function: Function) -> str:
    """Return the type of a result: Calc takes rows only from a method that is declared to give them."""
    return "any" if any(argument.reference for argument in function.arguments) else "sequence<sequence<any> >"


def _type(argument: Argument) -> str:
    return "com::sun::star::table::XCellRange" if argument.reference else "any"


def _parameter(argument: Argument) -> str:
    """Return a name that UNOIDL allows and that is no word of it."""
    return f"a{argument.name.title().replace('_', '')}"


def addins(functions: Iterable[Function]) -> str:
    """Return CalcAddIns.xcu: names and help for the function wizard, and the names in Excel's files."""
    nodes = "".join(map(_function, functions))
    info = _node("AddInInfo", _node(SERVICE, _node("AddInFunctions", nodes), new=True))
    return _component("CalcAddIns", info)


def _function(function: Function) -> str:
    parameters = "".join(
        _node(
            _parameter(argument), _text("DisplayName", argument.name) + _text("Description", _help(argument)), new=True
        )
        for argument in function.arguments
    )
    inside = (
        _text("DisplayName", function.name)
        + _text("Description", function.summary)
        + _prop("Category", "Add-In")
        + _text("CompatibilityName", function.name)
        + _node("Parameters", parameters)
    )
    return _node(names.method(function.name), inside, new=True)


def _help(argument: Argument) -> str:
    """Return an argument's line with what is allowed in it; the wizard calls every argument optional, so it says which are needed."""
    if argument.reference:
        return argument.help
    line = f"{argument.help} ({'needed; ' if argument.required else ''}{argument.quantity.allowed()})"
    return line if len(line) <= 255 else argument.help


def jobs() -> str:
    """Return Jobs.xcu: the job that looks at names, and when."""
    job = _node("Jobs", _node(TITLE, _prop("Service", JOB), new=True))
    events = "".join(_node(event, _node("JobList", _node(TITLE, "", new=True)), fuse=True) for event in DONE)
    return _component("Jobs", job + _node("Events", events))


def addons(rows: Sequence[Command]) -> str:
    """Return Addons.xcu: the menu and the toolbar, from the rows of commands."""
    inside = (
        _text("Title", TITLE)
        + _prop("Context", "com.sun.star.sheet.SpreadsheetDocument")
        + _node("Submenu", _entries(rows))
    )
    bar = _node("OfficeMenuBar", _node("org.accelxl.menu", inside, new=True))
    tools = _node("OfficeToolBar", _node(TOOLBAR, _entries(rows, flat=True), new=True))
    return _component("Addons", _node("AddonUI", bar + tools))


def window() -> str:
    """Return CalcWindowState.xcu: the toolbar's name, and its place below the others."""
    inside = (
        _text("UIName", TITLE)
        + _prop("ContextSensitive", "false")
        + _prop("Visible", "true")
        + _prop("Docked", "true")
        + _prop("DockingArea", "0")
        + _prop("DockPos", "0,3")
    )
    bar = _node(f"private:resource/toolbar/addon_{TOOLBAR}", inside, new=True)
    return _component("CalcWindowState", _node("UIElements", _node("States", bar)), "org.openoffice.Office.UI")


def _entries(rows: Sequence[Command], *, flat: bool = False) -> str:
    """Return an entry for each command in the order of the groups, with a line between groups."""
    groups = [[row for row in rows if row.group == group] for group in GROUPS]
    made: list[str] = []
    for group in filter(None, groups):
        if made:
            made.append(_prop("URL", "private:separator"))
        made += [_entry(row, flat=flat) for row in group]
        if any(row.long for row in group):
            made.append(_entry(STOP, flat=flat))
    return "".join(_node(f"m{place:02}", entry, new=True) for place, entry in enumerate(made))


def _entry(row: Command, *, flat: bool) -> str:
    common = (
        _text("Title", row.label)
        + _prop("Target", "_self")
        + _prop("Context", "com.sun.star.sheet.SpreadsheetDocument")
    )
    if not row.choices:
        return _prop("URL", f"service:{COMMANDS}?{row.id}") + common
    if flat:  # a toolbar of an extension has no menus: its button takes the first choice
        return _prop("URL", f"service:{COMMANDS}?{row.id}:{row.choices[0][0]}") + common
    inside = "".join(
        _node(
            f"c{place:02}",
            _prop("URL", f"service:{COMMANDS}?{row.id}:{choice}") + _text("Title", label) + _prop("Target", "_self"),
            new=True,
        )
        for place, (choice, label) in enumerate(row.choices)
    )
    return _prop("URL", "") + common + _node("Submenu", inside)


def tables(functions: Iterable[Function]) -> str:
    """Return the module that tells the component which function each method is."""
    rows = list(functions)
    methods = names.methods(row.name for row in rows)
    references = [row.name for row in rows if any(argument.reference for argument in row.arguments)]
    lines = [
        '"""The functions of the add-in; made by accelxl calc build from accelxl/functions."""',
        "",
        f"VERSION = {__version__!r}",
        "METHODS = {",
    ]
    lines += [f'    "{method}": "{name}",' for method, name in methods.items()]
    return "\n".join([*lines, "}", f"REFERENCES = {references!r}", ""])


def manifest(parts: Mapping[str, str]) -> str:
    """Return the list of the extension's parts with their types."""
    entries = "".join(
        f' <manifest:file-entry manifest:full-path="{path}" manifest:media-type="{escape(kind)}"/>\n'
        for path, kind in parts.items()
    )
    return f'{HEAD}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n{entries}</manifest:manifest>\n'


def description() -> str:
    """Return what the extension manager shows."""
    return (
        f'{HEAD}<description xmlns="http://openoffice.org/extensions/description/2006" xmlns:d="http://openoffice.org/extensions/description/2006"'
        ' xmlns:l="http://libreoffice.org/extensions/description/2011">\n'
        f' <identifier value="{IDENTIFIER}"/>\n <version value="{__version__}"/>\n'
        f' <display-name><name lang="en">{TITLE}</name></display-name>\n <publisher><name lang="en">{TITLE}</name></publisher>\n'
        ' <dependencies><l:LibreOffice-minimal-version value="7.4" d:name="LibreOffice 7.4"/></dependencies>\n'
        "</description>\n"
    )


# -- the registry's XML ------------------------------------------------------------------------------------------------------
def _component(name: str, inside: str, package: str = "org.openoffice.Office") -> str:
    return f'{HEAD}<oor:component-data {REGISTRY} oor:name="{name}" oor:package="{package}">{inside}</oor:component-data>\n'


def _node(name: str, inside: str, *, new: bool = False, fuse: bool = False) -> str:
    how = ' oor:op="fuse"' if fuse else ' oor:op="replace"' if new else ""
    return f'<node oor:name="{escape(name)}"{how}>{inside}</node>\n'


def _prop(name: str, value: str) -> str:
    return f'<prop oor:name="{name}"><value>{escape(value)}</value></prop>'


def _text(name: str, value: str) -> str:
    return f'<prop oor:name="{name}"><value xml:lang="en-US">{escape(value)}</value></prop>'
