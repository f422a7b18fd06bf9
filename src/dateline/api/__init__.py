"""HTTP for machines → values and back: what other servers and programs ask of us, each protocol in a module."""
