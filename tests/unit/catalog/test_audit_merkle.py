"""Merkle trees: the vectors of RFC 6962 and proofs for every leaf of every small tree."""

import pytest

from catalog.audit import merkle
from catalog.audit.record import DIGESTS, sha256, sm3

LEAVES = [bytes([n]) for n in range(17)]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert merkle.root([], sha256).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_sm3_gives_the_digest_of_its_standard():
    # GB/T 32905-2016 appendix A.1
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_certificate_transparency_vector_of_eight_leaves():
    leaves = [
        bytes.fromhex(text)
        for text in (
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        )
    ]
    assert merkle.root(leaves, sha256).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("name", sorted(DIGESTS))
@pytest.mark.parametrize("size", range(1, 18))
def test_every_leaf_has_a_proof_and_no_other_leaf_passes_with_it(name, size):
    digest, leaves = DIGESTS[name], LEAVES[:size]
    top = merkle.root(leaves, digest)
    for index in range(size):
        path = merkle.proof(leaves, index, digest)
        assert merkle.included(leaves[index], index, size, path, top, digest)
        assert not merkle.included(b"other", index, size, path, top, digest)
        assert not merkle.included(leaves[index], size, size, path, top, digest)
        if path:
            assert not merkle.included(leaves[index], index, size, path[:-1], top, digest)
