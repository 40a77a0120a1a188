import pytest

from plaza.operations.demo.goods import plan_marketplace
from plaza.operations.demo.planned import PlannedMarketplace


@pytest.fixture(scope="session")
def marketplace() -> PlannedMarketplace:
    return plan_marketplace()
