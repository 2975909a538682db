"""Sessions, clients, calls, retries and what counts as absent: all that resource files say to AWS goes here.

Resource files hold no ``try``: they say :meth:`Aws.find` with the one code that means absent, or
:meth:`Aws.call`, which raises.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import boto3
import botocore.exceptions as boto
from botocore.config import Config as BotoConfig
from botocore.parsers import ResponseParserError as ParserError

from deployer import emulator, partitions, refusals, transient
from deployer.errors import AwsError, Interrupted, TimedOut, Unreachable
from deployer.pacing import Pace
from deployer.stack import Stack
from deployer.waiting import waiting

READING = ("Get", "List", "Describe", "Head")
CONNECTIONS = 32
PAUSES = (0.25, 2.0)  # seconds, the first and the longest, between two looks at what AWS is about to do
LOCAL_PAUSES = (0.05, 0.5)  # the same for an emulator


_making_clients = threading.Lock()  # boto3's default session is not thread-safe


class Calls:
    """Counts the requests that really go out, retries included."""

    def __init__(self) -> None:
        self.reading = self.writing = 0
        self._lock = threading.Lock()

    def count(self, event_name: str, **_: Any) -> None:
        """A botocore event handler; the name is such as ``before-send.s3.CreateBucket``."""
        with self._lock:
            if event_name.rpartition(".")[2].startswith(READING):
                self.reading += 1
            else:
                self.writing += 1


class Aws:
    """AWS, or an emulator, as one stack sees it. Safe to use from many threads."""

    def __init__(self, stack: Stack) -> None:
        """
        Args:
            stack: its region and endpoint are where calls go. With an endpoint the emulator's test
                credentials are used, so that no real key ever reaches it.
        """
        self.stack = stack
        self.calls = Calls()
        self.stopping = threading.Event()
        self.met: list[str] = []  # operations by which something was to be created that was there by then
        self._pace = None if stack.endpoint_url else Pace()  # emulators have no limits
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._memo: dict[Any, Future[Any]] | None = None
        self._pool = ThreadPoolExecutor(CONNECTIONS, "aws")

    # Sessions and clients.

    def client(self, service: str) -> Any:
        if service not in self._clients:
            with _making_clients:
                if service not in self._clients:
                    # Asked first: whether anybody is there should be known soon, yet who stumbles is asked again.
                    impatient = {"connect_timeout": 3, "retries": {"total_max_attempts": 4}}
                    self._clients[service] = self._new_client(service, **(impatient if service == "sts" else {}))
        return self._clients[service]

    def _new_client(self, service: str, **settings: Any) -> Any:
        """``settings`` are botocore's, for a client that differs from the others.

        Raises:
            UsageError: calls to AWS would go elsewhere.
        """
        endpoint = self.stack.endpoint_url
        local = endpoint is not None
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} if local else {}
        config = BotoConfig(
            retries={"mode": "standard" if local else "adaptive", "max_attempts": 4 if local else 8},
            connect_timeout=5,
            max_pool_connections=CONNECTIONS,
            s3={"addressing_style": "path"} if local else None,
            proxies={} if local else None,  # emulators are near, whatever HTTP_PROXY says
        ).merge(BotoConfig(**settings))
        try:
            client = boto3.client(
                service,  # type: ignore[call-overload]
                region_name=self.stack.region,
                endpoint_url=endpoint,
                config=config,
                **keys,
            )
        except (boto.BotoCoreError, ValueError) as error:
            raise Unreachable(str(error), "check the profile, region and endpoint") from None
        if not local and not partitions.leads_to_aws(client.meta.endpoint_url):
            raise refusals.elsewhere(client.meta)
        client.meta.events.register("before-send", self.calls.count)
        return client

    def identify(self) -> Stack:
        """The stack with the account and partition that the credentials belong to, and what runs its functions.

        Raises:
            Unreachable: nothing answers, or it does not take our credentials.
        """
        endpoint = self.stack.endpoint_url
        asked = self._pool.submit(self.call, "sts", "get_caller_identity")
        interpreters = emulator.interpreters(endpoint) if endpoint else None
        answer = asked.result()
        if "Account" not in answer:
            raise refusals.alien(self._address("sts"))
        partition = answer["Arn"].split(":")[1]
        return replace(self.stack, account=answer["Account"], partition=partition, interpreters=interpreters)

    # Calls.

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        """Send one call and return its answer; patient with errors that go away by themselves.

        Raises:
            AwsError: AWS refused it.
            Unreachable: nothing answers, or it does not take our credentials.
            Interrupted: the run was stopped while waiting.
        """
        return self._once(service, operation, arguments, lambda client: _whole(getattr(client, operation)(**arguments)))

    def find(self, service: str, operation: str, absent: str | tuple[str, ...], **arguments: Any) -> Any:
        """Like :meth:`call`; None when AWS answers with the code that means absent."""
        try:
            return self.call(service, operation, **arguments)
        except AwsError as error:
            if error.code in ((absent,) if isinstance(absent, str) else absent):
                return None
            raise

    def create(self, service: str, operation: str, **arguments: Any) -> Any:
        """Like :meth:`call`; None when there is one of that name already.

        It may be ours, after an answer was lost, or of another run of the same stack; or somebody else's. Whoever
        creates must then write no more to it, but have a look first.
        """
        answer = self.find(service, operation, refusals.EXISTS, **arguments)
        if answer is None:
            self.met.append(operation)
        return answer

    def once(self, service: str, operation: str, seconds: float, **arguments: Any) -> Any:
        """Like :meth:`call`, for what must not happen twice: not sent again when no answer comes within ``seconds``."""
        client = self._new_client(service, read_timeout=seconds, retries={"total_max_attempts": 1})
        return self._view(_clients={service: client}).call(service, operation, **arguments)

    def pages(self, service: str, operation: str, key: str, absent: str = "", **arguments: Any) -> list[Any]:
        """All items of a listing, over as many pages as it has; none when AWS answers with the code ``absent``."""

        def listing(client: Any) -> list[Any]:
            pages = client.get_paginator(operation).paginate(**arguments)
            return [item for page in pages for item in page.get(key, [])]

        try:
            return self._once(service, operation, arguments, listing)  # type: ignore[no-any-return]
        except AwsError as error:
            if absent and error.code == absent:
                return []
            raise

    def _once(self, service: str, operation: str, arguments: dict[str, Any], send: Callable[[Any], Any]) -> Any:
        if self._memo is None:
            return self._send(service, operation, send)
        key = (service, operation, repr(sorted(arguments.items())))
        with self._lock:
            mine = key not in self._memo
            future = self._memo.setdefault(key, Future())
        if mine:
            try:
                future.set_result(self._send(service, operation, send))
            except BaseException as error:  # whoever waits for this future gets it
                future.set_exception(error)
        return future.result()

    def together(self, *calls: Callable[[], Any]) -> list[Any]:
        """The results of independent calls, made at the same time. Calls must not nest this."""
        if not calls:
            return []
        first, *others = calls
        context = contextvars.copy_context
        futures = [self._pool.submit(context().run, call) for call in others]
        try:
            return [first(), *(future.result() for future in futures)]
        finally:
            for future in futures:
                future.exception()

    def snapshot(self) -> Aws:
        """A view in which the same reading call is sent only once; a snapshot's own is itself."""
        return self._view(_memo={}) if self._memo is None else self

    def now(self) -> Aws:
        """A view that remembers nothing."""
        return self._view(_memo=None)

    def apart(self) -> Aws:
        """A view that tells what it has met from what others have."""
        return self._view(met=[])

    @property
    def remembers(self) -> bool:
        """Whether it is a snapshot: what was asked before costs nothing."""
        return self._memo is not None

    def listed(self, name: str) -> str:
        """The prefix to list when ``name`` is asked for: in a snapshot that of the whole stack, for all ask alike."""
        return self.stack.prefix if self.remembers else name

    def at(self, stack: Stack) -> Aws:
        """A view of another stack in the same region, through the same clients."""
        return self._view(stack=stack)

    def _view(self, **changes: Any) -> Aws:
        view = object.__new__(Aws)
        view.__dict__ = {**self.__dict__, **changes}
        return view

    def until(self, ready: Callable[[], bool], says: str, seconds: float = 150) -> None:
        """Wait until ``ready``; asked often at first.

        Raises:
            TimedOut: it took longer than ``seconds``.
            Interrupted: the run was stopped meanwhile.
        """
        for _ in self._patience(seconds, says):
            if ready():
                return
        raise TimedOut(f"still {says} after {seconds:.0f} s", "run the same command again: it continues")

    def _send(self, service: str, operation: str, send: Callable[[Any], Any]) -> Any:
        client = self.client(service)
        refused: float | None = None  # when it was for the first time
        for _ in self._patience(3600):
            pace = self._pace.call(service, operation, self._rest) if self._pace else contextlib.nullcontext()
            try:
                with pace:
                    return send(client)
            except boto.ClientError as error:
                code = error.response.get("Error", {}).get("Code", "")
                message = error.response.get("Error", {}).get("Message") or ""
                row = transient.find(service, code, message)
                refused = refused or time.monotonic()
                if row is None or time.monotonic() - refused > row.seconds:
                    raise refusals.refused(service, operation, code, message, self._address(service)) from None
                waiting.get()(row.says)
            except boto.BotoCoreError as error:
                raise refusals.unreachable(error, self.stack.endpoint_url) from None
            except (ParserError, KeyError, AttributeError):  # botocore, of an answer that is none of AWS's
                raise refusals.alien(self._address(service)) from None
        raise AssertionError("patience outlasts every row")

    def _address(self, service: str) -> str:
        """Who answers."""
        return self.stack.endpoint_url or service

    def _patience(self, seconds: float, says: str = "") -> Iterator[None]:
        """Yield at once, then after pauses that grow."""
        pause, longest = LOCAL_PAUSES if self.stack.endpoint_url else PAUSES
        end = time.monotonic() + seconds
        yield
        while time.monotonic() < end:
            if says:
                waiting.get()(says)
            self._rest(pause)
            pause = min(pause * 1.5, longest)
            yield

    def _rest(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise Interrupted("interrupted")


def _whole(answer: Any) -> Any:
    """The answer with a body that streams read to its end: a connection may break half-way, and twice is too often."""
    if hasattr(body := answer.get("Body"), "read"):
        answer["Body"] = body.read()
    return answer
