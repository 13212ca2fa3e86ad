"""Secrets by reference to a vault: read in its newest version, or refused with the reason."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import vault
from engine.counterparties import Counterparties, ProfileNotUsable
from engine.profiles import NoCredential, PayerProfile
from tests.engine.pretend_vault import PretendVault, served

REFERENCE = "vault:secret/huikuan/payer-a#token"
SHIPPED = Path(__file__).resolve().parents[2] / "counterparties"
VARIABLES = ("ADDR", "TOKEN", "TOKEN_FILE", "ROLE_ID", "SECRET_ID", "SECRET_ID_FILE", "NAMESPACE")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[PretendVault]:
    """A vault with one secret, and the variables that lead there."""
    pretend = PretendVault({"huikuan/payer-a": {"token": "from-the-vault\n", "count": 3, "no": ""}})
    server = served(pretend)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    for name in (*VARIABLES, "CACERT"):
        monkeypatch.delenv(f"VAULT_{name}", raising=False)
    monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{server.server_address[1]}/")
    monkeypatch.setenv("VAULT_TOKEN", "good-token")
    vault._LOGINS.clear()
    yield pretend
    server.shutdown()
    thread.join()
    server.server_close()


def payer(folder: Path, reference: str = REFERENCE, url: str = "https://a.example") -> PayerProfile:
    """Payer A, whose token stands somewhere else than in a variable."""
    text = (SHIPPED / "PA" / "profile.toml").read_text("utf-8")
    text = text.replace("env:HUIKUAN_PAYER_A_TOKEN", reference)
    text = text.replace("${HUIKUAN_PAYER_A_URL:-http://127.0.0.1:18104}", url)
    (folder / "PA").mkdir(exist_ok=True)
    (folder / "PA" / "profile.toml").write_text(text, "utf-8")
    return Counterparties.load(folder).payer("PA")


def refused(folder: Path, reference: str = REFERENCE) -> str:
    """What is said of a secret that cannot be had."""
    with pytest.raises(NoCredential) as refusal:
        payer(folder, reference).secret()
    return str(refusal.value)


def test_a_secret_is_read_from_its_place_with_the_token(kept: PretendVault, tmp_path: Path) -> None:
    assert payer(tmp_path).secret().get_secret_value() == "from-the-vault"
    ((method, path, headers),) = kept.asked
    assert (method, path) == ("GET", "/v1/secret/data/huikuan/payer-a")
    assert headers["x-vault-token"] == "good-token"
    assert "x-vault-namespace" not in headers


def test_a_changed_secret_is_read_anew_without_a_restart(
    kept: PretendVault, tmp_path: Path
) -> None:
    assert payer(tmp_path).secret().get_secret_value() == "from-the-vault"
    kept.secrets["huikuan/payer-a"]["token"] = "changed"
    assert payer(tmp_path).secret().get_secret_value() == "changed"


def test_the_namespace_is_told(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_NAMESPACE", "finance/")
    payer(tmp_path).secret()
    assert kept.asked[0][2]["x-vault-namespace"] == "finance/"


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        (
            "vault:secret/huikuan/nobody#token",
            "nothing is stored there, or its newest version was deleted (404)",
        ),
        (
            "vault:other/huikuan/payer-a#token",
            "nothing is stored there, or its newest version was deleted (404)",
        ),
        ("vault:secret/huikuan/payer-a#password", "it has no field password"),
        ("vault:secret/huikuan/payer-a#count", "its field count holds no text"),
        ("vault:secret/huikuan/payer-a#no", "its field no holds no text"),
    ],
)
def test_what_is_not_there_is_told_with_reference_and_reason(
    kept: PretendVault, tmp_path: Path, reference: str, why: str
) -> None:
    assert refused(tmp_path, reference) == f"Counterparty PA: no secret at {reference}: {why}."


def test_a_token_that_may_not_read_is_told_and_not_repeated(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "strange-token")
    told = refused(tmp_path)
    assert told == f"Counterparty PA: no secret at {REFERENCE}: permission denied (403)."


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((503, '{"errors": ["Vault is sealed"]}'), "it is sealed or under maintenance (503)"),
        ((473, "{}"), "it is a standby (473)"),
        ((500, '{"errors": ["from-the-vault"]}'), "it answered (500)"),
        ((307, "http://127.0.0.1:9/v1/secret"), "it answered (307)"),
        ((200, "<html>"), "what answers is no Vault"),
        ((200, "[]"), "what answers is no Vault"),
        ((200, json.dumps({"data": {"token": "v1"}})), "secret is no KV engine of version 2"),
        ((200, json.dumps({"data": {"data": None}})), "secret is no KV engine of version 2"),
    ],
)
def test_an_answer_that_is_none_is_told_without_the_server_s_words(
    kept: PretendVault, tmp_path: Path, answer: tuple[int, str], why: str
) -> None:
    kept.answers.append(answer)
    assert refused(tmp_path) == f"Counterparty PA: no secret at {REFERENCE}: {why}."
    assert len(kept.asked) == 1


def test_a_vault_that_does_not_answer_is_told(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:9")
    assert refused(tmp_path).endswith(f"{REFERENCE}: no answer (ConnectError).")


def test_the_token_never_goes_over_an_open_line(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_ADDR", "http://vault.example:8200")
    assert refused(tmp_path).endswith("VAULT_ADDR must begin with https://.")


def test_a_trusted_authority_that_cannot_be_read_is_told(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_CACERT", str(tmp_path / "nothing.pem"))
    assert refused(tmp_path).endswith("VAULT_CACERT cannot be read.")


def test_without_a_vault_the_pretend_secret_is_used_on_loopback_only(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VAULT_ADDR")
    at_home = payer(tmp_path, url="http://127.0.0.1:18104")
    assert at_home.secret().get_secret_value() == "sandbox-token"
    assert refused(tmp_path).endswith(f"{REFERENCE}: VAULT_ADDR is not set.")


def test_a_vault_that_refuses_is_never_replaced_by_the_pretend_secret(
    kept: PretendVault, tmp_path: Path
) -> None:
    kept.is_sealed = True
    with pytest.raises(NoCredential, match="sealed"):
        payer(tmp_path, url="http://127.0.0.1:18104").secret()


def test_the_token_may_stand_in_a_file(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("VAULT_TOKEN_FILE", str(tmp_path / "token"))
    assert refused(tmp_path).endswith("the file of VAULT_TOKEN_FILE cannot be read.")
    (tmp_path / "token").write_text("good-token\n")
    assert payer(tmp_path).secret().get_secret_value() == "from-the-vault"


def test_a_role_signs_in_once_for_many_secrets_and_again_when_its_token_ends(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("VAULT_ROLE_ID", "huikuan")
    monkeypatch.setenv("VAULT_SECRET_ID", "secret-id")
    kept.roles["huikuan"] = "secret-id"
    for _ in range(3):
        assert payer(tmp_path).secret().get_secret_value() == "from-the-vault"
    assert [path for _, path, _ in kept.asked].count("/v1/auth/approle/login") == 1

    vault._LOGINS.clear()
    kept.lease_s = 10
    payer(tmp_path).secret()
    payer(tmp_path).secret()
    assert [path for _, path, _ in kept.asked].count("/v1/auth/approle/login") == 3


def test_a_role_that_is_refused_is_told_without_its_secret_id(
    kept: PretendVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("VAULT_ROLE_ID", "huikuan")
    assert refused(tmp_path).endswith(
        "set VAULT_TOKEN, VAULT_TOKEN_FILE, or VAULT_ROLE_ID with VAULT_SECRET_ID."
    )
    monkeypatch.setenv("VAULT_SECRET_ID", "wrong-secret-id")
    told = refused(tmp_path)
    assert told.endswith("the login, the request was refused (400).")
    assert "wrong-secret-id" not in told


@pytest.mark.parametrize(
    "reference",
    [
        "vault:secret/payer-a",
        "vault:secret#token",
        "vault:secret/../sys/raw#token",
        "vault:secret/.hidden#token",
        "vault:/secret/payer-a#token",
        "vault:secret/payer-a?version=1#token",
        "vault:secret/payer-a#",
        "hunter2-in-clear",
        "env:PATH",
        "vault:secret/payer a#token",
    ],
)
def test_a_malformed_reference_is_refused_before_anything_is_asked(
    kept: PretendVault, tmp_path: Path, reference: str
) -> None:
    with pytest.raises(ProfileNotUsable, match=r"credential: .*is no reference") as unusable:
        payer(tmp_path, reference)
    assert reference not in str(unusable.value)
    assert kept.asked == []
