# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A private certificate authority and a server that it vouches for."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """A private CA whose certificate is the file *path*; the method server makes what it vouches for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._common_name = "Test CA"
        self._name = _name(self._common_name)
        self._certificate = self._signed(self._name, self._key, None)
        self.path = directory / "ca.pem"
        self.path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, address: str = "127.0.0.1", *, days: int = 1) -> ssl.SSLContext:
        """A context with a certificate for *address*, for *days* from now, which may be over."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._context(key, self._signed(_name(address), key, ipaddress.ip_address(address), days))

    def server_file(self, address: str = "127.0.0.1") -> Path:
        """A file with a key and a certificate for *address*, for a server that is no Python program."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._written(key, self._signed(_name(address), key, ipaddress.ip_address(address), 1))

    def itself(self) -> ssl.SSLContext:
        """A context with the authority's own certificate, which only it has signed."""
        return self._context(self._key, self._certificate)

    def _context(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._written(key, certificate))
        return context

    def _written(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Path:
        path = self._directory / f"{certificate.serial_number}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def hashed_directory(self) -> Path:
        """A directory with the CA's certificate under the name by which OpenSSL looks it up, a hash of its subject."""
        words = self._common_name.lower().encode()
        attribute = b"\x06\x03\x55\x04\x03\x0c" + bytes([len(words)]) + words
        sequence = b"\x30" + bytes([len(attribute)]) + attribute
        canonical = b"\x31" + bytes([len(sequence)]) + sequence
        number = int.from_bytes(hashlib.sha1(canonical).digest()[:4], "little")
        directory = self._directory / "hashed"
        directory.mkdir(exist_ok=True)
        (directory / f"{number:08x}.0").write_bytes(self.path.read_bytes())
        return directory

    def _signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        address: ipaddress.IPv4Address | ipaddress.IPv6Address | None,
        days: int = 1,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + days * DAY)
            .add_extension(x509.BasicConstraints(ca=address is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if address is None:
            builder = builder.add_extension(_usage(), critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage() -> x509.KeyUsage:
    # Python 3.13 insists on it for an authority
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
