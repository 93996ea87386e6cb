"""Facts: what data exists, where it lies, whose it is, by which standard, and what happened to it."""
