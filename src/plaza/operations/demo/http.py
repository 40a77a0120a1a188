"""The demo's pictures, so that a storefront has something to show."""

import re

from litestar import Response, get
from litestar.params import FromPath

from plaza.kernel.refusals import NotThere
from plaza.operations.demo.pictures import UnknownPicture, render_picture

FILE = re.compile(r"(\d{1,3})\.svg")
# A storefront of another origin shows them; opened by itself, a picture may run nothing.
PICTURE_HEADERS = {
    "cache-control": "public, max-age=86400",
    "cross-origin-resource-policy": "cross-origin",
    "content-security-policy": "default-src 'none'; sandbox",
}


@get(
    "/media/demo/{category:str}/{file:str}",
    operation_id="getDemoPicture",
    media_type="image/svg+xml",
)
async def demo_picture(category: FromPath[str], file: FromPath[str]) -> Response[bytes]:
    """A generated picture of a category, `<variation>.svg`."""
    named = FILE.fullmatch(file)
    if named is None:
        raise NotThere
    try:
        picture = render_picture(category, int(named[1]))
    except UnknownPicture as error:
        raise NotThere from error
    return Response(picture, media_type="image/svg+xml", headers=PICTURE_HEADERS)


ROUTES = [demo_picture]
