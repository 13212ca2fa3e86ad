"""A tiny portal that counts what arrives, its one page, every way to send from it, and a guard."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.async_api import Page

from bots.portal.browser import PortalBrowser
from bots.portal.guard import Guard, WriteRequest

PAGE = """<!doctype html><meta charset="{charset}"><title>申报</title>
<iframe name="inner"></iframe>
<form id="f" method="post" action="/commit">
  <input name="claim" value="CL-1"><textarea name="note">一
二</textarea>
  <input type="hidden" name="__EVENTTARGET">
  <input type="submit" id="go" name="action" value="提交">
</form>
<script>
  const early = window.fetch;
  function __doPostBack(target) { f.__EVENTTARGET.value = target; f.submit(); }
  function xhr(path, body, wait = true) {
    const call = new XMLHttpRequest();
    call.onerror = () => { document.title = 'xhr error ' + call.readyState + call.status; };
    call.open('POST', path, wait);
    try { call.send(body); } catch (error) { document.title = error.name; }
  }
  function told(promise) { promise.catch(error => { document.title = error.name; }); }
</script>"""
_WORKER = "`onmessage = e => fetch(e.data, {method: 'POST', body: 'CL-1'}).catch(() => 0)`"

LATCHED = {
    "click": "path => { f.setAttribute('action', path); go.click(); }",
    "requestSubmit": "path => { f.setAttribute('action', path); f.requestSubmit(go); }",
    "submit": "path => { f.setAttribute('action', path); f.submit(); }",
    "doPostBack": "path => { f.setAttribute('action', path); __doPostBack('go'); }",
    "multipart": "path => { go.formAction = path; go.formEnctype = 'multipart/form-data';"
    " f.requestSubmit(go); }",
    "fetch string": "path => told(early(path, {method: 'post', body: '{\"claim\": \"CL-1\"}'}))",
    "fetch form": "path => told(fetch(path, {method: 'POST', body: new FormData(f)}))",
    "fetch query": "path => told(fetch(path, {method: 'POST',"
    " body: new URLSearchParams(new FormData(f))}))",
    "fetch blob": "path => told(fetch(path, {method: 'POST', body: new Blob(['CL-1'])}))",
    "fetch bytes": "path => told(fetch(path, {method: 'POST',"
    " body: new TextEncoder().encode('CL-1')}))",
    "fetch Request": "path => told(fetch(new Request(path, {method: 'POST', body: 'CL-1'})))",
    "fetch keepalive": "path => told(fetch(path, {method: 'POST', body: 'CL-1', keepalive: true}))",
    "xhr string": "path => xhr(path, 'claim=CL-1')",
    "xhr form": "path => xhr(path, new FormData(f))",
    "xhr blob": "path => xhr(path, new Blob(['CL-1']))",
    "beacon": "path => { navigator.sendBeacon(path, 'CL-1'); }",
    "frame fetch": "path => told(frames[0].fetch(path, {method: 'POST', body: 'CL-1'}))",
}
GATED = {
    "xhr sync": "path => xhr(path, 'CL-1', false)",
    "stopped form": "path => { f.setAttribute('action', path);"
    " f.onsubmit = e => { e.stopPropagation(); }; f.requestSubmit(go); }",
    "worker": "path => { new Worker(URL.createObjectURL(new Blob(["
    + _WORKER
    + "]))).postMessage(new URL(path, location).href); }",
}
WAYS = LATCHED | GATED
NAVIGATING = {"click", "requestSubmit", "submit", "doPostBack", "multipart", "stopped form"}


class Portal:
    """Answers every GET with its page, and every other request with a redirect to the receipt."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.charset = "utf-8"
        self.page = PAGE
        self.arrived: list[tuple[str, bytes]] = []

    def count(self, path: str) -> int:
        return [where for where, _ in self.arrived].count(path)


@contextmanager
def counting_portal() -> Iterator[Portal]:
    """Serve on the loopback until the test is over."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = portal.page.replace("{charset}", portal.charset).encode(portal.charset)
            self._answer(200, page, "Content-Type", "text/html")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            portal.arrived.append((self.path, body))
            self._answer(302, b"", "Location", "/receipt")

        def _answer(self, status: int, body: bytes, name: str, value: str) -> None:
            self.send_response(status)
            self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    portal = Portal(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@dataclass(frozen=True)
class At:
    """Fits what is sent to one path and names the claim."""

    path: str

    def fits(self, request: WriteRequest) -> bool:
        said = [request.text, *(value for _, value in request.fields)]
        return request.path == self.path and any("CL-1" in part for part in said)


class Clerk:
    """Approves and releases, unless told to refuse; remembers what it was asked."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.approved: list[WriteRequest] = []
        self.released: list[tuple[WriteRequest, str]] = []

    async def approve(self, request: WriteRequest) -> None:
        self.approved.append(request)
        if self.refuses == "approve":
            raise PermissionError("no")

    async def release(self, request: WriteRequest, body_digest: str) -> None:
        self.released.append((request, body_digest))
        if self.refuses == "release":
            raise PermissionError("no")


@asynccontextmanager
async def guarded(browser: PortalBrowser, portal: Portal) -> AsyncIterator[tuple[Guard, Page]]:
    """A page of the portal behind a guard: /commit is the commit, /draft is declared."""
    guard = Guard(At("/commit"), [At("/draft")])
    async with browser.visit(portal.url, "guarded", guard, wait_s=30) as visit:
        await visit.page.goto("/")
        yield guard, visit.page


async def reopened(page: Page, way: str) -> None:
    """Open the page again, after the receipt has come that follows an answered commit."""
    if way in NAVIGATING:
        await page.wait_for_url("**/receipt")
    await page.goto("/")


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what happens outside of this thread."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)
