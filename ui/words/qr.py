"""A QR code as lines of half blocks, two rows of it in each: what a terminal of text can show."""

import segno

_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
QUIET = 4  # the light frame without which no reader finds the code


def half_blocks(text: str) -> list[str]:
    """The lines, dark where a block is: shown dark on light. The smallest code is made: the nearer the phone
    needs not come."""
    code = segno.make(text, error="l", boost_error=False, micro=False)
    rows = [[bool(dark) for dark in row] for row in code.matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return [
        "".join(_BLOCKS[pair] for pair in zip(*rows[n : n + 2], strict=True)) for n in range(0, len(rows), 2)
    ]
