"""Feedback lines into a table of a department's own database. The hub holds SELECT and INSERT there, nothing else."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, column, create_engine, insert, make_url, select, table
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import NullPool

from catalog.errors import ConfigurationError, SourceRefused, SourceUnreachable

NAME: Final = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")
DRIVERS: Final = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
PATIENCE_SECONDS: Final = 10


def insert_lines(target: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> bool:
    """Insert `lines` in one transaction, unless they are there (by feedback_id). True when they were inserted now.

    Raises SourceUnreachable when the database does not answer, SourceRefused when it says no.
    """
    if not lines:
        return False
    if not NAME.match(str(target["table"])):
        raise ConfigurationError(
            "反馈表名不合法。请在系统登记中更正。",
            "The name of the feedback table is not a plain name. Correct the registration of the system.",
            code="feedback_table_name",
        )
    destination = table(str(target["table"]), *(column(name) for name in lines[0]))
    engine = _engine(target)
    try:
        with engine.begin() as connection:
            first = select(destination.c.feedback_id).where(destination.c.feedback_id == lines[0]["feedback_id"])
            if connection.execute(first).first() is not None:
                return False  # all lines of a report are one transaction: the first one stands for all
            connection.execute(insert(destination), [dict(line) for line in lines])
            return True
    except IntegrityError:
        return False  # another run was faster with the same report
    except OperationalError:
        raise _unreachable() from None
    except DBAPIError:
        raise _refused() from None
    finally:
        engine.dispose()


def _engine(target: Mapping[str, Any]) -> Engine:
    kind, location = str(target["kind"]), str(target["location"])
    if kind == "sqlite":
        if not Path(location).is_file():
            raise _unreachable()
        return create_engine(URL.create("sqlite", database=location), poolclass=NullPool)
    url = make_url(location).set(
        drivername=DRIVERS[kind], username=target.get("user") or None, password=target.get("password") or None
    )
    return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": PATIENCE_SECONDS})


def _unreachable() -> SourceUnreachable:
    return SourceUnreachable(
        "部门的反馈数据库没有响应，报告将在下次运行时再送。请检查地址和网络。",
        "The department's feedback database does not answer; the report is sent again with the next run."
        " Check address and network.",
        code="feedback_unreachable",
    )


def _refused() -> SourceRefused:
    return SourceRefused(
        "部门的反馈数据库拒绝写入。请检查反馈表的列和账号权限（SELECT、INSERT）。",
        "The department's feedback database refused the rows. Check the table's columns and the account's rights.",
        code="feedback_refused",
    )
