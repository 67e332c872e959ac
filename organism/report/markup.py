"""HTML in which every text is escaped unless it was built here."""

from __future__ import annotations

from html import escape

VOID = frozenset({"meta", "line", "path", "rect", "circle"})


class Markup(str):
    """Text that is already HTML; only `element` and `join` make it."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | float) -> Markup:
    """Return one element; children that are not `Markup` are escaped, as is every attribute.

    An underscore in an attribute's name becomes a hyphen; one at its end is dropped (`class_`). An element of `VOID`
    has an end tag only if it has children.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value), quote=True)}"' for key, value in attributes.items()
    )
    if name in VOID and not children:
        return Markup(f"<{name}{written}>" if name == "meta" else f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Markup:
    """Return the children one after the other, escaping those that are plain text."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child, quote=True) for child in children))
