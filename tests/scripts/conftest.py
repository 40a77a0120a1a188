"""The scripts' packages stand beside `src`, where nothing else looks for them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
