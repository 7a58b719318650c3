"""OAuth clients and auth handlers for HTTPX and httpx2, sync and async."""

__all__: list[str] = []
