"""A provider as another package would register it."""

from oauth_compliance import BearerType, Parameter, Profile

PROFILE = Profile(
    name="acme",
    title="Acme",
    documentation="https://acme.example/docs",
    source="https://acme.example/docs",
    parameters={"region": Parameter("the region")},
    token_endpoint="https://{region}.acme.example/token",
    changes=(BearerType(),),
)
NO_PROFILE = "a text"
