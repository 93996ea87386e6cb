"""Whether a home can be brought to life: is there a hub in it, and are its ports free?"""

from catalog.errors import ConfigurationError
from catalog.ports import check_port
from catalog.settings import Settings


def hub_stands(settings: Settings) -> bool:
    """Whether there is a registry to bring to life."""
    return (settings.home / "registry.sqlite").exists() or not settings.registry_url.startswith("sqlite")


def nothing_stands(settings: Settings) -> ConfigurationError:
    """The error for a home with nothing to bring to life."""
    return ConfigurationError(
        f"{settings.home} 中没有数纽。请核对 SHUNIU_HOME；新建用 shuniu migrate，演示城市用 make up。",
        f"There is no hub in {settings.home}. Check SHUNIU_HOME; make one with shuniu migrate, or a demo city with"
        " make up.",
        code="home_empty",
    )


def check_ports(settings: Settings) -> None:
    """Raise ConfigurationError for the first of the hub's ports that somebody else listens on."""
    wanted = [("SHUNIU_API_PORT", settings.api_host, settings.api_port)]
    if not settings.airflow_url:
        wanted.append(("SHUNIU_AIRFLOW_PORT", "127.0.0.1", settings.airflow_port))
    for name, host, port in wanted:
        check_port(name, host, port)
