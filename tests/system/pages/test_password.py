"""The password page: what it shows is right, and what it tells people to run works."""

from __future__ import annotations

import itertools
import json
import math
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Stack
from tests.launcher import environment
from tests.system.pages.screen import stop_clock

SWITCHES = {"Upper case": 26, "Lower case": 26, "Digits": 10, "Symbols": 26}
WANTED = {
    "length": 16,
    "include_uppercase": True,
    "include_lowercase": True,
    "include_numbers": True,
    "include_symbols": True,
}
COPY = {
    "skiff": "Copy the command for Skiff",
    "aws": "Copy the command for the AWS CLI",
    "request": "Copy the request",
    "fetching": "Copy the command that fetches it",
}


@pytest.fixture(scope="module")
def tab(tab: Page) -> Page:
    """Its buttons say for two seconds that they have copied something."""
    stop_clock(tab)
    return tab


@pytest.fixture
def password(page: Page, outputs: dict[str, dict[str, str]]) -> Page:
    return opened(page, outputs)


def opened(page: Page, outputs: dict[str, dict[str, str]]) -> Page:
    """The page once it has its settings."""
    page.goto(outputs["password"]["site.url"])
    expect(page.locator("#aws")).to_contain_text(outputs["password"]["functions.generator.name"])
    return page


def shown(page: Page, part: str) -> str:
    return page.locator(f"#{part}").inner_text()


def copied(page: Page, part: str) -> str:
    """What the part's button puts into the clipboard, by way of the keyboard."""
    button = page.get_by_role("button", name=COPY[part])
    button.click()
    expect(button).to_have_text("Copied")
    expect(page.get_by_role("status")).to_have_text("Copied.")
    page.clock.run_for(2_000)
    expect(button).not_to_have_text("Copied")
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'paste'}))")
    page.locator("#paste").press("Control+v")
    expect(page.locator("#paste")).not_to_have_value("")
    text: str = page.locator("#paste").input_value()
    page.locator("#paste").evaluate("element => element.remove()")
    return text


def test_the_defaults_are_those_of_the_function(password: Page) -> None:
    assert json.loads(shown(password, "request")) == WANTED


def test_the_form_becomes_the_request(password: Page) -> None:
    password.get_by_label("Length", exact=True).fill("24")
    password.get_by_label("Symbols").uncheck()
    password.get_by_label("Upper case").uncheck()
    password.get_by_label("Name").fill("wifi.guests-2026_07")
    changes = {"length": 24, "include_symbols": False, "include_uppercase": False, "name": "wifi.guests-2026_07"}
    assert json.loads(shown(password, "request")) == WANTED | changes


def test_number_and_slider_say_the_same(password: Page) -> None:
    number, slider = password.get_by_label("Length", exact=True), password.get_by_label("Length, as a slider")
    slider.focus()
    slider.press("End")
    expect(number).to_have_value("128")
    number.fill("40")
    expect(slider).to_have_value("40")
    assert json.loads(shown(password, "request"))["length"] == 40


@pytest.mark.parametrize("length", ["7", "129", "", "8.5", "-16", "1e9"])
def test_a_wrong_length_is_told_at_once(password: Page, length: str) -> None:
    field = password.get_by_label("Length", exact=True)
    field.fill(length)
    expect(password.locator("#length-problem")).to_have_text("A whole number from 8 to 128, please.")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(password.get_by_role("meter")).to_be_hidden()
    nothing_to_copy(password)
    field.fill("128")
    expect(password.locator("#length-problem")).to_be_empty()
    assert json.loads(copied(password, "request"))["length"] == 128


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("-x", "The first character must be a letter from A to Z or a digit."),
        (".hidden", "The first character must be a letter from A to Z or a digit."),
        ("é", "The first character must be a letter from A to Z or a digit."),
        ("a/b", "Only letters from A to Z, digits, “.”, “_” and “-” can be in a name."),
        ("it's", "Only letters from A to Z, digits, “.”, “_” and “-” can be in a name."),
        ("a ", "Only letters from A to Z, digits, “.”, “_” and “-” can be in a name."),
        ("a..b", "Two dots in a row cannot be in a name."),
        ("x" * 129, "The name has 129 characters, 128 are allowed."),
    ],
)
def test_a_wrong_name_is_told_at_once(password: Page, name: str, sentence: str) -> None:
    field = password.get_by_label("Name")
    field.fill(name)
    expect(password.locator("#name-problem")).to_have_text(sentence)
    expect(field).to_have_attribute("aria-invalid", "true")
    nothing_to_copy(password)
    field.fill("x" * 128)
    expect(password.locator("#name-problem")).to_be_empty()
    assert json.loads(copied(password, "request"))["name"] == "x" * 128


def test_no_characters_are_told_at_once(password: Page) -> None:
    for label in SWITCHES:
        password.get_by_label(label).uncheck()
    expect(password.locator("#classes-problem")).to_have_text("At least one kind of characters is needed.")
    nothing_to_copy(password)
    password.get_by_label("Digits").check()
    assert json.loads(copied(password, "request"))["include_numbers"] is True


def nothing_to_copy(page: Page) -> None:
    assert page.locator("[data-copies]").evaluate_all(
        "buttons => buttons.map(button => !!button.closest('[inert]'))"
    ) == [True] * len(COPY)


def count_by_hand(length: int, sizes: list[int]) -> int:
    """The passwords with every class, by counting positions class by class instead of taking away."""
    ways = [1] + [0] * length  # of filling n positions with the classes so far
    for size in sizes:
        ways = [
            sum(math.comb(n, k) * size**k * ways[n - k] for k in range(1, n + 1)) if n else 0 for n in range(length + 1)
        ]
    return ways[length]


@pytest.mark.parametrize("length", [8, 9, 16, 127, 128])
def test_the_strength_is_exact(password: Page, length: int) -> None:
    password.get_by_label("Length", exact=True).fill(str(length))
    before = set(SWITCHES)
    for count in range(1, 5):
        for labels in itertools.combinations(SWITCHES, count):
            for label in before.symmetric_difference(labels):
                password.get_by_label(label).set_checked(label in labels)
            before = set(labels)
            want = math.log2(count_by_hand(length, [SWITCHES[label] for label in labels]))
            assert shown(password, "bits") == f"{want:.1f} bits"
            assert float(password.get_by_role("meter").evaluate("meter => meter.value")) == pytest.approx(
                min(want, 128)
            )


@pytest.mark.parametrize(
    ("length", "labels", "word", "time"),
    [
        (8, ["Digits"], "Weak", "less than a second"),
        (11, ["Digits"], "Weak", "about 5 seconds"),
        (9, ["Lower case"], "Fair", "about 4 minutes"),
        (12, ["Lower case"], "Fair", "about 55 days"),
        (16, ["Digits", "Lower case"], "Very strong", "about 13 million years"),
        (16, list(SWITCHES), "Very strong", "longer than the universe has existed"),
    ],
)
def test_the_strength_is_said_in_words(password: Page, length: int, labels: list[str], word: str, time: str) -> None:
    password.get_by_label("Length", exact=True).fill(str(length))
    for label in SWITCHES:
        password.get_by_label(label).set_checked(label in labels)
    expect(password.get_by_role("meter", name=word, exact=True)).to_be_visible()
    assert shown(password, "guesses") == f"At 10 billion guesses a second, finding it takes {time} on average."


@pytest.mark.usefixtures("own_page")
@pytest.mark.parametrize("clipboard", [True, False], ids=["with a clipboard object", "without, as over plain HTTP"])
def test_what_is_copied_is_what_is_shown(page: Page, outputs: dict[str, dict[str, str]], clipboard: bool) -> None:
    stop_clock(page)
    if not clipboard:
        page.add_init_script("delete Navigator.prototype.clipboard")
    opened(page, outputs)
    for part in COPY:
        assert copied(page, part) == page.locator(f"#{part}").text_content()


def run(command: str, folder: Path) -> str:
    """What a person's shell makes of a pasted command, with the CLI at hand and no AWS settings."""
    tools = str(Path(sys.executable).parent)
    env = environment()
    env["PATH"] = f"{tools}:{env['PATH']}"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=env, cwd=folder, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_commands_work_as_they_are_pasted(
    password: Page, outputs: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    password.get_by_label("Length", exact=True).fill("33")
    password.get_by_label("Name").fill("pasted")
    run(copied(password, "aws"), tmp_path)
    answer = json.loads(json.loads((tmp_path / "answer.json").read_text())["body"])
    example = json.loads(shown(password, "example"))
    assert {key: answer[key] for key in example} == example | {"created_at": answer["created_at"]}
    bucket = outputs["password"]["buckets.passwords.name"]
    assert bucket in copied(password, "fetching")
    stored = json.loads(run(copied(password, "fetching"), tmp_path))
    assert len(stored["password"]) == 33
    assert not {path.name for path in tmp_path.iterdir()} - {"answer.json"}


def test_the_command_of_skiff_works_as_it_is_pasted(password: Page, deployed: Stack) -> None:
    """From the folder of deploy.py, also of another stage, and with an emulator at another port."""
    password.get_by_label("Name").fill("by-skiff")
    password.get_by_label("Length", exact=True).fill("64")
    command = f"{copied(password, 'skiff')} --json"
    answer = json.loads(json.loads(run(command, deployed.config.parent))["answer"]["body"])
    assert (answer["s3_key"], answer["length"]) == ("passwords/by-skiff.json", 64)


def test_commands_speak_to_where_the_page_comes_from(password: Page) -> None:
    script = """async hosts => {
        const { aws, fetching, place, skiff } = await import("/commands.js")
        return hosts.map(host => {
            const where = place(new URL(`http://${host}/`), "eu-west-1", "blue")
            return [skiff({}, where), aws({}, "f", where), fetching("k", "b", where)]
        })
    }"""
    keys, endpoint = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test", "--endpoint-url http://127.0.0.1"
    places = {
        "b.s3-website.localhost:4566": ("", f"{keys} aws --region eu-west-1 {endpoint}:4566"),
        "b.s3-website.localhost:4599": (f" {endpoint}:4599", f"{keys} aws --region eu-west-1 {endpoint}:4599"),
        "127.0.0.1:4566": ("", f"{keys} aws --region eu-west-1 {endpoint}:4566"),
        "localhost:4566": ("", f"{keys} aws --region eu-west-1 {endpoint}:4566"),
        "notlocalhost.example.org": (" --target aws", "aws --region eu-west-1"),
        "b.s3-website-eu-west-1.amazonaws.com": (" --target aws", "aws --region eu-west-1"),
        "passwords.example.org": (" --target aws", "aws --region eu-west-1"),
    }
    assert password.evaluate(script, list(places)) == [
        [
            f"python deploy.py invoke password.generator --stage blue{skiff} --data '{{}}'",
            f"printf %s '{{}}' | {aws} lambda invoke --function-name f --payload fileb:///dev/stdin answer.json",
            f"{aws} s3 cp s3://b/k -",
        ]
        for skiff, aws in places.values()
    ]


def test_any_word_survives_the_shell(password: Page) -> None:
    words = ["", "it's", "a b", '"$HOME" `id` \\', "''", "line\nbreak", "*?[x]", "!x", "~", "-", "漢字", "plain-1.2_3"]
    script = "async words => { const { quote } = await import('/commands.js'); return words.map(quote) }"
    line = " ".join(password.evaluate(script, words))
    assert subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True
    ).stdout.decode() == "".join(f"{word}\0" for word in words)
    assert shlex.split(line) == words


@pytest.mark.usefixtures("failing_requests")
def test_a_page_without_settings_says_that_it_is_not_deployed(page: Page, outputs: dict[str, dict[str, str]]) -> None:
    page.route("**/settings.json", lambda route: route.fulfill(status=404, body="<html>404"))
    page.goto(outputs["password"]["site.url"])
    expect(page.get_by_role("status")).to_contain_text("This page has not been deployed yet")
    assert "--function-name FUNCTION " in shown(page, "aws")


def test_it_can_be_used_with_the_keyboard_alone(password: Page) -> None:
    keyboard = password.keyboard
    keyboard.press("Tab")
    keyboard.press("Control+a")
    keyboard.type("20")
    keyboard.press("Tab")
    keyboard.press("ArrowRight")
    for _ in range(4):
        keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.type("no-mouse")
    keyboard.press("Enter")  # sends nothing anywhere
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(password.get_by_role("button", name="Copy the command for Skiff")).to_be_focused()
    expect(password.get_by_role("status")).to_have_text("Copied.")
    want = WANTED | {"length": 21, "include_symbols": False, "name": "no-mouse"}
    assert json.loads(shown(password, "request")) == want


def test_no_password_is_made_here(password: Page) -> None:
    asked: list[str] = []
    password.on("request", lambda request: asked.append(request.url))
    password.evaluate("() => { crypto.getRandomValues = Math.random = () => { throw new Error('random') } }")
    password.get_by_label("Length", exact=True).fill("20")
    password.get_by_label("Symbols").uncheck()
    assert json.loads(shown(password, "request"))["length"] == 20
    assert not [url for url in asked if not url.endswith("icon.svg")]
