"""Who may see which part, for which purpose, in what form?

permissions.py roles.py    what an account may do at the doors: claims, and the roles that hold them
models/ actions/           accounts, credentials, grants; every write leaves one event
credentials.py             passwords, tokens, sessions: making and checking
filters.py                 the small language of row conditions                         (pure)
masking.py                 what a masked value looks like, in Python and in SQL          (pure)
obligations.py             what a grant owes: masks by default, tightened where they leak (pure)
policy.py                  decide(request, grants, now)                                  (pure)
access.py quotas.py        the registry's answers for the doors, fresh within half a second
"""
