"""Real servers that the tests talk to on loopback; none of them uses the packages of this workspace."""
