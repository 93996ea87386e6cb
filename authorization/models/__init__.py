"""The registry's tables of accounts, credentials, grants and their use, and look-ups. One class per file."""

from authorization.models.account import Account
from authorization.models.credential import Credential
from authorization.models.find_miss import FindMiss
from authorization.models.grant import AccessGrant
from authorization.models.grant_use import GrantUse
from authorization.models.revision import AccessRevision

__all__ = ["AccessGrant", "AccessRevision", "Account", "Credential", "FindMiss", "GrantUse"]
