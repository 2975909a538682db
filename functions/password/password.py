"""Makes passwords of the character classes asked for, every possible one equally likely."""

import secrets
import string

# By the name of the request's switch that includes them.
CLASSES = {
    "include_uppercase": string.ascii_uppercase,
    "include_lowercase": string.ascii_lowercase,
    "include_numbers": string.digits,
    "include_symbols": "!@#$%^&*()_+-=[]{}|;:,.<>?",
}


def generate(length: int, classes: list[str]) -> str:
    """A password of `length` characters with at least one of each class, a class being a string of its characters.

    There must be a class, and `length` must be no less than their number.
    """
    alphabet = "".join(classes)
    # Begun afresh until no class is missing, so that each password that has them all is equally likely; to put
    # a missing class in afterwards would favour some. It ends soon: with all four classes every second password
    # of 8 characters has them, and five in six of 16.
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(length))
        if not any(set(characters).isdisjoint(password) for characters in classes):
            return password
