import time
from actors import Marketplace
from payment_webhooks import *
from writing.watching import watching
async def test_x(marketplace: Marketplace) -> None:
    async with watching(marketplace.settings) as database:
        order = await a_waiting_order(marketplace)
        key = await attempt_of(database, order)
        for r in range(3):
            c=time.process_time(); b=time.perf_counter()
            for _ in range(50):
                m = a_message(marketplace, "authorization.approved", key)
                assert (await m.comes(marketplace)).status_code == 200
            print("cpu ms", (time.process_time()-c)*20, "wall", (time.perf_counter()-b)*20)
