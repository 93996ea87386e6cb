"""Systems, contracts and datasets on the command line: what a publishing department types."""
