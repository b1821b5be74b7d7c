"""What stands before a server on the internet: it ends TLS and tells the server who called, and how."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CALLER = "203.0.113.9"


@asynccontextmanager
async def tls_proxy(upstream: int, certificate: Path) -> AsyncIterator[int]:
    """Its port at localhost. `certificate` is written: clients trust it by SSL_CERT_FILE."""
    _write_certificate(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _forward(reader, writer, upstream)
        finally:
            writer.close()

    server = await asyncio.start_server(forward, "localhost", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    from_server, to_server = await asyncio.open_connection("127.0.0.1", upstream)
    to_server.write(_with_forwarding(head))
    sending = asyncio.create_task(_copy(reader, to_server))
    try:
        await _copy(from_server, writer)
    finally:
        sending.cancel()
        to_server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()


def _with_forwarding(head: bytes) -> bytes:
    request, *headers = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    if not any(header.lower().startswith(b"upgrade:") for header in headers):
        # One request for each connection, so that each is seen here.
        headers = [header for header in headers if not header.lower().startswith(b"connection:")]
        headers.append(b"Connection: close")
    headers += [b"X-Forwarded-Proto: https", f"X-Forwarded-For: {CALLER}".encode()]
    return b"\r\n".join([request, *headers]) + b"\r\n\r\n"


def _write_certificate(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
