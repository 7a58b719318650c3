"""The seam through which another package of the family, or a user's own, fills what oauth_core cannot hold.

Rules of this room: oauth_core defines the entry-point group and loads by name; it never imports a sibling.
Where nothing is installed the error names the package to install.
"""

from __future__ import annotations

from ._errors import MissingPluginError

__all__ = ["PLUGIN_GROUP", "load_plugin"]

PLUGIN_GROUP = "oauth_core.plugins"

_loaded: dict[str, object] = {}


def load_plugin(name: str, *, package: str = "oauth-jwt") -> object:
    """Return what an installed package registers under ``name`` in the group ``oauth_core.plugins``.

    Raises ``MissingPluginError``, which names ``package``, where nothing does.
    """
    if name not in _loaded:
        from importlib.metadata import entry_points  # slow to import, and most clients load no plug-in

        found = tuple(entry_points(group=PLUGIN_GROUP, name=name))
        if not found:
            raise MissingPluginError(f"{name} needs the package {package}: pip install {package}")
        _loaded[name] = found[0].load()
    return _loaded[name]
