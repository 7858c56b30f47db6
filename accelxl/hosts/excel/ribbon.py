"""The ribbon: rows of commands in, the part customUI14.xml and the VBA module of its callbacks out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal
from xml.sax.saxutils import quoteattr

from accelxl.hosts.commands import GROUPS, Command
from accelxl.hosts.excel import vba

MODULE = "AccelRibbon"
NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
TAB = "AccelXL"
ADD_IN = "accelxl.xlam"
STOP = "stop"
"""The tag of the button that ends a long command."""
SHELL = "$`\\|"
"""Signs that a shell takes for more than a name inside double quotes, with the quote itself."""
MACROS = "accelxl.hosts.excel.macros"

Kind = Literal["xlsm", "xlam"]


def part(commands: Sequence[Command], kind: Kind) -> str:
    """Return the ribbon as XML. The tab of a book hides where the add-in shows the same.

    Examples
    --------
    >>> from accelxl.hosts.commands import ROWS
    >>> part(ROWS, "xlam").count("<menu")
    1
    """
    seen = ' getVisible="AccelVisible"' if kind == "xlsm" else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        f'<customUI xmlns="{NAMESPACE}">',
        "  <ribbon>",
        "    <tabs>",
        f'      <tab id="accel" label="{TAB}" insertAfterMso="TabData"{seen}>',
    ]
    for group in GROUPS:
        inside = [row for row in commands if row.group == group]
        if inside:
            lines.append(f'        <group id="accel_group_{group.lower()}" label={quoteattr(group)}>')
            for row in inside:
                lines += [f"          {line}" for line in _control(row)]
            if any(row.long for row in inside):
                stop = Command(
                    STOP,
                    group,
                    "Stop",
                    "Ends the work that is under way; the sheet stays as it was.",
                    "CancelRequest",
                    "",
                )
                lines += [f"          {line}" for line in _control(stop, f"{STOP}_{group.lower()}")]
            lines.append("        </group>")
    lines += ["      </tab>", "    </tabs>", "  </ribbon>", "</customUI>"]
    return "\n".join(lines) + "\n"


def _control(row: Command, identity: str = "") -> Iterator[str]:
    """Yield a button, or a menu with a button a choice."""
    identity = identity or row.id
    look = f'size="large" imageMso="{row.icon}"'
    said = f"label={quoteattr(row.label)} screentip={quoteattr(row.label)} supertip={quoteattr(row.help)}"
    if not row.choices:
        yield f'<button id="accel_{identity}" tag="{row.id}" {look} {said} onAction="AccelCommand"/>'
        return
    yield f'<menu id="accel_{row.id}" {look} {said}>'
    for choice, label in row.choices:
        yield f'  <button id="accel_{row.id}_{choice}" tag="{row.id}:{choice}" label={quoteattr(label)} onAction="AccelCommand"/>'
    yield "</menu>"


def module() -> str:
    """Return the VBA behind the ribbon: one callback for all buttons, which starts Python through RunPython, also on macOS."""
    return vba.lines(
        f"""\
' Made by accelxl: do not edit, make it again.
Option Explicit

' A button of the tab; its tag is the command.
Public Sub AccelCommand(ByVal control As Object)
    On Error GoTo failed
    If ActiveWorkbook Is Nothing Then Workbooks.Add
    If AccelCommandInName(ActiveWorkbook.FullName, Application.OperatingSystem) Then
        MsgBox "The name or folder of this book has a quote or one of the signs {SHELL}; save it under another name first.", _
            vbExclamation, "{TAB}"
        Exit Sub
    End If
    RunPython "import {MACROS} as m; m.run('" & control.Tag & "')"
    Exit Sub
failed:
    MsgBox "AccelXL could not start Python (" & Err.Description & "): run accelxl excel doctor in a terminal.", vbExclamation, "{TAB}"
End Sub

' On macOS xlwings' script passes the book's name through a shell, which takes such signs for commands.
Private Function AccelCommandInName(ByVal book As String, ByVal system As String) As Boolean
    Dim signs As String
    Dim i As Long
    If InStr(system, "Mac") = 0 Then Exit Function
    signs = "{SHELL}" & Chr$(34)
    For i = 1 To Len(signs)
        If InStr(book, Mid$(signs, i, 1)) > 0 Then AccelCommandInName = True
    Next i
End Function

' The tab of a book: shown unless the add-in shows the same.
Public Sub AccelVisible(ByVal control As Object, ByRef shown As Variant)
    Dim other As Object
    On Error Resume Next
    Set other = Workbooks("{ADD_IN}")
    shown = (other Is Nothing)
End Sub
""".splitlines()
    )


BOOK = """\
Option Explicit

Private Sub Workbook_Open()
    AccelDescribe
End Sub
"""
"""The book's own module: help for the function wizard when the book opens."""
