"""Throw-away servers for the demo and the tests: PostgreSQL, MariaDB, Mosquitto, SFTP, S3.

A server is used only when the environment names it or when it was started here from binaries found on the machine;
a server that merely happens to run is never touched.
"""
