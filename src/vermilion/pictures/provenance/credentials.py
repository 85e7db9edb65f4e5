"""Content Credentials (C2PA): a manifest signed with the user's own certificate, and its reading.

Needs the extra `vermilion[c2pa]`. Nothing goes over the network: no time stamp is asked for, and no
remote manifest or revocation list is fetched.
"""

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vermilion.errors import OutputError
from vermilion.pictures.formats import FORMATS
from vermilion.pictures.jpeg.segments import APP11, MalformedJpegError, is_jpeg, parse_jpeg
from vermilion.pictures.painting import SOURCE_TYPE, Mark
from vermilion.pictures.png.chunks import chunks_of_png

if TYPE_CHECKING:
    from c2pa import Context

_BOX = b"jumdc2pa"  # how the description box of every manifest store begins (ISO 19566-5)
_PNG, _PNG_BOX = b"\x89PNG\r\n\x1a\n", b"caBX"
_OFFLINE = {
    # A thumbnail would be larger than all the rest.
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}
_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True, slots=True)
class Signature:
    """The certificate that signs a manifest.

    Attributes:
        path: a PEM file with a private key (PKCS #8, without a password), its certificate, and the
            certificates above that.
    """

    path: Path


def signed(content: bytes, kind: str, mark: Mark, signature: Signature) -> bytes:
    """The content of a picture file with a signed manifest that repeats the mark.

    Raises:
        OutputError: a package or a file is missing, or the certificate cannot sign.
    """
    try:
        from c2pa import Builder, C2paError, C2paSignerInfo, Signer  # noqa: PLC0415 - only who signs needs it

        key, chain = _parts(signature.path.read_bytes())
        algorithm = _algorithm(key)
    except ModuleNotFoundError as error:
        raise OutputError(
            f'Signing needs {error.name}, which is not installed; run in the checkout: pip install ".[c2pa]".'
        ) from error
    except OSError as error:
        raise OutputError(f"{error.filename} cannot be read ({error.strerror}); check its path.") from error
    except (ValueError, TypeError) as error:
        raise _unfit(signature, error) from error
    result = io.BytesIO()
    try:
        info = C2paSignerInfo(algorithm, chain, key, None)
        with _context() as context, Signer.from_info(info) as signer:
            builder = Builder.from_json(json.dumps(_manifest(mark)), context)
            builder.sign(signer, FORMATS[kind].media_type, io.BytesIO(content), result)
    except C2paError as error:
        raise _unfit(signature, error) from error
    return result.getvalue()


def _manifest(mark: Mark) -> dict[str, Any]:
    agent = {"name": "vermilion", "version": mark.version}
    parameters = {
        "vermilion.model": mark.model,
        "vermilion.modelHash": mark.model_hash,
        "vermilion.recipeHash": mark.recipe_hash,
    }
    if mark.colors_from:
        parameters["vermilion.colorsFrom"] = mark.colors_from
    action = {
        "action": "c2pa.created",
        "digitalSourceType": SOURCE_TYPE,
        "softwareAgent": agent,
        "parameters": parameters,
    }
    return {
        "claim_generator_info": [agent],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }


def _parts(pem: bytes) -> tuple[bytes, bytes]:
    """The key, and the certificates in order."""
    blocks = [match.group() + b"\n" for match in _PEM_BLOCK.finditer(pem)]
    keys = [block for block in blocks if b"PRIVATE KEY-----" in block]
    certificates = [block for block in blocks if b"BEGIN CERTIFICATE-----" in block]
    if not keys or not certificates:
        raise ValueError(f"it holds no {'certificate' if keys else 'private key'}")
    return keys[0], b"".join(certificates)


def _algorithm(key: bytes) -> bytes:
    """The name that C2PA has for what a private key does."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415 - comes with c2pa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    loaded = load_pem_private_key(key, None)
    if isinstance(loaded, ec.EllipticCurvePrivateKey):
        curve = str(loaded.curve.name)
        return _CURVES.get(curve, curve).encode()
    return b"ps256" if isinstance(loaded, rsa.RSAPrivateKey) else b"ed25519"


def _unfit(signature: Signature, error: Exception) -> OutputError:
    return OutputError(
        f"{signature.path} cannot sign ({_reason(error)}); give a PEM file with a key without a password, "
        "its C2PA certificate and the chain."
    )


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _context() -> "Context":
    from c2pa import Context  # noqa: PLC0415

    return Context.from_dict(_OFFLINE)


def holds_credentials(content: bytes) -> bool:
    """Whether a picture file says that it carries a manifest; whether that holds is not looked at.

    In a JPEG a manifest lies in segments APP11, in a PNG in a chunk caBX (C2PA 2.1, A.3).
    """
    if _BOX not in content:
        return False
    if is_jpeg(content):
        try:
            return any(_BOX in payload for payload in parse_jpeg(content).payloads(APP11, b"JP"))
        except MalformedJpegError:
            return False
    if content.startswith(_PNG):
        return any(name == _PNG_BOX and _BOX in body for name, body in chunks_of_png(content))
    return True


def read_credentials(content: bytes, kind: str) -> str:
    """Who signed the manifest of a picture file, and whether it holds; empty if there is none."""
    if _BOX not in content or kind not in FORMATS:
        return ""
    try:
        from c2pa import C2paError, Reader  # noqa: PLC0415
    except ModuleNotFoundError:
        return 'there are some; pip install ".[c2pa]" in the checkout to read them'
    try:
        with (
            _context() as context,
            Reader(FORMATS[kind].media_type, io.BytesIO(content), context=context) as reader,
        ):
            store = json.loads(reader.json())
    except C2paError as error:
        return f"unreadable ({_reason(error)})"
    return _verdict(store)


def _verdict(store: dict[str, Any]) -> str:
    active = store.get("manifests", {}).get(store.get("active_manifest"), {})
    seal = active.get("signature_info", {})
    signer = ", ".join(dict.fromkeys(filter(None, (seal.get("common_name"), seal.get("issuer")))))
    codes = [entry.get("code", "") for entry in store.get("validation_status", [])]
    faults = [code for code in codes if code != "signingCredential.untrusted"]
    verdict = f"NOT VALID: {', '.join(faults)}" if faults else "unaltered since"
    # The reader decides whom to trust: we have no list of authorities.
    return f"signed by {signer or 'nobody named'}; {verdict}"
