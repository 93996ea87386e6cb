"""What goes wrong in a department's database, in sentences of ours: a driver's own words may repeat data.

Told apart by what the servers are known to say; whatever is not known is a plain failure with its place.
"""

import duckdb

from catalog.contracts import Contract
from catalog.errors import HubError, SourceError, SourceRefused, SourceUnreachable, SourceUnreadable

REFUSED = ("authentication failed", "access denied", "permission denied", "no password supplied", "pg_hba.conf")
UNREACHABLE = (
    "unable to connect",
    "could not connect",
    "can't connect",
    "connection refused",
    "failed to connect",
    "timeout expired",
    "could not translate host",
    "unknown mysql server host",
    "server closed the connection",
    "lost connection",
    "gone away",
    "unable to open database",
    "failed to fetch result row",  # all that MariaDB's scanner says when its connection breaks
    "cannot open file",
    "terminating connection",
    "ssl syscall",
    "connection reset",
    "no such file",
)
NO_TABLE = "shuniu_connection_test"
"""What is asked for where nobody has named a table yet, to see whether a system lets the hub in. Nobody has it."""
TOO_SLOW = ("statement timeout", "lock timeout", "max_statement_time exceeded", "maximum statement execution time")


def sentence(contract: Contract, error: Exception) -> HubError:
    """What went wrong in the department's database, in words of ours: the engine's own may hold data."""
    said = str(error).lower()
    # Servers wrap "authentication failed" in "unable to connect", so the narrower cause is looked for first.
    if any(sign in said for sign in REFUSED):
        return _refused(contract)
    if isinstance(error, duckdb.InterruptException) or any(sign in said for sign in TOO_SLOW):
        return _too_slow(contract)
    if any(sign in said for sign in UNREACHABLE):
        return _unreachable(contract)
    if "does not exist" in said:
        return _missing(contract)
    return _broken(contract)


def _refused(contract: Contract) -> SourceRefused:
    named = contract.locator != NO_TABLE
    zh, en = (f"或读取 {contract.locator}", f", or reading {contract.locator}") if named else ("", "")
    return SourceRefused(
        f"系统 {contract.system} 拒绝了登录{zh}。请核对账号、口令和只读权限。",
        f"System {contract.system} refused the login{en}. Check account and rights.",
        code="source_refused",
        system=contract.system,
    )


def _unreachable(contract: Contract) -> SourceUnreachable:
    return SourceUnreachable(
        f"系统 {contract.system} 没有应答，或中途断开。请检查网络、地址和端口，恢复后重新运行。",
        f"System {contract.system} does not answer, or broke off. Check network, address and port, and run again.",
        code="source_unreachable",
        system=contract.system,
    )


def _too_slow(contract: Contract) -> SourceUnreachable:
    return SourceUnreachable(
        f"系统 {contract.system} 的 {contract.locator} 超过了读取时限，已停止读取。"
        "请避开其高峰，或在系统选项 statement_seconds 中放宽时限。",
        f"Reading {contract.locator} of system {contract.system} took longer than it may, and was stopped. Run it at a"
        " quieter hour, or allow more with the system's option statement_seconds.",
        code="source_too_slow",
        system=contract.system,
    )


def _missing(contract: Contract) -> SourceUnreadable:
    return SourceUnreadable(
        f"系统 {contract.system} 中没有表 {contract.locator}。请核对契约中的表名和账号可见的模式。",
        f"System {contract.system} has no table {contract.locator}. Check the name in the contract, and what the"
        " account can see.",
        code="source_table_missing",
        system=contract.system,
    )


def _broken(contract: Contract) -> SourceError:
    return SourceError(
        f"读取系统 {contract.system} 的 {contract.locator} 时出错。请检查该表的数据类型和服务器日志。",
        f"Reading {contract.locator} of system {contract.system} failed. Check its column types and the server's log.",
        code="source_failed",
        system=contract.system,
    )
