"""docker-compose.yml against the code: no container engine runs here, so it is compared."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from sqlalchemy import make_url

from api.options import ApiOptions
from engine.queues import ALL
from engine.settings import Settings
from tests.house.checkout import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"migrate", "schedules", "api", "worker-cases", "worker-bots", "worker-documents"}
TEMPORAL = {"postgres", "temporal", "temporal-schema", "temporal-namespace", "temporal-ui"}
PRETEND = {
    "erp": 18101,
    "carrier": 18102,
    "tax": 18103,
    "payer_a": 18104,
    "payer_b": 18105,
    "pay_channel": 18106,
    "bank": 18107,
    "acquirer": 18108,
}
OWNER_URL = "HUIKUAN_OWNER_DATABASE_URL"
"""Read by nobody under this name: the job that makes the tables finds it as its own address."""
OWNER_S_SECRETS = [
    {"source": "huikuan_owner_database_url", "target": "huikuan_database_url"},
    "huikuan_payload_keys",
]
JOBS = {"migrate", "schedules", "temporal-schema", "temporal-namespace"}
SANDBOX_SETTINGS = {"TOKEN", "PORTAL_PASSWORD", "WEBHOOK_SECRET", "WEBHOOK_URL", "BANK_URL"}


def known_variables() -> set[str]:
    """Every HUIKUAN_ variable that some line of ours reads."""
    fields = {*Settings.model_fields, *ApiOptions.model_fields}
    names = {f"HUIKUAN_{name.upper()}" for name in fields} | {"HUIKUAN_SECRETS_FOLDER"}
    for name in ("profile", "paychannel"):
        for file in (ROOT / "counterparties").glob(f"*/{name}.toml"):
            names |= set(re.findall(r"HUIKUAN_[A-Z0-9_]+", file.read_text("utf-8")))
    return names


def secret_variables() -> set[str]:
    """Variables that the code keeps secret: typed so, or referenced as credentials."""
    names = {"HUIKUAN_DATABASE_URL", OWNER_URL}
    for model in (Settings, ApiOptions):
        for name, field in model.model_fields.items():
            if "Secret" in str(field.annotation):
                names.add(f"HUIKUAN_{name.upper()}")
    for profile in (ROOT / "counterparties").glob("*/profile.toml"):
        text = profile.read_text("utf-8")
        if "live = false" not in text:
            names |= set(re.findall(r"env:(HUIKUAN_[A-Z0-9_]+)", text))
    return names


def sandbox_service(module: str) -> str:
    return f"sandbox-{module.replace('_', '-')}"


def test_every_part_has_its_service_and_no_other_is_there() -> None:
    assert set(SERVICES) == OURS | TEMPORAL | {sandbox_service(name) for name in PRETEND}


def test_one_worker_serves_each_task_queue() -> None:
    commands = {tuple(SERVICES[name]["command"]) for name in OURS if name.startswith("worker-")}
    assert commands == {("huikuan", "worker", queue) for queue in ALL}


def test_every_command_of_ours_exists_in_the_command_line() -> None:
    from runtime.cli import app

    command = typer.main.get_command(app)
    known = set(command.commands)  # type: ignore[attr-defined]
    assert {SERVICES[name]["command"][1] for name in OURS} <= known


def test_every_pretend_counterparty_is_a_program_on_its_usual_port() -> None:
    for module, port in PRETEND.items():
        service = SERVICES[sandbox_service(module)]
        assert (ROOT / "sandbox" / f"{module}.py").is_file()
        assert service["profiles"] == ["sandbox"]
        assert service["command"][:3] == ["python", "-m", f"sandbox.{module}"]
        assert service["command"][-4:] == ["--port", str(port), "--state", "/state"]
        assert str(port) in (ROOT / "sandbox" / f"{module}.py").read_text("utf-8")


def test_no_variable_is_given_that_nobody_reads() -> None:
    given = {
        name
        for service in OURS
        for name in SERVICES[service]["environment"]
        if name.startswith("HUIKUAN_")
    }
    assert given - known_variables() == set()
    files = {name.upper() for name in COMPOSE["secrets"]}
    assert files - known_variables() == {OWNER_URL}


def test_every_secret_of_the_code_is_mounted_as_a_file_and_none_is_a_plain_variable() -> None:
    mounted = {name.upper() for name in COMPOSE["secrets"]}
    assert mounted == secret_variables()
    for service in OURS:
        assert set(SERVICES[service]["environment"]) & mounted == set()
    for service in OURS - {"migrate"}:
        assert {name.upper() for name in SERVICES[service]["secrets"]} == mounted - {OWNER_URL}
    assert {name: entry["environment"] for name, entry in COMPOSE["secrets"].items()} == {
        name: name.upper() for name in COMPOSE["secrets"]
    }


def test_only_the_job_that_makes_the_tables_comes_as_their_owner(tmp_path: Path) -> None:
    assert SERVICES["migrate"]["secrets"] == OWNER_S_SECRETS
    assert SERVICES["migrate"]["command"][1:] == ["migrate", "--application-role", "huikuan_app"]
    written = tmp_path / "compose.env"
    script = ROOT / "scripts" / "make_compose_env.sh"
    subprocess.run(["sh", str(script), str(written)], check=True, capture_output=True)
    told = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", written.read_text("utf-8"), re.M))
    for variable, role, password in (
        ("HUIKUAN_DATABASE_URL", "huikuan_app", "HUIKUAN_APP_DB_PASSWORD"),
        (OWNER_URL, "huikuan", "HUIKUAN_DB_PASSWORD"),
    ):
        url = make_url(told[variable])
        assert (url.username, url.password) == (role, told[password])


def test_no_secret_has_a_default_in_the_file() -> None:
    defaults = re.findall(r"\$\{([A-Z0-9_]*(?:PASSWORD|TOKEN|SECRET|KEYS)):?-([^}]+)\}", TEXT)
    assert defaults == []
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|PWD|TOKEN|SECRET$|KEYS", name):
                assert str(value).startswith("${"), name


def test_what_keeps_running_is_checked_and_what_ends_is_waited_for() -> None:
    for name, service in SERVICES.items():
        assert ("healthcheck" in service) != (name in JOBS), name
    for name in OURS - {"migrate"}:
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully", name
        assert waits["temporal-namespace"]["condition"] == "service_completed_successfully"


def test_every_volume_is_named_and_every_published_port_is_on_loopback() -> None:
    named = set(COMPOSE["volumes"])
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in named or (ROOT / source).is_file(), f"{name}: {volume}"
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name}: {port}"


def test_whoever_speaks_to_pay_channels_finds_the_keys_that_the_acquirer_made() -> None:
    folder = "/run/acquirer-keys"
    pretend = SERVICES["sandbox-acquirer"]
    assert f"keys={folder}" in pretend["command"]
    assert f"acquirer-keys:{folder}" in pretend["volumes"]
    for name in ("api", "worker-cases"):
        assert f"acquirer-keys:{folder}:ro" in SERVICES[name]["volumes"]
        waits = SERVICES[name]["depends_on"]["sandbox-acquirer"]
        assert waits == {"condition": "service_healthy", "required": False}
    assert f"chown huikuan:huikuan /state {folder}" in (ROOT / "Dockerfile").read_text("utf-8")


def test_the_cases_worker_reads_the_drop_box_that_the_acquirer_fills() -> None:
    folder = "/run/acquirer-drop-box"
    pretend = SERVICES["sandbox-acquirer"]
    assert f"drop_box={folder}" in pretend["command"]
    assert f"acquirer-drop-box:{folder}" in pretend["volumes"]
    assert f"acquirer-drop-box:{folder}:ro" in SERVICES["worker-cases"]["volumes"]
    assert SERVICES["worker-cases"]["environment"]["HUIKUAN_ACQUIRER_DROP_BOX"].endswith(
        f":-{folder}}}"
    )
    assert f"/run/acquirer-keys {folder}" in (ROOT / "Dockerfile").read_text("utf-8")


def test_the_health_check_of_the_api_asks_a_route_that_exists() -> None:
    asked = re.search(r"127\.0\.0\.1:18090(/\w+)", str(SERVICES["api"]["healthcheck"]))
    assert asked is not None
    routes = "".join(file.read_text("utf-8") for file in (ROOT / "api").glob("*.py"))
    assert f'"{asked.group(1)}"' in routes


def test_the_file_of_variables_gives_everything_that_compose_asks(tmp_path: Path) -> None:
    """And the sandbox's variables are those that it reads."""
    written = tmp_path / "compose.env"
    script = ROOT / "scripts" / "make_compose_env.sh"
    subprocess.run(["sh", str(script), str(written)], check=True, capture_output=True)

    names = set(re.findall(r"^([A-Z0-9_]+)=.", written.read_text("utf-8"), re.M))

    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", TEXT)) | {n.upper() for n in COMPOSE["secrets"]}
    assert asked - names == set()
    assert names - asked == set()
    assert written.stat().st_mode & 0o077 == 0
    given = SERVICES["sandbox-erp"]["environment"]
    assert set(given) == {f"SANDBOX_{name}" for name in SANDBOX_SETTINGS}
    options = (ROOT / "sandbox" / "options.py").read_text("utf-8")
    assert all(f'"{name.lower()}"' in options for name in SANDBOX_SETTINGS)


def test_the_image_has_everything_that_the_services_run() -> None:
    recipe = (ROOT / "Dockerfile").read_text("utf-8")
    stages = set(re.findall(r"^FROM .+ AS (\w+)$", recipe, re.M))
    assert {service["build"]["target"] for service in SERVICES.values() if "build" in service} == (
        stages
    )
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.M))
    assert {"requirements.lock", "scripts", "counterparties", "sandbox"} <= let_in
    assert "USER huikuan" in recipe.splitlines()[-1]


@pytest.mark.parametrize(
    "script", sorted(Path(ROOT / "scripts").rglob("*.sh")), ids=lambda p: p.name
)
def test_every_shell_script_is_plain_sh(script: Path) -> None:
    checked = subprocess.run(["sh", "-n", str(script)], capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")
    text = script.read_text("utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert "set -eu" in text
    assert "[[" not in text
