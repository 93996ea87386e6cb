"""Listings on a terminal: a table that fits is a table, a wider one is read record by record."""

import json
import sys

import pytest

from exchange_api.cli.speaking.speech import complain, listing, tell

WIDE = [{f"column_{n}": f"value {row}.{n}" for n in range(40)} for row in (1, 2)]


def drawn(capsys: pytest.CaptureFixture[str], rows: list[dict[str, object]], *, in_json: bool = False) -> list[str]:
    listing(rows, {key: key for key in rows[0]}, in_json=in_json, title="all of it")
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "80")


def test_forty_columns_are_shown_one_below_the_other_with_every_value_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = drawn(capsys, WIDE)
    assert "all of it" in lines
    assert [line for line in lines if line.startswith("──")] == ["── 1 ──", "── 2 ──"]
    assert [line.split(maxsplit=1) for line in lines if line.startswith("column_")] == [
        [name, value] for row in WIDE for name, value in row.items()
    ]


def test_on_a_terminal_a_table_that_does_not_fit_becomes_records_and_one_that_fits_stays_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    five = [{key: WIDE[0][key] for key in list(WIDE[0])[:5]}]
    assert drawn(capsys, five)[-2].split() == [part for value in five[0].values() for part in value.split()]
    eight = [{key: WIDE[0][key] for key in list(WIDE[0])[:8]}]
    assert "── 1 ──" in drawn(capsys, eight)


def test_chinese_counts_for_two_and_a_long_sentence_alone_is_folded_in_its_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    assert "── 1 ──" in drawn(capsys, [{f"列{n}": "某某镇中心小学" for n in range(7)}])
    folded = drawn(capsys, [{"code": "a", "sentence": "word " * 60}])
    assert not any(line.startswith("──") and "1" in line for line in folded)


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipe"])
def test_an_id_is_never_torn_in_two_however_much_text_stands_beside_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    if terminal:
        on_a_terminal(monkeypatch)
    person = "P00010cabd8c23ddac541602b"
    for columns in range(1, 12):
        said = {f"text_{n}": "莱州市文昌路街道独居路的一段说明文字" for n in range(columns)}
        lines = drawn(capsys, [said | {"person": person}, {"person": person} | said])
        assert sum(person in line for line in lines) == 2


def test_what_looks_like_markup_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row | {"column_0": "[red]x[/red]"} for row in WIDE]
    assert ["column_0", "[red]x[/red]"] in [line.split() for line in drawn(capsys, rows)]


def test_json_is_the_same_however_wide(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads("\n".join(drawn(capsys, WIDE, in_json=True))) == WIDE


STEERING = "a\x1b[2J\u202egnp\x9b1m\udcb0"


@pytest.mark.parametrize("width", [1, 40])
def test_no_value_steers_the_terminal_and_json_keeps_it_whole(capsys: pytest.CaptureFixture[str], width: int) -> None:
    row = WIDE[0] | {"column_0": STEERING, "column_1": {"in": STEERING}, "column_2": [STEERING]}
    rows = [{key: row[key] for key in list(row)[: max(width, 3)]}]
    assert "\n".join(drawn(capsys, rows)).count("a�[2J�gnp�1m�") == 2
    whole = "\n".join(drawn(capsys, rows, in_json=True))
    assert whole.replace("\n", "").isprintable()
    assert json.loads(whole) == rows


def test_no_name_in_a_sentence_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tell(STEERING)
    complain(f"{STEERING}\nnext")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("a�[2J�gnp�1m�\n", "a�[2J�gnp�1m�\nnext\n")
