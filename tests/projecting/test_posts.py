"""Who of several processes stands at which posts."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from plaza.projecting.posts import Post, Share
from plaza.projecting.steps import Shard


def posts(*shards_of_builds: int) -> list[Post]:
    return [
        Post(Shard(f"model-{build}", 1, number), shards=shards)
        for build, shards in enumerate(shards_of_builds)
        for number in range(shards)
    ]


def looks(there: list[Post], standing: list[list[Shard]]) -> None:
    """Every process looks once, and gets whatever it wants that nobody has."""
    for staying in standing:
        taken = {shard for others in standing for shard in others}
        share = Share(there, len(standing), staying)
        taken -= set(share.excess())
        for post in share.wanted(taken):
            staying.append(post.shard)


@given(
    shards=st.lists(st.integers(1, 8), min_size=1, max_size=12),
    members=st.integers(1, 6),
    first=st.integers(0, 5),
)
@settings(deadline=None)
def test_whoever_has_them_first_all_posts_are_shared_evenly_soon(
    shards: list[int], members: int, first: int
) -> None:
    there = posts(*shards)
    standing: list[list[Shard]] = [[] for _ in range(members)]
    standing[first % members] = [post.shard for post in there]
    looks(there, standing)
    looks(there, standing)
    most = -(-len(there) // members)
    assert max(map(len, standing)) <= most
    assert Counter(shard for each in standing for shard in each) == Counter(
        post.shard for post in there
    )


def test_shards_of_one_build_go_to_different_processes() -> None:
    there = posts(4, 1, 1, 1, 1)
    first, second = [post.shard for post in there], list[Shard]()
    looks(there, [first, second])
    looks(there, [first, second])
    assert [shard.projection for shard in first].count("model-0") == 2
    assert [shard.projection for shard in second].count("model-0") == 2


def test_nothing_moves_where_all_is_shared() -> None:
    there = posts(1, 1, 1, 1, 1)
    standing: list[list[Shard]] = [[], []]
    looks(there, standing)
    before = [list(each) for each in standing]
    looks(there, standing)
    assert standing == before
