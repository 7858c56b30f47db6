"""The VBA module of the spreadsheet functions: registry in, text out.

A wrapper passes the values of its arguments (not the ranges, which would cost a call across processes for each property) to the one
dispatcher in Python and gives its answer to the cell, marked errors as real ones. Nothing here needs Excel, and the functions also run
in LibreOffice, whose VBA has neither ``#If App`` nor ``TypeOf ... Is Range`` nor ``Value2``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accelxl.functions import ERRORS, Argument, Function
from accelxl.functions.cells import MOST_CELLS
from accelxl.hosts.excel import vba
from accelxl.hosts.excel.runtime import MARK

MODULE = "AccelFunctions"
DISPATCHER = "accelxl.hosts.excel.runtime"
ENTRY = "call"
XL_ERRORS = dict(zip(ERRORS, (2000, 2007, 2015, 2023, 2029, 2036, 2042), strict=True))
"""Number of CVErr for each error: xlErrNull, xlErrDiv0, xlErrValue, xlErrRef, xlErrName, xlErrNum, xlErrNA."""
WHY = "ACCEL_WHY"

HEAD = f"""\
' Made by accelxl from its registry of functions: do not edit, make it again.
Option Explicit

' Ranges of more cells are refused before they are read.
Private Const ACCEL_MOST_CELLS As Double = {MOST_CELLS}
"""

HELPERS = f"""
' Value of an argument, Null where it is missing or blank; a mark where it cannot be read, which the dispatcher turns into
' #VALUE! and a sentence.
Private Function AccelValue(Optional x As Variant) As Variant
    Dim found As Variant
    On Error GoTo failed
    AccelValue = Null
    If IsMissing(x) Then Exit Function
    If IsObject(x) Then
        found = AccelObject(x)
    Else
        found = x
    End If
    If Not IsEmpty(found) Then AccelValue = found
    Exit Function
failed:
    AccelValue = Chr$({ord(MARK)}) & "unread" & Chr$({ord(MARK)}) & Err.Description
End Function

' Cells are counted before they are read.
Private Function AccelObject(ByVal x As Object) As Variant
    Dim mark As String
    mark = Chr$({ord(MARK)})
    If TypeName(x) <> "Range" Then
        AccelObject = mark & "object" & mark & TypeName(x)
    ElseIf x.Areas.Count > 1 Then
        AccelObject = mark & "areas" & mark & CStr(x.Areas.Count)
    ElseIf CDbl(x.Rows.Count) * x.Columns.Count > ACCEL_MOST_CELLS Then
        AccelObject = mark & "large" & mark & CStr(x.Rows.Count) & mark & CStr(x.Columns.Count)
    Else
        AccelObject = AccelCells(x)
    End If
End Function

' Dates as serial numbers; LibreOffice has Value only.
Private Function AccelCells(ByVal area As Object) As Variant
    On Error GoTo older
    AccelCells = area.Value2
    Exit Function
older:
    AccelCells = area.Value
End Function

' Address of the cell whose formula shows in a cell: its own, or the first of the array or spill that it belongs to.
Private Function AccelAddress(Optional x As Variant) As Variant
    Dim anchor As Object
    Dim spill As Object
    If IsMissing(x) Then Exit Function
    If TypeName(x) <> "Range" Then
        AccelAddress = x
        Exit Function
    End If
    Set anchor = x.Cells(1, 1)
    On Error Resume Next
    If x.Cells(1, 1).HasArray Then Set anchor = x.Cells(1, 1).CurrentArray
    Set spill = x.Cells(1, 1).SpillParent
    If Not spill Is Nothing Then Set anchor = spill
    On Error GoTo 0
    AccelAddress = anchor.Cells(1, 1).Address(True, True, 1, True)
End Function

' Address of the calling cell, empty where the caller is no cell.
Private Function AccelCaller() As String
    On Error GoTo nowhere
    AccelCaller = Application.Caller.Cells(1, 1).Address(True, True, 1, True)
    Exit Function
nowhere:
    AccelCaller = ""
End Function

Private Function AccelCall(ByVal fname As String, ByVal args As Variant) As Variant
    Dim answer As Variant
    On Error GoTo failed
    answer = XLPy.CallUDF("{DISPATCHER}", "{ENTRY}", Array(fname, AccelCaller(), args))
    AccelCall = AccelAnswer(answer)
    Exit Function
failed:
    If fname = "{WHY}" Then
        AccelCall = AccelUnreachable(Err.Description)
    Else
        AccelCall = CVErr({XL_ERRORS[ERRORS[2]]})
    End If
End Function

Private Function AccelUnreachable(ByVal reason As String) As String
    Dim system As String
    On Error Resume Next
    system = Application.OperatingSystem
    On Error GoTo 0
    If InStr(system, "Mac") > 0 Then
        AccelUnreachable = "Functions of Python need Excel on Windows; on macOS the commands of the AccelXL tab work."
    Else
        AccelUnreachable = "Python did not answer (" & reason & "): run accelxl excel doctor in a terminal."
    End If
End Function

' Marked errors of an answer as real ones.
Private Function AccelAnswer(ByVal answer As Variant) As Variant
    Dim i As Long
    Dim j As Long
    If Not IsArray(answer) Then
        AccelAnswer = AccelCell(answer)
        Exit Function
    End If
    If AccelIsRow(answer) Then
        For i = LBound(answer) To UBound(answer)
            If VarType(answer(i)) = vbString Then answer(i) = AccelCell(answer(i))
        Next i
    Else
        For i = LBound(answer, 1) To UBound(answer, 1)
            For j = LBound(answer, 2) To UBound(answer, 2)
                If VarType(answer(i, j)) = vbString Then answer(i, j) = AccelCell(answer(i, j))
            Next j
        Next i
    End If
    AccelAnswer = answer
End Function

Private Function AccelIsRow(ByVal answer As Variant) As Boolean
    On Error GoTo row
    AccelIsRow = UBound(answer, 2) < LBound(answer, 2)
    Exit Function
row:
    AccelIsRow = True
End Function
"""


def module(functions: Iterable[Function]) -> str:
    """Return the text of the module of wrappers.

    Examples
    --------
    >>> from accelxl.functions import REGISTRY
    >>> "Public Function ACCEL_EXPLAIN(plan As Variant, Optional period As Variant) As Variant" in module(REGISTRY.values())
    True
    """
    made = list(functions)
    parts = HEAD.splitlines()
    for function in made:
        parts += ["", *_wrapper(function)]
    parts += HELPERS.splitlines()
    parts += ["", *_cell()]
    for function in made:
        parts += ["", *_description(function)]
    parts += ["", *_describe(made)]
    return vba.lines(parts)


def _wrapper(function: Function) -> Iterator[str]:
    """Yield the function that a cell calls."""
    head = ", ".join(("" if a.required else "Optional ") + f"{vba.name(a.name)} As Variant" for a in function.arguments)
    values = ", ".join(
        f"{'AccelAddress' if a.reference else 'AccelValue'}({vba.name(a.name)})" for a in function.arguments
    )
    yield f"Public Function {function.name}({head}) As Variant"
    yield f"Attribute {function.name}.VB_Description = {vba.text(function.summary)}"
    yield f'Attribute {function.name}.VB_ProcData.VB_Invoke_Func = " \\n14"'
    yield f"    {function.name} = AccelCall({vba.text(function.name)}, Array({values}))"
    yield "End Function"


def _cell() -> Iterator[str]:
    """Yield the function that turns a marked error into a real one."""
    yield "Private Function AccelCell(ByVal cell As Variant) As Variant"
    yield "    AccelCell = cell"
    yield "    If VarType(cell) <> vbString Then Exit Function"
    yield f"    If Left$(cell, 1) <> Chr$({ord(MARK)}) Then Exit Function"
    yield "    Select Case Mid$(cell, 2)"
    for error, number in XL_ERRORS.items():
        yield f'        Case "{error}": AccelCell = CVErr({number})'
    yield "    End Select"
    yield "End Function"


def _description(function: Function) -> Iterator[str]:
    """Yield the help of a function for the function wizard, in a procedure of its own: a procedure has a limit of size."""
    yield f"Private Sub Describe_{function.name}()"
    if function.arguments:
        yield f"    Dim help(0 To {len(function.arguments) - 1}) As String"
    for place, argument in enumerate(function.arguments):
        yield f"    help({place}) = {vba.text(help_of(argument))}"
    what = f'"\'" & Replace(ThisWorkbook.Name, "\'", "\'\'") & "\'!{function.name}"'
    yield f"    Application.MacroOptions Macro:={what}, Description:={vba.text(function.summary)}, _"
    yield f"        Category:={vba.text(function.category)}" + (
        ", ArgumentDescriptions:=help" if function.arguments else ""
    )
    yield "End Sub"


def help_of(argument: Argument) -> str:
    """Return the help of an argument, with what is allowed as far as the wizard's 255 characters go.

    Examples
    --------
    >>> from accelxl.functions import REGISTRY
    >>> help_of(REGISTRY["ACCEL_ROI"].arguments[4])
    'the most of the throughput that is ever filled (a share from 0 to 1)'
    """
    long = argument.help
    if argument.quantity.kind in {"number", "date", "flag", "choice"}:
        long = f"{argument.help} ({argument.quantity.allowed()})"
    return long if len(long) <= 255 else argument.help


def _describe(functions: list[Function]) -> Iterator[str]:
    """Yield the procedure that tells Excel the help of all functions when the book opens."""
    yield "' Categories and help for the function wizard. An add-in is hidden, and Excel may refuse to describe macros of hidden books."
    yield "Public Sub AccelDescribe(Optional ByVal again As Boolean = False)"
    yield "    Dim addin As Boolean"
    yield "    On Error GoTo refused"
    for function in functions:
        yield f"    Describe_{function.name}"
    yield "    Exit Sub"
    yield "refused:"
    yield "    If again Then Exit Sub"
    yield "    On Error Resume Next"
    yield "    addin = ThisWorkbook.IsAddin"
    yield "    If Not addin Then Exit Sub"
    yield "    Application.ScreenUpdating = False"
    yield "    ThisWorkbook.IsAddin = False"
    yield "    AccelDescribe True"
    yield "    ThisWorkbook.IsAddin = True"
    yield "    ThisWorkbook.Saved = True"
    yield "    Application.ScreenUpdating = True"
    yield "End Sub"
