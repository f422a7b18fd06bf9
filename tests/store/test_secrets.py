"""The instance's key: made once, for its owner alone, and a clear word when it is not the right one."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dateline.errors import StoreError
from dateline.settings import Settings
from dateline.store.secrets import Keyring, key_path


def test_the_key_stands_beside_the_database_unless_told(tmp_path: Path) -> None:
    assert key_path(Settings(database_url="sqlite:////a/b.sqlite")) == Path("/a/secret.key")
    assert key_path(Settings(database_url="postgresql://x")) == Path("var/secret.key")
    assert key_path(Settings(secret_file=tmp_path)) == tmp_path


@pytest.mark.parametrize("secret", ["", "me:pass", "ü:🔑", "me:" + "x" * 10_000, "a\0b\ud800"])
def test_a_secret_comes_back_and_is_not_to_be_read(tmp_path: Path, secret: str) -> None:
    keyring = Keyring(tmp_path / "deep" / "key")
    encrypted = keyring.encrypt(secret)
    assert Keyring(tmp_path / "deep" / "key").decrypt(encrypted) == secret
    assert not secret or secret.encode("utf-8", "surrogatepass") not in encrypted
    assert stat.S_IMODE((tmp_path / "deep" / "key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["key"]


def test_those_who_make_the_key_at_once_have_the_same(tmp_path: Path) -> None:
    def encrypt(number: int) -> bytes:
        return Keyring(tmp_path / "key").encrypt(f"secret {number}")

    with ThreadPoolExecutor(8) as pool:
        encrypted = list(pool.map(encrypt, range(16)))
    assert [Keyring(tmp_path / "key").decrypt(one) for one in encrypted] == [f"secret {n}" for n in range(16)]


@pytest.mark.parametrize("key", [None, b"", b"no key", b"\xff" * 44, b"A" * 44, b"x" * 100_000])
def test_a_key_that_is_not_the_one_is_said_to_be(tmp_path: Path, key: bytes | None) -> None:
    encrypted = Keyring(tmp_path / "right").encrypt("secret")
    if key is not None:
        (tmp_path / "wrong").write_bytes(key)
    with pytest.raises(StoreError) as caught:
        Keyring(tmp_path / "wrong").decrypt(encrypted)
    assert caught.value.code == "store.secret"
    assert "wrong" in caught.value.detail


def test_a_spoilt_secret_is_said_to_be(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "key")
    encrypted = keyring.encrypt("secret")
    for spoilt in (b"", encrypted[:-1], encrypted[:20], b"A" + encrypted, encrypted[::-1]):
        with pytest.raises(StoreError) as caught:
            keyring.decrypt(spoilt)
        assert caught.value.code == "store.secret"


def test_a_folder_that_takes_no_key_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        Keyring(tmp_path / "file" / "key").encrypt("secret")
    assert caught.value.code == "store.secret"
