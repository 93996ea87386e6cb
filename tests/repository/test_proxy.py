"""deploy/nginx.conf lets in no foreign host name and passes on who really asked."""

import re

from tests.reference.markdown import ROOT

NGINX = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def test_a_name_that_is_not_ours_gets_no_answer() -> None:
    (default,) = re.findall(r"server \{([^{}]*default_server[^{}]*)\}", NGINX)
    assert "return 444;" in default
    assert "proxy_pass" not in default


def test_the_address_passed_on_is_the_peers_and_nothing_the_caller_wrote() -> None:
    assert re.findall(r"proxy_set_header X-Forwarded-For (\S+);", NGINX) == ["$remote_addr"]
