"""Messages of an MQTT 3.1.1 broker: a persistent session, QoS 1, written to disk before they are acknowledged.

What was acknowledged is in the file; what was not comes again. So a message may come twice, never not at all, and the
contract's key tells twins apart later. A file left by a run that broke off is continued, not begun anew.
"""

import json
import os
import queue
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from catalog.contracts import Contract
from catalog.errors import SourceRefused, SourceUnreachable
from catalog.read_options import number, whole
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.delivery import Delivery
from lake.sources.files import open_files

PORT = 1883
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 2.0
LONGEST_SECONDS = 600.0
ACK_EVERY = 500
REFUSALS = ("not authorized", "bad user name or password", "not authorised")


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """Messages of the contract's topic filter (locator) until none came for a while, as NDJSON in `keep`.

    System options: client_id, idle_seconds, ack_every, longest_seconds. Payloads are JSON objects.
    """
    keep.mkdir(parents=True, exist_ok=True)
    target = keep / "messages.ndjson"
    _drop_torn_line(target)
    with target.open("ab") as stream:
        Collector(spec, contract, stream).run()
    return open_files(settings, [target], contract, position=None, form="ndjson")


class Collector:
    """One collection: the network thread queues messages, the calling thread writes and acknowledges them."""

    def __init__(self, spec: SystemSpec, contract: Contract, stream: IO[bytes]) -> None:
        self._spec = spec
        self._contract = contract
        self._stream = stream
        self._idle = number(spec.options, "idle_seconds", IDLE_SECONDS)
        self._longest = number(spec.options, "longest_seconds", LONGEST_SECONDS)
        self._at_once = whole(spec.options, "ack_every", ACK_EVERY)
        self._messages: queue.SimpleQueue[paho.MQTTMessage] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=str(spec.options.get("client_id", f"shuniu-{contract.dataset}")),
            clean_session=False,
            manual_ack=True,
        )
        if spec.secret.get("user"):
            self._client.username_pw_set(spec.secret["user"], spec.secret.get("password"))
        self._client.on_connect = self._on_connect
        self._client.on_message = lambda _client, _data, message: self._messages.put(message)

    def run(self) -> None:
        """Connect, collect until idle, disconnect. Raises SourceUnreachable, SourceRefused."""
        parts = urlsplit(self._spec.location)
        try:
            self._client.connect(parts.hostname or "127.0.0.1", parts.port or PORT)
        except OSError as error:
            raise self._unreachable() from error
        self._client.loop_start()
        try:
            self._check_answer()
            self._client.subscribe(self._contract.locator, qos=1)
            self._collect()
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self._answers.put(str(reason).lower())

    def _check_answer(self) -> None:
        try:
            answer = self._answers.get(timeout=CONNECT_SECONDS)
        except queue.Empty:
            raise self._unreachable() from None
        if any(word in answer for word in REFUSALS):
            raise self._refused()
        if answer != "success":
            raise self._unreachable()

    def _collect(self) -> None:
        ends = time.monotonic() + self._longest
        waiting: list[paho.MQTTMessage] = []
        while time.monotonic() < ends:
            try:
                # What waits to be acknowledged is not held back for the whole idle time: the broker sends only so far.
                waiting.append(self._messages.get(timeout=0.05 if waiting else self._idle))
            except queue.Empty:
                if not waiting:
                    break
                self._settle(waiting)
                waiting = []
            if len(waiting) >= self._at_once:
                self._settle(waiting)
                waiting = []
        self._settle(waiting)

    def _settle(self, messages: list[paho.MQTTMessage]) -> None:
        """Make the messages durable, then tell the broker they may be forgotten."""
        if not messages:
            return
        for message in messages:
            self._stream.write(one_line(bytes(message.payload)) + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())
        if self._spec.options.get("acknowledge", True):
            for message in messages:
                self._client.ack(message.mid, message.qos)

    def _unreachable(self) -> SourceUnreachable:
        return SourceUnreachable(
            f"消息服务器（系统 {self._spec.code}）没有应答。请检查地址、端口和服务状态。",
            f"The message broker of system {self._spec.code} does not answer. Check address, port and service.",
            code="source_unreachable",
            system=self._spec.code,
        )

    def _refused(self) -> SourceRefused:
        return SourceRefused(
            f"消息服务器（系统 {self._spec.code}）拒绝了登录。请核对账号、口令和订阅权限。",
            f"The message broker of system {self._spec.code} refused the login. Check account, password and rights.",
            code="source_refused",
            system=self._spec.code,
        )


def one_line(payload: bytes) -> bytes:
    """A payload as one line: JSON may be written over several; what is no JSON stays, its line ends escaped."""
    if b"\n" not in payload and b"\r" not in payload:
        return payload
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False).encode()
    except ValueError:
        return json.dumps(payload.decode("utf-8", "replace"), ensure_ascii=False).encode()


def _drop_torn_line(target: Path) -> None:
    # A line without its end was never acknowledged: the broker sends it again.
    if target.is_file() and (content := target.read_bytes()) and not content.endswith(b"\n"):
        target.write_bytes(content[: content.rfind(b"\n") + 1])
