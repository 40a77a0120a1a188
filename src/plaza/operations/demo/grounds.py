"""Quiet patterns behind the emblems, one for each variation of a picture."""


def _repeated(width: int, height: int, shapes: str) -> str:
    return (
        f'<pattern id="p" width="{width}" height="{height}" patternUnits="userSpaceOnUse">'
        f'{shapes}</pattern><path fill="url(#p)" d="M0 0h600v600H0z"/>'
    )


_BUBBLES = (
    '<circle cx="90" cy="500" r="190" fill-opacity=".25"/>'
    '<circle cx="540" cy="90" r="150" fill-opacity=".3"/>'
)
_DOTS = _repeated(
    60,
    60,
    '<g fill="#fff" fill-opacity=".4"><circle cx="15" cy="15" r="8"/>'
    '<circle cx="45" cy="45" r="8"/></g>',
)
_STRIPES = _repeated(
    60, 60, '<path fill="#fff" fill-opacity=".25" d="M0 30L30 0h30L0 60zM60 30v30H30z"/>'
)
_RINGS = (
    '<g fill="none" stroke="#fff" stroke-width="14" stroke-opacity=".3">'
    '<circle cx="300" cy="300" r="250"/><circle cx="300" cy="300" r="305"/>'
    '<circle cx="300" cy="300" r="360"/></g>'
)
_SCALES = _repeated(
    100,
    100,
    '<path fill="none" stroke="#fff" stroke-width="6" stroke-opacity=".38"'
    ' d="M0 0a50 50 0 0 0 100 0M-50 50a50 50 0 0 0 100 0a50 50 0 0 0 100 0M-50-50a50 50 0 0 0'
    ' 100 0a50 50 0 0 0 100 0"/>',
)
_WAVES = (
    '<path fill-opacity=".3" d="M0 420q150-90 300 0t300 0v180H0z"/>'
    '<path fill-opacity=".3" d="M0 500q150-90 300 0t300 0v100H0z"/>'
)

GROUNDS = (_BUBBLES, _DOTS, _STRIPES, _RINGS, _SCALES, _WAVES)
