"""Patterns with ``*`` for any text, compared in a time that does not explode, whatever they and the text are."""

from __future__ import annotations

import re
from collections.abc import Sequence


def between_asterisks(parts: Sequence[str]) -> re.Pattern[str]:
    """Of the parts of a pattern between its asterisks, for ``fullmatch``. Each is a regular expression of one length.

    The first place where a part fits, after the part before it, is as good as any later one: nothing is tried again.
    """
    if len(parts) == 1:
        return re.compile(parts[0], re.DOTALL)
    first, *middle, last = parts
    return re.compile(f"{first}{''.join(f'(?>.*?{part})' for part in middle)}.*{last}", re.DOTALL)
