from __future__ import annotations

from moto.logs.exceptions import InvalidParameterException

from localdev.log_patterns import NoPattern, Pattern, parse


def valid(pattern: str | None) -> Pattern:
    """Raises InvalidParameterException."""
    try:
        return parse(pattern)
    except NoPattern as error:
        raise InvalidParameterException(str(error)) from None
