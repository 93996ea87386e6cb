"""Names and persistent ids of what the hub holds: dataset codes, batch ids, version ids. Pure."""

import re
from datetime import datetime

from catalog.errors import InvalidInput

DATASET_CODE = re.compile(r"^[a-z][a-z0-9_]{1,62}$")


def check_dataset_code(code: str) -> str:
    """Return `code` if it may name a dataset or item, else raise InvalidInput.

    Codes become folder names, SQL names and URL parts, so only lower-case ASCII letters, digits and _ are taken.
    """
    if not DATASET_CODE.fullmatch(code):
        raise InvalidInput(
            "名称只能由小写字母、数字和下划线组成，以字母开头，2 到 63 个字符。请改名。",
            "A name takes only lower-case letters, digits and underscores, starts with a letter and has 2 to 63"
            " characters. Choose another.",
            code="name_invalid",
        )
    return code


def batch_id(dataset: str, fingerprint: str, now: datetime) -> str:
    """The id of a delivery: dataset, moment (UTC, to the second), first 8 hex digits of its content fingerprint."""
    return f"{dataset}-{now:%Y%m%dt%H%M%S}-{fingerprint[:8]}"
