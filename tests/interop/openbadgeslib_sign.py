"""Signs badges with PyPI's openbadgeslib, with keys made for the occasion.

    openbadgeslib_sign.py

Prints one line of JSON for each: {"name", "carrier", "badge", "documents"}, where
carrier is text, png or svg, badge is base64, and documents is what the issuer
publishes, by URL. Open Badges 3.0 as JWT and with an embedded proof, 2.0 signed;
each plain and baked.
"""

import base64
import json
import struct
import sys
import zlib

from openbadgeslib import ob2, ob3
from openbadgeslib.keys import KeyFactory, KeyType, alg_for_key_type, public_jwk_from_pem

SITE = "https://campus.example"
DID = "did:web:campus.example"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'
KEY_TYPES = {"RS256": KeyType.RSA, "ES256": KeyType.ECC, "EdDSA": KeyType.ED25519}


def main():
    keys = {alg: KeyFactory(kind) for alg, kind in KEY_TYPES.items()}
    for key in keys.values():
        key.generate_keypair()
    for alg, key in keys.items():
        assert alg_for_key_type(KEY_TYPES[alg]) == alg
        signer = ob3.OB3Signer(key.get_priv_key_pem(), algorithm=alg)
        show("3.0 JWT " + alg, signer, credential(), did_document(keys))
    embedded = ob3.OB3LdpSigner(keys["EdDSA"].get_priv_key_pem(), DID + "#EdDSA")
    show("3.0 embedded", embedded, credential(), did_document(keys))
    for alg, key in keys.items():
        signer = ob2.OB2Signer(key.get_priv_key_pem(), algorithm=alg)
        show("2.0 signed " + alg, signer, assertion(), hosted(key))


def show(name, signer, badge, documents):
    plain = getattr(signer, "sign_to_json", signer.sign)(badge)
    for carrier, made in (
        ("text", plain.encode("utf-8")),
        ("png", signer.sign_into_png(badge, png())),
        ("svg", signer.sign_into_svg(badge, SVG)),
    ):
        line = {
            "name": name,
            "carrier": carrier,
            "badge": base64.b64encode(made).decode("ascii"),
            "documents": documents,
        }
        print(json.dumps(line))


def credential():
    return ob3.OpenBadgeCredential(
        issuer=ob3.Issuer(id=DID, name="Sample", url=SITE),
        recipient_id="mailto:ada@school.example",
        achievement=ob3.Achievement(
            id=SITE + "/achievements/listening",
            name="Listening",
            description="What a verifier accepts.",
            criteria_narrative="Be signed.",
        ),
    )


def did_document(keys):
    methods = [
        {
            "id": "%s#%s" % (DID, alg),
            "type": "JsonWebKey",
            "controller": DID,
            "publicKeyJwk": public_jwk_from_pem(key.get_pub_key_pem()),
        }
        for alg, key in keys.items()
    ]
    document = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": DID,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
    return {SITE + "/.well-known/did.json": document}


def assertion():
    return ob2.Assertion(
        recipient=ob2.IdentityObject.create("ada@school.example", salt="a"),
        badge=SITE + "/badges/listening",
        verification=ob2.Verification(type="SignedBadge", creator=SITE + "/key"),
    )


def hosted(key):
    pem = key.get_pub_key_pem().decode("ascii")
    published = (
        ob2.CryptographicKey(id=SITE + "/key", owner=SITE + "/issuer", public_key_pem=pem),
        ob2.Profile(
            id=SITE + "/issuer",
            name="Sample",
            url=SITE,
            email="badges@campus.example",
            public_key=[SITE + "/key"],
            revocation_list=SITE + "/revoked",
        ),
        ob2.BadgeClass(
            id=SITE + "/badges/listening",
            name="Listening",
            description="What a verifier accepts.",
            image=SITE + "/listening.png",
            criteria=SITE + "/criteria",
            issuer=SITE + "/issuer",
        ),
        ob2.RevocationList(id=SITE + "/revoked", issuer=SITE + "/issuer"),
    )
    return {document.id: document.to_dict() for document in published}


def png():
    """One white pixel."""

    def chunk(name, data):
        body = name + data
        return struct.pack("!I", len(data)) + body + struct.pack("!I", zlib.crc32(body))

    header = struct.pack("!IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff")
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


if __name__ == "__main__":
    sys.exit(main())
