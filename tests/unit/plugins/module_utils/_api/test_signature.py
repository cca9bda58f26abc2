# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import base64
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures.algorithms import HMAC_SHA256

from ansible_collections.community.remoteit.plugins.module_utils._api import signature as signature_module
from ansible_collections.community.remoteit.plugins.module_utils._api.signature import (
    RFC9421_LIBRARY,
    signer,
    signing_string,
)
from ansible_collections.community.remoteit.plugins.module_utils._settings.credentials import Credentials, decode_secret
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import CAVAGE, RFC9421
from tests.doubles.material import KEY, KEY_ID, NOW, credentials

VECTORS = json.loads(
    (Path(__file__).parents[3] / "simulator" / "fixtures" / "signature-vectors.json").read_text(encoding="utf-8")
)
# the others sign shorter lists, or what an old library added to them
DOCUMENTED = [
    vector
    for vector in VECTORS
    if f'headers="{" ".join(signature_module.CAVAGE_HEADERS)}"' in vector["expected_headers"].get("Authorization", "")
    and "created=" not in vector["expected_headers"]["Authorization"]
]
# made by the vendor's SDK
SDK = [vector for vector in VECTORS if vector["name"].startswith("rfc9421-sdk-")]
ROOT = Path(__file__).parents[5]
URL = "https://api.remote.it/apv/v27/device/connect"
CATEGORIES = tuple(
    f"LC_{name}"
    for name in (
        *("CTYPE", "COLLATE", "TIME", "MONETARY", "NUMERIC", "MESSAGES"),
        *("PAPER", "NAME", "ADDRESS", "TELEPHONE", "MEASUREMENT", "IDENTIFICATION"),
    )
)


def prepared(url: str = URL, body: bytes = b"{}", *, method: str = "POST", auth: Any = None, **headers: str) -> Any:
    headers = {"Content-Type": "application/json", **headers}
    return requests.Request(method, url, data=body, headers=headers, auth=auth).prepare()


def authorization(request: Any) -> str:
    value: str = request.headers["Authorization"]
    return value


def signed(vector: dict[str, Any], dialect: str) -> Any:
    """The request of a golden vector, prepared and signed here."""
    found = Credentials(vector["key_id"], decode_secret(vector["secret_base64"], "the vector"))
    return requests.Request(
        vector["method"],
        vector["url"],
        data=(vector["body"] or "").encode() or None,
        headers={name: value for name, value in vector["headers"].items() if name != "Date"},
        auth=signer(dialect, found, parsedate_to_datetime(vector["headers"]["Date"]).timestamp()),
    ).prepare()


# -- cavage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", DOCUMENTED, ids=lambda vector: vector["name"])
def test_cavage_gives_the_bytes_of_the_vendors_recipe(vector: dict[str, Any]) -> None:
    request = signed(vector, CAVAGE)
    assert signing_string(request) == vector["signing_string"]
    assert request.headers == {**vector["headers"], **vector["expected_headers"]}


def test_there_are_vectors_for_both_wires_a_port_and_both_spellings_of_a_secret() -> None:
    names = {vector["name"] for vector in DOCUMENTED}
    assert names >= {
        "cavage-connect-post-documented",
        "cavage-graphql-post-documented",
        "cavage-list-get-documented",
        "cavage-connect-post-port",
        "cavage-secret-urlsafe",
        "cavage-secret-unpadded",
    }


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://api.remote.it/a", "api.remote.it", "/a"),
        ("https://api.remote.it:8443/a", "api.remote.it:8443", "/a"),
        ("https://user:word@api.remote.it/a", "api.remote.it", "/a"),
        ("http://[::1]:8123/a", "[::1]:8123", "/a"),
        ("https://api.remote.it/a?cache=false&x=1", "api.remote.it", "/a?cache=false&x=1"),
        ("https://api.remote.it/a b;c", "api.remote.it", "/a%20b;c"),
        ("https://api.remote.it", "api.remote.it", "/"),
    ],
)
def test_cavage_signs_host_and_target_as_they_are_sent(url: str, host: str, target: str) -> None:
    lines = signing_string(prepared(url, Date="D")).split("\n")
    assert lines[0] == f"(request-target): post {target}"
    assert lines[1] == f"host: {host}"


def test_cavage_signs_an_explicit_host_header() -> None:
    assert "host: proxied.example" in signing_string(prepared(Date="D", Host="proxied.example")).split("\n")


def test_cavage_counts_the_bytes_of_a_body_not_its_characters() -> None:
    body = json.dumps({"query": "Müller 日本"}, ensure_ascii=False).encode()
    request = prepared(body=body, auth=signer(CAVAGE, credentials(), NOW))
    assert f"content-length: {len(body)}" in signing_string(request)
    assert request.body == body
    assert len(body) > len(body.decode())


def test_cavage_needs_all_that_it_signs() -> None:
    request = requests.Request("GET", URL, auth=signer(CAVAGE, credentials(), NOW))
    with pytest.raises(KeyError, match="content-type"):
        request.prepare()


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://api.remote.it/apv/v27/device/connect/stop"},
        {"url": "https://api.remot3.it/apv/v27/device/connect"},
        {"body": b"{} "},
        {"method": "PUT"},
        {"Content-Type": "text/plain"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_cavage_depends_on_every_name_of_its_list(change: dict[str, Any]) -> None:
    sign = signer(CAVAGE, credentials(), NOW)
    assert authorization(prepared(auth=sign, **change)) != authorization(prepared(auth=sign))


def test_cavage_depends_on_time_and_key() -> None:
    first = authorization(prepared(auth=signer(CAVAGE, credentials(), NOW)))
    assert first != authorization(prepared(auth=signer(CAVAGE, credentials(), NOW + 1)))
    assert first != authorization(prepared(auth=signer(CAVAGE, credentials(key=KEY[:-1]), NOW)))


# -- RFC 9421 ---------------------------------------------------------------------------------------------------------


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, key: bytes = KEY) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> bytes:
        assert key_id == KEY_ID
        return self.key

    resolve_private_key = resolve_public_key


def verified(request: Any, key: bytes = KEY) -> Any:
    """What the library's own verifier takes from the request; InvalidSignature when it takes nothing."""
    (result,) = HTTPMessageVerifier(signature_algorithm=HMAC_SHA256, key_resolver=Keys(key)).verify(request)
    return result


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (URL, b'{"wait": "true"}'),
        (URL, b""),
        ("https://api.remote.it/graphql/v1", '{"query": "Müller"}'.encode()),
        ("http://127.0.0.1:8123/apv/v27/device/connect", b"{}"),
        ("http://[::1]:8123/apv/v27/device/connect", b"{}"),
        ("https://api.remote.it/apv/v27/device/list/all?cache=false&state=active", b"{}"),
    ],
)
def test_rfc9421_signatures_satisfy_the_librarys_own_verifier(url: str, body: bytes) -> None:
    now = int(time.time())
    request = prepared(url, body, auth=signer(RFC9421, credentials(), now))
    result = verified(request)
    assert result.label == "remoteit"
    covered = [name.strip('"') for name in result.covered_components]
    assert covered == [*signature_module.RFC9421_COMPONENTS, "@signature-params"]
    assert result.parameters["created"] == now
    assert result.parameters["expires"] == now + 300
    assert result.parameters["keyid"] == KEY_ID
    assert result.parameters["alg"] == "hmac-sha256"
    assert request.headers["Date"] == formatdate(now, usegmt=True)


def test_rfc9421_signatures_are_worthless_after_five_minutes() -> None:
    request = prepared(auth=signer(RFC9421, credentials(), time.time() - 320))
    with pytest.raises(InvalidSignature, match="expires"):
        verified(request)


@pytest.mark.parametrize("vector", SDK, ids=lambda vector: vector["name"])
def test_rfc9421_gives_the_bytes_of_the_vendors_sdk(vector: dict[str, Any]) -> None:
    # and no header besides, such as a digest of the body
    assert signed(vector, RFC9421).headers == {**vector["headers"], **vector["expected_headers"]}


def test_rfc9421_has_vectors_for_both_wires_a_query_and_a_port() -> None:
    assert {vector["name"] for vector in SDK} == {
        "rfc9421-sdk-connect-post",
        "rfc9421-sdk-graphql-post",
        "rfc9421-sdk-list-get",
        "rfc9421-sdk-list-get-query",
        "rfc9421-sdk-connect-post-port",
    }


def test_rfc9421_signs_whatever_the_key_is_called() -> None:
    request = prepared(auth=signer(RFC9421, credentials(key_id="a;created=1"), NOW))
    assert ';keyid="a;created=1";alg=' in request.headers["Signature-Input"]


@pytest.mark.parametrize("tampered", ["url", "method", "date", "key"])
def test_rfc9421_signatures_hold_for_one_request_only(tampered: str) -> None:
    request = prepared(auth=signer(RFC9421, credentials(), time.time()))
    if tampered == "url":
        request.url += "/stop"
    elif tampered == "method":
        request.method = "PUT"
    elif tampered == "date":
        request.headers["Date"] = formatdate(time.time() + 60, usegmt=True)
    with pytest.raises(InvalidSignature):
        verified(request, key=KEY[:-1] if tampered == "key" else KEY)


@pytest.mark.parametrize(
    ("module", "source", "library", "cause"),
    [
        ("requests", "raise ModuleNotFoundError('no', name='requests')", "requests>=2.34.2,<3", ""),
        (
            "requests",
            "raise OSError('lib.so.3: no such file')",
            "requests>=2.34.2,<3",
            "OSError: lib.so.3: no such file",
        ),
        ("urllib3", "raise SystemError", "requests>=2.34.2,<3", "SystemError"),
        ("requests_http_signature", "raise ModuleNotFoundError('', name=__name__)", RFC9421_LIBRARY.requirement, ""),
        (
            "http_message_signatures",
            "raise AttributeError('no such thing.')",
            RFC9421_LIBRARY.requirement,
            "AttributeError: no such thing",
        ),
        ("cryptography", "raise SystemExit(3)", RFC9421_LIBRARY.requirement, "SystemExit: 3"),
        # as it is in use only
        (
            "requests_http_signature",
            "class HTTPSignatureAuth:\n def __init__(self, **_): raise TypeError('old')\nclass algorithms: HMAC_SHA256 = 1",
            RFC9421_LIBRARY.requirement,
            "TypeError: old",
        ),
    ],
)
def test_a_library_that_is_missing_or_broken_is_named_with_the_cause_before_anything_is_sent(
    tmp_path: Path, module: str, source: str, library: str, cause: str
) -> None:
    (tmp_path / f"{module}.py").write_text(source)
    code = (
        "from ansible_collections.community.remoteit.plugins.module_utils._api import dialects, throttle, transport\n"
        "from ansible_collections.community.remoteit.plugins.module_utils._base import clock, errors\n"
        "from tests.doubles import material\n"
        "for signature in ('auto', 'rfc9421', 'cavage'):\n"
        "    try:\n"
        "        settings, learnt = material.settings(signature=signature), dialects.Dialects()\n"
        "        transport.Transport(settings, clock.Clock(), print, learnt, throttle.Throttle())\n"
        "    except errors.MissingLibraryError as error:\n"
        "        print([signature, error.library, error.cause, str(error)])\n"
    )
    said = [ast.literal_eval(line) for line in _python(code, tmp_path, ROOT).splitlines()]
    # one dialect needs no library of its own
    unusable = ("auto", "rfc9421", "cavage") if "requests>" in library else ("auto", "rfc9421")
    assert [line[:3] for line in said] == [[signature, library, cause] for signature in unusable]
    for line in said:
        assert "\n" not in line[3] and library in line[3] and cause in line[3]


@pytest.mark.parametrize("version", ["0.7.1", "1.0.0", "3.0.0", "20.1"])
def test_rfc9421_refuses_every_other_major_version_of_its_library(version: str, tmp_path: Path) -> None:
    metadata = tmp_path / f"requests_http_signature-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: requests-http-signature\nVersion: {version}\n")
    code = (
        "from ansible_collections.community.remoteit.plugins.module_utils._api import signature\n"
        "from ansible_collections.community.remoteit.plugins.module_utils._base import errors\n"
        "try:\n"
        "    signature.check_library('auto')\n"
        "except errors.MissingLibraryError as error:\n"
        "    print(error.cause)\n"
    )
    assert _python(code, tmp_path) == f"ImportError: its version is {version}"


# -- both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", [CAVAGE, RFC9421])
def test_each_signature_is_made_afresh(dialect: str) -> None:
    request = prepared(auth=signer(dialect, credentials(), NOW))
    again = prepared(auth=signer(dialect, credentials(), NOW + 60))
    assert again.headers["Date"] == formatdate(NOW + 60, usegmt=True)
    name = "Authorization" if dialect == CAVAGE else "Signature"
    assert again.headers[name] != request.headers[name]
    if dialect == RFC9421:
        assert f"created={NOW + 60:.0f}" in again.headers["Signature-Input"]
        assert f"created={NOW:.0f}" not in again.headers["Signature-Input"]


@pytest.mark.parametrize("dialect", [CAVAGE, RFC9421])
def test_the_date_is_the_given_time_not_this_machines(dialect: str) -> None:
    assert prepared(auth=signer(dialect, credentials(), NOW)).headers["Date"] == "Tue, 03 Feb 2026 04:05:06 GMT"


@pytest.mark.parametrize("dialect", [CAVAGE, RFC9421])
def test_one_signer_serves_many_threads(dialect: str) -> None:
    sign = signer(dialect, credentials(), NOW)
    urls = [f"{URL}/{number}" for number in range(24)]
    name = "Authorization" if dialect == CAVAGE else "Signature"
    alone = [prepared(url, auth=signer(dialect, credentials(), NOW)).headers[name] for url in urls]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda url: prepared(url, auth=sign).headers[name], urls * 5))
    assert together == alone * 5
    assert len(set(alone)) == len(urls)


@pytest.mark.parametrize("dialect", [CAVAGE, RFC9421])
def test_neither_the_secret_nor_the_key_is_sent(dialect: str) -> None:
    request = prepared(auth=signer(dialect, credentials(), NOW))
    sent = f"{request.url} {dict(request.headers)} {request.body!r}"
    assert KEY.decode() not in sent
    assert base64.b64encode(KEY).decode() not in sent


@pytest.mark.skipif(
    shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/de_DE").exists(),
    reason="no sources of a locale that is not English",
)
def test_the_date_is_english_and_gmt_whatever_the_locale(tmp_path: Path) -> None:
    # the sorting tables of the whole locale would take seconds to build
    copied = {category: "POSIX" if category in ("LC_CTYPE", "LC_COLLATE") else "de_DE" for category in CATEGORIES}
    source = tmp_path / "source"
    source.write_text("".join(f'{name}\ncopy "{origin}"\nEND {name}\n' for name, origin in copied.items()))
    subprocess.run(
        ["localedef", "-i", source, "-f", "UTF-8", tmp_path / "de_DE.UTF-8"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    code = (
        "import locale, time, requests\n"
        "from ansible_collections.community.remoteit.plugins.module_utils._api import signature\n"
        "from ansible_collections.community.remoteit.plugins.module_utils._settings import credentials\n"
        "locale.setlocale(locale.LC_ALL, 'de_DE.UTF-8')\n"
        "key = credentials.Credentials('K', b'k')\n"
        "print(time.strftime('%a', time.gmtime(1767225600.0)))\n"
        "for dialect in ('cavage', 'rfc9421'):\n"
        "    sign = signature.signer(dialect, key, 1767225600.0)\n"
        f"    print(requests.Request('POST', '{URL}', json={{}}, auth=sign).prepare().headers['Date'])\n"
    )
    environment = {"LOCPATH": str(tmp_path), "LC_ALL": "de_DE.UTF-8", "TZ": "Europe/Berlin"}
    assert _python(code, **environment).splitlines() == ["Do", *["Thu, 01 Jan 2026 00:00:00 GMT"] * 2]


def _python(code: str, *path: Path, **environment: str) -> str:
    """What *code* prints in an interpreter of its own that finds modules in *path* first."""
    search = os.pathsep.join([*map(str, path), os.environ["ANSIBLE_COLLECTIONS_PATH"]])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": search, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
