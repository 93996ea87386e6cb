"""Human resources and social security: a REST service with client credentials (insurance.py runs it)."""

from catalog.systems import SystemSpec
from demo.systems import insurance
from demo.systems.place import Deliveries, Place

CLIENT_ID = "shuniu-hub"


def specs(place: Place, url: str) -> list[SystemSpec]:
    """hrss_api, as it runs at `url` now."""
    secret = {"client_id": CLIENT_ID, "client_secret": place.password("hrss_client")}
    return [SystemSpec("hrss_api", "hrss", "rest", url, {"token_path": "/oauth/token", "page_size": 500}, secret)]


def fill(place: Place, deliveries: Deliveries) -> None:
    """Put the delivered rows and the hub's credentials into the service's folder."""
    folder, secret = place.folder("hrss"), place.password("hrss_client")
    insurance.fill(folder, deliveries, "hrss_insurance", client_id=CLIENT_ID, client_secret=secret)
