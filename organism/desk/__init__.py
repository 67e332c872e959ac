"""Processes of their own that read, compute and write what would make a screen wait.

One JSON object a line: `{"number": 1, "ask": "board"}` on its input, `{"number": 1, "answer": {...}}` or
`{"number": 1, "refusal": "..."}` on its output. It ends when its input does. The one that reads keeps what it has
read and loads no compiler; the one that simulates does, and is ended as soon as nobody needs it.
"""
