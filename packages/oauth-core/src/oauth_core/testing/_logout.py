"""Ending a person's session at the fake server. OpenID Connect RP-Initiated Logout 1.0.

Rules of this room: a person is sent back only to a registered address of a known client, and the state goes along.
"""

from __future__ import annotations

from oauth_core._messages import FORM, Response, add_query, encode_form

from ._authority import Authority
from ._exchange import Exchange
from ._wire import Refusal, checked, html_response, parse_pairs, single

__all__ = ["end_session_endpoint"]


def end_session_endpoint(authority: Authority, exchange: Exchange) -> Response:
    """Say good-bye, or send the person back to the client. RP-Initiated Logout §2, §3."""
    request = exchange.request
    params = exchange.query
    if request.method == "POST" and (request.header("content-type") or "").partition(";")[0].strip().lower() == FORM:
        params = (*params, *parse_pairs(request.body.decode("utf-8", "replace")))
    try:
        params = checked(params)
        target = single(params, "post_logout_redirect_uri")
        if target is None:
            return html_response("You are logged out.")
        client = authority.clients.get(single(params, "client_id") or "")
        allowed = None if client is None else client.metadata.get("post_logout_redirect_uris")
        if not isinstance(allowed, (list, tuple)) or target not in allowed:
            raise Refusal("invalid_request", "post_logout_redirect_uri is not registered for the client")
    except Refusal as refusal:
        return html_response(f"{refusal.error}: {refusal.description}", status=400)
    state = single(params, "state")
    if state is not None:
        target = add_query(target, encode_form((("state", state),)))
    return Response(302, (("Location", target), ("Cache-Control", "no-store")))
