"""The base databases on the command line: who is who, built, found, explained, remembered, reviewed and erased."""
