"""An authenticator in a few lines: it makes one passkey and answers with it, as a device would.

Source: Web Authentication 6.1 (authenticator data) and 6.5 (attestation).
"""

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _WITH_KEY = 0x01, 0x04, 0x40


class Authenticator:
    """One device with one passkey.

    Attributes:
        is_unlocked: whether the person shows a finger, a face or a PIN.
        counter: how often it signed.
    """

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(32)
        self.is_unlocked = True
        self.counter = 0

    def create(self, options: str, origin: str) -> str:
        """A new passkey, as `navigator.credentials.create` gives it to the page."""
        asked = json.loads(options)
        data = self._data(asked["rp"]["id"], _WITH_KEY) + bytes(16)
        data += len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"], origin)
        return self._told(clientDataJSON=client, attestationObject=attestation)

    def get(self, options: str, origin: str, *, host: str | None = None) -> str:
        """An answer with the passkey, as `navigator.credentials.get` gives it to the page."""
        asked = json.loads(options)
        self.counter += 1
        data = self._data(host or asked["rpId"], 0)
        client = self._client("webauthn.get", asked["challenge"], origin)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._told(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, host: str, flags: int) -> bytes:
        held = _PRESENT | flags | (_VERIFIED if self.is_unlocked else 0)
        hashed = hashlib.sha256(host.encode()).digest()
        return hashed + bytes([held]) + self.counter.to_bytes(4, "big")

    def _cose(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (point.x, point.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    @staticmethod
    def _client(kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _told(self, **response: bytes) -> str:
        own = _text(self.credential_id)
        said: dict[str, Any] = {"id": own, "rawId": own, "type": "public-key"}
        return json.dumps(
            said | {"response": {name: _text(each) for name, each in response.items()}}
        )


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
