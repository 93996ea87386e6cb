"""What was read of whose data, and how it is told to the department that provided it."""
