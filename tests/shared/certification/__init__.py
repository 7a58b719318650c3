"""What certification asks of a client, one file a group of cases; each runs on every flavour.

The provider is the fake server, which misbehaves as the case says; "refused" means an error that names the claim or the
value, and no further request, which the server's log tells.
"""
