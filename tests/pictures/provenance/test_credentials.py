"""Manifests signed with a certificate made on the spot, read back, and found out when the file is altered."""

import datetime as dt
import json
import sys
from io import BytesIO

import numpy as np
import pytest
import simplejpeg

from tests.pictures.made import MadePainting, grey_picture
from tests.pictures.provenance.test_provenance import KINDS, MARK, SCANS_OWN, jpeg_with, xmp_of
from vermilion.errors import OutputError
from vermilion.pictures import (
    ReadOptions,
    SaveOptions,
    Signature,
    encode_picture,
    read_provenance,
    read_scan,
)
from vermilion.pictures.painting import SOURCE_TYPE

GREY = grey_picture(61, 83)


@pytest.fixture(scope="module")
def signature(tmp_path_factory):
    """The key of a made-up archive, and its certificate with that of a made-up authority."""
    pytest.importorskip("c2pa")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    folder = tmp_path_factory.mktemp("certificates")
    authority, archive = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False
    ) | {"encipher_only": False, "decipher_only": False}

    def certify(name, key, extensions):
        def named(text):
            parts = ((NameOID.ORGANIZATION_NAME, text), (NameOID.COMMON_NAME, f"{text}'s seal"))
            return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])

        today = dt.datetime.now(dt.UTC)
        builder = x509.CertificateBuilder(named("Authority"), named(name), key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(today - dt.timedelta(1))
        builder = builder.not_valid_after(today + dt.timedelta(1))
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
        for extension, critical in (*extensions, (above, False)):
            builder = builder.add_extension(extension, critical)
        signed = builder.sign(authority, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)

    def allowed(**what):
        return x509.KeyUsage(**(usage | {"digital_signature": False, "key_cert_sign": False} | what))

    top = certify(
        "Authority",
        authority,
        [(x509.BasicConstraints(True, None), True), (allowed(key_cert_sign=True), True)],
    )
    own = certify(
        "Archive",
        archive,
        [
            (x509.BasicConstraints(False, None), True),
            (allowed(digital_signature=True), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), True),
        ],
    )
    secret = archive.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "seal.pem").write_bytes(secret + own + top)
    return Signature(folder / "seal.pem")


def encoded(source, kind, signature, mark=MARK):
    scan = read_scan(source)
    return encode_picture(scan, MadePainting(scan, mark=mark), kind, SaveOptions(mark=signature or True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_file_tells_who_signed_it_and_is_else_the_same(kind, signature):
    source = jpeg_with(SCANS_OWN.encode())
    plain, signed = (encoded(source, kind, given) for given in (None, signature))
    found = read_provenance(signed)
    assert found.credentials == "signed by Archive's seal, Archive; unaltered since"
    assert found.mark == MARK
    assert xmp_of(signed) == xmp_of(plain)
    before, after = (read_scan(data, ReadOptions(recolor=True)) for data in (plain, signed))
    np.testing.assert_array_equal(before.luma, after.luma)
    assert before.metadata == after.metadata or kind == "jpg"
    assert len(signed) - len(plain) < 40_000  # and no thumbnail


def test_a_signed_jpeg_keeps_the_scans_luma(signature):
    source = jpeg_with(None)
    decoded = [simplejpeg.decode_jpeg(data, "GRAY") for data in (source, encoded(source, "jpg", signature))]
    np.testing.assert_array_equal(*decoded)


def test_the_manifest_says_what_the_mark_says(signature):
    from c2pa import Reader

    store = json.loads(Reader("image/png", BytesIO(encoded(GREY, "png", signature))).json())
    [assertion] = [
        entry
        for entry in store["manifests"][store["active_manifest"]]["assertions"]
        if entry["label"].startswith("c2pa.actions")
    ]
    [action] = assertion["data"]["actions"]
    assert action["digitalSourceType"] == SOURCE_TYPE
    assert action["softwareAgent"]["version"] == MARK.version
    assert action["parameters"]["vermilion.modelHash"] == MARK.model_hash
    assert action["parameters"]["vermilion.recipeHash"] == MARK.recipe_hash


def test_an_altered_file_is_found_out(signature):
    data = encoded(GREY, "png", signature)
    other = data.replace(MARK.model_hash.encode(), b"f" * 64)
    found = read_provenance(other).credentials
    assert "NOT VALID" in found
    assert "dataHash.mismatch" in found


def test_the_manifest_of_a_scan_is_not_passed_off_as_the_results(signature):
    first = encoded(jpeg_with(None), "jpg", signature)
    scan = read_scan(first, ReadOptions(recolor=True))
    again = encode_picture(scan, MadePainting(scan, mark=MARK), "jpg")
    assert read_provenance(first).credentials
    assert read_provenance(again).credentials == ""


def test_what_cannot_sign_is_told(signature, tmp_path):
    whole = signature.path.read_text()
    key, certificates = whole.split("-----BEGIN CERTIFICATE", 1)
    wrong = {
        "no PEM": "holds no private key",
        key: "holds no certificate",
        whole.replace("M", "N", 9): "cannot sign",
        key + "-----BEGIN CERTIFICATE" + certificates.replace("M", "N", 9): "cannot sign",
    }
    for content, told in wrong.items():
        (tmp_path / "a.pem").write_text(content)
        with pytest.raises(OutputError, match=rf"a\.pem.*{told}.*; give a PEM file"):
            encoded(GREY, "png", Signature(tmp_path / "a.pem"))
    with pytest.raises(OutputError, match=r"gone\.pem cannot be read"):
        encoded(GREY, "png", Signature(tmp_path / "gone.pem"))


def test_signing_without_a_mark_makes_no_sense(signature):
    with pytest.raises(OutputError, match="these colours have none"):
        encoded(GREY, "png", signature, None)


def test_without_the_package_the_cure_is_told(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(OutputError, match=r'checkout: pip install "\.\[c2pa\]"'):
        encoded(GREY, "png", Signature(tmp_path / "a.pem"))
    data = encoded(jpeg_with(None), "jpg", None)
    assert read_provenance(data).credentials == ""
    assert ".[c2pa]" in read_provenance(data + b"jumdc2pa").credentials
