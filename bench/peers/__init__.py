"""Drivers of the programs that Dateline is compared with: each runs in a process of its own."""
