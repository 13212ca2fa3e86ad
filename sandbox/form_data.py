"""Reads a posted form in the character set of the page that it came from.

Browsers send a form in the page's own character set and do not say which; the framework takes
UTF-8 for granted.
"""

from urllib.parse import parse_qsl

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartParser
from starlette.requests import Request


async def read_form(request: Request, charset: str) -> FormData:
    """Return the fields and files; what is no character of the set becomes U+FFFD."""
    kind = request.headers.get("content-type", "")
    if charset == "utf-8":
        return await request.form()
    if kind.startswith("multipart/"):
        headers = Headers({"content-type": f"{kind}; charset={charset}"})
        return await MultiPartParser(headers, request.stream()).parse()
    body = (await request.body()).decode("latin-1")
    pairs: list[tuple[str, str | UploadFile]] = []
    pairs += parse_qsl(body, keep_blank_values=True, encoding=charset)
    return FormData(pairs)
