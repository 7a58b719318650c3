"""One file a provider: its profile as data, its deviations, and the document they were read in.

Rules of this room: a file holds ``PROFILE`` and what that alone needs; it imports the vocabulary of ``_changes`` and
nothing of another provider. ``source`` and ``checked`` name a document of the provider's own and the day on which it
was read; where none could be read, ``checked`` is None.
"""

__all__: list[str] = []
