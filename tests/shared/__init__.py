"""One scenario suite, written once, that runs over every client flavour and over every authorization server."""
