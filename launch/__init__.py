"""Starts, watches and stops the processes of a hub on one machine, each with a log file and a pid file."""
