"""Run by a Python with LibreOffice's bridge: a line of JSON in, done in Calc, a line of JSON out. `office.py` beside it starts it.

python driver.py MANAGER SOFFICE PROFILE
"""

import importlib.util
import json
import sys
import traceback
from pathlib import Path

NEVER = 0
INSIDE = "org.accelxl.tests.Inside"
FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8", ".pdf": "calc_pdf_Export"}


def option(name, value):
    from com.sun.star.beans import PropertyValue

    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def named(name, value):
    from com.sun.star.beans import NamedValue

    return NamedValue(name, value)


class Books:
    """The open books by number, and what can be done with them."""

    def __init__(self, office):
        self.office, self.books, self.last = office, {}, 0
        where = Path(__file__).with_name("inside.py").as_uri()
        factory = office.create("com.sun.star.loader.Python").activate(INSIDE, "", where, None)
        self._inside = factory.createInstanceWithContext(office.context)

    def open(self, path):
        options = (option("Hidden", True), option("MacroExecutionMode", NEVER))
        document = self.office.desktop.loadComponentFromURL(
            Path(path).as_uri() if path else "private:factory/scalc", "_blank", 0, options
        )
        if document is None:
            raise RuntimeError(f"Calc did not open {path}")
        self.last += 1
        self.books[self.last] = document
        return self.last

    def close(self, book):
        document = self.books.pop(book)
        document.setModified(False)
        document.close(True)

    def inside(self, book, verb, **given):
        """Do a verb of `inside.py` with a book, in the office's own process."""
        told = self._inside.execute(
            (named("verb", verb), named("document", self.books[book]), named("given", json.dumps(given)))
        )
        return json.loads(told)

    def save(self, book, path):
        self.books[book].storeToURL(Path(path).as_uri(), (option("FilterName", FILTERS[Path(path).suffix]),))

    def run(self, book, command):
        """Press a button of the menu, with this book as the current one."""
        frame = self.books[book].getCurrentController().getFrame()
        self.office.desktop.setActiveFrame(frame) if hasattr(
            self.office.desktop, "setActiveFrame"
        ) else frame.activate()
        self.office.create("org.accelxl.Commands").trigger(command)

    def titles(self, book):
        """Addresses of all open books."""
        found, all_ = [], self.office.desktop.getComponents().createEnumeration()
        while all_.hasMoreElements():
            found.append(all_.nextElement().getURL())
        return found

    def gone(self):
        """Whether the office answers no more."""
        try:
            self.office.desktop.getComponents()
        except Exception:  # noqa: BLE001  # whatever the bridge says
            return True
        return False

    def state(self):
        return {"process": self.office.process.pid}


def main(manager, soffice, profile):
    spec = importlib.util.spec_from_file_location("manager", manager)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    answers = sys.stdout
    sys.stdout = sys.stderr
    office = module.started(soffice, profile)
    try:
        books = Books(office)
        print(json.dumps({"answer": books.state()}), file=answers, flush=True)
        for line in sys.stdin:
            verb, given = json.loads(line)
            if verb == "end":
                break
            try:
                told = {
                    "answer": getattr(books, verb)(**given)
                    if hasattr(books, verb)
                    else books.inside(verb=verb, **given)
                }
            except Exception as error:  # noqa: BLE001  # told to the test
                told = {
                    "error": getattr(error, "Message", "") or f"{type(error).__name__}: {error}",
                    "trace": traceback.format_exc()[-1500:],
                }
                told["gone"] = books.gone()
            print(json.dumps(told), file=answers, flush=True)
    finally:
        office.kill()  # the profile is private: there is nothing to be saved


if __name__ == "__main__":
    main(*sys.argv[1:])
