"""What strangers write into documents: every element, scheme and disguise, and mutations that fall alike each time."""

import random

# Of the HTML standard, and what browsers still know beside it.
ELEMENTS = """a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br button
canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure
font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins isindex kbd keygen label legend
li link listing main map mark marquee math menu meta meter nav nobr noembed noframes noscript object ol optgroup option output p param
picture plaintext pre progress q rp rt ruby samp script search section select slot small source span strike strong style sub summary sup
svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp x-custom""".split()

ATTRIBUTES = """action="/a" autofocus background="javascript:alert(1)" class="skip" content="0;url=javascript:alert(1)" data="/d"
formaction="javascript:alert(1)" href="/h" http-equiv="refresh" id="main" name="q" onclick="alert(1)" onerror="alert(1)"
onload="alert(1)" ontoggle="alert(1)" open ping="/p" rel="stylesheet" src="/s" srcdoc="x" srcset="/s 1x" style="position:fixed"
target="_blank" type="submit" xlink:href="javascript:alert(1)" """.replace("\n", " ")

SCHEMES = """javascript vbscript data livescript mocha file blob filesystem about ftp ws wss tel sms intent jar mhtml feed view-source
chrome res shell cid urn x-made-up""".split()

# How a scheme is dressed up, and where a URL stands.
DISGUISES = ["{0}:alert(1)", " \t{0}:alert(1)", "{1}:alert(1)", "{0}&colon;alert(1)", "{0}&#58;alert(1)", "{2}&#10;{3}:alert(1)",
             "{2}\t{3}:alert(1)", "&#1;{0}:alert(1)", "{4}:alert(1)", "{0}:text/html,<script>alert(1)</script>", "{0}://x.example/%0Aalert(1)"]
PLACES = ['<a href="{}">a</a>', "<img src='{}' alt=b>", "[c]({})", "![d]({})", "<{}>", "[e]: {}\n\n[e]\n"]

# From the collections that people test sanitisers with: what one parser takes for text, and another for markup.
CONFUSIONS = [
    "</article></main><h1>another page</h1><form action=//x.example><input name=q></form>",
    "</td></tr></table></div></ul></details></article><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1);//<</script>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=`javascript:alert(1)` onerror=alert(1)>",
    "<a href=\"x\"onmouseover=\"alert(1)\">x</a>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id=\"</textarea><img onerror=alert(1) src=1>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<title><a title=\"</title><img src=x onerror=alert(1)>\">",
    "<textarea><a title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<select><option><style></option></select><b><img src=x onerror=alert(1)></style></option>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg><svg/onload=alert(1)//",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)>-->",
    "<![CDATA[><img src=x onerror=alert(1)>]]><?php <img src=x onerror=alert(1)>",
    "</p <img src=x onerror=alert(1)>",
    "<p title=\"x\"\"onclick=alert(1)>x</p><p/onclick=alert(1)>x</p>",
    "<table><a href=/x><tr><td><a href=/y><table><b><td></a></b>c</table>d",
    "<b><p><i><div></b><a href=/x><ul></i><li></p><a href=/y></ul></div>",
    "<ol><li><dl><dt><li><dd><p><h2><h3></h2><table><th></dl></ol>e",
    "`<script>alert(1)</script>` ``` </code></pre><script>alert(1)</script>",
    "$<script>alert(1)</script>$ $$\\href{javascript:alert(1)}{x}$$",
    "~~~html\" onclick=\"alert(1)\n</code></pre><script>alert(1)</script>\n~~~\n",
    "# <script>alert(1)</script>\" onclick=\"alert(1)\n\n[a](#\" onclick=\"alert(1))\n",
    "[x](https://x.example/\"onclick=alert(1)) https://x.example/\"onclick=alert(1)//<script>",
    "<https://x.example/\"><script>alert(1)</script>>",
]

PIECES = ["<", ">", "</", "/>", "<!--", "-->", "\"", "'", "`", "=", "&", "&lt;", "&#0;", "\0", "\n\n", "\t", "\x0c", "\x0b", "\x7f", "\\", "\u2028",
          "[", "](", ")", "|", "\n|-|\n", "```\n", "$", "    ", "\n> ", "\n- ", "<a href=", "<img src=", "javascript:", "data:", "<table>", "<td>", "</table>",
          "</p>", "<li>", "</article>", "<script>", "</script>", "<style>", "<svg>", "</svg>", "<input>", "<meta>", "<link>", "<embed>", " onclick=alert(1) "]


def _groups(things: list, size: int) -> list:
    return ["\n\n".join(things[at:at + size]) for at in range(0, len(things), size)]


def _links(scheme: str) -> str:
    names = scheme, scheme.upper(), scheme[:2], scheme[2:], "".join(f"&#x{ord(c):x};" for c in scheme)
    urls = [disguise.format(*names) for disguise in DISGUISES]
    return "\n\n".join(place.format(url) for url in urls for place in PLACES)


def fragments() -> list:
    """Texts that hold each element, each scheme and each confusion once."""
    elements = [f"<{name} {ATTRIBUTES}>{name}</{name}>" for name in ELEMENTS]
    return _groups(elements, 4) + [_links(scheme) for scheme in SCHEMES] + CONFUSIONS


def mutations(texts: list, count: int) -> list:
    """`count` texts, each one of `texts` changed in up to eight places."""
    return [_mutated(texts[number % len(texts)], texts, random.Random(number)) for number in range(count)]


def _mutated(text: str, others: list, die: random.Random) -> str:
    for _ in range(die.randint(1, 8)):
        at = die.randrange(len(text) + 1)
        end = min(len(text), at + die.randint(1, 40))
        other = die.choice(others)
        start = die.randrange(len(other) + 1)
        text = die.choice([
            lambda: text[:at] + die.choice(PIECES) + text[at:],
            lambda: text[:at] + die.choice(PIECES) + text[end:],
            lambda: text[:at] + text[end:],
            lambda: text[:at] + text[at:end] + text[at:],
            lambda: text[:at] + other[start:start + die.randint(1, 80)] + text[at:],
        ])()
    return text
