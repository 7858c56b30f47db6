"""A stand-in for XLPy inside LibreOffice: Basic asks a Python macro, which asks the tests' UDF server over the loopback.

`MODULES` replace xlwings' own macros in a book; `SCRIPT` is the macro of the office's profile; `Server` answers it.
"""

import json
import socketserver
import threading

from accelxl.hosts.excel.project import Module

XLPY = """
Option Explicit
Public Function XLPy() As Variant
    Dim made As New AccelStandIn
    Set XLPy = made
End Function
Public Sub RunPython(ByVal command As String)
End Sub
"""
CLASS = """
Option Explicit
Public Function CallUDF(ByVal script As String, ByVal fname As String, ByVal args As Variant) As Variant
    Dim factory As Object
    Dim provider As Object
    Dim macro As Object
    Set factory = GetProcessServiceManager().createInstance("com.sun.star.script.provider.MasterScriptProviderFactory")
    Set provider = factory.createScriptProvider("")
    Set macro = provider.getScript("vnd.sun.star.script:standin.py$call_udf?language=Python&location=user")
    CallUDF = Square(macro.invoke(Array(script, fname, args), Array(), Array()))
End Function

' COM gives an array of two dimensions where UNO gives an array of arrays.
Private Function Square(ByVal answer As Variant) As Variant
    Dim i As Long
    Dim j As Long
    Dim made() As Variant
    If Not IsArray(answer) Then
        Square = answer
        Exit Function
    End If
    If Not IsArray(answer(0)) Then
        Square = answer
        Exit Function
    End If
    ReDim made(0 To UBound(answer), 0 To UBound(answer(0)))
    For i = 0 To UBound(answer)
        For j = 0 To UBound(answer(0))
            made(i, j) = answer(i)(j)
        Next j
    Next i
    Square = made
End Function
"""
MODULES = (Module("xlwings", "standard", XLPY), Module("AccelStandIn", "class", CLASS))

SCRIPT = """
import json, socket

def tuples(value):
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value

def call_udf(script, fname, args):
    with socket.create_connection(("127.0.0.1", {port}), 30) as line:
        line.sendall(json.dumps([script, fname, args]).encode() + b"\\n")
        with line.makefile("rb") as answer:
            return tuples(json.loads(answer.readline()))
"""
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


class Server(socketserver.ThreadingTCPServer):
    """Answers CallUDF by `answer`, on a free port of the loopback; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.asked, self.lock = answer, [], threading.Lock()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def as_tuples(value):
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        script, fname, args = json.loads(self.rfile.readline())
        with self.server.lock:
            name, where, cells = as_tuples(args)
            self.server.asked.append((name, where, cells))
            found = self.server.answer(script, fname, (name, where, cells))
        self.wfile.write(json.dumps(found).encode() + b"\n")


def profile(folder, port):
    """Make the profile of an office: macros on, and the macro that asks the server."""
    scripts = folder / "user" / "Scripts" / "python"
    scripts.mkdir(parents=True)
    (scripts / "standin.py").write_text(SCRIPT.replace("{port}", str(port)))
    (folder / "user" / "registrymodifications.xcu").write_text(PROFILE)
    return folder
