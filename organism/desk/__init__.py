"""A process of its own that reads, computes and writes what would make a screen wait.

One JSON object a line: `{"number": 1, "ask": "board"}` on its input, `{"number": 1, "answer": {...}}` or
`{"number": 1, "refusal": "..."}` on its output. It ends when its input does.
"""
