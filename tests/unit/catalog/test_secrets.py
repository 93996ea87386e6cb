"""Sealed credentials: they open for their system, with their key, and for nothing else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from catalog.errors import ConfigurationError
from catalog.secrets import decrypt, encrypt, key_file
from catalog.settings import Settings

SECRET = {"user": "hub", "password": "c4n4ry-口令"}


@example_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(secret=st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4))
def test_what_was_sealed_opens_again_whatever_it_holds(settings: Settings, secret: dict[str, str]) -> None:
    assert decrypt(settings, encrypt(settings, secret, context="police_db"), context="police_db") == secret


def test_a_sealed_secret_shows_nothing_of_itself(settings: Settings) -> None:
    sealed = encrypt(settings, SECRET, context="police_db")
    assert b"c4n4ry" not in sealed
    assert sealed != encrypt(settings, SECRET, context="police_db"), "the same secret never looks the same twice"


def test_a_secret_moved_to_another_system_does_not_open_there(settings: Settings) -> None:
    sealed = encrypt(settings, SECRET, context="police_db")
    with pytest.raises(ConfigurationError) as caught:
        decrypt(settings, sealed, context="health_db")
    assert caught.value.code == "secret_key_wrong"
    assert "c4n4ry" not in str(caught.value)


def test_a_changed_byte_does_not_pass(settings: Settings) -> None:
    sealed = encrypt(settings, SECRET, context="police_db")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(ConfigurationError):
            decrypt(settings, bytes(changed), context="police_db")


def test_another_key_says_that_the_key_is_another(settings: Settings) -> None:
    sealed = encrypt(settings, SECRET, context="police_db")
    (settings.keys_dir / "registry.key").unlink()
    with pytest.raises(ConfigurationError, match="Restore the key"):
        decrypt(settings, sealed, context="police_db")


def test_the_key_is_for_its_owner_only(settings: Settings) -> None:
    encrypt(settings, SECRET, context="police_db")
    key = settings.keys_dir / "registry.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.keys_dir.stat().st_mode) == 0o700
    assert len(key.read_bytes()) == 32
    assert list(settings.keys_dir.iterdir()) == [key], "no half-written key stays behind"


def test_many_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "registry.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: key_file(path, bytes_wanted=32), range(40)))
    assert len(keys) == 1
