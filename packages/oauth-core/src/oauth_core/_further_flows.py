"""The flows of the endpoints beyond the token endpoint's own neighbours: logins without a browser here, registration.

Rules of this room: as in ``_flows``: each conversation is written once, the choice of endpoint lives here, and nothing
of a user's API request can reach it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ._config import ClientConfig, endpoint_of, server_of
from ._flows import post_form, token_text
from ._messages import Flow, Pairs, pairs, send

if TYPE_CHECKING:
    from ._ciba import BackChannelAuthentication
    from ._device import DeviceAuthorization
    from ._logout import LogoutRequest
    from ._registration import ClientRegistration

__all__ = [
    "authenticate_by_backchannel",
    "authorize_device",
    "delete_registration",
    "read_registration",
    "register_client",
    "request_logout",
    "update_registration",
]


def authorize_device(
    config: ClientConfig,
    parameters: Pairs = (),
    *,
    url: str | None = None,
    auth: object = None,
    headers: Pairs = (),
    body: str = "",
) -> Flow[DeviceAuthorization]:
    """Ask for a device code and what to show to the person (a flow). RFC 8628 §3.1.

    Raises ``ServerRefusal``, ``ProtocolViolation``.
    """
    from ._device import parse_device_authorization_response

    response = yield from post_form(
        config,
        "device_authorization_endpoint",
        "device_authorization",
        parameters,
        url=url,
        auth=auth,
        headers=headers,
        body=body,
    )
    return parse_device_authorization_response(response, clock=config.clock)


def authenticate_by_backchannel(
    config: ClientConfig,
    parameters: Mapping[str, object],
    *,
    url: str | None = None,
    auth: object = None,
    headers: Pairs = (),
    body: str = "",
) -> Flow[BackChannelAuthentication]:
    """Ask the server to ask a person on a device of theirs (a flow). CIBA Core §7.1.

    Where a signer is configured and the metadata says that signed requests are read, the request is signed. Raises
    ``UsageError`` without exactly one hint, ``ServerRefusal``, ``ProtocolViolation``.
    """
    from ._ciba import check_hints, parse_backchannel_authentication_response

    check_hints(parameters, signed="request" in parameters)
    sent = pairs(parameters)
    if config.request_object is not None and "request" not in parameters:
        server = yield from server_of(config)
        if server.texts("backchannel_authentication_request_signing_alg_values_supported"):
            sent = (("request", (yield from config.request_object.sign(sent))),)
    response = yield from post_form(
        config,
        "backchannel_authentication_endpoint",
        "backchannel_authentication",
        sent,
        url=url,
        auth=auth,
        headers=headers,
        body=body,
    )
    return parse_backchannel_authentication_response(response, clock=config.clock)


def register_client(
    config: ClientConfig,
    metadata: Mapping[str, object],
    *,
    initial_access_token: object = None,
    url: str | None = None,
    headers: Pairs = (),
) -> Flow[ClientRegistration]:
    """Register a client and return what the server made of it (a flow). RFC 7591 §3.

    Raises ``ServerRefusal``, ``ProtocolViolation``.
    """
    from ._registration import build_registration_request, parse_registration_response

    endpoint = yield from endpoint_of(config, "registration_endpoint", url)
    token = None if initial_access_token is None else token_text(initial_access_token)
    request = build_registration_request(endpoint, metadata, token=token, headers=headers)
    response = yield from send(request)
    return parse_registration_response(response, clock=config.clock, allow_insecure_http=config.allow_insecure_http)


def _managed(config: ClientConfig, registration: ClientRegistration, url: str | None) -> Flow[tuple[str, str]]:
    """Return where a registration is managed, and with which token (a flow)."""
    known = config.metadata.text("registration_endpoint")
    if known is None and config.discovery is not None:
        known = (yield from server_of(config)).text("registration_endpoint")
    if url is not None:
        known = url
    own, token = registration.management(known)
    return (yield from endpoint_of(config, "registration_client_uri", url or own)), token


def read_registration(
    config: ClientConfig, registration: ClientRegistration, *, url: str | None = None, headers: Pairs = ()
) -> Flow[ClientRegistration]:
    """Return the registration as the server has it now (a flow). RFC 7592 §2.1.

    Raises ``ServerRefusal``, ``ProtocolViolation``.
    """
    from ._registration import build_registration_request, parse_registration_response

    place, token = yield from _managed(config, registration, url)
    response = yield from send(build_registration_request(place, token=token, method="GET", headers=headers))
    return parse_registration_response(
        response, known=registration, clock=config.clock, allow_insecure_http=config.allow_insecure_http
    )


def update_registration(
    config: ClientConfig,
    registration: ClientRegistration,
    changes: Mapping[str, object],
    *,
    url: str | None = None,
    headers: Pairs = (),
) -> Flow[ClientRegistration]:
    """Change a registration and return what the server made of it (a flow). RFC 7592 §2.2.

    Raises ``ServerRefusal``, ``ProtocolViolation``.
    """
    from ._registration import build_registration_request, parse_registration_response

    place, token = yield from _managed(config, registration, url)
    request = build_registration_request(
        place, registration.changed(changes), token=token, method="PUT", headers=headers
    )
    response = yield from send(request)
    return parse_registration_response(
        response, known=registration, clock=config.clock, allow_insecure_http=config.allow_insecure_http
    )


def delete_registration(
    config: ClientConfig, registration: ClientRegistration, *, url: str | None = None, headers: Pairs = ()
) -> Flow[None]:
    """Delete a registration (a flow). Raises ``ServerRefusal``, ``ProtocolViolation``. RFC 7592 §2.3."""
    from ._registration import build_registration_request, parse_deletion_response

    place, token = yield from _managed(config, registration, url)
    response = yield from send(build_registration_request(place, token=token, method="DELETE", headers=headers))
    parse_deletion_response(response, clock=config.clock)


def request_logout(
    config: ClientConfig,
    *,
    id_token_hint: object = None,
    post_logout_redirect_uri: str | None = None,
    state: str | None = "",
    extra: Pairs = (),
    url: str | None = None,
) -> Flow[LogoutRequest]:
    """Return a request to end the user's session at the server (a flow). RP-Initiated Logout §2.

    A state is made where the user is to come back; ``state=None`` gives up that check.
    """
    from ._logout import LogoutRequest
    from ._pkce import generate_token

    endpoint = yield from endpoint_of(config, "end_session_endpoint", url)
    if state == "":
        state = generate_token() if post_logout_redirect_uri is not None else None
    return LogoutRequest(
        endpoint,
        None if id_token_hint is None else token_text(id_token_hint, "id_token"),
        config.client_id,
        post_logout_redirect_uri,
        state,
        extra,
    )
