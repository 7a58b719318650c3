"""JSON Web Tokens for OAuth clients: assertions, proofs of possession, request objects, validation of ID tokens.

The package reserves its place in the workspace: it has no public names yet.
"""

__all__: list[str] = []
