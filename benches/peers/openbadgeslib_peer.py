"""PyPI's openbadgeslib as a peer: answers `verify N` and `sign N` on standard
input with the microseconds that one of N calls took.

The first line in is the task (src/main.rs), the first line out says who this is.
The library brings its own contexts, and the key is pinned: nothing is fetched.
"""

import json
import platform
import sys
import time
from importlib.metadata import version

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from openbadgeslib.ob3 import OB3LdpVerifier
from openbadgeslib.ob3.ldp import add_data_integrity_proof


def main():
    task = json.loads(sys.stdin.readline())
    public = Ed25519PublicKey.from_public_bytes(bytes(task["publicKey"]))
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())
    verifier = OB3LdpVerifier(pubkey_pem=pem)
    unsigned = json.loads(task["unsigned"])
    calls = {
        # From bytes to the verdict, which is an exception where it is no.
        "verify": lambda: verifier.verify(task["secured"]),
        # From the composed document to bytes.
        "sign": lambda: json.dumps(add_data_integrity_proof(unsigned, private, task["method"])),
    }
    runtime = "Python " + platform.python_version()
    print(json.dumps({"version": version("openbadgeslib"), "runtime": runtime}), flush=True)
    for line in sys.stdin:
        name, count = line.split()
        start = time.perf_counter_ns()
        for _ in range(int(count)):
            calls[name]()
        print((time.perf_counter_ns() - start) / 1000 / int(count), flush=True)


if __name__ == "__main__":
    main()
