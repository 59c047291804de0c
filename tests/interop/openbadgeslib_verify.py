"""Verifies a credential with PyPI's openbadgeslib, status included.

    openbadgeslib_verify.py FILE|URL --origin http://localhost:PORT [--public URL]

A PNG or SVG is opened by the library first. Text that starts with `{` goes to its
Data Integrity verifier, any other to its VC-JWT verifier. Prints one line of JSON: {"verified", "trusted", "format",
"revoked", "error"}. The library knows no difference between *revoked* and
*refused*: `revoked` is true where the only reason is a status bit that is set.

The library fetches through `download`, its own hook, which reaches the service
under test on loopback and nothing else. It asks for status lists as signed JWS,
since its status check reads no other signature on them.
"""

import argparse
import json
import sys
import urllib.parse
import urllib.request

from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier
from openbadgeslib.verify import issuer_did_from_document, issuer_did_from_token

ACCEPT = {
    "list": "application/vc+jwt, application/jwt;q=0.9, text/plain;q=0.8",
    "document": "application/json",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("--origin", required=True)
    parser.add_argument("--public")
    arguments = parser.parse_args()
    download = downloader(arguments.origin, arguments.public or arguments.origin)
    print(json.dumps(verify(read(arguments.source, download), download)))


def verify(text, download):
    embedded = text.startswith("{")
    answer = {"format": "ldp" if embedded else "vc-jwt", "revoked": False, "error": None}
    try:
        if embedded:
            did = issuer_did_from_document(text)
            verifier = OB3LdpVerifier.for_issuer_did(did, download=download)
        else:
            did = issuer_did_from_token(text)
            verifier = OB3Verifier.for_issuer_did(did, download=download)
        verifier.verify(text, check_status=True, download=download)
    except OB3VerificationError as error:
        reason = str(error)
        # The one message that the library has for a bit that is set.
        revoked = reason.startswith("Credential status '") and "is set at index" in reason
        return {**answer, "verified": False, "trusted": False, "revoked": revoked, "error": reason}
    return {**answer, "verified": True, "trusted": did.startswith("did:web:")}


def read(source, download):
    if urllib.parse.urlsplit(source).scheme in ("http", "https"):
        data = download(source)
    else:
        with open(source, "rb") as file:
            data = file.read()
    if data.startswith(b"\x89PNG"):
        return OB3Verifier.extract_token_from_png(data)
    if data.lstrip().startswith(b"<"):
        return OB3Verifier.extract_token_from_svg(data)
    return data.decode("utf-8").strip()


def downloader(origin, public):
    ours = urllib.parse.urlsplit(public).netloc
    loopback = urllib.parse.urlsplit(origin)

    def download(url):
        parts = urllib.parse.urlsplit(url)
        if parts.netloc != ours:
            raise ValueError("%s is not of %s" % (url, ours))
        # did:web is https by its method; the service under test speaks http.
        local = parts._replace(scheme=loopback.scheme, netloc=loopback.netloc).geturl()
        kind = "list" if parts.path.startswith("/status/") else "document"
        request = urllib.request.Request(local, headers={"Accept": ACCEPT[kind]})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    return download


if __name__ == "__main__":
    sys.exit(main())
