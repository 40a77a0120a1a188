import asyncio
from uuid import uuid4

from plaza.projecting.leases import Leases
from plaza.projecting.steps import Shard
from projecting.connecting import Connect


def a_shard(number: int = 0) -> Shard:
    return Shard(projection=f"of-a-test-{uuid4()}", build=1, shard=number)


async def test_one_process_has_the_lease_however_often_it_asks(connect: Connect) -> None:
    ours, theirs = Leases(await connect()), Leases(await connect())
    shard = a_shard()
    assert [await ours.hold(shard) for _ in range(3)] == [True, True, True]
    assert not await theirs.hold(shard)


async def test_shards_and_builds_are_leased_one_by_one(connect: Connect) -> None:
    ours, theirs = Leases(await connect()), Leases(await connect())
    shard = a_shard()
    assert await ours.hold(shard)
    assert await theirs.hold(Shard(projection=shard.projection, build=1, shard=1))
    assert await theirs.hold(Shard(projection=shard.projection, build=2))


async def test_a_lease_ends_with_its_connection(connect: Connect) -> None:
    connection, onlooker = await connect(), await connect()
    ours, theirs = Leases(connection), Leases(await connect())
    shard = a_shard()
    assert await ours.hold(shard)

    await onlooker.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())

    async with asyncio.timeout(5):
        while not await theirs.hold(shard):
            continue


async def test_closing_gives_the_leases_to_others(connect: Connect) -> None:
    connection = await connect()
    ours, theirs = Leases(connection), Leases(await connect())
    shard = a_shard()
    assert await ours.hold(shard)
    await connection.close()
    async with asyncio.timeout(5):
        while not await theirs.hold(shard):
            continue
