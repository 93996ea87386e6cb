"""The base databases on the command line: who is who, found, explained, remembered, reviewed and erased."""
