"""Authlib as relying party of the basic profile, joserfc as judge of every token."""

import json
import re
import sys
import urllib.parse

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import KeySet

settings = json.load(open(sys.argv[1]))
issuer = settings["issuer"]
tls = {"verify": settings["authority"], "trust_env": False}
server = httpx.get(f"{issuer}/.well-known/openid-configuration", **tls).json()


def check(name, act):
    try:
        act()
    except BaseException:
        print(f"failed: {name}", file=sys.stderr)
        raise
    print(f"holds: {name}", flush=True)


def resident(address, number=1):
    """The resident's part: answers the question and says where it ends."""
    with httpx.Client(**tls) as browser:
        shown = browser.get(address)
        if shown.status_code != 303:
            fields = dict(re.findall(r'name=(\w+) value="([^"]*)"', shown.text))
            shown = browser.post(f"{issuer}/script/answer", data={**fields, "resident": str(number), "answer": "allow"})
        assert shown.status_code == 303, shown.text
        return shown.headers["location"]


def relying_party(name, method):
    service = settings["services"][name]
    secret = service["secret"] or service["key"]
    client = OAuth2Client(name, secret, scope="openid", redirect_uri=service["redirect_uri"], code_challenge_method="S256",
                          token_endpoint_auth_method=method, **tls)
    if method == "private_key_jwt":
        client.register_client_auth_method(PrivateKeyJWT(server["token_endpoint"], alg=service["alg"]))
    return client


def sign_in(client, number=1):
    verifier = "v" * 64
    address, state = client.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier, nonce="n" * 64)
    back = resident(address, number)
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)["iss"] == [issuer]
    return client.fetch_token(server["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)


def judge(token, audience, algorithm):
    """joserfc verifies signature and claims."""
    keys = KeySet.import_key_set(httpx.get(server["jwks_uri"], **tls).json())
    read = jwt.decode(token, keys, algorithms=[algorithm])
    wanted = {"iss": issuer, "aud": audience, "nonce": "n" * 64}
    jwt.JWTClaimsRegistry(leeway=5, **{name: {"essential": True, "value": value} for name, value in wanted.items()},
                          sub={"essential": True}, exp={"essential": True}, auth_time={"essential": True}).validate(read.claims)
    return read.claims


def basic():
    with relying_party("basic-secret", "client_secret_basic") as client:
        token = sign_in(client)
        claims = judge(token["id_token"], "basic-secret", "RS256")
        user = client.get(server["userinfo_endpoint"]).json()
        assert user["sub"] == claims["sub"], user


def refreshed():
    with relying_party("basic-secret", "client_secret_basic") as client:
        token = sign_in(client)
        newer = client.refresh_token(server["token_endpoint"], refresh_token=token["refresh_token"])
        assert newer["refresh_token"] != token["refresh_token"]
        assert client.introspect_token(server["introspection_endpoint"], token=newer["access_token"]).json()["active"] is True
        client.revoke_token(server["revocation_endpoint"], token=newer["refresh_token"])
        assert client.introspect_token(server["introspection_endpoint"], token=newer["access_token"]).json() == {"active": False}


def by_key():
    with relying_party("basic-key", "private_key_jwt") as client:
        judge(sign_in(client)["id_token"], "basic-key", "RS256")


def for_itself():
    with relying_party("basic-key", "private_key_jwt") as client:
        token = client.fetch_token(server["token_endpoint"], grant_type="client_credentials", scope="email")
        assert token["scope"] == "email" and "refresh_token" not in token, token


def names():
    """One resident, two services: two names."""
    seen = set()
    for name in ("basic-secret", "basic-secret-two"):
        with relying_party(name, "client_secret_basic") as client:
            seen.add(judge(sign_in(client, 5)["id_token"], name, "RS256")["sub"])
    assert len(seen) == 2, seen


check("code with PKCE, ID token by joserfc, userinfo", basic)
check("refresh, introspection, revocation", refreshed)
check("private_key_jwt", by_key)
check("client credentials", for_itself)
check("two services know one resident by two names", names)
