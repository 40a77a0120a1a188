"""The tree of categories, with the products on sale counted below each."""

from uuid import UUID

import asyncpg
import msgspec

from plaza.outbox.channels import everything
from plaza.read_models.category_tree.document import CategoryList, CategoryNode
from plaza.read_models.category_tree.tags import ANY
from plaza.reading.entry import Rendered

TREE = """
    SELECT c.category_id, c.parent_id, c.slug, c.name, coalesce(n.products, 0) AS products
    FROM read.category_tree_v1 c
    LEFT JOIN (
        SELECT p.category_id, count(DISTINCT p.product_id) AS products
        FROM read.category_tree_product_v1 p
        JOIN read.category_tree_vendor_v1 v ON v.vendor_id = p.vendor_id AND v.listed
        GROUP BY p.category_id) n ON n.category_id = c.category_id
    ORDER BY c.rank, c.name, c.category_id
"""


async def list_categories(pool: asyncpg.Pool) -> Rendered:
    """The whole tree as JSON."""
    rows = await pool.fetch(TREE)
    nodes = {
        row["category_id"]: CategoryNode(
            row["category_id"], row["slug"], row["name"], row["products"], []
        )
        for row in rows
    }
    roots: list[CategoryNode] = []
    for row in rows:
        siblings = _siblings(nodes, row["parent_id"], roots)
        siblings.append(nodes[row["category_id"]])
    for root in roots:
        _sum_up(root)
    return Rendered(msgspec.json.encode(CategoryList(roots)), (everything("category_tree"), ANY))


def _siblings(
    nodes: dict[UUID, CategoryNode], parent_id: UUID | None, roots: list[CategoryNode]
) -> list[CategoryNode]:
    # One whose parent is parked stands for itself.
    parent = None if parent_id is None else nodes.get(parent_id)
    return roots if parent is None else parent.children


def _sum_up(node: CategoryNode) -> int:
    node.product_count += sum(_sum_up(child) for child in node.children)
    return node.product_count
