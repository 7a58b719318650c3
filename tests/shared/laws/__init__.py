"""The promises to users, one file each, kept on every flavour over real sockets."""
