"""The demo's pictures, so that a storefront has something to show."""

from litestar import Response, get
from litestar.params import FromPath

from plaza.kernel.refusals import NotThere
from plaza.operations.demo.pictures import UnknownPicture, render_picture

CACHED = "public, max-age=86400"


@get(
    "/media/demo/{category:str}/{variation:int}.svg",
    operation_id="getDemoPicture",
    media_type="image/svg+xml",
)
async def demo_picture(category: FromPath[str], variation: FromPath[int]) -> Response[bytes]:
    """A generated picture (SVG) of a category."""
    try:
        picture = render_picture(category, variation)
    except UnknownPicture as error:
        raise NotThere from error
    return Response(picture, media_type="image/svg+xml", headers={"cache-control": CACHED})


ROUTES = [demo_picture]
