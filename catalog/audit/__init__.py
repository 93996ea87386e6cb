"""The audit trail: every use of data, one line each, durable before the answer leaves, chained, sealed, provable.

    record.py    one record: its fields, its bytes, its hash                              (pure)
    merkle.py    Merkle roots and inclusion proofs, RFC 6962 section 2.1                  (pure)
    chains.py    the running state of one node's log: record chain, tree, provider chains (pure)
    keys.py      the Ed25519 key that signs seals and reports
    segments.py  files of one node: segments of records, seals beside them
    trail.py     group commit: record() returns when the line is on the disk
    verify.py    what an auditor or a provider runs with the public key alone

No database and no lake here: the trail must not depend on what it watches.
"""
