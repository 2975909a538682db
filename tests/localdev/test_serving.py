"""How answers get to the client, asked of LocalStack's server in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import threading
import http.client as http_client
from rolo.gateway import Gateway
from twisted.internet import reactor
from twisted.web import http, wsgi
from localdev import serving

first_piece = threading.Event()
waits, forms, lines, failed = [], [], [], []
wait, parse = wsgi.blockingCallFromThread, http._parseContentType
wsgi.blockingCallFromThread = lambda *given: waits.append(1) or wait(*given)
http._parseContentType = lambda line: forms.append(line) or parse(line)
http.combinedLogFormatter = lambda *given: lines.append(given) or ""

def pieces():
    yield b"one,"
    assert first_piece.wait(60)
    yield b"two"

def answer(chain, context, response):
    response.headers["X-Case"] = "kept"
    if context.request.path == "/pieces":
        response.set_response(pieces())
    else:
        response.set_response(b"got " + context.request.get_data())

def ask(client, path, body=None):
    client.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    return client.getresponse()

def check():
    try:
        client = http_client.HTTPConnection("127.0.0.1", port.getHost().port, timeout=60)
        for body in (b"a=b", b"", b"c" * 100_000):  # one after the other on one connection
            answered = ask(client, "/", body)
            assert answered.status == 200 and answered.read() == b"got " + body
            assert ("X-Case", "kept") in answered.getheaders()
        assert (waits, forms, lines) == ([], [], []), (waits, forms, lines)
        assert port.factory.buildProtocol(None).timeOut == 3600  # or it closes connections that are about to be used
        streamed = ask(client, "/pieces")
        assert streamed.read1() == b"one,"
        first_piece.set()
        assert streamed.read() == b"two"
    except BaseException as error:
        failed.append(error)
    finally:
        reactor.callFromThread(reactor.stop)

port = reactor.listenTCP(0, serving.site(Gateway(request_handlers=[answer])), interface="127.0.0.1")
threading.Thread(target=check).start()
reactor.run(installSignalHandlers=False)
assert not failed, failed
"""


@pytest.mark.emulator
def test_answers_go_out_whole_or_piece_by_piece_and_forms_are_left_alone(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], env={"HOME": str(tmp_path)}, check=True, timeout=180)
