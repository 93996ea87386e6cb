"""The hub's settings, read once at the door from SHUNIU_* environment variables and passed down, frozen.

Everything written at run time lies under `home`. Nothing deeper in the house reads the environment.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from catalog.standards.own import in_force

_BYTES = r"^(?i:\d+(\.\d+)? ?[kmgt]i?b)$"
"""A size as DuckDB reads it: 512MB, 1.5 GiB."""


class Settings(BaseSettings):
    """Where things lie and how much the hub may use. Every field is an environment variable SHUNIU_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="SHUNIU_", frozen=True, extra="ignore", ignored_types=(cached_property,)
    )

    home: Path = Field(default=Path("var"), description="Folder that holds everything written at run time")
    registry_url: str = Field(default="", description="SQLAlchemy URL of the registry; empty: SQLite under home")
    lake_url: str = Field(default="", description="Folder or s3:// URL of the lake; empty: folder under home")
    contracts_dir: Path = Field(default=Path(), description="Folder of ODCS contracts; empty: under home")
    topics_dir: Path = Field(
        default=Path(), description="Folder of declared topic databases, SQL and contract each; empty: under home"
    )
    standards_dir: Path = Field(
        default=Path(),
        description="Folder of the county's own standards in force, as the hub writes it; empty: under home",
    )
    audit_dir: Path = Field(default=Path(), description="Folder of the audit trail; empty: under home")
    keys_dir: Path = Field(default=Path(), description="Folder of keys (mode 0700); empty: under home")
    api_host: str = Field(default="127.0.0.1", description="Address the API and portal listen on")
    api_port: int = Field(default=8600, ge=1, le=65535, description="Port of the API and portal")
    api_workers: int = Field(default=1, ge=1, le=64, description="Worker processes of the API")
    public_url: str = Field(default="", description="URL under which people and programs reach the hub")
    trusted_proxies: str = Field(
        default="",
        pattern=r"^([0-9a-fA-F:.]+(/\d{1,3})?(, ?)?)*$",
        description="Addresses or networks of reverse proxies, with commas, whose X-Forwarded-For is believed",
    )
    source_networks: str = Field(
        default="",
        pattern=r"^([0-9a-fA-F:.]+(/\d{1,3})?(, ?)?)*$",
        description="Networks, with commas, of departments' systems that may be registered and looked at over HTTP;"
        " empty: any but this machine, link-local and the hub's own stores",
    )
    airflow_url: str = Field(default="", description="URL of an Airflow already running; empty: started here")
    airflow_port: int = Field(default=8601, ge=1, le=65535, description="Port of Airflow's own API and pages")
    airflow_user: str = Field(default="admin", description="Login the hub uses at Airflow's API")
    airflow_password: str = Field(default="", repr=False, description="Password for it; empty: the generated one")
    language: Literal["zh", "en"] = Field(default="zh", description="Language of messages: zh or en")
    memory_limit: str = Field(default="1GB", pattern=_BYTES, description="Memory one engine connection may use")
    build_memory_limit: str = Field(
        default="4GB",
        pattern=_BYTES,
        description="Memory the connection that builds a base may use, at least SHUNIU_MEMORY_LIMIT; as many as"
        " are built at once (SHUNIU_THREADS, at least two) share half of the machine's",
    )
    threads: int = Field(default=2, ge=1, le=256, description="Threads one engine connection may use")
    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb", description="What builds the base databases: duckdb in process, or spark"
    )
    spark_master: str = Field(
        default="", description="Master URL of Spark, spark://host:7077; empty: Spark on this machine"
    )
    spark_properties: Path = Field(
        default=Path(), description="File of further Spark properties, a name and a value a line; empty: none"
    )
    retry_seconds: int = Field(
        default=300, ge=1, description="Seconds before a department's system that was down is tried again"
    )
    ticket_working_days: int = Field(
        default=10, ge=1, le=250, description="Working days a department has to mend what a quality rule found"
    )
    rule_seconds: int = Field(
        default=600, ge=1, description="Seconds a quality rule written in a contract may take before it is broken off"
    )
    topic_seconds: int = Field(
        default=3600, ge=1, description="Seconds the SQL of a declared topic database may take before it is broken off"
    )
    lineage_url: str = Field(
        default="", description="URL of a Marquez-compatible receiver of OpenLineage events; empty: kept here only"
    )
    lineage_key: str = Field(default="", repr=False, description="Bearer key for that receiver")
    hub_id: str = Field(default="370683", pattern=r"^\d{6}$", description="Division code of the county of this hub")
    node: str = Field(
        default="node1", pattern=r"^[a-z0-9-]{1,32}$", description="Name of this API node in the audit trail"
    )
    s3_endpoint: str = Field(default="", description="Endpoint of an S3-compatible store")
    s3_region: str = Field(default="us-east-1", description="Region of the S3-compatible store")
    s3_access_key: str = Field(default="", repr=False, description="Access key of the S3-compatible store")
    s3_secret_key: str = Field(default="", repr=False, description="Secret key of the S3-compatible store")
    s3_allow_http: bool = Field(default=False, description="Allow plain HTTP to the S3-compatible store")

    @classmethod
    def from_environ(cls) -> "Settings":
        """The settings as the environment gives them; raises pydantic.ValidationError naming the wrong variable.

        Whoever stands at a door calls this, so here the process learns where the county's own standards lie.
        """
        given = cls()
        in_force.use(given.standards_dir)
        return given

    def model_post_init(self, context: Any, /) -> None:
        """Fill every place that was not given from `home`, absolute, so that children started elsewhere agree."""
        home = self.home.expanduser().resolve()
        derived: dict[str, Any] = {"home": home}
        derived["registry_url"] = self.registry_url or f"sqlite:///{home / 'registry.sqlite'}"
        derived["lake_url"] = self.lake_url or str(home / "lake")
        for name in ("contracts_dir", "topics_dir", "standards_dir", "audit_dir", "keys_dir"):
            given: Path = getattr(self, name)
            derived[name] = given.expanduser().resolve() if given != Path() else home / name.removesuffix("_dir")
        derived["public_url"] = self.public_url or f"http://{self.api_host}:{self.api_port}"
        for name, value in derived.items():
            self.__dict__[name] = value

    def as_environ(self) -> dict[str, str]:
        """The same settings as SHUNIU_* variables, to hand to a child process."""
        return {f"SHUNIU_{name.upper()}": _text(value) for name, value in self.model_dump().items()}


def _text(value: object) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)
