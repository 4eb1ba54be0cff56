"""Accounts for the fuzzer to spend, and what stands around them: friends, conversations, files, requests.

Everything is made over the public API when it is first asked for, and made anew once it was spent.
"""

import base64
import hashlib
import hmac
import itertools
import os
import pathlib
import re
import struct
import time
import uuid

import requests

URL = os.environ["PULSE_FUZZ_URL"]
MAIL_DIR = pathlib.Path(os.environ["PULSE_FUZZ_MAIL_DIR"])
OPERATOR_TOKEN = os.environ["PULSE_FUZZ_OPERATOR_TOKEN"]
PROVIDER = os.environ["PULSE_FUZZ_PROVIDER"]

NUMBERS = itertools.count(1)
MAIL_SECONDS = 20
# One red pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)


def client_id():
    return str(uuid.uuid4())


def one_time_code(secret):
    """The present code of an authenticator (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Account:
    """Somebody with a session."""

    def __init__(self):
        self.name = f"fuzz{os.getpid()}_{next(NUMBERS)}"
        self.email = f"{self.name}@example.org"
        self.password = "a long secret of the fuzzer"
        self.http = requests.Session()
        self.http.trust_env = False
        self.token = None
        body = {"username": self.name, "email": self.email, "password": self.password}
        self.take(self.ok("POST", "/v1/auth/register", body))

    def take(self, session):
        self.token, self.refresh_token = session["access_token"], session["refresh_token"]
        self.session_id, self.user_id = session["session_id"], session["user"]["id"]

    def call(self, method, path, body=None, files=None):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.http.request(method, URL + path, json=body, files=files, headers=headers, timeout=60)

    def ok(self, method, path, body=None, files=None):
        answer = self.call(method, path, body, files)
        if not answer.ok:
            raise RuntimeError(f"{method} {path} {body}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def lives(self):
        return self.call("GET", "/v1/me").ok

    def signs_in(self):
        """Signs in anew; false when that can't be without more."""
        answer = self.call("POST", "/v1/auth/login", {"identifier": self.name, "password": self.password})
        if not answer.ok or "access_token" not in answer.json():
            return False
        self.take(answer.json())
        return True

    def upload(self):
        return self.ok("POST", "/v1/attachments", files={"file": ("red.png", PNG)})

    def mailed_token(self, kind):
        """The token of the newest mail of a kind to this account."""
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            for path in sorted(MAIL_DIR.glob("*.eml"), reverse=True)[:100]:
                text = path.read_text(errors="replace").replace("=\n", "").replace("=3D", "=")
                if f"X-PulseChat-Mail: {kind}\n" in text and f"To: {self.email}\n" in text:
                    return re.search(r"#token=([A-Za-z0-9_-]+)", text)[1]
            time.sleep(0.05)
        raise RuntimeError(f"no mail {kind} came to {self.email}")

    def second_factor(self):
        """Switches it on; gives the recovery codes."""
        secret = self.ok("POST", "/v1/auth/totp", {"password": self.password})["secret"]
        return self.ok("POST", "/v1/auth/totp/activate", {"code": one_time_code(secret)})["recovery_codes"]


class World:
    """One account that the fuzzer acts as, and people and things beside it."""

    def __init__(self):
        self.friend, self.stranger, self.asker = Account(), Account(), Account()
        self.renew()

    def renew(self):
        """Another account, around which nothing stands yet."""
        self.me, self.things, self.suspect, self.is_spent = Account(), {}, False, False

    def revive(self):
        """Signs in again, or takes another account, when the session may have ended."""
        if self.is_spent or (self.suspect and not self.me.lives() and not self.me.signs_in()):
            self.renew()
        self.suspect = False

    def thing(self, name):
        if name not in self.things:
            self.things[name] = getattr(self, f"make_{name}")()
        return self.things[name]

    def forget(self, *names):
        for name in names:
            self.things.pop(name, None)

    def make_connection(self):
        self.me.ok("POST", f"/v1/users/{self.friend.user_id}/follow")
        waiting = self.friend.ok("GET", "/v1/follow-requests")["items"]
        wanted = next(request for request in waiting if request["user"]["id"] == self.me.user_id)
        self.friend.ok("POST", f"/v1/follow-requests/{wanted['id']}/accept", {"follow_back": True})
        return self.friend.user_id

    def begin(self, kind, **more):
        body = {"kind": kind, "member_ids": [self.thing("connection")], **more}
        return self.me.ok("POST", "/v1/conversations", body)["id"]

    def make_group(self):
        return self.begin("group", title="Fuzzers")

    def make_room(self):
        return self.begin("room", title="Fuzzing")

    def make_elsewhere(self):
        """A room of somebody else that one is in."""
        room = self.friend.ok("POST", "/v1/conversations", {"kind": "room", "title": "Elsewhere"})
        self.me.ok("POST", f"/v1/conversations/{room['id']}/join")
        return room["id"]

    def make_message(self):
        body = {"client_id": client_id(), "body": "hello", "attachment_ids": [self.me.upload()["id"]]}
        return self.me.ok("POST", f"/v1/conversations/{self.thing('group')}/messages", body)

    def make_word(self):
        """A message of somebody else."""
        path = f"/v1/conversations/{self.thing('group')}/messages"
        return self.friend.ok("POST", path, {"client_id": client_id(), "body": "indeed"})["id"]

    def make_upload(self):
        return self.me.upload()["id"]

    def make_picture(self):
        me = self.me.ok("PATCH", "/v1/me", {"avatar_attachment_id": self.me.upload()["id"]})
        return me["avatar_url"].rsplit("/", 1)[1]

    def make_request(self):
        open_to_all = {"settings": {"who_can_follow": "everyone", "approve_follows": True}}
        self.me.ok("PATCH", "/v1/me", open_to_all)
        self.me.ok("DELETE", f"/v1/me/followers/{self.asker.user_id}")
        self.me.ok("DELETE", f"/v1/users/{self.asker.user_id}/follow")
        self.asker.ok("POST", f"/v1/users/{self.me.user_id}/follow")
        return self.me.ok("GET", "/v1/follow-requests")["items"][0]["id"]

    def make_session(self):
        """Another session of the account."""
        body = {"identifier": self.me.name, "password": self.me.password}
        return self.me.ok("POST", "/v1/auth/login", body)["session_id"]

    def make_export(self):
        return self.me.ok("POST", "/v1/me/export")["export_id"]
