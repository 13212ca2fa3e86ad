"""Where the vocabulary of steps ends: functions that a definition calls by name.

A hook gets the desk, the name of its page and what is handed in. It may look, type and press, and
whatever it would send meets the guard like everything else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bots.portal.desk import Desk
from bots.portal.payload import Payload

Hook = Callable[[Desk, str, Payload], Awaitable[None]]
_HOOKS: dict[str, Hook] = {}


class NoSuchHook(LookupError):
    """A definition calls a function that is not there."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"No hook is called {name}; there are: {', '.join(_HOOKS) or 'none'}.")


def hook(name: str) -> Callable[[Hook], Hook]:
    """Give a function the name by which definitions call it."""

    def register(function: Hook) -> Hook:
        _HOOKS[name] = function
        return function

    return register


def hook_named(name: str) -> Hook:
    """Raises: NoSuchHook."""
    if name not in _HOOKS:
        raise NoSuchHook(name)
    return _HOOKS[name]


def hook_names() -> frozenset[str]:
    """What a definition may call."""
    return frozenset(_HOOKS)
