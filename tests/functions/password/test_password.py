"""Every password that has a character of each class is equally likely, and no other one is made.

The samples are random and cannot be seeded, so the bounds are so wide that a right generator fails a test less than
once in a billion runs. What is expected is exact: nothing here is compared with another random generator.
"""

import random
import string
from collections import Counter
from itertools import combinations, product
from math import factorial, log, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

LENGTH = 8  # the shortest: there the wish for every class changes the odds most
SIZES = {"upper": 26, "lower": 26, "digit": 10, "symbol": 26}
FALSE_ALARM = 1e-9 / 100  # of one chi-square; there are fewer than a hundred


@pytest.fixture(scope="module")
def password(load):
    return load("password", "password")


@pytest.fixture(scope="module")
def sample(password):
    """20,000 passwords of 8 characters of all classes."""
    classes = list(password.CLASSES.values())
    return [password.generate(LENGTH, classes) for _ in range(20_000)]


def class_of(character):
    names = {string.ascii_uppercase: "upper", string.ascii_lowercase: "lower", string.digits: "digit"}
    return next((name for characters, name in names.items() if character in characters), "symbol")


def completions(length, present=()):
    """How many strings of `length` have every class that is not `present` elsewhere: inclusion and exclusion."""
    wanted = [size for name, size in SIZES.items() if name not in present]
    return sum(
        (-1) ** count * (sum(SIZES.values()) - sum(missing)) ** length
        for count in range(len(wanted) + 1)
        for missing in combinations(wanted, count)
    )


def chance_of_class(name):
    """That the character at a given position is of this class."""
    return SIZES[name] * completions(LENGTH - 1, {name}) / completions(LENGTH)


def chance_of_counts(counts):
    """That a password has so many characters of each class."""
    arrangements = factorial(LENGTH) / prod(map(factorial, counts))
    return (
        arrangements
        * prod(size**count for size, count in zip(SIZES.values(), counts, strict=True))
        / completions(LENGTH)
    )


def assert_likely(observed, chances):
    """Chi-square of observations, independent of each other, against the exact chance of each outcome.

    Outcomes expected less than ten times count as one: chi-square is no good for them.
    """
    assert sum(chances.values()) == pytest.approx(1)
    assert not observed.keys() - chances.keys()
    counted, expected = Counter(), Counter()
    for outcome, chance in chances.items():
        cell = outcome if chance * observed.total() >= 10 else "rare"
        counted[cell] += observed[outcome]
        expected[cell] += chance * observed.total()
    freedom = len(expected) - 1
    statistic = sum((counted[cell] - expected[cell]) ** 2 / expected[cell] for cell in expected)
    # Chernoff's bound on the tail of the chi-square distribution: its logarithm is below.
    excess = max(statistic / freedom, 1)
    bound = freedom / 2 * (1 + log(excess) - excess)
    assert bound > log(FALSE_ALARM), f"chi-square {statistic:.0f} at {freedom} degrees of freedom"


def test_all_passwords_are_equally_likely(password):
    """Told apart one by one, for classes so small that this is possible.

    Two characters more than classes: with one, "one of each class, another one, shuffle" would be right too.
    """
    classes = ["ab", "C", "1"]
    strings = map("".join, product("abC1", repeat=5))
    possible = [each for each in strings if all(set(each) & set(characters) for characters in classes)]
    made = Counter(password.generate(5, classes) for _ in range(20_000))
    assert_likely(made, dict.fromkeys(possible, 1 / len(possible)))


@pytest.mark.parametrize("position", range(LENGTH))
def test_every_character_is_as_likely_as_it_should_be_at_every_position(password, sample, position):
    chances = {
        character: chance_of_class(class_of(character)) / len(characters)
        for characters in password.CLASSES.values()
        for character in characters
    }
    assert_likely(Counter(made[position] for made in sample), chances)


@pytest.mark.parametrize("position", range(LENGTH))
def test_every_class_is_as_likely_as_it_should_be_at_every_position(sample, position):
    assert_likely(Counter(class_of(made[position]) for made in sample), {name: chance_of_class(name) for name in SIZES})


def test_classes_share_a_password_as_chance_has_it(sample):
    counts = [Counter(map(class_of, made)) for made in sample]
    shares = [each for each in product(range(1, LENGTH), repeat=len(SIZES)) if sum(each) == LENGTH]
    observed = Counter(tuple(each[name] for name in SIZES) for each in counts)
    assert_likely(observed, {share: chance_of_counts(share) for share in shares})


@pytest.mark.parametrize("position", range(1, LENGTH))
def test_the_first_character_comes_again_as_often_as_chance_has_it(sample, position):
    same = sum(SIZES[name] * completions(LENGTH - 2, {name}) for name in SIZES) / completions(LENGTH)
    assert_likely(Counter(made[0] == made[position] for made in sample), {True: same, False: 1 - same})


def test_the_odds_above_add_up(password):
    """completions() against counting them, where that is possible."""
    assert {class_of(character) for character in "".join(password.CLASSES.values())} == SIZES.keys()
    assert completions(4) == 24 * prod(SIZES.values())  # each class once, in any order
    assert completions(3) == 0
    assert completions(1, SIZES.keys() - {"digit"}) == SIZES["digit"]


def test_randomness_comes_from_the_operating_system(password):
    """A generator that can be seeded, and so be predicted, is not used."""
    classes = list(password.CLASSES.values())
    made = []
    for _ in range(2):
        random.seed(4711)
        made.append(password.generate(16, classes))
    assert made[0] != made[1]


def test_the_classes(password):
    assert password.CLASSES == {
        "include_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "include_lowercase": "abcdefghijklmnopqrstuvwxyz",
        "include_numbers": "0123456789",
        "include_symbols": "!@#$%^&*()_+-=[]{}|;:,.<>?",
    }


@given(st.data(), st.integers(8, 128))
@settings(max_examples=200, deadline=None)
def test_a_password_has_its_length_and_every_class_and_nothing_else(password, data, length):
    switches = data.draw(st.sets(st.sampled_from(list(password.CLASSES)), min_size=1))
    classes = [password.CLASSES[switch] for switch in switches]
    made = password.generate(length, classes)
    assert len(made) == length
    assert set(made) <= set("".join(classes))
    assert all(set(made) & set(characters) for characters in classes)
