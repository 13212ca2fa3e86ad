"""Scripts that the proxy adds to a page with a form: what may happen between click and request."""

from __future__ import annotations

import json

from tests.faults.helpdesk.strikes import Script

# Each form is met as its own page would meet it: by a handler of its own, after all capturing ones.
_EACH_FORM = "for (const form of document.forms) if (form.method === 'post') { %s }"
_SCRIPTS: dict[Script, str] = {
    # The handler that thousands of old pages have in their markup.
    "confirm": "form.onsubmit = () => confirm(%(text)s);",
    # A shaking hand: the second click comes while the first request is on its way.
    "double_click": """
        let clicks = 0;
        form.addEventListener('click', (event) => {
          const button = event.target.closest('button, input[type=submit]');
          if (button && clicks++ === 0) setTimeout(() => button.click(), %(ms)s);
        });""",
    # A page that sends by itself and lets the form be sent as well.
    "double_send": """
        form.addEventListener('submit', () => {
          fetch(form.action, { method: 'POST', body: new FormData(form), redirect: 'manual' });
        });""",
}


def script_for(how: Script, *, text: str, seconds: float) -> str:
    """The script element to put at the end of the page; `text` is what a dialog asks,
    `seconds` lie between two clicks."""
    asked = json.dumps(text).replace("<", "\\u003c")
    body = _SCRIPTS[how].replace("%(text)s", asked).replace("%(ms)s", str(int(seconds * 1000)))
    return f"<script>{_EACH_FORM % body}</script>"
