import asyncio
import gzip
from collections.abc import Callable
from uuid import uuid4

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from actors import Marketplace
from plaza.reading.entry import Entry, Variant
from plaza.reading.watermarks import Watermark
from plaza.web.caching import Caching
from plaza.web.encodings import ENCODERS, Encoding, encoded, encoding_for
from plaza.web.ready_bytes import ReadyForms

LARGE, SMALL = 15_000, 300

DECODERS: dict[Encoding, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "identity": bytes,
}


@pytest.mark.parametrize(
    ("accepted", "size_bytes", "wanted"),
    [
        (None, LARGE, "identity"),
        (b"", LARGE, "identity"),
        (b"gzip, deflate, br, zstd", LARGE, "zstd"),
        (b"gzip, deflate, br", LARGE, "br"),
        (b"gzip", LARGE, "gzip"),
        (b"x-gzip", LARGE, "gzip"),
        (b"GZIP", LARGE, "gzip"),
        (b"deflate", LARGE, "identity"),
        (b"*", LARGE, "zstd"),
        (b"zstd;q=0, *", LARGE, "br"),
        (b"zstd;q=0.5, gzip;q=0.8, br;q=0.7", LARGE, "gzip"),
        (b"identity, gzip;q=0.5", LARGE, "identity"),
        (b"identity;q=0.5, gzip", LARGE, "gzip"),
        (b"gzip;q=0", LARGE, "identity"),
        (b"gzip;q=0, br;q=0, zstd;q=0, identity;q=0", LARGE, "identity"),
        (b"gzip; q = 0.000", LARGE, "identity"),
        (b"gzip;q=nan, br;q=2, zstd;q=-1", LARGE, "identity"),
        (b"gzip, br, zstd", SMALL, "identity"),
        (b"gzip, identity;q=0", SMALL, "gzip"),
        (b"gzip, *;q=0", SMALL, "gzip"),
        (b"*;q=0", SMALL, "identity"),
        (b"gzip," * 1_000, LARGE, "gzip"),
    ],
)
def test_the_client_chooses_and_plaza_among_equals(
    accepted: bytes | None, size_bytes: int, wanted: Encoding
) -> None:
    assert encoding_for(accepted, size_bytes) == wanted


@given(st.binary(max_size=300), st.integers(0, 20_000))
def test_no_header_is_too_odd(accepted: bytes, size_bytes: int) -> None:
    assert encoding_for(accepted, size_bytes) in ENCODERS


@given(st.binary(max_size=3_000), st.sampled_from(list(ENCODERS)))
def test_what_is_encoded_is_the_same_bytes_each_time(body: bytes, encoding: Encoding) -> None:
    assert DECODERS[encoding](encoded(body, encoding)) == body
    assert encoded(body, encoding) == encoded(body, encoding)


async def test_a_form_is_made_once_for_all_who_wait(marketplace: Marketplace) -> None:
    attached: list[str] = []

    def attach(entry: Entry, encoding: str, variant: Variant) -> None:
        attached.append(encoding)
        entry.variants[encoding] = variant

    forms = ReadyForms(Caching(marketplace.settings), attach)
    body = b"".join(uuid4().hex.encode() for _ in range(1_000))
    entry = Entry(key="k", body=body, tags=(), status=200, at=1, mark=Watermark())

    made = await asyncio.gather(*(forms.of(entry, "br") for _ in range(50)))

    assert attached == ["br"]
    assert all(form is made[0] for form in made)
    assert await forms.of(entry, "br") is made[0]
    assert made[0].etag != (await forms.of(entry, "identity")).etag


async def test_the_document_is_sent_in_the_encoding_that_is_liked_best(
    marketplace: Marketplace,
) -> None:
    client, path = marketplace.client(), "/schema/openapi.json"
    plain = await client.get(path, headers={"accept-encoding": "identity"})
    lines = [("accept-encoding", "deflate"), ("accept-encoding", "br")]
    short = await client.get(path, headers=lines)
    held = {"accept-encoding": "br", "if-none-match": short.headers["etag"]}

    assert "content-encoding" not in plain.headers
    assert (short.headers["content-encoding"], short.json()) == ("br", plain.json())
    assert int(short.headers["content-length"]) < len(plain.content) / 4
    assert short.headers["etag"] != plain.headers["etag"]
    assert (await client.get(path, headers=held)).status_code == 304


async def test_the_accepted_encodings_may_come_in_several_lines(marketplace: Marketplace) -> None:
    client = marketplace.client()
    product = await (await marketplace.a_vendor()).lists_product(description="Oak. " * 500)
    lines = [("accept-encoding", "deflate"), ("accept-encoding", "gzip")]

    async def is_encoded() -> bool:
        answer = await client.get(f"/v1/products/{product['id']}", headers=lines)
        encoding: str | None = answer.headers.get("content-encoding")
        return encoding == "gzip"

    await marketplace.until(is_encoded)
