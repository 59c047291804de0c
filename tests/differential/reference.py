"""PyLD as a reference: a JSON document a line on stdin, an answer a line on
stdout: {"canonical": "…"}, {"refused": "why"} or {"failed": "how"}.

Usage: python reference.py SCHEMAS
"""

import json
import pathlib
import sys

from cachetools import LRUCache
from pyld import canon, jsonld, nquads
from pyld.context_resolver import ContextResolver

SCHEMAS = pathlib.Path(sys.argv[1])

KNOWN = {
    entry["url"]: json.loads((SCHEMAS / entry["file"]).read_text("utf-8"))
    for entry in json.loads((SCHEMAS / "index.json").read_text("utf-8"))["contexts"]
}

# PyLD knows URDNA2015, from which RDFC-1.0 differs by what is escaped only.
SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
ESCAPES = {code: f"\\u{code:04X}" for code in (*range(32), 127)} | SHORT
nquads.escape = lambda value: value.translate(ESCAPES)


def load(url, _options):
    if url not in KNOWN:
        raise jsonld.JsonLdError(f"unknown context {url}", "jsonld.LoadDocumentError")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": KNOWN[url],
    }


def answer(line):
    try:
        options = {
            "algorithm": "URDNA2015",
            "base": "",
            "contextResolver": ContextResolver(LRUCache(maxsize=100), load),
            "documentLoader": load,
            "format": "application/n-quads",
            "rdfDirection": "i18n-datatype",
        }
        return {"canonical": jsonld.normalize(json.loads(line), options)}
    except Exception as error:
        cause = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        # What is not its own kind of error is a fault of PyLD, and no answer.
        kind = "refused" if isinstance(cause, jsonld.JsonLdError) else "failed"
        return {kind: f"{type(cause).__name__}: {str(cause)[:200]}"}


for line in sys.stdin:
    sys.stdout.write(json.dumps(answer(line)) + "\n")
    sys.stdout.flush()
