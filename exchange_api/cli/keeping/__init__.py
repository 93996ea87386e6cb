"""The hub's own state on the command line: backups and the audit trail."""
