"""Line drawings for the pictures of the demo goods, in a square from -100 to 100.

A shape without a fill of its own is light; {accent} is the strong colour, {ink} the outline's.
"""

from plaza.operations.demo.paper_emblems import PAPER_EMBLEMS

_HOUSE_EMBLEMS = {
    "basket": (
        '<path d="M-56-10a56 70 0 0 1 112 0" fill="none" stroke-width="10"/>'
        '<path d="M-88-10h176l-22 96h-132z" fill="{accent}"/>'
        '<path d="M-80 22h160M-74 54h148M-30-10l8 96M30-10l-8 96" fill="none"/>'
    ),
    "bath": (
        '<path d="M-64 0v-60q0-24 24-24t24 24M-40 74v20M40 74v20" fill="none"/>'
        '<path d="M-94 0h188q0 74-60 74h-68q-60 0-60-74z" fill="{accent}"/>'
        '<circle cx="18" cy="-34" r="16"/><circle cx="54" cy="-58" r="11"/>'
        '<circle cx="58" cy="-22" r="8"/>'
    ),
    "bird house": (
        '<path d="M0 70v28" fill="none"/><path d="M-54-24h108v94h-108z"/>'
        '<path d="M0-96l80 76h-160z" fill="{accent}"/><circle cy="12" r="19" fill="{ink}"/>'
        '<path d="M0 44v14" fill="none"/>'
    ),
    "cabinet": (
        '<path d="M-54 76v20M54 76v20" fill="none"/>'
        '<rect x="-70" y="-88" width="140" height="164" rx="6" fill="{accent}"/>'
        '<path d="M-54-72h108v38h-108zM-54-24h108v38h-108zM-54 24h108v38h-108z"/>'
        '<path d="M-8-53h16M-8-5h16M-8 43h16" fill="none"/>'
    ),
    "candle": (
        '<path d="M0-94c26 30 24 52 0 60c-24-8-26-30 0-60z" fill="{accent}"/>'
        '<path d="M0-34v20" fill="none"/><rect x="-28" y="-14" width="56" height="92" rx="6"/>'
        '<path d="M-68 78h136l-16 20h-104z" fill="{accent}"/>'
    ),
    "casket": (
        '<path d="M-80-10q80-116 160 0z"/>'
        '<rect x="-80" y="-10" width="160" height="92" rx="8" fill="{accent}"/>'
        '<circle cy="14" r="14"/><path d="M0 14v8" fill="none"/>'
    ),
    "clock": (
        '<circle r="88" fill="{accent}"/><circle r="66"/>'
        '<path d="M0-42v42l28 18M0-66v10M0 56v10M-66 0h10M56 0h10" fill="none"/>'
    ),
    "cloche": (
        '<path d="M-82 38a82 82 0 0 1 164 0z" fill="{accent}"/><circle cy="-56" r="12"/>'
        '<path d="M-54 20q8-38 40-48" fill="none" stroke="{light}"/>'
        '<path d="M-98 38h196l-18 24h-160z"/>'
    ),
    "cushion": (
        '<path d="M-86-72q86 26 172 0q-24 72 0 144q-86-26-172 0q24-72 0-144z" fill="{accent}"/>'
        '<circle r="10"/><path d="M-16-14l-20-16M16-14l20-16M-16 14l-20 16M16 14l20 16"/>'
    ),
    "door": (
        '<path d="M-54-96h108v166h-108z" fill="{accent}"/>'
        '<path d="M-36-78h72v50h-72zM-36-6h72v52h-72z"/>'
        '<path d="M-84 70h168l12 26h-192z"/>'
    ),
    "flower pot": (
        '<path d="M0 10v-64" fill="none"/>'
        '<path d="M0-18q-54 0-58-48q54-4 58 48zM0-36q54 0 58-48q-54-4-58 48z" fill="{accent}"/>'
        '<path d="M-50 32h100l-14 62h-72z" fill="{accent}"/><path d="M-62 8h124v26h-124z"/>'
    ),
    "frame": (
        '<rect x="-92" y="-76" width="184" height="152" rx="6" fill="{accent}"/>'
        '<path d="M-68-52h136v104h-136z"/><circle cx="30" cy="-20" r="13" fill="{accent}"/>'
        '<path d="M-68 52l44-62l30 40l20-22l42 44z" fill="{accent}"/>'
    ),
    "hanging heart": (
        '<path d="M0-100v60" fill="none"/>'
        '<path d="M0 88C-112 14-86-60-40-60C-16-60 0-42 0-30C0-42 16-60 40-60C86-60 112 14 0 88z"'
        ' fill="{accent}"/><path d="M-44-30a24 24 0 0 0-16 28" fill="none" stroke="{light}"/>'
    ),
    "hooks": (
        '<path d="M-50-20v54a22 22 0 0 0 44 0M28-20v54a22 22 0 0 0 44 0" fill="none"'
        ' stroke-width="12"/><rect x="-92" y="-66" width="184" height="46" rx="8" fill="{accent}"/>'
        '<circle cx="-50" cy="-43" r="7"/><circle cx="28" cy="-43" r="7"/>'
    ),
    "hot water bottle": (
        '<path d="M-20-98h40v32h-40z"/>'
        '<path d="M-28-66h56q38 10 38 42v82q0 38-38 38h-56q-38 0-38-38v-82q0-32 38-42z"'
        ' fill="{accent}"/>'
        '<path d="M0 56C-44 28-32-6-14-6C-6-6 0 2 0 6C0 2 6-6 14-6C32-6 44 28 0 56z"/>'
    ),
    "jar": (
        '<path d="M-42-64h84q26 16 26 46v78q0 32-32 32h-72q-32 0-32-32v-78q0-30 26-46z"/>'
        '<rect x="-50" y="-92" width="100" height="28" rx="6" fill="{accent}"/>'
        '<path d="M-42-4h84v52h-84z" fill="{accent}"/><path d="M-22 22h44" fill="none"/>'
    ),
    "lamp": (
        '<path d="M0-2v74M36-2v24" fill="none"/><circle cx="36" cy="28" r="6"/>'
        '<path d="M-34-90h68l36 88h-140z" fill="{accent}"/>'
        '<path d="M-48 94a48 24 0 0 1 96 0z"/>'
    ),
    "lantern": (
        '<path d="M-20-76a20 20 0 0 1 40 0" fill="none"/><path d="M-46-46h92v118h-92z"/>'
        '<path d="M-56-46l24-30h64l24 30z" fill="{accent}"/>'
        '<rect x="-60" y="72" width="120" height="20" rx="6" fill="{accent}"/>'
        '<path d="M0-20c24 28 22 48 0 56c-22-8-24-28 0-56z" fill="{accent}"/>'
    ),
    "lunch box": (
        '<path d="M-34-48v-30h68v30" fill="none" stroke-width="10"/>'
        '<path d="M-86 6v-24q0-30 30-30h112q30 0 30 30v24z"/>'
        '<rect x="-86" y="6" width="172" height="76" rx="10" fill="{accent}"/>'
        '<rect x="-16" y="-8" width="32" height="30" rx="5"/>'
    ),
    "mug": (
        '<path d="M46-20h22a31 31 0 0 1 0 62h-26" fill="none" stroke-width="14"/>'
        '<path d="M-72-40h120v92q0 38-38 38h-44q-38 0-38-38z" fill="{accent}"/>'
        '<path d="M-42-96q-14 18 0 36M-12-96q-14 18 0 36M18-96q-14 18 0 36" fill="none"/>'
    ),
    "parasol": (
        '<path d="M0-96v186" fill="none"/>'
        '<path d="M-94 0a94 82 0 0 1 188 0q-24-22-47 0q-24-22-47 0q-24-22-47 0q-24-22-47 0z"'
        ' fill="{accent}"/><path d="M-26 92h52" fill="none" stroke-width="12"/>'
    ),
    "plate": (
        '<circle r="62" fill="{accent}"/><circle r="38"/>'
        '<path d="M-88-72v40q0 16 0 104M-98-72v32q0 12 10 12t10-12v-32" fill="none"/>'
        '<path d="M88 72v-144q-18 30-14 80h14" fill="none"/>'
    ),
    "pot": (
        '<path d="M-72 12h-20M72 12h20" fill="none" stroke-width="14"/>'
        '<path d="M-58-26q58-58 116 0z"/><circle cy="-66" r="10" fill="{accent}"/>'
        '<path d="M-72-22h144v66q0 36-36 36h-72q-36 0-36-36z" fill="{accent}"/>'
        '<path d="M-84-22h168" fill="none" stroke-width="10"/>'
    ),
    "sign": (
        '<path d="M0-96v192" fill="none" stroke-width="12"/>'
        '<path d="M-78-78h118l40 32l-40 32h-118z" fill="{accent}"/>'
        '<path d="M78 2h-102l-36 28l36 28h102z"/>'
    ),
    "smoke": (
        '<path d="M-8 26c-46-34 34-58 0-122M30 26c-24-26 26-40 8-84" fill="none"/>'
        '<path d="M-84 38h168q-10 54-84 54t-84-54z" fill="{accent}"/>'
    ),
    "teapot": (
        '<path d="M58 34q32-16 28-70h16" fill="none" stroke-width="14"/>'
        '<path d="M-58-8q-38-16-42 18q4 36 50 36" fill="none" stroke-width="12"/>'
        '<path d="M-66 10q0-54 66-54t66 54q0 70-66 70t-66-70z" fill="{accent}"/>'
        '<path d="M-36-36q36-30 72 0z"/><circle cy="-66" r="11"/>'
    ),
    "vase": (
        '<path d="M0 4v-50M-12 4q-30-18-42-54M12 4q30-18 42-54" fill="none"/>'
        '<g fill="{accent}"><circle cy="-66" r="24"/><circle cx="-58" cy="-56" r="19"/>'
        '<circle cx="58" cy="-56" r="19"/></g>'
        '<path d="M-30 2h60q-8 20 12 42q20 40-16 54h-52q-36-14-16-54q20-22 12-42z"/>'
    ),
}

EMBLEMS = _HOUSE_EMBLEMS | PAPER_EMBLEMS
