"""The same 25 rules as Great Expectations runs them by itself: expectations on a pandas DataFrame.

What no expectation can say (check digits, items against each other) is worked out beforehand, vectorised, into columns
that hold TRUE, FALSE, or nothing where the rule does not apply.
"""

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from benchmarks.quality_hand import Counts
from catalog.standards.code_lists import code_list

_PHONE = r"^(1[3-9]\d{9}|0(10|2\d|[3-9]\d{2})-?\d{7,8}(-\d{1,6})?|[48]00\d{7}|1\d{2,4}|9\d{4,5})$"
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_USCC_SIGNS, _USCC_WEIGHTS = "0123456789ABCDEFGHJKLMNPQRTUWXY", 3 ** np.arange(17) % 31
_ORG_SIGNS, _ORG_WEIGHTS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.array([3, 7, 9, 10, 5, 8, 4, 2])
_TRUE = [True]


def load(path: str) -> pd.DataFrame:
    """The staged batch as a DataFrame, with the columns the expectations need worked out."""
    frame = pd.read_parquet(path)
    bad = frame["_bad"].where(frame["_bad"].map(len) > 0)
    for item in ("birth_date", "pay_base", "updated_at"):
        unread = bad.map(lambda names, item=item: item in names, na_action="ignore").eq(True)
        frame[f"{item}_read"] = (~unread).astype(object).where(frame[item].notna() | unread)
    for item in ("person_no", "resident_id", "name"):
        frame[f"{item}_filled"] = frame[item].where(frame[item].str.strip() != "")
    frame["birth_date"] = pd.to_datetime(frame["birth_date"])
    number = frame["resident_id"]
    right = pd.Series(_id_right(number), frame.index)
    frame["id_right"] = right.astype(object).where(number.notna())
    frame["first"] = (~frame["person_no"].duplicated(keep="first")).astype(object).where(frame["person_no"].notna())
    frame["id_birth"] = number.str[6:14].where(right)
    frame["birth_text"] = frame["birth_date"].dt.strftime("%Y%m%d").where(right)
    odd = pd.Series(np.isin(number.str[16].to_numpy(dtype=object, na_value="0"), list("13579")), frame.index)
    frame["id_sex"] = odd.map({True: "1", False: "2"}).where(right)
    frame["told_sex"] = frame["sex"].where(frame["sex"].isin(["1", "2"]))
    frame["uscc_right"], frame["org_right"] = _uscc_right(frame["uscc"])
    return frame


def judge(frame: pd.DataFrame) -> Counts:
    """(A, B) per rule, as a GX validation of the frame gives them."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # as GX documents it
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("delivery")
    batch = asset.add_batch_definition_whole_dataframe("delivery").get_batch({"dataframe": frame})
    expected = dict(_expectations(gx.expectations))
    for rule, expectation in expected.items():
        expectation.meta = {"rule": rule}
    suite = gx.ExpectationSuite(name="people", expectations=list(expected.values()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = batch.validate(suite, result_format="BASIC")
    found: Any = outcome.results
    return {each.expectation_config.meta["rule"]: _counted(each) for each in found} | {"dataset.row_count": (0, 0)}


def _expectations(known: Any) -> Iterable[tuple[str, Any]]:
    lists = {"sex": "sex", "ethnic": "ethnic", "relation": "family_relation", "status": "person_status"}
    for item in ("person_no", "resident_id", "name"):
        yield f"{item}.required", known.ExpectColumnValuesToNotBeNull(column=f"{item}_filled")
    for item, name in (*lists.items(), ("division_code", "division")):
        rule = f"{item}.{'known' if item == 'division_code' else 'code_list'}"
        yield rule, known.ExpectColumnValuesToBeInSet(column=item, value_set=list(code_list(name)))
    for rule, column in (
        ("resident_id.check_digit", "id_right"),
        ("uscc.check_digit", "uscc_right"),
        ("uscc.org_check", "org_right"),
        ("key.duplicate", "first"),
        *((f"{item}.unreadable", f"{item}_read") for item in ("birth_date", "pay_base", "updated_at")),
    ):
        yield rule, known.ExpectColumnValuesToBeInSet(column=column, value_set=_TRUE)
    day, moment = pd.Timestamp("2026-11-20"), pd.Timestamp("2026-11-20 08:05:00")
    yield "birth_date.future", known.ExpectColumnValuesToBeBetween(column="birth_date", max_value=day)
    yield "updated_at.future", known.ExpectColumnValuesToBeBetween(column="updated_at", max_value=moment)
    empty = [pd.Timestamp("1900-01-01")]
    yield "birth_date.placeholder", known.ExpectColumnValuesToNotBeInSet(column="birth_date", value_set=empty)
    yield "phone.format", known.ExpectColumnValuesToMatchRegex(column="phone", regex=_PHONE)
    yield "resident_id.duplicate", known.ExpectColumnValuesToBeUnique(column="resident_id")
    yield "row.pay_out_of_range", known.ExpectColumnValuesToBeBetween(column="pay_base", min_value=1e3, max_value=6e4)
    for rule, one, other in (
        ("row.birth_matches_id", "birth_text", "id_birth"),
        ("row.sex_matches_id", "told_sex", "id_sex"),
    ):
        yield (
            rule,
            known.ExpectColumnPairValuesToBeEqual(
                column_A=one, column_B=other, ignore_row_if="either_value_is_missing"
            ),
        )
    yield "dataset.not_empty", known.ExpectTableRowCountToBeBetween(min_value=1)


def _counted(seen: Any) -> tuple[int, int]:
    found = seen.result
    if "element_count" not in found:
        return (int(bool(seen.success)), 1)
    assessed = int(found["element_count"]) - int(found.get("missing_count") or 0)
    return assessed - int(found["unexpected_count"]), assessed


def _signs(texts: pd.Series, width: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """The texts as a matrix of bytes, and which of them are exactly `width` ASCII characters."""
    plain = texts.fillna("").to_numpy(dtype=object)
    fits = np.fromiter((len(text) == width and text.isascii() for text in plain), bool, len(plain))
    fixed = np.where(fits, plain, "0" * width).astype(f"S{width}")
    return fixed.view(np.uint8).reshape(len(plain), width), fits


def _values(signs: npt.NDArray[np.uint8], alphabet: str) -> npt.NDArray[np.int64]:
    table = np.full(256, -1)
    table[np.frombuffer(alphabet.encode(), np.uint8)] = np.arange(len(alphabet))
    found: npt.NDArray[np.int64] = table[signs]
    return found


def _id_right(numbers: pd.Series) -> npt.NDArray[np.bool_]:
    signs, fits = _signs(numbers, 18)
    digits = _values(signs[:, :17], "0123456789")
    checks = np.frombuffer(b"10X98765432", np.uint8)
    born = pd.to_datetime(numbers.str[6:14], format="%Y%m%d", errors="coerce")
    dated = (born.notna() & (born <= pd.Timestamp("2026-11-20"))).to_numpy()
    right: npt.NDArray[np.bool_] = (digits >= 0).all(axis=1) & (checks[digits @ _ID_WEIGHTS % 11] == signs[:, 17])
    sound: npt.NDArray[np.bool_] = fits & dated & right
    return sound


def _uscc_right(codes: pd.Series) -> tuple[pd.Series, pd.Series]:
    signs, fits = _signs(codes, 18)
    values = _values(signs, _USCC_SIGNS)
    known = fits & (values >= 0).all(axis=1)
    checked = known & ((31 - values[:, :17] @ _USCC_WEIGHTS % 31) % 31 == values[:, 17])
    inner = _values(signs[:, 8:16], _ORG_SIGNS)
    due = np.frombuffer(b"0X987654321", np.uint8)[inner @ _ORG_WEIGHTS % 11]
    inside = ~checked | (due == signs[:, 16])
    there = codes.notna()
    return (pd.Series(told, codes.index).astype(object).where(there) for told in (checked, inside))  # type: ignore[return-value]
