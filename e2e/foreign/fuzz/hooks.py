"""What schemathesis knows beyond the document: who it is, and what is there to be named.

Of eight cases of an operation the first is a request that does what the operation is there for; three name what exists,
with passwords and tokens that are right; three are left as they were generated, and the last one without a session. So also
what ends sessions and accounts is asked without end: whoever is gone is replaced.

Writes to `PULSE_FUZZ_ANSWERS` how often each operation answered with which status.
"""

import atexit
import collections
import json
import os
import pathlib
import sys
import threading

import schemathesis

sys.path.insert(0, os.path.dirname(__file__))
import good  # noqa: E402
from world import World  # noqa: E402

LOCAL = threading.local()
LOCK = threading.Lock()
CASES = collections.Counter()
ANSWERS = collections.defaultdict(collections.Counter)


def world():
    """That of this worker."""
    if not hasattr(LOCAL, "world"):
        LOCAL.world = World()
    return LOCAL.world


def operation_of(case):
    return case.operation.definition.raw["operationId"]


@schemathesis.hook
def before_call(context, case, kwargs):
    operation_id, here = operation_of(case), world()
    here.revive()
    if case.method.upper() != case.operation.method.upper():
        return
    with LOCK:
        number = CASES[operation_id]
        CASES[operation_id] += 1
    if number % 8 == 0:
        do_as_meant(case, here, operation_id)
    elif number % 2 == 1 and number % 8 != 7:
        name_what_exists(case, here, operation_id)
    elif number % 8 != 7:
        authorize(case, here, operation_id)


def authorize(case, here, operation_id):
    case.headers["Authorization"] = f"Bearer {good.token(here, operation_id)}"


def do_as_meant(case, here, operation_id):
    # A file is as good as another.
    if operation_id != "uploadAttachment":
        body = good.body(here, operation_id)
        if body is not None:
            case.body, case.media_type = body, "application/json"
        elif case.operation.body:
            case.body, case.media_type = {}, "application/json"
        case.query = good.query(here, operation_id)
        case.path_parameters = good.path_parameters(here, operation_id, case.path)
        case.cookies, case.headers = {}, {}
    authorize(case, here, operation_id)


def name_what_exists(case, here, operation_id):
    if case.path_parameters:
        case.path_parameters = good.path_parameters(here, operation_id, case.path)
    if isinstance(case.body, dict):
        for name, value in good.secrets(here).items():
            if name in case.body:
                case.body[name] = value()
    authorize(case, here, operation_id)


@schemathesis.hook
def after_call(context, case, response):
    operation_id, here, status = operation_of(case), world(), response.status_code
    if case.method.upper() != case.operation.method.upper():
        return
    with LOCK:
        ANSWERS[operation_id][status] += 1
    was_ours = (case.headers or {}).get("Authorization") == f"Bearer {here.me.token}"
    here.suspect |= was_ours and (status == 401 or operation_id in good.ENDS)
    if status >= 300:
        return
    here.forget(*good.SPENDS.get(operation_id, []))
    if operation_id in ("changePassword", "resetPassword"):
        here.me.password = case.body["new_password"]
    elif operation_id == "updateMe":
        here.me.name = response.json()["username"]
    elif operation_id == "refresh" and response.json()["session_id"] == here.me.session_id:
        session = response.json()
        # With `cookie:true` it is in a cookie that nobody keeps here.
        here.me.take({"refresh_token": here.me.refresh_token} | session)


@atexit.register
def tell():
    answers = {name: dict(counted) for name, counted in ANSWERS.items()}
    pathlib.Path(os.environ["PULSE_FUZZ_ANSWERS"]).write_text(json.dumps(answers))
