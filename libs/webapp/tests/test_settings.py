"""Settings: each is checked at start, and no secret is ever shown."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from workbench.jobs import embedded
from workbench.messages import InProcessMessages
from workbench.store import FileStore
from workbench.webapp.connect import connect
from workbench.webapp.setting_table import SETTINGS
from workbench.webapp.settings import Settings, WrongSetting, load

SECRET = "hunter2-and-more"
S3 = {
    "WORKBENCH_S3_ENDPOINT": "http://127.0.0.1:9",
    "WORKBENCH_S3_ACCESS_KEY": "key",
    "WORKBENCH_S3_SECRET_KEY": SECRET,
}


def given(home: Path, **values: str) -> Settings:
    return load({"WORKBENCH_HOME": str(home), **{f"WORKBENCH_{name}": value for name, value in values.items()}})


def test_every_setting_of_the_table_is_a_field_and_has_a_meaning_and_a_unit() -> None:
    assert {setting.name.lower() for setting in SETTINGS} == {field.name for field in fields(Settings)}
    for setting in SETTINGS:
        assert setting.meaning.endswith("."), setting.name
        assert setting.unit, setting.name


def test_without_any_variable_everything_is_embedded_on_loopback(tmp_path: Path) -> None:
    settings = given(tmp_path)

    assert (settings.host, settings.port, settings.allowed_hosts) == ("127.0.0.1", 0, ())
    assert (settings.database_url, settings.broker_url, settings.s3_endpoint) == ("", "", "")


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("PORT", "70000", "a whole number from 0 to 65535"),
        ("PORT", "8080 ", "a whole number"),
        ("PORT", "", "a whole number"),
        ("SLOTS", "0", "a whole number from 1"),
        ("LEASE_S", "1", "a whole number from 2"),
        ("LEASE_S", "1e3", "a whole number"),
        ("UPLOAD_LIMIT_MIB", "-1", "a whole number"),
        ("HEALTH_PORT", "x", "a whole number"),
        *(("DEVICE_MINUTES", value, "a whole number from 1 to 100000") for value in ("0", "-5", "nan", "1h", "")),
        ("CONDUCTORS", "0", "a whole number from 1 to 10000"),
        ("CONDUCTORS", "many", "a whole number from 1 to 10000"),
        ("HOME", "", "the path of a folder"),
        ("S3_ENDPOINT", "127.0.0.1:8333", "http://host:port"),
        ("S3_ENDPOINT", "ftp://store", "http://host:port"),
        ("S3_ENDPOINT", "http://[::1", "http://host:port"),
        ("S3_PUBLIC_ENDPOINT", "https://", "https://host:port"),
        ("BROKER_URL", "redis://broker", "amqp://host:port"),
        ("DATABASE_URL", "mysql://database", "postgresql+psycopg://host:port"),
        ("DATABASE_URL", "postgresql://database:port/x", "postgresql+psycopg://host:port"),
        ("LAUNCHER", "", "process or kubernetes"),
        ("LAUNCHER", "Kubernetes", "process or kubernetes"),
        ("LAUNCHER", "docker", "process or kubernetes"),
        ("POOLS_FILE", "/nowhere/pools.json", "a file of pools"),
        ("POOLS_FILE", "/", "a file of pools"),
        ("RUNS_URL", "wb-profiler.wb.svc:80", "http://host:port"),
        ("RUNS_URL", "http://", "http://host:port"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_what_is_accepted(
    tmp_path: Path, name: str, value: str, accepted: str
) -> None:
    with pytest.raises(WrongSetting) as refused:
        given(tmp_path, **{name: value})

    text = str(refused.value)
    assert text.startswith(f"WORKBENCH_{name}=")
    assert accepted in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("runners: {}", "not JSON"),
        ("\udcff", "not JSON"),
        ("[]", "the document: give an object"),
        ("{}", "namespace: give a name"),
        ('{"namespace": "n", "release": "r", "image": ""}', "image: give a name"),
        ('{"nodes": 1}', "nodes: no such member; known are deviceTypes"),
        ('{"deviceTypes": {"a": {"device": "CPU", "cpu": 0}}}', "deviceTypes.a.cpu: give whole cores"),
    ],
)
def test_a_file_of_pools_that_cannot_be_used_is_one_line_that_says_why(
    tmp_path: Path, document: str, said: str
) -> None:
    path = tmp_path / "pools.json"
    path.write_bytes(document.encode(errors="surrogateescape"))

    with pytest.raises(WrongSetting) as refused:
        given(tmp_path, POOLS_FILE=str(path))

    assert str(refused.value).startswith(f"WORKBENCH_POOLS_FILE={str(path)!r} cannot be used: give a file of pools (")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("missing", ["S3_ENDPOINT", "POOLS_FILE", "RUNS_URL"])
def test_runs_in_a_cluster_need_a_store_pools_and_an_address(tmp_path: Path, missing: str) -> None:
    pools = tmp_path / "pools.json"
    pools.write_text('{"namespace": "n", "release": "r", "image": "i"}')
    environment = S3 | {
        "WORKBENCH_HOME": str(tmp_path),
        "WORKBENCH_LAUNCHER": "kubernetes",
        "WORKBENCH_POOLS_FILE": str(pools),
        "WORKBENCH_RUNS_URL": "http://here:80",
    }
    assert load(environment).launcher == "kubernetes"
    del environment[f"WORKBENCH_{missing}"]

    with pytest.raises(WrongSetting, match=f"LAUNCHER=kubernetes needs .*{missing}"):
        load(environment)


def test_host_names_come_with_commas(tmp_path: Path) -> None:
    assert given(tmp_path, ALLOWED_HOSTS="a.example, b.example,").allowed_hosts == ("a.example", "b.example")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    environment = S3 | {"WORKBENCH_HOME": str(tmp_path), "WORKBENCH_S3_SECRET_KEY_FILE": str(tmp_path / "key")}
    del environment["WORKBENCH_S3_SECRET_KEY"]

    assert load(environment).s3_secret_key == SECRET


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="WORKBENCH_S3_SECRET_KEY_FILE=.*absent.*cannot be read"):
        load(S3 | {"WORKBENCH_HOME": str(tmp_path), "WORKBENCH_S3_SECRET_KEY_FILE": str(tmp_path / "absent")})


def test_only_secrets_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("1234")

    assert given(tmp_path, PORT_FILE=str(tmp_path / "port")).port == 0


def test_an_s3_server_needs_both_keys(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="S3_ACCESS_KEY and WORKBENCH_S3_SECRET_KEY"):
        given(tmp_path, S3_ENDPOINT="http://127.0.0.1:9", S3_ACCESS_KEY="key")


@pytest.mark.parametrize("name", ["DATABASE_URL", "BROKER_URL"])
def test_a_wrong_address_with_a_password_is_refused_without_showing_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        given(tmp_path, **{name: f"wrong://user:{SECRET}@host/x"})

    assert SECRET not in str(refused.value)


def test_printing_settings_shows_no_secret(tmp_path: Path) -> None:
    settings = load(
        S3
        | {
            "WORKBENCH_HOME": str(tmp_path),
            "WORKBENCH_DATABASE_URL": f"postgresql+psycopg://user:{SECRET}@host/x",
            "WORKBENCH_BROKER_URL": f"amqp://user:{SECRET}@host/x",
        }
    )

    assert SECRET not in repr(settings)
    assert settings.s3_secret_key == SECRET


def test_without_addresses_the_adapters_are_the_embedded_ones(tmp_path: Path) -> None:
    adapters = connect(given(tmp_path), "converter")

    assert type(adapters) is type(embedded(tmp_path))
    assert isinstance(adapters.store, FileStore)
    assert isinstance(adapters.messages, InProcessMessages)
    assert adapters.migrates


def test_connecting_contacts_nobody_so_that_a_server_may_come_up_later(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:9/x", "BROKER_URL": "amqp://127.0.0.1:9"}

    adapters = connect(given(tmp_path, **away, **{name.removeprefix("WORKBENCH_"): v for name, v in S3.items()}), "x")
    adapters.record("x")
    adapters.close()

    assert not adapters.migrates


def test_adapters_are_chosen_one_by_one(tmp_path: Path) -> None:
    adapters = connect(load(S3 | {"WORKBENCH_HOME": str(tmp_path)}), "converter")

    assert not isinstance(adapters.store, FileStore)
    assert isinstance(adapters.messages, InProcessMessages)
    assert adapters.migrates
    assert (tmp_path / "rows").exists() is False
    adapters.record("converter")
    adapters.close()
    assert (tmp_path / "rows" / "converter.sqlite").exists()
