# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who we are: the access key and the developer key, from options, the environment or the credentials file."""

from __future__ import annotations

import binascii
import functools
import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._base.errors import CredentialsError
from .._base.text import printable

DEFAULT_FILE = "~/.remoteit/credentials"
DEFAULT_PROFILE = "default"

# Names of the vendor page "Authentication"; the profile and file variables are ours.
ENV_KEY_ID = "R3_ACCESS_KEY_ID"
ENV_SECRET = "R3_SECRET_ACCESS_KEY"
ENV_DEVELOPER_KEY = "R3_DEVELOPER_API_KEY"
ENV_PROFILE = "R3_PROFILE"
ENV_FILE = "R3_CREDENTIALS_FILE"

_SOURCE_LENGTH = 500
_PRINTABLE_WORD = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class Credentials(NamedTuple):
    """An access key: its id and the *key* bytes that sign; *developer_key* is needed by REST only.

    *source* says in words where the access key was found.
    """

    key_id: str
    key: bytes
    developer_key: str | None = None
    source: str = ""

    @property
    def name(self) -> str:
        """Which access key it is, and from where, for messages."""
        return f"{self.key_id} from {self.source}" if self.source else self.key_id

    def __repr__(self) -> str:
        return f"Credentials(key_id={self.key_id!r})"

    def as_record(self) -> dict[str, Any]:
        """A dict for JSON. It holds the keys."""
        return {**self._asdict(), "key": self.key.hex()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Credentials:
        """The inverse of as_record()."""
        return cls(**{**record, "key": bytes.fromhex(record["key"])})


def find_credentials(options: Mapping[str, str | None], environ: Mapping[str, str]) -> Credentials:
    """The credentials that *options*, else *environ*, else the credentials file give.

    *options* may hold ``access_key_id``, ``secret_access_key``, ``developer_key``, ``profile`` and
    ``credentials_file``. The two halves of the access key always come from the same source. A profile or file that is
    asked for by option wins over the environment's key. Raises CredentialsError.
    """
    developer_key = options.get("developer_key") or environ.get(ENV_DEVELOPER_KEY) or None
    source = "the options access_key_id and secret_access_key"
    pair = _pair(
        ("option access_key_id", options.get("access_key_id")),
        ("option secret_access_key", options.get("secret_access_key")),
    )
    if pair is None and not (options.get("profile") or options.get("credentials_file")):
        source = _environment(environ)
        pair = _pair(
            (f"environment variable {ENV_KEY_ID}", environ.get(ENV_KEY_ID)),
            (f"environment variable {ENV_SECRET}", environ.get(ENV_SECRET)),
        )
    if pair is None:
        section, source = _profile(options, environ)
        pair = _pair(
            (f"{ENV_KEY_ID} in {source}", section.get(ENV_KEY_ID)),
            (f"{ENV_SECRET} in {source}", section.get(ENV_SECRET)),
        )
        if pair is None:
            raise CredentialsError(f"{source} has neither {ENV_KEY_ID} nor {ENV_SECRET}.")
        developer_key = options.get("developer_key") or section.get(ENV_DEVELOPER_KEY) or developer_key
    return _credentials(*pair, developer_key, source)


@functools.lru_cache
def _credentials(key_id: str, secret: str, secret_from: str, developer_key: str | None, source: str) -> Credentials:
    """Credentials of the words for them; remembered, because a lookup asks at each evaluation. Raises CredentialsError."""
    _check_word(key_id, "access key id")
    if developer_key is not None:
        developer_key = developer_key.strip()
        _check_word(developer_key, "developer key")
    return Credentials(key_id, decode_secret(secret, secret_from), developer_key, printable(source, _SOURCE_LENGTH))


def decode_secret(text: str, source: str) -> bytes:
    """The HMAC key: base64 in the standard or URL-safe alphabet, padded or not, white space ignored.

    Raises CredentialsError that names *source* and never the value. Both alphabets occur: the vendor's samples use
    the standard one, and its tools, being written for Node.js, accept either.
    """
    compact = "".join(text.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        key = binascii.a2b_base64(compact + "=" * (-len(compact) % 4), strict_mode=True)
    except ValueError:
        key = b""
    if not key:
        raise CredentialsError(f"The secret access key of {source} is not base64: copy it again, whole and unquoted.")
    return key


def _environment(environ: Mapping[str, str]) -> str:
    """The environment as a source, with what it also names, but does not lead to."""
    ignored = [name for name in (ENV_PROFILE, ENV_FILE) if environ.get(name)]
    won = f" (which win over {' and '.join(ignored)})" if ignored else ""
    return f"the environment variables {ENV_KEY_ID} and {ENV_SECRET}{won}"


def _pair(key_id: tuple[str, str | None], secret: tuple[str, str | None]) -> tuple[str, str, str] | None:
    """(key id, secret, name of the secret's source); None when both are missing; an error when one is."""
    (id_from, id_value), (secret_from, secret_value) = key_id, secret
    if id_value and secret_value:
        return id_value.strip(), secret_value, secret_from
    if not id_value and not secret_value:
        return None
    given, missing = (id_from, secret_from) if id_value else (secret_from, id_from)
    raise CredentialsError(f"Half an access key: {given} is set, but {missing} is not; both must come from one source.")


def _check_word(value: str, name: str) -> None:
    # A quote or a control character would break out of the header that carries the value.
    if not _PRINTABLE_WORD.fullmatch(value):
        raise CredentialsError(f"The {name} contains a space, a quote or a character that is not printable ASCII.")


def _profile(options: Mapping[str, str | None], environ: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    """The section of the credentials file and its description for messages."""
    asked = options.get("profile") or environ.get(ENV_PROFILE)
    path = options.get("credentials_file") or environ.get(ENV_FILE)
    text = _read(path or DEFAULT_FILE, required=bool(path or asked))
    if text is None:
        raise CredentialsError(
            "No remote.it credentials: set access_key_id and secret_access_key, or the environment variables "
            f"{ENV_KEY_ID} and {ENV_SECRET}, or write a profile to {DEFAULT_FILE}."
        )
    file = path or DEFAULT_FILE
    profiles = _parse(text, file)
    name = asked or DEFAULT_PROFILE
    for candidate in (name, *(known for known in profiles if known.lower() == name.lower())):
        if candidate in profiles:
            return profiles[candidate], f"profile {candidate} of {file}"
    known_names = ", ".join(sorted(profiles)) or "none"
    raise CredentialsError(f"Profile {name!r} is not in {file}; profiles there: {known_names}.")


def _read(path: str, *, required: bool) -> str | None:
    try:
        with open(os.path.expanduser(path), encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError:
        if not required:
            return None
        raise CredentialsError(
            f"Credentials file {path} does not exist: create it, or name another one by credentials_file."
        ) from None
    except OSError as error:
        raise CredentialsError(f"Credentials file {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CredentialsError(f"Credentials file {path} is not a text file in UTF-8.") from None
    except ValueError:
        raise CredentialsError(f"Credentials file {path!r} cannot be read: no file can have this name.") from None


# A lookup reads the same text at each evaluation.
@functools.lru_cache
def _parse(text: str, path: str) -> Mapping[str, Mapping[str, str]]:
    """Profiles by name. Lines before the first section belong to the default profile, as in the vendor's tools."""
    import configparser  # a ProxyCommand that finds its key in the environment starts faster without

    # An impossible default section makes [DEFAULT] an ordinary profile instead of a fallback for all others.
    parser = configparser.ConfigParser(default_section="\n", interpolation=None, strict=True)
    headerless = not re.search(r"^\s*\[", _first_content_line(text))
    try:
        parser.read_string(f"[{DEFAULT_PROFILE}]\n{text}" if headerless else text)
    except (configparser.DuplicateSectionError, configparser.DuplicateOptionError) as error:
        line = (error.lineno or 0) - headerless
        raise CredentialsError(f"Credentials file {path}, line {line}: the profile or key is there twice.") from None
    except configparser.MissingSectionHeaderError as error:
        raise CredentialsError(f"Credentials file {path}, line {error.lineno}: expected [profile].") from None
    except configparser.ParsingError as error:
        line = error.errors[0][0] - headerless
        raise CredentialsError(f"Credentials file {path}, line {line}: expected NAME=VALUE or [profile].") from None
    return {name: {key.upper(): value for key, value in parser.items(name)} for name in parser.sections()}


def _first_content_line(text: str) -> str:
    for line in text.splitlines():
        if line.strip() and line.strip()[0] not in "#;":
            return line
    return "["
