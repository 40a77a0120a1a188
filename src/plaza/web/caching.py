"""What public answers say to caches between plaza and its readers."""

from plaza.reading.entry import Entry
from plaza.settings import Settings

PUBLIC = "public, max-age=0, must-revalidate"
"""Browsers may keep it, and ask each time whether it still holds."""

TAG_HEADERS = {"surrogate-key": " ", "cache-tag": ","}
"""What parts the tags in each."""


class Caching:
    """Tells caches how long they may answer for plaza, and by what name they let go."""

    def __init__(self, settings: Settings) -> None:
        self._control = _control(settings.cdn_kept_s, settings.cdn_stale_s)
        self._tag_header = settings.cdn_tag_header

    def headers(self, entry: Entry) -> dict[str, str]:
        """The headers of an answer that is as new as can be."""
        headers = {"cache-control": self._control}
        if self._tag_header != "off":
            headers[self._tag_header] = TAG_HEADERS[self._tag_header].join(entry.tags)
        return headers


def _control(kept_s: int, stale_s: int) -> str:
    """Without a time of its own a CDN is told what browsers are."""
    if not kept_s:
        return PUBLIC
    stale = f", stale-while-revalidate={stale_s}" if stale_s else ""
    return f"public, max-age=0, s-maxage={kept_s}{stale}"
