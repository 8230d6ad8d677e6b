"""Draws the terminal text of standard input as an SVG on standard output, for picture.ts.

Arguments: the title of the window, its width in columns. The picture fetches no font: it names families that machines
have, and stretches each text to its columns, so that columns stand and lines meet in any of them.
"""

import io
import re
import sys

from rich.console import Console
from rich.text import Text

# Rich reckons with letters of 20 px in rows of 24.4 px. Box-drawing lines are 1.16 times as high as their letters in the
# usual families and would leave a gap between rows; letters of 21 px close it.
FONT_SIZE = 21
# Letters of these families are 0.6 times as wide as high.
ASPECT_RATIO = 0.6 * FONT_SIZE / 20

FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}" viewBox="0 0 {width} {height:.0f}">
<style>
text {{ font-family: ui-monospace, SFMono-Regular, Menlo, "Cascadia Mono", Consolas, "DejaVu Sans Mono", \
"Liberation Mono", monospace; font-size: FONT_SIZEpx; }}
.{unique_id}-title {{ font-size: 18px; }}
{styles}
</style>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
{matrix}
</g>
</svg>
""".replace("FONT_SIZE", str(FONT_SIZE))


def place(text):
    """Lets a text begin at its first letter and end at its last: some viewers drop the spaces around it."""
    kind, x, y, length, before, shown, after = text.groups()
    left, right = (spaces.count("&#160;") * 20 * ASPECT_RATIO for spaces in (before, after))
    x, length = float(x) + left, float(length) - left - right
    return f'<text class="{kind}" x="{x:g}" {y} textLength="{length:g}" lengthAdjust="spacingAndGlyphs">{shown}</text>'


def draw(text, title, columns):
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(text))
    svg = console.export_svg(title=title, code_format=FORMAT, font_aspect_ratio=ASPECT_RATIO, unique_id="terminal")
    # Rich draws the end of a row as a text of its own, and cuts rows by a clip path that the last one lacks.
    svg = re.sub(r"<text [^>]*>\n</text>", "\n", svg)
    svg = re.sub(r' clip-path="url\(#terminal-line-\d+\)"', "", svg)
    text = r'<text class="(\S+)" x="(\S+)" (y="\S+") textLength="(\S+)">((?:&#160;)*)([^<]*?)((?:&#160;)*)</text>'
    svg = re.sub(text, place, svg)
    return re.sub(r"\n\s+", "\n", svg)


if __name__ == "__main__":
    sys.stdout.write(draw(sys.stdin.read(), sys.argv[1], int(sys.argv[2])))
