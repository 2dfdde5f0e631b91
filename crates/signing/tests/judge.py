"""What pyHanko says of a signed document: one line of JSON. A foreign judge; nothing of it is in the product.

usage: judge.py pdf DOCUMENT ROOT MOMENT [LIST ...]      (files in DER, moment in seconds since 1970)
       judge.py cms DOCUMENT MESSAGE ROOT MOMENT [LIST ...]
"""

import asyncio
import json
import sys
from datetime import datetime, timezone

from asn1crypto import cms, crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_detached_cms, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def read(path):
    with open(path, "rb") as file:
        return file.read()


def context(root, moment, lists):
    return ValidationContext(
        trust_roots=[x509.Certificate.load(read(root))],
        crls=[crl.CertificateList.load(read(one)) for one in lists],
        revocation_mode="hard-fail" if lists else "soft-fail",
        allow_fetching=False,
        moment=datetime.fromtimestamp(int(moment), timezone.utc),
    )


def said(status, **more):
    stamp = status.timestamp_validity
    answer = {
        "intact": status.intact,
        "valid": status.valid,
        "trusted": status.trusted,
        "revoked": getattr(status, "revoked", False),
        "stamped": bool(stamp and stamp.intact and stamp.valid and stamp.trusted),
        "bottom_line": status.bottom_line,
        **more,
    }
    print(json.dumps(answer))


def main(kind, *rest):
    if kind == "pdf":
        document, root, moment, *lists = rest
        with open(document, "rb") as file:
            signature = PdfFileReader(file, strict=False).embedded_signatures[0]
            status = validate_pdf_signature(signature, context(root, moment, lists))
            said(status, coverage=status.coverage.name)
    else:
        document, message, root, moment, *lists = rest
        info = cms.ContentInfo.load(read(message))
        answer = async_validate_detached_cms(read(document), info["content"], context(root, moment, lists))
        said(asyncio.run(answer))


main(*sys.argv[1:])
