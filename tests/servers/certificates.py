"""Certificates for mutual TLS, made anew for every run: an authority, a server, a client of the authority, a client
that signed for itself. All of them are valid for a day.
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key, in memory and as PEM files."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    certificate_file: Path
    key_file: Path

    @property
    def files(self) -> tuple[str, str]:
        """Certificate and key as HTTP libraries take them."""
        return str(self.certificate_file), str(self.key_file)

    @property
    def x5c(self) -> str:
        """The certificate as it stands in a JWK."""
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()

    def jwk(self) -> dict[str, object]:
        """The public key as a JWK that carries the certificate."""
        numbers = self.key.public_key().public_numbers()

        def coordinate(value: int) -> str:
            return base64.urlsafe_b64encode(value.to_bytes(32, "big")).rstrip(b"=").decode()

        return {
            "kty": "EC",
            "crv": "P-256",
            "x": coordinate(numbers.x),
            "y": coordinate(numbers.y),
            "x5c": [self.x5c],
        }


@dataclass(frozen=True, slots=True)
class Certificates:
    """Everything that a server with mutual TLS and its clients need."""

    authority: Certificate
    server: Certificate
    client: Certificate
    self_signed: Certificate


def make_certificates(folder: Path) -> Certificates:
    """New keys and certificates, written to `folder`."""
    authority = _issue(folder, "authority", None, is_authority=True)
    return Certificates(
        authority=authority,
        server=_issue(folder, "server", authority, usage=ExtendedKeyUsageOID.SERVER_AUTH),
        client=_issue(folder, "client", authority, usage=ExtendedKeyUsageOID.CLIENT_AUTH),
        self_signed=_issue(folder, "self-signed", None, usage=ExtendedKeyUsageOID.CLIENT_AUTH),
    )


def _issue(
    folder: Path,
    name: str,
    issuer: Certificate | None,
    *,
    is_authority: bool = False,
    usage: x509.ObjectIdentifier | None = None,
) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    signer = key if issuer is None else issuer.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if is_authority:
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    else:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    certificate = builder.sign(signer, hashes.SHA256())
    return _write(Certificate(certificate, key, folder / f"{name}.pem", folder / f"{name}.key"))


def _write(made: Certificate) -> Certificate:
    made.certificate_file.write_bytes(made.certificate.public_bytes(serialization.Encoding.PEM))
    made.key_file.write_bytes(
        made.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made
