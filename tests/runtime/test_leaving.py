"""A command ends with its own status and its last words, past threads that outlive it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

ENDED = """
import sys
from runtime import cli
import atexit

class Late:
    def __del__(self):
        print("taken down")

atexit.register(lambda: print("said at the end"))
late = Late()
sys.argv = ["huikuan", *{arguments!r}]
cli.app.command("fail")(lambda: 1 // 0)
cli.main()
"""


def run(*arguments: str) -> tuple[int, str, str]:
    code = ENDED.format(arguments=arguments)
    held_back = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=held_back)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--help",), 0, "Usage"),
        (("worker", "nobody"), 2, "nobody"),
        (("nonsense",), 2, "nonsense"),
        (("fail",), 1, "ZeroDivisionError"),
    ],
)
def test_the_status_and_all_words_of_a_command_arrive(
    arguments: tuple[str, ...], status: int, words: str
) -> None:
    ended, said, problems = run(*arguments)
    assert (ended, words in said + problems) == (status, True)
    assert said.endswith("said at the end\n")


def test_the_interpreter_is_not_taken_down() -> None:
    _, said, _ = run("--help")
    assert "taken down" not in said


def test_a_process_that_is_no_command_ends_as_ever() -> None:
    code = "import runtime; import atexit; atexit.register(print, 'ended'); raise SystemExit(3)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (3, "ended\n")
