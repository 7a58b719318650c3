"""Request bodies of every kind, as each flavour takes them."""

from __future__ import annotations

import io


def once(flavour, *pieces: bytes) -> dict[str, object]:
    """A body that can be sent once."""
    if flavour.asynchronous:

        async def later():
            for piece in pieces:
                yield piece

        return {"content": later()}
    made = (piece for piece in pieces)
    return {"data" if flavour.library == "requests" else "content": made}


def file(flavour, content: bytes) -> dict[str, object]:
    """A body from a seekable file; asynchronous clients take files in multipart bodies only."""
    if flavour.asynchronous:
        return {"files": {"file": io.BytesIO(content)}}
    return {"data" if flavour.library == "requests" else "content": io.BytesIO(content)}
