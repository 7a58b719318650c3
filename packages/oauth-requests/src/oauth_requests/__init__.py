"""OAuth sessions and auth handlers for Requests."""

__all__: list[str] = []
