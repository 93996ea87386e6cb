"""What every command shares: the door, the language, what it says when called wrongly, the files it writes."""
