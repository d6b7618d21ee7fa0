"""Device with a passkey, in Python: it also makes the responses that no browser would."""

import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


@dataclass
class Device:
    origin: str
    """Origin of the page on which the browser asks for the passkey."""

    rp_id: str = "localhost"
    verifies: bool = True
    """Whether it checks a fingerprint or PIN; otherwise a touch is enough."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    number: bytes = field(default_factory=lambda: os.urandom(16))

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what a browser sends for a new passkey."""
        credential = AttestedCredentialData.create(
            Aaguid.NONE, self.number, ES256.from_cryptography_key(self.key.public_key())
        )
        attestation = AttestationObject.create("none", self._data(FLAG.AT, bytes(credential)), {})
        client = self._client_data(CollectedClientData.TYPE.CREATE, options)
        return self._response(
            {
                "clientDataJSON": websafe_encode(client),
                "attestationObject": websafe_encode(bytes(attestation)),
            }
        ) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def sign(self, options: dict[str, Any], *, handle: bytes | None = None) -> dict[str, Any]:
        """Return what a browser sends for a sign-in; `handle` names the account."""
        client = self._client_data(CollectedClientData.TYPE.GET, options)
        data = self._data(FLAG(0))
        signature = self.key.sign(bytes(data) + client.hash, ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(bytes(data)),
            "signature": websafe_encode(signature),
        }
        if handle is not None:
            response["userHandle"] = websafe_encode(handle)
        return self._response(response) | {"clientExtensionResults": {}}

    def _response(self, response: dict[str, str]) -> dict[str, Any]:
        number = websafe_encode(self.number)
        return {"id": number, "rawId": number, "type": "public-key", "response": response}

    def _client_data(self, kind: str, options: dict[str, Any]) -> CollectedClientData:
        challenge = options["publicKey"]["challenge"]
        return CollectedClientData.create(kind, challenge, self.origin)

    def _data(self, flags: AuthenticatorData.FLAG, credential: bytes = b"") -> AuthenticatorData:
        flags |= FLAG.UP | (FLAG.UV if self.verifies else FLAG(0))
        return AuthenticatorData.create(sha256(self.rp_id.encode()), flags, 0, credential)
