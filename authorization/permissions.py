"""Every permission a route may ask for. Grammar `scope:resource:action`, alphabetical.

scope: `own` - of the caller's agency; `all` - of the whole hub, and whoever holds it holds `own` as well, so that doors
ask for `own` and widen for `all`; `granted` - what a grant opens, checked row and item by the policy. A permission
opens a door; it never opens data.
"""

from enum import StrEnum


class Permission(StrEnum):
    """What an account may do; see authorization.roles for who may."""

    ALL_ACCOUNTS_WRITE = "all:accounts:write"
    ALL_AUDIT_VERIFY = "all:audit:verify"
    ALL_CATALOGUE_READ = "all:catalogue:read"
    ALL_ERASURES_WRITE = "all:erasures:write"
    ALL_GRANTS_READ = "all:grants:read"
    ALL_GRANTS_REVOKE = "all:grants:revoke"
    ALL_QUALITY_READ = "all:quality:read"
    ALL_REVIEW_DECIDE = "all:review:decide"
    ALL_REVIEW_READ = "all:review:read"
    ALL_RUNS_READ = "all:runs:read"
    ALL_STANDARDS_WRITE = "all:standards:write"
    ALL_SYSTEMS_WRITE = "all:systems:write"
    ALL_TICKETS_WRITE = "all:tickets:write"
    ALL_USAGE_READ = "all:usage:read"
    GRANTED_CORRECTIONS_RAISE = "granted:corrections:raise"
    GRANTED_RECORDS_READ = "granted:records:read"
    GRANTED_RECORDS_VERIFY = "granted:records:verify"
    GRANTED_SHARES_READ = "granted:shares:read"
    OWN_GRANTS_READ = "own:grants:read"
    OWN_QUALITY_READ = "own:quality:read"
    OWN_RUNS_READ = "own:runs:read"
    OWN_TICKETS_READ = "own:tickets:read"
    OWN_TICKETS_WRITE = "own:tickets:write"
    OWN_USAGE_READ = "own:usage:read"
