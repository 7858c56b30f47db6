"""A cage for one call on a hostile file: little memory, little time, no network, no other program, no file outside one folder.

`python -m tests.hostile.cage` reads a JSON line a case: what to call, its arguments, and the folder that may be written to. Each case
runs in a child of its own under limits of the system and an audit hook; what it did comes back as a JSON line.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import warnings
from pathlib import Path

MEGABYTES = 300
SECONDS = 2.0
"""Of processor time."""
FORBIDDEN = (
    "socket.", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pickle.find_class",
    "urllib.Request", "ftplib.", "http.client", "smtplib.", "os.startfile", "webbrowser.open", "code.__new__",
)  # fmt: skip
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch(folder: str, seen: list[str]) -> None:
    """Note what a hostile file must not bring about."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event.startswith(FORBIDDEN):
            seen.append(f"{event} {args[:1]!r}")
        elif event == "open" and isinstance(args[2], int) and args[2] & WRITES:
            path = os.path.realpath(os.fsdecode(args[0])) if isinstance(args[0], (str, bytes)) else ""
            if path and not path.startswith((folder + os.sep, "/dev/")):
                seen.append(f"write {path}")
        elif event in {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod"}:
            path = os.path.realpath(os.fsdecode(args[0])) if isinstance(args[0], (str, bytes)) else ""
            if path and path != folder and not path.startswith(folder + os.sep):
                seen.append(f"{event} {path}")

    sys.addaudithook(hook)


def calls() -> dict[str, object]:
    """What a case may call, each with a path and, where it writes, a folder."""
    import accelxl
    from accelxl.cli.read import read_table
    from accelxl.domain.billing import focus
    from accelxl.plan.files import read_plan
    from accelxl.scenario import sipmath
    from accelxl.workbook.lint.run import lint
    from accelxl.workbook.records import records
    from accelxl.workbook.relink import relink

    def fill(template: str, data: object, out: str) -> str:
        done = accelxl.fill(template, data, out, failing=True)
        return f"{len(done)} books, {done[0].figures}"[:300]

    def read(path: str) -> str:
        found = accelxl.read(path)
        return f"{len(found.inputs)} inputs, {str(found.inputs)[:200]}"

    return {
        "lint": lambda path: f"{len(lint(path).breaches)} breaches",
        "freeze": lambda path, out: str(accelxl.freeze(path, out)),
        "thaw": lambda path, out: str(accelxl.thaw(path, out)),
        "relink": lambda path, out: str(relink(path, out)),
        "read": read,
        "fill": fill,
        "plan": lambda path: f"{len(read_plan(Path(path)).tranches)} tranches",
        "records": lambda path: f"{len(records(path))} rows",
        "table": lambda path: f"{len(read_table(Path(path)))} rows",
        "sipmath": lambda path: f"{len(sipmath.load(path))} variables",
        "focus": lambda path: f"{focus(path).rows} rows",
    }


def warm(path: str) -> None:
    """Import everything that a sound file needs, so that imports count for no case."""
    import tempfile

    import accelxl.workbook.recalc  # noqa: F401  # formualizer comes in at its first use
    from accelxl.errors import AccelError

    known = calls()
    known["read"](path)
    with tempfile.TemporaryDirectory() as folder:
        known["fill"](path, [{"units_1": 8}], folder)
        known["lint"](path)
        known["thaw"](known["freeze"](path, f"{folder}/f.xlsx"), f"{folder}/t.xlsx")
        for name, text in (("a.csv", "units\n1\n"), ("a.json", "{}")):
            place = Path(folder, name)
            place.write_text(text)
            for call in ("plan", "records", "table", "sipmath", "focus"):
                try:
                    known[call](str(place))
                except AccelError:
                    continue


def size() -> int:
    """Bytes of address space in use."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def case(asked: dict[str, object], out: int) -> None:
    """Run one case and write what it did."""
    from accelxl.errors import AccelError

    seen: list[str] = []
    room = size() + (MEGABYTES << 20)
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = int(SECONDS * 4) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    signal.alarm(60)
    function = calls()[str(asked["call"])]
    watch(os.path.realpath(str(asked["folder"])), seen)
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            answer, kind = str(function(*asked["args"])), "content"
    except AccelError as error:
        answer, kind = str(error), "sentence"
    except BaseException as error:  # noqa: BLE001  # whatever else comes out is what the test looks for
        import traceback

        where = traceback.extract_tb(error.__traceback__)[-1]
        answer, kind = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"[:500], "fault"
    found = {"kind": kind, "answer": answer[:700], "seconds": round(time.process_time() - start, 3), "seen": seen[:5]}
    os.write(out, json.dumps(found).encode())


def main() -> None:
    """Serve cases until the end of input."""
    warm(sys.argv[1])
    for line in sys.stdin:
        back, out = os.pipe()
        child = os.fork()
        if not child:
            os.close(back)
            try:
                case(json.loads(line), out)
            finally:
                os._exit(0)
        os.close(out)
        with os.fdopen(back, "rb") as stream:
            said = stream.read()
        _, status = os.waitpid(child, 0)
        if not said or status:
            said = json.dumps({"kind": "killed", "answer": f"status {status}", "seconds": -1, "seen": []}).encode()
        print(said.decode(), flush=True)


if __name__ == "__main__":
    main()
