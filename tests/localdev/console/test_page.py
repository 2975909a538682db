"""The console in a browser: true, alive, harmless, and for everybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.localdev.console.conftest import ACCOUNT, HACK, SECRET, World

console = pytest.mark.feature("Toolkit", "a local console page: resources, objects, invocations and logs")
secrets = pytest.mark.feature("Toolkit", "a console that shows no secrets")

STATUS = {"version": "0.0.1", "strict": False, "uptime": 1, "memory": 1}
LOOKED_AT_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"  # when the page does not wait to ask


def invoke(world: World, **event: Any) -> None:
    world.client("lambda").invoke(FunctionName="console-function", Payload=json.dumps(event))


def heading(page: Page, name: str) -> Any:
    return page.get_by_role("heading", level=1, name=name)


@console
def test_the_overview_groups_by_a_tag_and_leads_to_everything(page: Page, world: World) -> None:
    page.goto(world.address())
    shop = page.get_by_role("article").filter(has=page.get_by_role("heading", name="shop"))
    url = f"{world.url}/_aws/execute-api/{world.names['apigateway']}/test"
    expect(shop.get_by_role("link", name=url)).to_have_attribute("href", url)
    for website in ("http://console-photos.s3-website.localhost", f"{world.url}/_aws/s3-website/console-photos/"):
        expect(shop.get_by_role("link", name=website)).to_be_visible()
    expect(page.get_by_role("article").last.get_by_role("heading")).to_have_text("Without this tag")
    menu = page.get_by_role("navigation", name="What there is")
    buckets = world.client("s3").list_buckets()["Buckets"]
    expect(menu.get_by_role("link", name="Buckets")).to_have_text(f"Buckets{len(buckets)}")
    shop.get_by_role("link", name="console-function").click()
    expect(heading(page, "console-function")).to_be_focused()
    page.get_by_role("link", name="console-role").click()
    expect(heading(page, "console-role")).to_be_visible()
    expect(page.get_by_role("region", name="May: grants")).to_contain_text("s3:GetObject")
    page.go_back()
    expect(heading(page, "console-function")).to_be_visible()


@console
def test_invocations_appear_by_themselves_and_what_is_open_stays_open(page: Page, world: World) -> None:
    invoke(world, fail=True)
    page.goto(world.address("lambda", name="console-function"))
    rows = page.locator(".invocations > li")
    newest = rows.first
    expect(newest).to_contain_text("KeyError")
    request = newest.locator("code").text_content() or ""
    newest.locator("summary").press("Enter")
    log = page.get_by_role("region", name=f"Log of {request}")
    expect(log).to_contain_text("Traceback")
    expect(log).to_contain_text("Max Memory Used")
    page.set_viewport_size({"width": 1280, "height": 300})
    page.evaluate("scrollTo(0, 120)")
    known = rows.count()
    invoke(world)
    expect(rows).to_have_count(known + 1)
    expect(rows.first.locator(".badge")).to_have_text("ok")
    expect(log).to_be_visible()
    assert page.evaluate("scrollY") == 120
    expect(rows.nth(1).locator("summary")).to_be_focused()
    page.goto(world.address("invocations"))
    expect(page.locator(".invocations > li")).to_have_count(known + 1)


@console
def test_it_can_be_told_to_keep_still(page: Page, world: World) -> None:
    """WCAG 2.2, 2.2.2: what updates by itself can be paused."""
    asked: list[str] = []
    page.clock.install(time=0)
    page.clock.pause_at(1)  # it asks again when we let time pass, not before
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(world.address("lambda"))
    expect(heading(page, "Functions")).to_be_visible()
    with page.expect_response("**/api/things?*"):
        page.clock.fast_forward(60_000)
    live = page.get_by_role("button", name="Live")
    page.route("**/api/status?*", lambda route: route.fulfill(json=STATUS))
    live.click()
    expect(live).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("contentinfo")).to_contain_text(f"LocalStack {STATUS['version']}")  # it has asked once more
    before = len(asked)
    page.clock.fast_forward(60_000)
    page.evaluate("fetch('api/places').then(answer => answer.json())")  # what it asked comes before
    assert [url.partition("/api/")[2] for url in asked[before:]] == ["places"]
    with page.expect_response("**/api/things?*"):
        live.click()


@console
def test_a_bucket_is_walked_through(page: Page, world: World) -> None:
    page.goto(world.address("s3", name="console-photos"))
    page.get_by_role("link", name="folder/").click()
    page.get_by_role("link", name="inner/").click()
    expect(page.get_by_role("link", name="red.png")).to_be_visible()
    thumbnail = page.locator("td img")
    thumbnail.evaluate("image => image.decode()")
    page.get_by_role("link", name="red.png").click()
    image = page.get_by_role("img", name="folder/inner/red.png")
    image.evaluate("image => image.decode()")
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [30, 20]
    expect(page.get_by_role("term").filter(has_text="x-amz-meta-note")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "red.png"
    page.get_by_role("navigation", name="Folders").get_by_role("link", name="console-photos").click()
    page.get_by_role("link", name="many/").click()
    expect(page.get_by_role("link", name="099")).to_be_visible()
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="102")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("link", name="First page").click()
    expect(page.locator("tbody tr")).to_have_count(100)


@secrets
def test_values_of_variables_are_shown_when_asked_for(page: Page, world: World) -> None:
    received: list[str] = []
    page.on("response", lambda answer: received.append(answer.url))
    page.goto(world.address("lambda", name="console-function"))
    variables = page.get_by_role("region", name="Environment variables")
    expect(variables).to_contain_text("TOKEN")
    assert SECRET not in page.content()
    page.get_by_role("button", name="Show values").click()
    expect(variables).to_contain_text(SECRET)
    page.get_by_role("button", name="Hide values").click()
    expect(variables).not_to_contain_text(SECRET)
    assert sum("/api/reveal" in url for url in received) == 1


@console
def test_what_people_stored_is_shown_and_never_run(page: Page, world: World, complaints: list[str]) -> None:
    """Stored cross-site scripting, by names, contents, descriptions, items and logs."""
    invoke(world, fail=True)
    shown: list[tuple[str, dict[str, str], str]] = [
        ("s3", {"name": "console-photos"}, f"{HACK}.txt"),
        ("s3", {"name": "console-photos", "key": f"{HACK}.txt"}, HACK),
        ("s3", {"name": "console-photos", "key": "page.html"}, "<script>window.hacked=1</script>"),
        ("s3", {"name": "console-photos", "key": "disguised.png"}, "<script>window.hacked=1</script>"),
        ("dynamodb", {"name": "console-orders"}, HACK),
        ("lambda", {"name": "console-function"}, f"'{HACK}'"),
        ("logs", {"name": "console-group"}, HACK),
        (HACK, {}, "There is no such view"),
    ]
    for view, more, text in shown:
        page.goto(world.address(view, **more))
        expect(page.locator("main")).to_contain_text(text)
        assert page.evaluate("window.hacked") is None
        assert page.locator("img[onerror], main script").count() == 0
    page.goto(world.address("s3", name="console-photos", key="drawing.svg"))
    page.locator("img.preview").evaluate("image => image.decode()")
    with page.expect_console_message(lambda line: "Blocked script execution" in line.text):
        page.goto(world.question("object", bucket="console-photos", key="drawing.svg"))
    assert page.title() != "hacked"
    assert len(complaints) == 1
    complaints.clear()


def test_the_browser_holds_the_page_to_its_policy(page: Page, world: World) -> None:
    answer = page.goto(world.address())
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("key", "said"), [("many/000", "0 bytes"), ("order.json", "15 bytes"), ("umlaut.txt", "78 kB (80,001 bytes)")]
)
def test_sizes_are_said_once(page: Page, world: World, key: str, said: str) -> None:
    page.goto(world.address("s3", name="console-photos", key=key))
    expect(page.get_by_text(said, exact=True)).to_be_visible()


@console
def test_other_accounts_are_chosen(page: Page, world: World) -> None:
    page.goto(world.address("lambda"))
    expect(page.get_by_role("main").get_by_role("link", name="console-function")).to_be_visible()
    page.get_by_label("Account").select_option("000000000000")
    expect(page.get_by_label("Account")).to_have_value("000000000000")
    expect(page.get_by_role("main").get_by_role("link", name="console-function")).to_have_count(0)
    page.goto(f"{world.url}/_localdev")
    expect(heading(page, "Overview")).to_be_visible()
    expect(page.get_by_label("Region")).to_have_value("us-east-1")


@console
def test_an_emulator_that_does_not_answer_is_said_and_waited_for(
    page: Page, world: World, complaints: list[str]
) -> None:
    page.goto(world.address("lambda"))
    expect(page.get_by_role("main").get_by_role("link", name="console-function")).to_be_visible()
    page.route("**/api/**", lambda route: route.abort())
    status = page.get_by_role("status").filter(has_text="does not answer")
    page.evaluate(LOOKED_AT_AGAIN)
    expect(status).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="console-function")).to_be_visible()
    page.unroute("**/api/**")
    page.evaluate(LOOKED_AT_AGAIN)
    expect(status).to_have_count(0)
    page.goto("about:blank")  # where nothing is asked any more
    assert all("net::ERR_FAILED" in each for each in complaints)
    complaints.clear()


@console
def test_what_is_gone_is_said(page: Page, world: World, complaints: list[str]) -> None:
    page.goto(world.address("lambda", name="gone"))
    expect(page.get_by_role("main")).to_contain_text("It is not here")
    expect(page.get_by_role("main")).to_contain_text("Function not found")
    page.goto("about:blank")  # it would ask again, and complain again
    assert all("404" in each for each in complaints)
    complaints.clear()


VIEWS: dict[str, Callable[[World], str]] = {
    "overview": lambda world: world.address(),
    "function": lambda world: world.address("lambda", name="console-function"),
    "bucket": lambda world: world.address("s3", name="console-photos"),
}


@console
@pytest.mark.parametrize("view", VIEWS)
def test_everybody_can_use_it(page: Page, world: World, findings: Callable[[], list[str]], view: str) -> None:
    """By axe, wide and light as narrow and dark; and nothing is wider than the narrowest phone."""
    invoke(world)
    page.goto(VIEWS[view](world))
    expect(page.locator("main[aria-busy=false] h1")).to_be_visible()
    if view == "function":
        page.locator("summary").first.click()
    assert not findings()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= 320")
    assert not findings()


@console
def test_it_can_be_used_without_a_mouse(page: Page, world: World) -> None:
    """Every stop of the Tab key is seen; the first one skips to the content."""
    page.goto(world.address("lambda"))
    expect(page.get_by_role("main").get_by_role("link", name="console-function")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    with page.expect_response("**/api/things?*") as asked:  # it still shows the same
        page.evaluate(LOOKED_AT_AGAIN)
    assert ACCOUNT in asked.value.url
    page.keyboard.press("Tab")
    link = page.get_by_role("main").get_by_role("link", name="console-function")
    expect(link).to_be_focused()
    assert link.evaluate("element => parseFloat(getComputedStyle(element).outlineWidth)") >= 2
    page.keyboard.press("Enter")
    expect(heading(page, "console-function")).to_be_focused()
