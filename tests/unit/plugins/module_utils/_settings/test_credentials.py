# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import CredentialsError
from ansible_collections.community.remoteit.plugins.module_utils._settings.credentials import (
    Credentials,
    decode_secret,
    find_credentials,
)
from tests.doubles.material import DEVELOPER_KEY, KEY, KEY_ID, SECRET
from tests.doubles.processes import as_other_user

# A second access key: every source gives another one, so that a mixture shows.
OTHER_ID = "OTHEROTHEROTHEROTHER"
OTHER_KEY = b"another key of thirty bytes ..."
OTHER_SECRET = base64.b64encode(OTHER_KEY).decode()
FILE_ID = "FILEFILEFILEFILEFILE"
FILE_KEY = b"a key that came from a file ..."
FILE_SECRET = base64.b64encode(FILE_KEY).decode()

OPTIONS = {"access_key_id": KEY_ID, "secret_access_key": SECRET}
ENVIRON = {"R3_ACCESS_KEY_ID": OTHER_ID, "R3_SECRET_ACCESS_KEY": OTHER_SECRET}
FILE = f"R3_ACCESS_KEY_ID={FILE_ID}\nR3_SECRET_ACCESS_KEY={FILE_SECRET}\n"

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a credentials file and returns its path."""

    def written(content: str | bytes) -> str:
        path = tmp_path / "credentials"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return written


def profile(name: str, key_id: str, secret: str = FILE_SECRET, more: str = "") -> str:
    return f"[{name}]\nR3_ACCESS_KEY_ID={key_id}\nR3_SECRET_ACCESS_KEY={secret}\n{more}"


def from_file(path: str, name: str | None = None) -> Credentials:
    return find_credentials({"credentials_file": path, "profile": name}, {})


# -- which source -----------------------------------------------------------------------------------------------------


def test_options_win_over_the_environment_and_the_file(write: Write) -> None:
    found = find_credentials({**OPTIONS, "credentials_file": write(FILE)}, ENVIRON)
    assert (found.key_id, found.key) == (KEY_ID, KEY)


@pytest.mark.parametrize(
    ("options", "environ", "source"),
    [
        (OPTIONS, ENVIRON, "the options access_key_id and secret_access_key"),
        ({}, ENVIRON, "the environment variables R3_ACCESS_KEY_ID and R3_SECRET_ACCESS_KEY"),
        (
            {},
            {**ENVIRON, "R3_PROFILE": "lab"},
            "the environment variables R3_ACCESS_KEY_ID and R3_SECRET_ACCESS_KEY (which win over R3_PROFILE)",
        ),
        (
            {},
            {**ENVIRON, "R3_PROFILE": "lab", "R3_CREDENTIALS_FILE": "/keys"},
            "the environment variables R3_ACCESS_KEY_ID and R3_SECRET_ACCESS_KEY "
            "(which win over R3_PROFILE and R3_CREDENTIALS_FILE)",
        ),
        ({"credentials_file": "FILE"}, ENVIRON, "profile DEFAULT of FILE"),
        ({"profile": "lab"}, {**ENVIRON, "R3_CREDENTIALS_FILE": "FILE"}, "profile Lab of FILE"),
        ({}, {"R3_PROFILE": "lab", "R3_CREDENTIALS_FILE": "FILE"}, "profile Lab of FILE"),
    ],
)
def test_a_key_tells_where_it_came_from_and_never_its_secret(
    write: Write, options: dict[str, str], environ: dict[str, str], source: str
) -> None:
    path = write(profile("DEFAULT", FILE_ID) + profile("Lab", FILE_ID))

    def placed(texts: dict[str, str]) -> dict[str, str]:
        return {name: text.replace("FILE", path) if text == "FILE" else text for name, text in texts.items()}

    found = find_credentials(placed(options), placed(environ))
    assert found.source == source.replace("of FILE", f"of {path}")
    assert found.name == f"{found.key_id} from {found.source}"
    assert not any(secret in found.name for secret in (SECRET, OTHER_SECRET, FILE_SECRET))


def test_options_win_over_a_profile(write: Write) -> None:
    path = write(profile("lab", FILE_ID))
    found = find_credentials({**OPTIONS, "profile": "lab", "credentials_file": path}, {})
    assert found.key_id == KEY_ID


def test_the_environment_wins_over_the_file(home: Path) -> None:
    _default_file(home, FILE)
    found = find_credentials({}, ENVIRON)
    assert (found.key_id, found.key) == (OTHER_ID, OTHER_KEY)


def test_a_profile_asked_for_by_option_wins_over_the_environments_key(write: Write) -> None:
    path = write(profile("lab", FILE_ID))
    found = find_credentials({"profile": "lab", "credentials_file": path}, ENVIRON)
    assert (found.key_id, found.key) == (FILE_ID, FILE_KEY)


def test_a_profile_named_by_the_environment_does_not_win_over_its_key(write: Write) -> None:
    path = write(profile("lab", FILE_ID))
    found = find_credentials({}, {**ENVIRON, "R3_CREDENTIALS_FILE": path, "R3_PROFILE": "lab"})
    assert found.key_id == OTHER_ID


def test_a_file_asked_for_by_option_wins_over_the_key_of_the_environment(write: Write) -> None:
    path = write(profile("lab", FILE_ID))
    found = find_credentials({"credentials_file": path}, {**ENVIRON, "R3_PROFILE": "lab"})
    assert found.key_id == FILE_ID


def test_the_file_is_the_last_source(home: Path) -> None:
    _default_file(home, FILE)
    found = find_credentials({}, {})
    assert (found.key_id, found.key) == (FILE_ID, FILE_KEY)


def test_empty_values_count_as_missing(home: Path) -> None:
    _default_file(home, FILE)
    options = {"access_key_id": "", "secret_access_key": None, "profile": "", "credentials_file": ""}
    environ = {"R3_ACCESS_KEY_ID": "", "R3_SECRET_ACCESS_KEY": "", "R3_PROFILE": "", "R3_CREDENTIALS_FILE": ""}
    assert find_credentials(options, environ).key_id == FILE_ID


def test_the_profile_and_the_file_may_be_named_by_the_environment(write: Write) -> None:
    path = write(profile("lab", FILE_ID) + profile("default", OTHER_ID))
    assert find_credentials({}, {"R3_CREDENTIALS_FILE": path, "R3_PROFILE": "lab"}).key_id == FILE_ID
    assert find_credentials({}, {"R3_CREDENTIALS_FILE": path}).key_id == OTHER_ID


def test_the_options_of_profile_and_file_win_over_the_environments(write: Write, tmp_path: Path) -> None:
    path = write(profile("lab", FILE_ID) + profile("plant", OTHER_ID))
    environ = {"R3_CREDENTIALS_FILE": str(tmp_path / "none"), "R3_PROFILE": "plant"}
    assert find_credentials({"credentials_file": path, "profile": "lab"}, environ).key_id == FILE_ID


def test_a_tilde_in_the_path_is_home(home: Path) -> None:
    (home / "elsewhere").write_text(FILE)
    assert from_file("~/elsewhere").key_id == FILE_ID


@pytest.mark.parametrize(
    ("options", "environ", "file", "given", "missing"),
    [
        ({"access_key_id": KEY_ID}, ENVIRON, FILE, "option access_key_id", "option secret_access_key"),
        ({"secret_access_key": SECRET}, ENVIRON, FILE, "option secret_access_key", "option access_key_id"),
        ({}, {"R3_ACCESS_KEY_ID": OTHER_ID}, FILE, "variable R3_ACCESS_KEY_ID", "variable R3_SECRET_ACCESS_KEY"),
        ({}, {"R3_SECRET_ACCESS_KEY": OTHER_SECRET}, FILE, "variable R3_SECRET_ACCESS_KEY", "R3_ACCESS_KEY_ID"),
        ({}, {}, f"R3_ACCESS_KEY_ID={FILE_ID}\n", "R3_ACCESS_KEY_ID in profile default", "R3_SECRET_ACCESS_KEY in"),
        ({}, {}, f"R3_SECRET_ACCESS_KEY={FILE_SECRET}\n", "R3_SECRET_ACCESS_KEY in profile", "R3_ACCESS_KEY_ID in"),
        ({}, {}, f"R3_ACCESS_KEY_ID={FILE_ID}\nR3_SECRET_ACCESS_KEY=\n", "R3_ACCESS_KEY_ID in", "R3_SECRET_ACCESS"),
    ],
)
def test_halves_of_different_sources_never_make_a_key(
    options: dict[str, str | None], environ: dict[str, str], file: str, given: str, missing: str, home: Path
) -> None:
    _default_file(home, file)
    message = _refused(options, environ)
    assert message.startswith("Half an access key: ")
    before, _set, after = message.partition(" is set, but ")
    assert given in before and missing in after
    assert not {SECRET, OTHER_SECRET, FILE_SECRET} & set(message.split())


def test_nothing_at_all_names_every_way_to_give_a_key() -> None:
    message = _refused({}, {})
    for way in ("access_key_id", "secret_access_key", "R3_ACCESS_KEY_ID", "R3_SECRET_ACCESS_KEY", ".remoteit/cred"):
        assert way in message


def test_a_profile_without_any_key_says_so(write: Write) -> None:
    path = write("[default]\nR3_DEVELOPER_API_KEY=D\n")
    message = _refused({"credentials_file": path}, {})
    assert message == f"profile default of {path} has neither R3_ACCESS_KEY_ID nor R3_SECRET_ACCESS_KEY."


# -- the developer key ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "environ", "file", "expected"),
    [
        ("O", "E", "F", "O"),
        (None, "E", "F", "F"),
        (None, "E", None, "E"),
        (None, None, "F", "F"),
        (None, None, None, None),
        ("", "", None, None),
    ],
)
def test_the_developer_key_of_a_file_belongs_to_its_access_key(
    option: str | None, environ: str | None, file: str | None, expected: str | None, write: Write
) -> None:
    path = write(FILE + (f"R3_DEVELOPER_API_KEY={file}\n" if file else ""))
    variables = {} if environ is None else {"R3_DEVELOPER_API_KEY": environ}
    assert find_credentials({"developer_key": option, "credentials_file": path}, variables).developer_key == expected


@pytest.mark.parametrize(("option", "environ", "expected"), [("O", "E", "O"), (None, "E", "E"), (None, None, None)])
def test_the_developer_key_beside_an_access_key_of_the_options(
    option: str | None, environ: str | None, expected: str | None
) -> None:
    variables = {} if environ is None else {"R3_DEVELOPER_API_KEY": environ}
    assert find_credentials({**OPTIONS, "developer_key": option}, variables).developer_key == expected


# -- the secret -------------------------------------------------------------------------------------------------------

# its base64 has both characters in which the alphabets differ
AWKWARD = bytes.fromhex("fbf0ffbefffe00c3bf3e0a3f3efa") + bytes(16)
STANDARD = base64.b64encode(AWKWARD).decode()
URL_SAFE = base64.urlsafe_b64encode(AWKWARD).decode()


def test_the_awkward_key_needs_every_care() -> None:
    assert {"+", "/"} <= set(STANDARD) and {"-", "_"} <= set(URL_SAFE) and b"\0" in AWKWARD and b"\n" in AWKWARD


@pytest.mark.parametrize(
    "text",
    [
        STANDARD,
        URL_SAFE,
        # both alphabets in one secret
        STANDARD.replace("+", "-", 1),
        f"  {STANDARD}\n",
        f"{URL_SAFE}\r\n",
        "\n".join([STANDARD[:20], STANDARD[20:]]),
        f"\t{URL_SAFE[:7]} {URL_SAFE[7:]}",
        f"{STANDARD}====",
        f"{STANDARD}= =\n",
    ],
)
def test_a_secret_is_read_in_either_alphabet_and_with_any_white_space(text: str) -> None:
    assert decode_secret(text, "x") == AWKWARD


@pytest.mark.parametrize("length", [1, 2, 3, 4, 29, 30, 31, 32])
def test_padding_may_be_there_or_not(length: int) -> None:
    key = bytes(range(200, 200 + length))
    padded = base64.b64encode(key).decode()
    assert decode_secret(padded, "x") == decode_secret(padded.rstrip("="), "x") == key


@given(st.binary(min_size=1, max_size=64), st.booleans(), st.booleans())
def test_every_key_survives_in_every_spelling(key: bytes, url_safe: bool, padded: bool) -> None:
    text = (base64.urlsafe_b64encode if url_safe else base64.b64encode)(key).decode()
    assert decode_secret(text if padded else text.rstrip("="), "x") == key


BAD_SECRETS = [
    SECRET + "A",
    SECRET[:-3] + "!",
    f'"{SECRET}"',
    f"'{SECRET}'",
    SECRET[:10] + "=" + SECRET[10:],
    SECRET[:20] + "…" + SECRET[20:],
    SECRET + " # mine",
    "Zm9v,YmFy",
    "\ud800" + SECRET,
    "x",
]


@pytest.mark.parametrize("secret", BAD_SECRETS)
def test_a_secret_that_is_not_base64_is_refused_and_never_shown(secret: str) -> None:
    message = _refused({"access_key_id": KEY_ID, "secret_access_key": secret}, {})
    assert message == (
        "The secret access key of option secret_access_key is not base64: copy it again, whole and unquoted."
    )


@pytest.mark.parametrize("secret", ["=", "====", "   ", "\n"])
def test_a_secret_of_nothing_is_refused(secret: str) -> None:
    assert "secret access key of option secret_access_key" in _refused({**OPTIONS, "secret_access_key": secret}, {})


def test_a_bad_secret_names_its_source(write: Write) -> None:
    path = write(profile("default", FILE_ID, "not!base64"))
    message = _refused({"credentials_file": path}, {})
    assert f"R3_SECRET_ACCESS_KEY in profile default of {path}" in message
    assert "not!base64" not in message
    assert "environment variable R3_SECRET_ACCESS_KEY" in _refused({}, {**ENVIRON, "R3_SECRET_ACCESS_KEY": "n!"})


def test_no_secret_is_in_the_representation() -> None:
    shown = repr(find_credentials({**OPTIONS, "developer_key": DEVELOPER_KEY}, {}))
    assert KEY_ID in shown
    assert SECRET not in shown and KEY.decode() not in shown and DEVELOPER_KEY not in shown


# -- key id and developer key -----------------------------------------------------------------------------------------

HOSTILE_WORDS = ['A"B', "A\\B", "A B", "A\nB", "A\r\nX-Header: 1", "A\0B", "Ä", "A\x7f", "\N{ZERO WIDTH SPACE}A"]


@pytest.mark.parametrize("word", HOSTILE_WORDS)
@pytest.mark.parametrize(("option", "name"), [("access_key_id", "access key id"), ("developer_key", "developer key")])
def test_what_would_break_out_of_a_header_is_refused(option: str, name: str, word: str) -> None:
    assert f"The {name} contains" in _refused({**OPTIONS, option: word}, {})


@pytest.mark.parametrize("option", ["access_key_id", "developer_key"])
@pytest.mark.parametrize("space", ["\n", " ", "\r\n"])
def test_white_space_around_a_key_is_left_out(option: str, space: str) -> None:
    found = find_credentials({**OPTIONS, option: f"{space}{KEY_ID}{space}"}, {})
    assert KEY_ID in (found.key_id, found.developer_key)
    assert not any(value and value != value.strip() for value in (found.key_id, found.developer_key))


# -- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        FILE,
        profile("default", FILE_ID),
        profile("DEFAULT", FILE_ID),
        profile("Default", FILE_ID),
        # as the vendor's application downloads it
        f"[DEFAULT]\n# someone@example.com\nR3_ACCESS_KEY_ID={FILE_ID}\nR3_SECRET_ACCESS_KEY={FILE_SECRET}",
        f"# someone@example.com\n\n; another comment\n{FILE}",
        f"\n\n  # indented\n{FILE}",
        "\ufeff" + FILE,
        "\ufeff" + profile("DEFAULT", FILE_ID),
        FILE.replace("\n", "\r\n"),
        profile("default", FILE_ID).replace("\n", "\r\n"),
        FILE.replace("=", " = ", 1),
        FILE.replace("=", ": ", 1),
        FILE.replace("R3_ACCESS_KEY_ID", "r3_access_key_id"),
        f"SOMETHING_ELSE=%(x)s %\n{FILE}",
        profile("other", OTHER_ID, OTHER_SECRET) + profile("default", FILE_ID),
        # headerless lines are the default profile also when sections follow
        FILE + profile("other", OTHER_ID, OTHER_SECRET),
    ],
)
def test_the_default_profile_is_found_in_every_form_of_the_file(text: str, write: Write) -> None:
    found = from_file(write(text))
    assert (found.key_id, found.key) == (FILE_ID, FILE_KEY)


def test_default_is_an_ordinary_profile_that_leaks_into_no_other(write: Write) -> None:
    path = write(f"{profile('DEFAULT', FILE_ID, more='R3_DEVELOPER_API_KEY=D')}\n[half]\nR3_ACCESS_KEY_ID={OTHER_ID}\n")
    assert "R3_SECRET_ACCESS_KEY in profile half" in _refused({"credentials_file": path, "profile": "half"}, {})
    path = write(f"{profile('DEFAULT', FILE_ID, more='R3_DEVELOPER_API_KEY=D')}\n{profile('whole', OTHER_ID)}")
    assert from_file(path, "whole").developer_key is None
    assert from_file(path).developer_key == "D"


def test_a_profile_is_found_exactly_first_then_in_any_case(write: Write) -> None:
    path = write(profile("LAB", OTHER_ID) + profile("lab", FILE_ID) + profile("Plant", KEY_ID))
    assert from_file(path, "lab").key_id == FILE_ID
    assert from_file(path, "LAB").key_id == OTHER_ID
    assert from_file(path, "pLANT").key_id == KEY_ID
    # none is exact: the first of the file
    assert from_file(path, "Lab").key_id == OTHER_ID


def test_a_profile_that_is_missing_lists_those_that_exist(write: Write) -> None:
    path = write(profile("plant", FILE_ID) + profile("lab", OTHER_ID))
    message = _refused({"credentials_file": path, "profile": "labor"}, {})
    assert message == f"Profile 'labor' is not in {path}; profiles there: lab, plant."


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "\ufeff"])
def test_an_empty_file_has_no_profiles(text: str, write: Write) -> None:
    path = write(text)
    assert _refused({"credentials_file": path}, {}).endswith(f"is not in {path}; profiles there: none.")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (profile("default", FILE_ID) + "stray SECRETWORD\n", 4),
        (FILE + "stray SECRETWORD\n", 3),
        (f"# comment\nstray SECRETWORD\n{FILE}", 2),
        (FILE + f"R3_SECRET_ACCESS_KEY={SECRET}SECRETWORD\n", 3),
        (profile("default", FILE_ID) + profile("default", OTHER_ID, "SECRETWORD"), 4),
        (profile("lab", FILE_ID, more="r3_secret_access_key=SECRETWORD\n"), 4),
        (f"{FILE}=SECRETWORD\n", 3),
        ("[default SECRETWORD\n" + FILE, 1),
        (f"# comment\n[]\n{FILE}SECRETWORD=SECRETWORD\n", 2),
    ],
)
def test_a_malformed_file_names_the_line_and_not_what_is_in_it(text: str, line: int, write: Write) -> None:
    path = write(text)
    message = _refused({"credentials_file": path}, {})
    assert message.startswith(f"Credentials file {path}, line {line}: ")
    assert "SECRETWORD" not in message
    assert SECRET not in message and FILE_SECRET not in message


def test_a_directory_in_place_of_the_file(tmp_path: Path) -> None:
    message = _refused({"credentials_file": str(tmp_path)}, {})
    assert message == f"Credentials file {tmp_path} cannot be read: Is a directory."


def test_a_file_that_we_may_not_read(write: Write) -> None:
    path = write(FILE)
    os.chmod(path, 0)
    message = as_other_user(lambda: _refused({"credentials_file": path}, {}))
    assert message == f"Credentials file {path} cannot be read: Permission denied."


@pytest.mark.parametrize(
    "content", [FILE.encode() + b"\xff\xfe", FILE.encode("utf-16"), "R3_PROFILE=ä".encode("latin-1")]
)
def test_a_file_that_is_not_text(content: bytes, write: Write) -> None:
    path = write(content)
    assert _refused({"credentials_file": path}, {}) == f"Credentials file {path} is not a text file in UTF-8."


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        ({"credentials_file": "~/none"}, {}),
        ({}, {"R3_CREDENTIALS_FILE": "~/none"}),
        ({"credentials_file": "~/none", "profile": "lab"}, {}),
    ],
)
def test_a_file_that_was_asked_for_must_exist(options: dict[str, str | None], environ: dict[str, str]) -> None:
    assert (
        _refused(options, environ)
        == "Credentials file ~/none does not exist: create it, or name another one by credentials_file."
    )


@pytest.mark.parametrize(("options", "environ"), [({"profile": "lab"}, {}), ({}, {"R3_PROFILE": "lab"})])
def test_a_profile_that_was_asked_for_needs_the_file(options: dict[str, str | None], environ: dict[str, str]) -> None:
    assert _refused(options, environ) == (
        "Credentials file ~/.remoteit/credentials does not exist: create it, or name another one by credentials_file."
    )


def test_a_path_with_a_null_character_is_refused_like_any_other() -> None:
    assert _refused({"credentials_file": "/a\0b"}, {}).startswith("Credentials file ")


# -- any file at all --------------------------------------------------------------------------------------------------

# what configparser, str.splitlines and the vendor's tools each see as the start or the end of something
PIECES = st.sampled_from(
    [
        *("[", "]", "[default]", "[DEFAULT]", "[lab]", "[]", "[\n]", "=", ":", "#", ";", "%(x)s", "%", " ", "\t", "\\"),
        *("\n", "\n\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\ufeff", "\0", "ß", "\ud7ff", '"'),
        *("R3_ACCESS_KEY_ID", "R3_SECRET_ACCESS_KEY", "R3_DEVELOPER_API_KEY", "r3_access_key_id"),
        *(KEY_ID, SECRET, SECRET, FILE, f"R3_ACCESS_KEY_ID={KEY_ID}\n", f"R3_SECRET_ACCESS_KEY={SECRET}\n"),
        *(DEVELOPER_KEY, f"R3_DEVELOPER_API_KEY={DEVELOPER_KEY}\n", profile("lab", KEY_ID, SECRET), "x" * 100_000),
    ]
)
TEXTS = st.one_of(
    st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=16).map("".join), st.text(), st.binary(max_size=60)
)
ENCODINGS = st.sampled_from(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp037"])


@settings(max_examples=150)
@given(content=TEXTS, name=st.sampled_from([None, "default", "lab", "x"]), encoding=ENCODINGS)
@example(content="[default\nR3_SECRET_ACCESS_KEY=" + SECRET, name=None, encoding="utf-8")
@example(
    content=f"R3_ACCESS_KEY_ID={KEY_ID}\nR3_SECRET_ACCESS_KEY={SECRET}\nR3_DEVELOPER_API_KEY=a\n b",
    name=None,
    encoding="utf-8",
)
def test_any_file_gives_credentials_or_an_error_without_the_secret(
    content: str | bytes, name: str | None, encoding: str, fuzz_file: Path
) -> None:
    fuzz_file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding, "replace"))
    try:
        found = from_file(str(fuzz_file), name)
    except CredentialsError as caught:
        error = caught
    else:
        assert found.key_id and found.key
        assert found.key_id.isascii() and found.key_id.isprintable()
        return
    # the names of profiles are shown, so what stands there cannot be a secret
    said = str(error).partition("; profiles there: ")[0]
    assert SECRET not in said and DEVELOPER_KEY not in said
    assert len(said) < 500
    # configparser's errors quote the line
    assert error.__context__ is None or error.__suppress_context__


@pytest.fixture(scope="module")
def fuzz_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "credentials"


def _default_file(home: Path, text: str) -> None:
    (home / ".remoteit").mkdir()
    (home / ".remoteit" / "credentials").write_text(text)


def _refused(options: dict[str, str | None], environ: dict[str, str]) -> str:
    with pytest.raises(CredentialsError) as caught:
        find_credentials(options, environ)
    return str(caught.value)
