"""Genome JSON from strangers: refused with a readable reason, and never run."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import GenomeError
from evolution.genome.codec import decode, encode, from_json, to_json
from evolution.genome.genome import Genome
from evolution.genome.strict_json import MAX_BYTES

CORPUS = Path(__file__).parents[1] / "fixtures" / "hostile" / "genome"
LIST = "allowed is a list that begins with the name"
OPCODES = r"allowed is one of \d+ names, such as \w+, \w+, \w+"
NOT_JSON = "is not JSON at line"
NUMBER = "allowed are whole numbers of at most 9 characters"
INDEX = "allowed is one whole number from 0 to 13"

REASONS = {
    "arity_too_few": "arguments of 'above' is a list of 1 items; allowed is a list of 2",
    "arity_too_many": "arguments of 'above' is a list of 3 items; allowed is a list of 2",
    "blank": NOT_JSON,
    "brackets_200_deep": "nests deeper than 34",
    "byte_order_mark": "Unexpected UTF-8 BOM",
    "comment": "Extra data",
    "constant_fraction": NUMBER,
    "constant_missing": "a list of 0 items; " + INDEX,
    "constant_negative": "is -1; " + INDEX,
    "constant_node": "a list of 1 items; " + INDEX,
    "constant_out_of_range": "is 14; " + INDEX,
    "constant_text": "is '30'; allowed is one whole number from -200 to 200",
    "constant_true": "is true; " + INDEX,
    "constant_two": "a list of 2 items; " + INDEX,
    "depth_33": "nests deeper than 34",
    "empty": NOT_JSON,
    "key_missing_gene": "genome risk lacks stop",
    "key_missing_root": "genome roots lacks short_exit",
    "key_missing_schema": "genome lacks schema",
    "key_twice": "genome key 'schema' is given twice",
    "key_twice_in_risk": "genome key 'stop' is given twice",
    "key_unknown": "key is 'name'; allowed is schema, roots, risk",
    "key_unknown_root": "key is '__proto__'; allowed is long_entry",
    "latin_1": "byte 0xe9 at position 54",
    "max_hold_over_grid": "max_hold is 14",
    "node_child_empty": r"root long_entry\[1\] is a list of 0 items; " + LIST,
    "node_empty": "a list of 0 items; " + LIST,
    "node_null": "is null; " + LIST,
    "node_object": "an object of 1 items; " + LIST,
    "node_text": "is 'above'; " + LIST,
    "nodes_over_512": "at most 512 nodes",
    "not_json": NOT_JSON,
    "number_infinite": "genome number is '1e999'; " + NUMBER,
    "number_infinity_word": "genome number is 'Infinity'; " + NUMBER,
    "number_nan": "genome number is 'NaN'; " + NUMBER,
    "number_of_5000_digits": r"9999'\.\.\. \(5000 characters\); " + NUMBER,
    "opcode_cyrillic": r"'\\u0441lose'; " + OPCODES,
    "opcode_dunder": OPCODES,
    "opcode_fullwidth": r"'\\uff41bove'; " + OPCODES,
    "opcode_list": LIST,
    "opcode_lone_surrogate": r"'\\ud800'; " + OPCODES,
    "opcode_long": r"aaaa'\.\.\. \(5000 characters\); " + OPCODES,
    "opcode_nul": r"'above\\x00'; " + OPCODES,
    "opcode_number": "is 7; " + LIST,
    "opcode_python_call": OPCODES,
    "opcode_template": OPCODES,
    "opcode_trailing_space": "'above '; " + OPCODES,
    "opcode_unknown": "'moon'; " + OPCODES,
    "opcode_upper_case": "'ABOVE'; " + OPCODES,
    "opcode_yaml_tag": OPCODES,
    "pickle": "byte 0x80 at position 0; allowed is UTF-8",
    "python_literal": NOT_JSON,
    "regime_mask_text": "regime_mask is 'bull'",
    "reverse_number": "reverse is 1; allowed are true and false",
    "risk_key_python_call": "allowed is sizing, sizing_window",
    "risk_null": "genome risk is null; allowed is an object",
    "roots_list": "genome roots is a list of 0 items; allowed is an object",
    "schema_2": "schema is 2; allowed is 1; a newer version of the program wrote it: update this one",
    "schema_newer_with_other_keys": "schema is 3; allowed is 1; a newer version of the program wrote it",
    "schema_older": "schema is 0; allowed is 1; write it again with this version",
    "schema_text": "schema is '1'; allowed is 1; write it again",
    "schema_true": "schema is true; allowed is 1; write it again",
    "sizing_list": "sizing is a list of 1 items; allowed is fixed",
    "sizing_unknown": "sizing is 'martingale'; allowed is fixed",
    "sizing_window_null": "sizing_window is None",
    "stop_huge": "stop is 999999999; allowed is a whole number",
    "stop_list": "stop is a list of 1 items; allowed is a whole number",
    "stop_over_80": "stop is 81; allowed is a whole number from 1 to 80",
    "stop_true": "stop is True; allowed is a whole number from 1 to 80",
    "stop_zero": "stop is 0; allowed is a whole number from 1 to 80",
    "terminal_with_argument": "arguments of 'close' is a list of 1 items; allowed is a list of 0",
    "top_list": "genome is a list of 0 items; allowed is an object",
    "top_null": "genome is null; allowed is an object",
    "top_text": "genome is 'genome'; allowed is an object",
    "trailing_comma": NOT_JSON,
    "trailing_document": "Extra data",
    "truncated": NOT_JSON,
    "type_price_against_oscillator": r"received \(price, oscillator\); allowed is \(price, price\)",
    "type_root_not_bool": "root long_entry has type price; allowed is bool",
    "type_window_as_value": r"received \(window, window\)",
    "unterminated_string": "Unterminated string",
    "utf_16": "byte 0xff at position 0; allowed is UTF-8",
    "warm_up_too_long": "needs 4320 bars of warm-up; allowed are at most 4000",
    "window_not_for_recursive": "window of 720 bars; allowed are 2, 3",
}


def test_every_file_of_the_corpus_has_its_reason() -> None:
    assert {path.stem for path in CORPUS.iterdir()} == set(REASONS)


@pytest.mark.parametrize("name", sorted(REASONS))
def test_a_hostile_file_is_refused_with_a_reason_and_never_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (CORPUS / f"{name}.json").read_bytes()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GenomeError, match=REASONS[name]) as caught:
        from_json(content)
    message = str(caught.value)
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 500
    assert list(tmp_path.iterdir()) == []


def test_the_canary_would_appear_if_a_payload_were_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = json.loads((CORPUS / "opcode_python_call.json").read_text())["roots"]["long_entry"][0]
    monkeypatch.chdir(tmp_path)
    eval(payload)
    assert [path.name for path in tmp_path.iterdir()] == ["canary"]


@pytest.mark.parametrize("depth", [10_000, 100_000])
def test_ten_thousand_brackets_are_refused_without_recursion(depth: int) -> None:
    with pytest.raises(GenomeError, match="nests deeper than 34 at character 34"):
        from_json("[" * depth + "]" * depth)


def test_ten_thousand_nots_are_refused_as_text_and_as_data(named_genomes: dict[str, Genome]) -> None:
    document = encode(named_genomes["never"])
    deep: list[Any] = ["never"]
    for _ in range(10_000):
        deep = ["not", deep]
    document["roots"]["long_exit"] = deep
    with pytest.raises(GenomeError, match=r"root long_exit(\[1\]){32} is a list of 2 items; allowed is a depth"):
        decode(document)
    text = to_json(named_genomes["never"]).replace('"long_exit":["never"]', f'"long_exit":{"[" * 10_000}')
    with pytest.raises(GenomeError, match="nests deeper than 34"):
        from_json(text)


def test_a_list_that_contains_itself_is_refused(named_genomes: dict[str, Genome]) -> None:
    document = encode(named_genomes["never"])
    loop: list[Any] = ["and"]
    loop += [loop, loop]
    document["roots"]["short_entry"] = loop
    with pytest.raises(GenomeError, match="allowed is a depth of at most 32 nodes"):
        decode(document)


def test_a_small_text_that_shares_its_parts_is_counted_as_often_as_it_is_used(
    named_genomes: dict[str, Genome],
) -> None:
    document = encode(named_genomes["never"])
    bomb: list[Any] = ["never"]
    for _ in range(30):
        bomb = ["and", bomb, bomb]
    document["roots"]["short_entry"] = bomb
    with pytest.raises(GenomeError, match="at most 512 nodes in a genome"):
        decode(document)


@pytest.mark.parametrize("text", ['["' + "a" * 50_000_000, b" " * 50_000_000], ids=["text", "bytes"])
def test_fifty_megabytes_are_refused_before_they_are_read(text: str | bytes) -> None:
    with pytest.raises(GenomeError, match=r"is 50000\d\d\d (characters|bytes) long; allowed are at most 262144"):
        from_json(text)


def test_a_text_of_quotes_alone_is_refused_in_one_pass() -> None:
    with pytest.raises(GenomeError, match="is not JSON"):
        from_json('"' + '\\"' * (MAX_BYTES // 2 - 1))


def test_the_largest_size_is_still_read(named_genomes: dict[str, Genome]) -> None:
    text = to_json(named_genomes["dip"])
    assert from_json(text + " " * (MAX_BYTES - len(text))) == named_genomes["dip"]
    with pytest.raises(GenomeError, match="is 262145 characters long"):
        from_json(text + " " * (MAX_BYTES + 1 - len(text)))


def test_limits_are_met_exactly(named_genomes: dict[str, Genome]) -> None:
    document = encode(named_genomes["never"])
    deepest: list[Any] = ["never"]
    for _ in range(31):
        deepest = ["not", deepest]
    document["roots"]["long_entry"] = deepest
    assert decode(document).long_entry.depth == 32
    assert from_json(json.dumps(document)).long_entry.depth == 32
    document["roots"]["long_entry"] = ["not", deepest]
    with pytest.raises(GenomeError, match="allowed is a depth of at most 32 nodes"):
        decode(document)


@pytest.mark.parametrize("text", [None, 7, bytearray(b"{}"), Path("genome.json")])
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(GenomeError, match="allowed is text or bytes"):
        from_json(text)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["above", "window"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(st.data())
def test_replacing_any_part_by_anything_never_raises_anything_else(
    genomes: st.SearchStrategy[Genome], data: st.DataObject
) -> None:
    document = encode(data.draw(genomes))
    part: Any = document
    while True:
        keys = sorted(part) if isinstance(part, dict) else range(len(part))
        key = data.draw(st.sampled_from(list(keys)))
        if isinstance(part[key], (dict, list)) and part[key] and data.draw(st.booleans()):
            part = part[key]
            continue
        part[key] = data.draw(PLAIN)
        break
    try:
        accepted = decode(document)
    except GenomeError:
        return
    assert from_json(to_json(accepted)) == accepted


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_random_text_is_refused_as_a_genome_error(text: str | bytes) -> None:
    with pytest.raises(GenomeError, match="genome"):
        from_json(text)
