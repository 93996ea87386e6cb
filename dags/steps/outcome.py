"""Turn what went wrong with some datasets into one failed task, after the others have gone on."""

from catalog.errors import BatchHeld


def raise_if_failed(failed: dict[str, str]) -> None:
    """Raise BatchHeld naming the datasets with their sentences, if there are any."""
    if not failed:
        return
    told = "；".join(f"{dataset}：{sentence}" for dataset, sentence in sorted(failed.items()))
    raise BatchHeld(
        f"{len(failed)} 个数据集未能完成，其余已继续。{told}",
        f"{len(failed)} datasets did not get through; the others went on. {told}",
        code="datasets_failed",
        datasets=sorted(failed),
    )
