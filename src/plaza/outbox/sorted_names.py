"""Names in Redis of a read model that is kept there in sorted sets, too."""

from plaza.outbox.channels import Channels

END = "\0"
"""In a sorted set, it stands between what is sorted by and the id of the document."""


class SortedNames:
    """The keys of one read model; the braces in the log's prefix keep them on one server.

    Attributes:
        meta: `at`, the position of the last write; `upto`, the position that readers may rely on,
            once all is filled; `guard`, which tells a writer whether it was the last to write; and
            the sizes of all parts, by which it is noticed that the server has evicted one.
        documents: by id, what is shown of it and where it stands in the sets.
        vendors: those whose products may be shown.
        names: the ids of categories, by slug and by id.
        sets: which sorted sets there are.
        set_prefix: what stands before the name of a sorted set.
    """

    def __init__(self, channels: Channels, projection: str) -> None:
        prefix = f"{channels.prefix}:sorted:{projection}"
        self.meta = f"{prefix}:meta"
        self.documents = f"{prefix}:documents"
        self.vendors = f"{prefix}:vendors"
        self.names = f"{prefix}:names"
        self.sets = f"{prefix}:sets"
        self.set_prefix = f"{prefix}:set:"

    def keys(self) -> list[str]:
        """All of them, as the scripts have them."""
        return [
            self.meta,
            self.documents,
            self.vendors,
            self.names,
            self.sets,
            self.set_prefix,
        ]
