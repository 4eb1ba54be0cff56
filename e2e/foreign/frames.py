"""A client that knows nothing but `GET /v1/asyncapi.json`: speaks over a socket and reads an event stream, and holds every frame
against the document. First the document itself against the schema of AsyncAPI 3.0.

Arguments: the schema's file. From the environment: PULSE_URLS (two gateways), PULSE_TOKENS (of two connected people), PULSE_USERS
(their ids) and PULSE_CONVERSATION_ID (the direct of the two). Prints the types of all frames that were seen, as JSON.
"""

import contextlib
import itertools
import json
import os
import sys
import threading
import uuid

import jsonschema
import requests
from websockets.sync.client import connect

URLS = os.environ["PULSE_URLS"].split()
TOKENS = os.environ["PULSE_TOKENS"].split()
USERS = os.environ["PULSE_USERS"].split()
CHAT = os.environ["PULSE_CONVERSATION_ID"]
DOCUMENT = requests.get(f"{URLS[0]}/v1/asyncapi.json", timeout=10).json()
SEEN = set()
LOCK = threading.Lock()


def validator(message):
    """Of the payload of one message of the document."""
    pointer = f"#/components/messages/{message}/payload"
    return jsonschema.Draft7Validator({**DOCUMENT, "$ref": pointer})


VALIDATORS = {name: validator(name) for name in DOCUMENT["components"]["messages"]}


def check(message, frame):
    """A frame is what the document says of this message."""
    if message not in VALIDATORS:
        raise AssertionError(f"the document has no {message}: {frame}")
    faults = sorted(VALIDATORS[message].iter_errors(frame), key=lambda fault: list(fault.path))
    if faults:
        raise AssertionError(f"{message}: {faults[0].message} at {list(faults[0].absolute_path)} in {frame}")
    with LOCK:
        SEEN.add(message)


def check_document(schema_path):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    faults = list(jsonschema.Draft7Validator(schema).iter_errors(DOCUMENT))
    if faults:
        raise AssertionError(f"no AsyncAPI 3.0: {jsonschema.exceptions.best_match(faults)}")


class Socket:
    """Answers find their questions; a thread of its own hears the rest."""

    def __init__(self, url, token, scope="all"):
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{url.replace('http', 'ws', 1)}/v1/ws?scope={scope}"
        opening = connect(
            address, subprotocols=["pulse.v1.json"], additional_headers=headers, max_size=None, proxy=None
        )
        self.wire = contextlib.ExitStack().enter_context(opening)
        self.refs = itertools.count(1)
        self.events = []
        self.hello = self.receive()
        check("hello", self.hello)

    def receive(self):
        return json.loads(self.wire.recv(timeout=20))

    def hear(self):
        """An event."""
        frame = self.receive()
        check(frame["type"], frame)
        self.events.append(frame)

    def ask(self, kind, data=None, error=None):
        """The data of the reply; with `error`, that code is expected instead."""
        frame = {"type": kind, "id": str(next(self.refs))}
        if data is not None:
            frame["data"] = data
        if error is None:
            check(f"{kind}.request", frame)
        self.wire.send(json.dumps(frame))
        while True:
            answer = self.receive()
            if answer.get("id") != frame["id"]:
                check(answer["type"], answer)
                self.events.append(answer)
                continue
            if error:
                check("error", answer)
                assert answer["error"]["code"] == error, answer
                return None
            check(f"{kind}.reply" if answer["type"] == "reply" else "error", answer)
            assert answer["type"] == "reply", f"{kind}: {answer}"
            return answer["data"]

    def until(self, kind, is_it=lambda data: True):
        """The data of the first event of a type."""
        while True:
            for frame in self.events:
                if frame["type"] == kind and is_it(frame["data"]):
                    return frame["data"]
            self.hear()


def stream(url, token, last_id=None):
    """The frames of an event stream, each with the id to go on from."""
    headers = {"Authorization": f"Bearer {token}"}
    if last_id:
        headers["Last-Event-ID"] = last_id
    with requests.get(f"{url}/v1/events", headers=headers, stream=True, timeout=20) as answer:
        answer.raise_for_status()
        assert answer.headers["content-type"].startswith("text/event-stream"), answer.headers
        for line in answer.iter_lines(chunk_size=None):
            field, _, value = line.decode().partition(": ")
            assert field in ("id", "data", ""), line
            if field == "id":
                last_id = value
            elif field == "data" and value:
                frame = json.loads(value)
                check(frame["type"], frame)
                yield frame, last_id


def rest(who, method, path, body=None):
    headers = {"Authorization": f"Bearer {TOKENS[who]}"}
    answer = requests.request(method, URLS[who] + path, headers=headers, json=body, timeout=20)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def of_this(message):
    return lambda data: data.get("id", data.get("message_id")) == message["id"]


def speak():
    """Every request once, and the events that it causes, as the other one hears them."""
    ada, grace = (Socket(url, token) for url, token in zip(URLS, TOKENS))
    chat = {"conversation_id": CHAT}
    ada.ask("ping")
    ada.ask("auth.refresh", {"access_token": TOKENS[0]})
    grace.ask("conversation.open", chat)
    ada.ask("conversation.open", chat)
    ada.ask("presence.watch", {"user_ids": [USERS[1]]})
    ada.ask("typing.start", chat)
    grace.until("typing", lambda data: data["active"])
    ada.ask("typing.stop", chat)
    new = {**chat, "client_id": str(uuid.uuid4()), "body": "by the document alone"}
    message = ada.ask("message.send", new)
    assert ada.ask("message.send", new)["id"] == message["id"]
    grace.until("message.created", of_this(message))
    which = {"message_id": message["id"]}
    ada.ask("message.edit", {**which, "body": "by the document, and nothing else"})
    grace.until("message.updated", of_this(message))
    grace.ask("reaction.add", {**which, "emoji": "👍"})
    ada.until("reaction.updated", lambda data: data["active"])
    grace.ask("reaction.remove", {**which, "emoji": "👍"})
    grace.ask("delivered.mark", {**chat, "seq": message["seq"]})
    grace.ask("read.mark", {**chat, "seq": message["seq"]})
    ada.until("receipt.updated", lambda data: data["read_seq"] == message["seq"])
    grace.until("unread.updated", lambda data: data["unread_count"] == 0)
    ada.ask("message.delete", which)
    grace.until("message.deleted", of_this(message))
    grace.ask("presence.set", {"status": "dnd"})
    ada.until("presence.updated", lambda data: data["status"] == "dnd")
    ada.ask("conversation.changes", {**chat, "after": 0})
    ada.ask("sync")
    ada.ask("sync", {"since": ada.hello["data"]["sync_token"]})
    ada.ask("conversation.close", chat)
    ada.ask("message.send", {"body": 1}, error="validation_failed")
    ada.ask("no.such.type", error="validation_failed")
    group = rest(0, "POST", "/v1/conversations", {"kind": "group", "title": "Engines", "member_ids": [USERS[1]]})
    in_group = lambda data: data.get("id", data.get("conversation_id")) == group["id"]
    grace.until("conversation.created", in_group)
    rest(0, "PATCH", f"/v1/conversations/{group['id']}", {"title": "Difference engines"})
    grace.until("conversation.updated", in_group)
    rest(0, "PATCH", f"/v1/conversations/{group['id']}/my", {"pinned": True})
    ada.until("conversation.updated", lambda data: in_group(data) and data.get("my"))
    rest(0, "PUT", f"/v1/conversations/{group['id']}/members/{USERS[1]}", {"role": "admin"})
    grace.until("member.updated", in_group)
    rest(0, "DELETE", f"/v1/conversations/{group['id']}/members/{USERS[1]}")
    grace.until("conversation.removed", in_group)
    ada.until("member.removed", in_group)
    rest(0, "PUT", f"/v1/conversations/{group['id']}/members/{USERS[1]}", {})
    ada.until("member.added", in_group)
    rest(1, "PATCH", "/v1/me", {"display_name": "Grace Hopper"})
    grace.until("me.updated")
    ada.until("relationship.updated")
    for who, other in ((0, 1), (1, 0)):
        rest(who, "DELETE", f"/v1/users/{USERS[other]}/follow")
    rest(0, "POST", f"/v1/users/{USERS[1]}/follow")
    request = grace.until("follow.requested")
    rest(1, "POST", f"/v1/follow-requests/{request['request_id']}/accept", {"follow_back": True})
    for socket in (ada, grace):
        socket.wire.close()
        assert socket.wire.close_code == 1000


def read():
    """The same over a stream, which goes on at the other gateway."""
    frames = stream(URLS[1], TOKENS[1])
    hello, last_id = next(frames)
    assert hello["type"] == "hello" and hello["data"]["sync_token"] == last_id, hello
    say = lambda body: rest(
        0, "POST", f"/v1/conversations/{CHAT}/messages", {"client_id": str(uuid.uuid4()), "body": body}
    )
    heard = say("over a stream")
    for frame, last_id in frames:
        if frame["type"] == "message.created":
            assert frame["data"]["id"] == heard["id"], frame
            break
    frames.close()
    missed = say("while nobody listened")
    frames = stream(URLS[0], TOKENS[1], last_id)
    assert next(frames)[0]["type"] == "hello"
    frame, _ = next(frames)
    assert frame["type"] == "sync", frame
    told = [message["id"] for changed in frame["data"]["conversations"] for message in changed["messages"]]
    assert missed["id"] in told, frame
    later = say("and then")
    for frame, _ in frames:
        if frame["type"] == "message.created":
            assert frame["data"]["id"] == later["id"], frame
            break
    rest(1, "POST", "/v1/auth/logout")
    assert [frame["type"] for frame, _ in frames][-1] == "closing"


check_document(sys.argv[1])
speak()
read()
print(json.dumps(sorted(SEEN)))
