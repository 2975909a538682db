"""Cognito's sign-in by a proof that the password is known, with a client made from the protocol's paper."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

import pytest

from tests.localdev.providers.cognito_idp.pool import PASSWORD, Pool, names, refused


def whole_pi_times_two_to(bits: int) -> int:
    """By Machin's formula, with 64 bits to spare."""
    one = 1 << (bits + 64)

    def arctan_of_one_by(number: int) -> int:
        term, total, count = one // number, 0, 0
        while term:
            total += (-1) ** count * term // (2 * count + 1)
            term //= number * number
            count += 1
        return total

    return 4 * (4 * arctan_of_one_by(5) - arctan_of_one_by(239)) >> 64


class SrpClient:
    """The client's side, from RFC 5054 and RFC 2945; the key is derived as Cognito's own clients do."""

    generator = 2
    # RFC 3526, 5, which RFC 5054 takes over for 3072 bits.
    prime = 2**3072 - 2**3008 - 1 + 2**64 * (whole_pi_times_two_to(2942) + 1690314)

    def __init__(self) -> None:
        self.private = secrets.randbits(1024)
        self.public = pow(self.generator, self.private, self.prime)

    def sign(self, pool_name: str, password: str, challenge: dict[str, str], timestamp: str) -> str:
        server, salt = int(challenge["SRP_B"], 16), int(challenge["SALT"], 16)
        user = challenge["USER_ID_FOR_SRP"]
        identity = hashlib.sha256(f"{pool_name}{user}:{password}".encode()).hexdigest()
        x = self.hashed(self.hex(salt) + identity)
        k = self.hashed(self.hex(self.prime) + self.hex(self.generator))
        u = self.hashed(self.hex(self.public) + self.hex(server))
        base = (server - k * pow(self.generator, x, self.prime)) % self.prime
        shared = bytes.fromhex(self.hex(pow(base, self.private + u * x, self.prime)))
        prepared = hmac.digest(bytes.fromhex(self.hex(u)), shared, "sha256")
        key = hmac.digest(prepared, b"Caldera Derived Key" + bytes([1]), "sha256")[:16]
        block = base64.b64decode(challenge["SECRET_BLOCK"])
        message = pool_name.encode() + user.encode() + block + timestamp.encode()
        return base64.b64encode(hmac.digest(key, message, "sha256")).decode()

    @staticmethod
    def hex(number: int) -> str:
        digits = f"{number:x}"
        if len(digits) % 2:
            return f"0{digits}"
        return f"00{digits}" if digits[0] in "89abcdef" else digits

    @staticmethod
    def hashed(digits: str) -> int:
        return int(hashlib.sha256(bytes.fromhex(digits)).hexdigest(), 16)


@pytest.mark.feature("Cognito", "sign-in by USER_SRP_AUTH")
class TestSrp:
    """Guide: amazon-cognito-user-pools-authentication-flow-methods, "Sign-in with SRP"; RFC 5054's 3072-bit group."""

    def sign_in(self, pool: Pool, name: str, password: str) -> Any:
        client = SrpClient()
        parameters = {"USERNAME": name, "SRP_A": f"{client.public:x}"}
        begun = pool.client.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters)
        assert begun["ChallengeName"] == "PASSWORD_VERIFIER"
        challenge = begun["ChallengeParameters"]
        timestamp = "Sat Nov 21 12:00:00 UTC 2026"
        responses = {
            "USERNAME": challenge["USERNAME"],
            "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": client.sign(pool.id.split("_")[1], password, challenge, timestamp),
            "TIMESTAMP": timestamp,
        }
        return pool.client.respond_to_auth_challenge(
            ClientId=pool.client_id, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=responses
        )

    def test_who_knows_the_password_signs_in(self, pool: Pool) -> None:
        name = pool.user()
        for _ in range(5):  # numbers with and without a leading bit
            assert self.sign_in(pool, name, PASSWORD)["AuthenticationResult"]["IdToken"]

    def test_who_does_not_is_refused(self, pool: Pool) -> None:
        want = "NotAuthorizedException", "Incorrect username or password."
        assert refused(self.sign_in, pool=pool, name=pool.user(), password="Other0ne!") == want

    @pytest.mark.parametrize("public", ["zz", "-1", "0x1"])
    def test_what_is_no_number_is_refused(self, pool: Pool, public: str) -> None:
        parameters = {"USERNAME": pool.user(), "SRP_A": public}
        begin = {"ClientId": pool.client_id, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters}
        code, _ = refused(pool.client.initiate_auth, **begin)
        assert code == "InvalidParameterException"

    def test_a_temporary_password_must_be_changed(self, pool: Pool) -> None:
        name = next(names)
        pool.client.admin_create_user(UserPoolId=pool.id, Username=name, TemporaryPassword=PASSWORD)
        assert self.sign_in(pool, name, PASSWORD)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
