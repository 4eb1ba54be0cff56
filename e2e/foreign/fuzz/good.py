"""A request for every operation that does what it is there for."""

from world import OPERATOR_TOKEN, PROVIDER, Account, client_id, one_time_code

# What is gone once an operation has succeeded.
SPENDS = {
    "acceptFollowRequest": ["request"],
    "closeConversation": ["room"],
    "declineFollowRequest": ["request"],
    "deleteConversation": ["group", "message", "room", "word"],
    "deleteMessage": ["message"],
    "endOtherSessions": ["session"],
    "endSession": ["session"],
    "leaveConversation": ["elsewhere", "group", "message", "word"],
    "removeMember": ["group", "message", "room", "word"],
    "sendMessage": ["upload"],
    "transferConversation": ["room"],
    "unfollow": ["connection", "group", "message", "room", "word"],
    "updateConversation": ["upload"],
    "updateMe": ["picture", "upload"],
}
# After which the session may be gone.
ENDS = {"changePassword", "deleteMe", "endSession", "logout", "refresh", "resetPassword"}
# Done to a room of one's own, so that nothing else suffers.
ON_ROOM = {
    "closeConversation", "deleteConversation", "removeMember", "reopenConversation", "transferConversation",
    "updateConversation",
}
ON_ELSEWHERE = {"joinRoom", "leaveConversation"}
ON_STRANGER = {"block", "follow", "mute", "removeFollower", "unblock", "unfollow", "unmute"}


def path_parameters(world, operation_id, template):
    """What stands in the path."""
    found, before = {}, ""
    for segment in template.split("/"):
        if segment.startswith("{"):
            found[segment[1:-1]] = named(world, operation_id, before)
        before = segment
    return found


def named(world, operation_id, word):
    """What is named behind a word of a path."""
    if word == "conversations":
        kind = "room" if operation_id in ON_ROOM else "elsewhere" if operation_id in ON_ELSEWHERE else "group"
        return world.thing(kind)
    if word == "messages":
        return world.thing("message")["id"]
    if word in ("attachments", "files"):
        return world.thing("message")["attachments"][0]["id"]
    if word in ("users", "blocks", "mutes", "followers", "members"):
        return world.stranger.user_id if operation_id in ON_STRANGER else world.thing("connection")
    if word == "reactions":
        return "👍"
    if word == "by-username":
        return world.friend.name
    things = {"follow-requests": "request", "sessions": "session", "export": "export", "pictures": "picture"}
    return world.thing(things[word]) if word in things else PROVIDER


def query(world, operation_id):
    """What stands behind the question mark."""
    if operation_id == "readFile":
        address = world.thing("message")["attachments"][0]["url"]
        return dict(part.split("=", 1) for part in address.split("?", 1)[1].split("&"))
    if operation_id == "sync":
        return {"since": world.me.ok("GET", "/v1/sync")["token"], "wait": 1}
    known = {"listChanges": {"after": 0}, "searchMessages": {"q": "hello"}, "searchUsers": {"q": "fuzz"}}
    return known.get(operation_id, {})


def token(world, operation_id):
    return OPERATOR_TOKEN if operation_id == "listLiveSockets" else world.me.token


def secrets(world):
    """What a body may hold that nobody guesses, by the names of fields."""
    me = world.me
    return {
        "attachment_ids": lambda: [world.thing("upload")],
        "avatar_attachment_id": lambda: world.thing("upload"),
        "current_password": lambda: me.password,
        "identifier": lambda: me.name,
        "member_ids": lambda: [world.thing("connection")],
        "message_id": lambda: world.thing("word"),
        "password": lambda: me.password,
        "refresh_token": lambda: me.refresh_token,
        "reply_to": lambda: world.thing("word"),
        "session_id": lambda: me.session_id,
        "user_id": lambda: world.thing("connection"),
        "user_ids": lambda: [world.thing("connection"), me.user_id],
    }


def body(world, operation_id):
    """A body that is accepted; `None` for operations without one."""
    make = BODIES.get(operation_id)
    return make(world) if make else None


def fresh_code(world):
    """A password and a recovery code of somebody who has a second factor."""
    world.renew()
    codes, world.is_spent = world.me.second_factor(), True
    return {"password": world.me.password, "code": codes[0]}


def second_step(world):
    me = Account()
    codes = me.second_factor()
    step = me.ok("POST", "/v1/auth/login", {"identifier": me.name, "password": me.password})
    return {"mfa_token": step["mfa_token"], "recovery_code": codes[0]}


def first_code(world):
    world.renew()
    world.is_spent = True
    secret = world.me.ok("POST", "/v1/auth/totp", {"password": world.me.password})["secret"]
    return {"code": one_time_code(secret)}


def forgotten(world):
    world.renew()
    world.me.ok("POST", "/v1/auth/password/forgot", {"email": world.me.email})
    return {"token": world.me.mailed_token("reset_password"), "new_password": "another long secret"}


def somebody(_):
    name = client_id().replace("-", "")
    return {"username": name, "email": f"{name}@example.org", "password": "a long secret of theirs"}


def own_password(world):
    return {"password": world.me.password}


def mailed(world):
    world.renew()
    return {"token": world.me.mailed_token("verify_email")}


def exported(world):
    world.renew()


BODIES = {
    "acceptFollowRequest": lambda world: {"follow_back": True},
    "activateTotp": first_code,
    "changeEmail": lambda world: own_password(world) | {"email": f"{client_id()}@example.org"},
    "changePassword": lambda world: {"current_password": world.me.password, "new_password": "a newer long secret"},
    "deleteMe": lambda world: own_password(world) | {"messages": "erase"},
    "disableTotp": fresh_code,
    "editMessage": lambda world: {"body": "hello again"},
    "exchangeOauth": lambda world: {"code": "none"},
    "forgotPassword": lambda world: {"email": world.me.email},
    "linkIdentity": lambda world: {"return_to": "/"},
    "login": lambda world: own_password(world) | {"identifier": world.me.name},
    "markDelivered": lambda world: {"seq": 1},
    "markRead": lambda world: {"seq": 1},
    "openConversation": lambda world: {"kind": "room", "title": "Another", "client_id": client_id()},
    "putMember": lambda world: {"role": "admin"},
    "queryPresence": lambda world: {"user_ids": [world.me.user_id]},
    "refresh": lambda world: {"refresh_token": world.me.refresh_token},
    "register": somebody,
    "replaceRecoveryCodes": fresh_code,
    "report": lambda world: {"user_id": world.stranger.user_id, "reason": "spam"},
    "resetPassword": forgotten,
    "sendMessage": lambda world: {"client_id": client_id(), "body": "hello"},
    "setTyping": lambda world: {"active": True},
    "startExport": exported,
    "startTotp": own_password,
    "transferConversation": lambda world: {"user_id": world.thing("connection")},
    "updateConversation": lambda world: {"title": "Retitled", "topic": None},
    "updateMe": lambda world: {"bio": "a fuzzer", "settings": {"theme": "dark"}},
    "updateMyConversation": lambda world: {"pinned": True, "muted_until": None},
    "verifyEmail": mailed,
    "verifyMfa": second_step,
}
