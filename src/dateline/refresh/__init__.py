"""What the machine does: run the line for a feed, and schedule the next time. ``Feed → Report``."""
