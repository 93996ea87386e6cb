"""`shuniu base`: the commands of the base databases, put together."""

from exchange_api.cli.bases import erase, review
from exchange_api.cli.bases.build import build
from exchange_api.cli.bases.explain import explain
from exchange_api.cli.bases.find import find
from exchange_api.cli.bases.past import as_of
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import say

app = door.noun("基础库", "Base databases")
app.add_typer(review.app, name="review")
app.add_typer(erase.app, name="erase")
app.command(help=say("立即构建各基础库和主题库", "Build the base and topic databases now"))(build)
app.command(
    help=say(
        "按证件号码、社会信用代码，或电话和姓名，查找实体标识",
        "Find the id of a person or organisation by a number, or by telephone and name",
    )
)(find)
app.command(
    help=say(
        "说明一个实体的来由：来源记录、各字段以谁为准，敏感项已脱敏",
        "Why an entity is what it is, sensitive items masked",
    )
)(explain)
app.command(
    "as-of",
    help=say(
        "查看一个实体在某日的状况，以及在某时刻所知的状况，敏感项已脱敏",
        "What an entity was on a day, by what was known at a moment, sensitive items masked",
    ),
)(as_of)
