"""Profiles of OAuth providers, and fixes for where they leave the standard.

The package reserves its place in the workspace: it has no public names yet.
"""

__all__: list[str] = []
