"""How the commands of the bases are told whom or what: each is named by one argument alone.

The id of an entity tells its base; the number of a pair does not, and is looked for in each. A whole base is named by
its name.
"""

from typing import Annotated

import typer

from exchange_api.cli.speaking.speech import say

Base = Annotated[str, typer.Argument(help="population | legal_person")]
Entity = Annotated[str, typer.Argument(help=say("人员或法人标识，如 P…、L…", "Id of a person or organisation: P…, L…"))]
Person = Annotated[str, typer.Argument(help=say("人员标识 P…", "Id of the person: P…"))]
Pair = Annotated[
    str, typer.Argument(help=say("记录对编号 V…，或两条记录 R…-R…", "Number of the pair V…, or two records R…-R…"))
]
