"""``ApiClient``: a REST API under one root URL, on a Requests session.

Rules of this room: no path and no redirect leads out of the root; an error status raises unless told otherwise.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import requests

from oauth_core import ApiPaths

from ._hops import unfollowed

__all__ = ["ApiClient"]


class ApiClient(ApiPaths):
    """A client of the API below ``base_url``, with one ``auth`` for all of it.

    ``api.get("users")``, ``api.get(["users", 1234])``, ``api.users.get()`` and ``api["my-users"].get()`` are requests
    below the root; a leading ``/`` changes nothing. ``raise_for_status=False``, here or in a call, returns error
    answers instead of raising ``requests.HTTPError``. ``session`` is the Requests session to use; ``timeout`` is in
    seconds.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: Any = None,
        session: requests.Session | None = None,
        raise_for_status: bool = True,
        timeout: Any = None,
    ) -> None:
        self._set_root(base_url)
        self.session = session or requests.Session()
        self.auth = auth
        self.raise_for_status = raise_for_status
        self.timeout = timeout

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the session's connections."""
        self.session.close()

    def _below(self, base_url: str) -> Self:
        return type(self)(
            base_url,
            auth=self.auth,
            session=self.session,
            raise_for_status=self.raise_for_status,
            timeout=self.timeout,
        )

    def request(
        self, method: str, path: Any = None, *, raise_for_status: bool | None = None, **kwargs: Any
    ) -> requests.Response:
        """Send a request to a path below the root; further keywords are those of ``requests.Session.request``.

        Raises ``UsageError`` for a path that leaves the root and ``requests.HTTPError`` for an error status.
        """
        url = self.url_for(path)
        if self.auth is not None and kwargs.get("auth") is None:
            kwargs["auth"] = self.auth
        if self.timeout is not None:
            kwargs.setdefault("timeout", self.timeout)
        hooks = dict(kwargs.pop("hooks", None) or {})
        own = hooks.get("response") or []
        hooks["response"] = [self._keep_inside, *([own] if callable(own) else own)]
        response = self.session.request(method, url, hooks=hooks, **kwargs)
        if self.raise_for_status if raise_for_status is None else raise_for_status:
            response.raise_for_status()
        return response

    def _keep_inside(self, response: requests.Response, **_: Any) -> requests.Response:
        if response.is_redirect:
            target = self.session.get_redirect_target(response)
            if target is None or not self.is_below(requests.compat.urljoin(response.url, target)):
                return unfollowed(response)
        return response

    def get(self, path: Any = None, **kwargs: Any) -> requests.Response:
        """Send a GET request below the root."""
        return self.request("GET", path, **kwargs)

    def post(self, path: Any = None, **kwargs: Any) -> requests.Response:
        """Send a POST request below the root."""
        return self.request("POST", path, **kwargs)

    def put(self, path: Any = None, **kwargs: Any) -> requests.Response:
        """Send a PUT request below the root."""
        return self.request("PUT", path, **kwargs)

    def patch(self, path: Any = None, **kwargs: Any) -> requests.Response:
        """Send a PATCH request below the root."""
        return self.request("PATCH", path, **kwargs)

    def delete(self, path: Any = None, **kwargs: Any) -> requests.Response:
        """Send a DELETE request below the root."""
        return self.request("DELETE", path, **kwargs)

    def head(self, path: Any = None, **kwargs: Any) -> requests.Response:
        """Send a HEAD request below the root."""
        kwargs.setdefault("allow_redirects", False)
        return self.request("HEAD", path, **kwargs)

    def options(self, path: Any = None, **kwargs: Any) -> requests.Response:
        """Send an OPTIONS request below the root."""
        return self.request("OPTIONS", path, **kwargs)
