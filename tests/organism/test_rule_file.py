"""Rules to begin with, from a file that somebody wrote."""

from __future__ import annotations

import pytest

from data.errors import ConfigError
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome
from evolution.genome.node import Node, level, window
from organism.rule_file import read_rules

NEVER = Node("never")
RULE = Genome(Node("below", (Node("rsi", (Node("close"), window(12))), level(30))), NEVER, NEVER, NEVER)


def written(tmp_path, text: str | bytes):
    path = tmp_path / "rules.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rules_are_read_a_line_each(tmp_path):
    loose = to_json(RULE).replace(",", ", ")
    path = written(tmp_path, f"# mine\n{to_json(RULE)}\n\n{loose}")
    assert read_rules(path) == (to_json(RULE), to_json(RULE))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds none"),
        ("# nothing\n", "holds none"),
        (b"\xff\xfe", "it is not UTF-8 text"),
        ("{}", "line 1: genome lacks schema"),
        ("\n" + to_json(RULE).replace('"schema":1', '"schema":2'), "line 2: genome schema is 2; allowed is 1; a newer"),
        (to_json(RULE).replace('"rsi"', '"rsj"'), "line 1: root long_entry[1], opcode is 'rsj'"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(ConfigError) as error:
        read_rules(written(tmp_path, text))
    assert words in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        read_rules(tmp_path / "none")
