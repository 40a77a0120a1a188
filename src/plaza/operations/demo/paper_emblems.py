"""Line drawings for goods that are worn, written, given, celebrated and played with."""

PAPER_EMBLEMS = {
    "apron": (
        '<path d="M-34-90h68v42q12 32 42 42v92q-76 28-152 0v-92q30-10 42-42z" fill="{accent}"/>'
        '<path d="M-38 22h76v26q-38 26-76 0z"/><path d="M-34-90q34 40 68 0" fill="none"/>'
    ),
    "balloon": (
        '<path d="M0 52q-20 26 4 48" fill="none"/><path d="M-12 54l12-16l12 16z"/>'
        '<ellipse cy="-28" rx="58" ry="68" fill="{accent}"/>'
        '<path d="M-30-46q4-24 24-30" fill="none" stroke="{light}"/>'
    ),
    "bauble": (
        '<path d="M0-100v26" fill="none"/><circle cy="18" r="72" fill="{accent}"/>'
        '<rect x="-17" y="-78" width="34" height="26" rx="5"/>'
        '<path d="M-69-2q69 38 138 0M-70 34q70 38 140 0" fill="none"/>'
    ),
    "bear": (
        '<g fill="#d3a678"><circle cx="-54" cy="-56" r="27"/><circle cx="54" cy="-56" r="27"/>'
        '<circle r="80" cy="8"/></g><ellipse cy="34" rx="36" ry="27"/><g fill="{ink}">'
        '<circle cx="-30" cy="-12" r="5"/><circle cx="30" cy="-12" r="5"/>'
        '<ellipse cy="22" rx="9" ry="6"/></g>'
    ),
    "beads": (
        '<path d="M-86-88q4 118 86 126q82-8 86-126" fill="none"/>'
        '<g fill="{accent}"><circle cx="-82" cy="-48" r="11"/><circle cx="-64" cy="-6" r="12"/>'
        '<circle cx="-35" cy="24" r="13"/><circle cx="35" cy="24" r="13"/>'
        '<circle cx="64" cy="-6" r="12"/><circle cx="82" cy="-48" r="11"/></g>'
        '<path d="M-22 38h44l16 20l-38 38l-38-38z"/>'
    ),
    "bottle": (
        '<path d="M-18-98q18-8 36 0l4 30h-44z"/>'
        '<path d="M-36-48h72l12 40v78q0 26-26 26h-44q-26 0-26-26v-78z" fill="{accent}"/>'
        '<rect x="-40" y="-68" width="80" height="24" rx="6"/>'
        '<path d="M48 6h-24M48 32h-24M48 58h-24" fill="none"/>'
    ),
    "bow": (
        '<path d="M-14 8l-30 80l30-14l10 24l18-84z"/><path d="M14 8l30 80l-30-14l-10 24l-18-84z"/>'
        '<path d="M-12-14q-84-70-84-8t84 26zM12-14q84-70 84-8t-84 26z" fill="{accent}"/>'
        '<rect x="-20" y="-28" width="40" height="48" rx="12"/>'
    ),
    "bracelet": (
        '<ellipse rx="84" ry="58" fill="none" stroke-width="26"/>'
        '<ellipse rx="84" ry="58" fill="none" stroke="{accent}" stroke-width="14"/>'
        '<path d="M0 34l24 24l-24 28l-24-28z"/>'
    ),
    "bunting": (
        '<path d="M-84-78l48 26l-40 48zM-26-52h52l-26 64zM84-78l-48 26l40 48z" fill="{accent}"/>'
        '<path d="M-74 20l46 20l-32 46zM74 20l-46 20l32 46z"/><path d="M-20 40h40l-20 54z"/>'
        '<path d="M-100-84q100 64 200 0M-100 8q100 64 200 0" fill="none"/>'
    ),
    "cupcake": (
        '<path d="M-64 0h128l-20 88h-88z"/><path d="M-30 4l8 82M0 4v82M30 4l-8 82" fill="none"/>'
        '<path d="M-64 8q-30-6-20-30q8-18 30-18q8-40 54-40t54 40q22 0 30 18q10 24-20 30z"'
        ' fill="{accent}"/><circle cy="-86" r="12"/>'
    ),
    "dice": (
        '<rect x="-92" y="-12" width="88" height="88" rx="14" fill="{accent}"/>'
        '<rect x="4" y="-12" width="88" height="88" rx="14"/>'
        '<rect x="-44" y="-100" width="88" height="88" rx="14"/><g fill="{ink}">'
        '<circle cx="-66" cy="14" r="5"/><circle cx="-30" cy="50" r="5"/>'
        '<circle cx="-48" cy="32" r="5"/><circle cx="48" cy="32" r="5"/>'
        '<circle cx="-18" cy="-74" r="5"/><circle cx="18" cy="-38" r="5"/></g>'
    ),
    "earrings": (
        '<path d="M-46-66v-12a14 14 0 1 1 14-14M46-66v-12a14 14 0 1 1 14-14" fill="none"/>'
        '<path d="M-46-66l36 62l-36 62l-36-62zM46-66l36 62l-36 62l-36-62z" fill="{accent}"/>'
        '<circle cx="-46" cy="74" r="14"/><circle cx="46" cy="74" r="14"/>'
    ),
    "egg": (
        '<path d="M0-94c46 0 72 62 72 106a72 76 0 0 1-144 0c0-44 26-106 72-106z"/>'
        '<path d="M-70-8l23-20l24 20l23-20l23 20l24-20l23 20v44l-23 20l-24-20l-23 20l-23-20l-24 20'
        'l-23-20z" fill="{accent}"/>'
    ),
    "envelope": (
        '<rect x="-94" y="-64" width="188" height="132" rx="8"/>'
        '<path d="M-94 64l66-58M94 64l-66-58" fill="none"/>'
        '<path d="M-92-62l92 82l92-82z" fill="{accent}"/>'
    ),
    "gift": (
        '<rect x="-76" y="-14" width="152" height="102" rx="6" fill="{accent}"/>'
        '<path d="M-16-14h32v102h-32z"/><rect x="-90" y="-46" width="180" height="34" rx="6"/>'
        '<path d="M0-46q-70-8-60-40t60 40q50-72 60-40t-60 40z" fill="{accent}"/>'
    ),
    "hand mirror": (
        '<path d="M-11 22h22l8 66q-19 16-38 0z"/><circle cy="-34" r="62" fill="{accent}"/>'
        '<circle cy="-34" r="42"/><path d="M-18-34l22-22M-4-20l26-26" fill="none"/>'
    ),
    "key": (
        '<path d="M-6 0h100M62 0v32M90 0v24" fill="none" stroke-width="14"/>'
        '<circle cx="-48" r="44" fill="{accent}"/><circle cx="-48" r="17"/>'
    ),
    "magnet": (
        '<path d="M-72-60h46v70a26 26 0 0 0 52 0v-70h46v70a72 72 0 0 1-144 0z" fill="{accent}"/>'
        '<path d="M-72-60h46v34h-46zM26-60h46v34h-46z"/>'
        '<path d="M-50-78v-18M50-78v-18M-84-76l-8-12M84-76l8-12" fill="none"/>'
    ),
    "notebook": (
        '<rect x="-60" y="-92" width="136" height="184" rx="10" fill="{accent}"/>'
        '<rect x="-20" y="-60" width="72" height="48" rx="4"/>'
        '<path d="M-76-60h30M-76-20h30M-76 20h30M-76 60h30M0-36h32" fill="none"/>'
    ),
    "pencil": (
        '<g transform="rotate(45)"><path d="M-24-60h48v112l-24 46l-24-46z"/>'
        '<path d="M-24-98h48v38h-48z" fill="{accent}"/><path d="M-24 52q12 12 24 0q12 12 24 0"'
        ' fill="none"/><path d="M0-60v112" fill="none"/></g>'
    ),
    "pencil cup": (
        '<path d="M-38-12v-56l14-22l14 22v56zM8-12v-72h28v72z"/>'
        '<path d="M-62-12h124l-10 102h-104z" fill="{accent}"/><path d="M-56 20h112" fill="none"/>'
    ),
    "purse": (
        '<path d="M-58-34q-54 56-26 112q84 22 168 0q28-56-26-112z" fill="{accent}"/>'
        '<path d="M-60-34q60-52 120 0z"/><circle cx="-11" cy="-68" r="10"/>'
        '<circle cx="11" cy="-68" r="10"/><path d="M-64-34h128" fill="none" stroke-width="10"/>'
    ),
    "reel": (
        '<path d="M0 76h94v-30h-40" /><circle r="76" fill="{accent}"/><circle r="54"/>'
        '<circle r="32" fill="{accent}"/><circle r="12"/>'
    ),
    "ring": (
        '<circle cy="34" r="54" fill="none" stroke-width="20"/>'
        '<circle cy="34" r="54" fill="none" stroke="{light}" stroke-width="9"/>'
        '<path d="M-38-92h76l24 28l-62 56l-62-56z" fill="{accent}"/>'
        '<path d="M-62-64h124M-18-64l18 56l18-56l-18-28z" fill="none"/>'
    ),
    "spool": (
        '<path d="M42 34q58 12 44 62" fill="none"/><path d="M-42-64h84v128h-84z" fill="{accent}"/>'
        '<path d="M-42-42l84 22M-42-10l84 22M-42 22l84 22" fill="none"/>'
        '<rect x="-60" y="-92" width="120" height="28" rx="8"/>'
        '<rect x="-60" y="64" width="120" height="28" rx="8"/>'
    ),
    "star": (
        '<path d="M0-94l28 60l66 8l-49 45l13 65l-58-33l-58 33l13-65l-49-45l66-8z" fill="{accent}"/>'
        '<path d="M0-44l12 30l32 4l-24 22l6 32l-26-17l-26 17l6-32l-24-22l32-4z"/>'
    ),
    "suitcase": (
        '<path d="M-30-54v-28h60v28" fill="none" stroke-width="10"/>'
        '<rect x="-92" y="-54" width="184" height="136" rx="16" fill="{accent}"/>'
        '<path d="M-56-54v136M56-54v136" fill="none"/><rect x="-24" y="-6" width="48" height="32"'
        ' rx="4"/>'
    ),
    "top hat": (
        '<path d="M-62-84q62 16 124 0l-12 118h-100z" fill="{accent}"/>'
        '<path d="M-53 4h106l-4 34h-98z"/><path d="M-96 38q96 30 192 0q0 46-96 46t-96-46z"'
        ' fill="{accent}"/>'
    ),
    "tote": (
        '<path d="M-40-20v-30a40 44 0 0 1 80 0v30" fill="none" stroke-width="10"/>'
        '<path d="M-74-30h148l14 120h-176z" fill="{accent}"/>'
        '<path d="M0 68C-44 40-32 6-14 6C-6 6 0 14 0 18C0 14 6 6 14 6C32 6 44 40 0 68z"/>'
    ),
    "tree": (
        '<path d="M-12 66h24v30h-24z"/><path d="M0-78l42 54h-20l38 46h-22l36 44h-148l36-44h-22'
        'l38-46h-20z" fill="#86bb93"/><path d="M0-100l6 14l14 2l-11 9l4 14l-13-8l-13 8l4-14l-11-9'
        'l14-2z"/><circle cx="-20" cy="40" r="7"/><circle cx="24" cy="44" r="7"/>'
        '<circle cx="6" cy="2" r="7"/>'
    ),
    "wash bag": (
        '<path d="M-84-26q84-64 168 0z"/>'
        '<path d="M-84-26h168l8 88q0 22-22 22h-140q-22 0-22-22z" fill="{accent}"/>'
        '<path d="M-84-26h168" fill="none" stroke="{light}" stroke-dasharray="1 13"/>'
        '<path d="M64-26v20" fill="none"/><circle cx="64" cy="4" r="10"/>'
    ),
    "windmill": (
        '<path d="M0-20v118" fill="none" stroke-width="10"/><g transform="translate(0-24)">'
        '<path d="M0 0v-72q56 10 0 72z" fill="{accent}"/><path d="M0 0h72q-10 56-72 0z"/>'
        '<path d="M0 0v72q-56-10 0-72z" fill="{accent}"/><path d="M0 0h-72q10-56 72 0z"/>'
        '<circle r="9"/></g>'
    ),
}
