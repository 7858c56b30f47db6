"""How groups of verbs behave: help that cuts no sentence, and Ctrl-C that keeps what the run says of it."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class BrokenOffError(Exception):
    """Ctrl-C inside a verb; the library below would make a bare exit code of it and lose the sentence."""


class Verbs(TyperGroup):
    """A group of verbs: each is listed with its whole sentence, and Ctrl-C is handed on with what the run says of it."""

    def invoke(self, ctx: Any) -> Any:
        """Run a verb."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise BrokenOffError from error

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a verb; an argument that takes many, or a word, is shown so and not as a type of Python."""
        verb = super().get_command(ctx, cmd_name)
        for parameter in getattr(verb, "params", ()):
            if parameter.nargs == -1:
                parameter.display_type = lambda _: "<any number>"
            elif parameter.param_type_name == "argument" and _shown(parameter, ctx) == "<str>":
                parameter.display_type = lambda _: "<word>"
        return verb

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs with their sentences, wrapped where the library would cut them."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, (verb.help or "").partition("\n\n")[0])
            for name, verb in found
            if verb is not None and not verb.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _shown(parameter: Any, ctx: Any) -> str:
    """Return what a parameter's help says of its type; "" where the library of this machine says nothing."""
    return str(parameter.display_type(ctx)) if hasattr(parameter, "display_type") else ""
