"""What keys add to the fake server of ``oauth_core.testing``: assertions, DPoP, ID tokens, signed answers.

``server.install(KeyOperations())`` adds all of it; a client that is registered for ``client_secret_jwt``,
``private_key_jwt`` or the JWT bearer grant installs it by itself.
"""

from ._operations import KeyOperations, install

__all__ = ["KeyOperations", "install"]

KeyOperations.__module__ = install.__module__ = __name__  # public names read as the package
