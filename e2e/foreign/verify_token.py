#!/usr/bin/env python3
"""Verifies an access token as any other service would: PyJWT, the published keys, the issuer and the audience.

    verify_token.py <public url> <audience> <token>

Prints the header and the claims as one JSON object; exits 1 with the name of the fault for a token that proves nothing.
"""

import json
import sys

import jwt

url, audience, token = sys.argv[1:]
try:
    key = jwt.PyJWKClient(f"{url}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token,
        key,
        algorithms=["EdDSA"],
        issuer=url,
        audience=audience,
        options={"require": ["iss", "aud", "sub", "iat", "exp", "jti"]},
    )
except jwt.PyJWTError as error:
    sys.exit(f"{type(error).__name__}: {error}")
print(json.dumps({"header": jwt.get_unverified_header(token), "claims": claims}))
