"""What the codes kept in the registry are called on a page: zones, stages, outcomes, quality dimensions, sharing kinds.

`N_` marks a word for the translators; the page translates it. A code nobody named here is shown as it is.
"""


def N_(message: str) -> str:  # the name gettext tools look for
    """Mark `message` for extraction; translation happens when the page is drawn."""
    return message


WORDS: dict[str, dict[str, str]] = {
    "zone": {
        "raw": N_("Raw zone"),
        "standard": N_("Standard zone"),
        "quarantine": N_("Quarantine"),
        "findings": N_("Findings"),
        "profile": N_("Profiles"),
        "history": N_("Kept history"),
        "base": N_("Base databases"),
        "topic": N_("Topic zone"),
        "usage": N_("Usage"),
    },
    "stage": {
        "collect": N_("Collect"),
        "standardise": N_("Standardise"),
        "judge": N_("Judge"),
        "build": N_("Build"),
        "publish": N_("Publish"),
        "feedback": N_("Usage feedback"),
    },
    "outcome": {
        "passed": N_("Passed"),
        "warned": N_("Passed with remarks"),
        "blocked": N_("Held back"),
        "error": N_("Could not be judged"),
        "ok": N_("Done"),
        "failed": N_("Failed"),
        "none": N_("Not judged yet"),
    },
    "severity": {"block": N_("Keeps the row back"), "block_batch": N_("Keeps the delivery back"), "warn": N_("Remark")},
    "dimension": {  # GB/T 36344-2018
        "01": N_("Conformity"),
        "02": N_("Completeness"),
        "03": N_("Accuracy"),
        "04": N_("Consistency"),
        "05": N_("Timeliness"),
        "06": N_("Accessibility"),
    },
    "sharing": {
        "unconditional": N_("Shared without conditions"),
        "conditional": N_("Shared on conditions"),
        "none": N_("Not shared"),
    },
    "cycle": {
        "realtime": N_("Real time"),
        "hourly": N_("Every hour"),
        "daily": N_("Every day"),
        "weekly": N_("Every week"),
        "monthly": N_("Every month"),
        "quarterly": N_("Every quarter"),
        "yearly": N_("Every year"),
        "irregular": N_("When it changes"),
    },
    "grade": {
        "L1": N_("L1 open"),
        "L2": N_("L2 internal"),
        "L3": N_("L3 sensitive"),
        "L4": N_("L4 highly sensitive"),
    },
    "personal": {
        "none": N_("Not personal"),
        "general": N_("Personal"),
        "sensitive": N_("Sensitive personal"),
    },
    "kind": {
        "string": N_("Text"),
        "date": N_("Date"),
        "integer": N_("Whole number"),
        "decimal": N_("Number"),
        "timestamp": N_("Moment"),
        "boolean": N_("Yes or no"),
        "geometry": N_("Geometry"),
    },
    "mode": {
        "snapshot": N_("Whole table each time"),
        "incremental": N_("Changes since last time"),
        "append": N_("New rows only"),
    },
    "state": {
        "open": N_("To be corrected"),
        "answered": N_("Answered"),
        "closed": N_("Closed"),
        "overdue": N_("Overdue"),
    },
    "ticket": {"finding": N_("Found by a rule"), "correction": N_("Correction raised by a recipient")},
    "note": {
        "opened": N_("Opened"),
        "measured": N_("Checked again"),
        "commented": N_("Comment"),
        "answered": N_("Answered"),
        "closed": N_("Closed"),
        "reopened": N_("Opened again"),
        "escalated": N_("Passed up"),
    },
    "verb": {
        "comment": N_("Leave a comment"),
        "answer": N_("Answer for the department"),
        "close": N_("Close"),
        "reopen": N_("Open again"),
    },
    "review": {
        "open": N_("To be decided"),
        "unsure": N_("Unsure"),
        "same": N_("The same"),
        "different": N_("Different"),
    },
    "verdict": {
        "same": N_("They are the same"),
        "different": N_("They are different"),
        "unsure": N_("I am not sure"),
    },
    "relation": {
        "same": N_("Same"),
        "differs": N_("Differs"),
        "one_empty": N_("One is empty"),
        "both_empty": N_("Both are empty"),
    },
    "stands": {"agrees": N_("agrees with it"), "differs": N_("differs from it")},  # it: the value that won
    "says": {"for": N_("For"), "against": N_("Against"), "nothing": N_("Says nothing")},
    "how": {
        "number": N_("Joined by its number"),
        "match": N_("By its values"),
        "people": N_("A person decided"),
        "alone": N_("Nothing else fits it"),
    },
    "found": {
        "now": N_("The base holds it"),
        "claimed": N_("A department says so; another's word counts"),
        "before": N_("It was so before"),
    },
    "move": {
        "merged": N_("became part of"),
        "split": N_("was parted from"),
        "gone": N_("ended"),
    },
    "program": {  # who signs a line that no account does
        "quality": N_("Quality judgement"),
        "clock": N_("Time limits"),
        "pipeline": N_("Pipelines"),
        "cli": N_("Command line"),
    },
    "moved": {  # of a column since the version before
        "emptied": N_("empty values"),
        "varied": N_("different values"),
        "spread_out": N_("distribution"),
    },
    "decision": {"allowed": N_("Allowed"), "refused": N_("Refused")},
    "road": {
        "database": N_("the department's database"),
        "file": N_("its drop folder"),
        "api": N_("the API"),
    },
}

TONES: dict[str, str] = {
    "passed": "good",
    "ok": "good",
    "warned": "warn",
    **dict.fromkeys(("emptied", "varied", "spread_out"), "warn"),
    "none": "plain",
    "blocked": "bad",
    "error": "bad",
    "failed": "bad",
    "refused": "bad",
    "overdue": "bad",
    "open": "warn",
    "closed": "good",
    "block": "bad",
    "warn": "warn",
    "same": "good",
    "different": "bad",
    "unsure": "warn",
    "differs": "bad",
    "for": "good",
    "against": "bad",
    "unconditional": "good",
    "conditional": "warn",
}


def word(kind: str, code: str | None) -> str:
    """The English message for `code` of `kind` (still to be translated); the code itself where it has no name."""
    if not code:
        return ""
    return WORDS[kind].get(code, code)


def tone(code: str | None) -> str:
    """'good', 'warn', 'bad' or 'plain': how a tag for `code` is drawn. Never the only carrier of meaning."""
    return TONES.get(code or "", "plain")
