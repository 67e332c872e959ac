"""A verb that is a command and has commands inside: what names none of them is for the command itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Context


class GroupWithDefault(TyperGroup):
    """A group whose command `default` is meant wherever none of the others is named.

    `organism report ID` is `organism report write ID`; help, options and completion are those of the command.
    """

    default = "write"

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """Return the context of whichever is meant."""
        if args and args[0] in self.commands:
            return super().make_context(info_name, args, parent, **extra)
        return self.commands[self.default].make_context(info_name, args, parent, **extra)
