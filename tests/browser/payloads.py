"""What strangers write so that it does something: markup, scripts, addresses, templates; and what merely breaks a line."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_BREAKS = re.compile("[\x00-\x1f\x7f\u2028\u2029]")
# Each calls alert() or the host canary.test when it gets through.
PAYLOADS = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "<!--<img src=x onerror=alert(1)>-->",
    "<img src=x onerror=alert(1)>",
    "<img src=//canary.test/p.png>",
    "<img srcset='//canary.test/p.png 1x'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><image href=//canary.test/p.png></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'></svg>",
    "<math><mtext></p><img src=x onerror=alert(1)></mtext></math>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=//canary.test></iframe>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=//canary.test></object>",
    "<embed src=//canary.test>",
    "<link rel=stylesheet href=//canary.test/a.css>",
    "<link rel=prefetch href=//canary.test/>",
    "<link rel=dns-prefetch href=//canary.test/>",
    "<meta http-equiv=refresh content='0;url=//canary.test'>",
    "<base href=//canary.test/>",
    "<style>@import url(//canary.test/a.css)</style>",
    "<div style='background:url(//canary.test/b.png)'>x</div>",
    "<style>*{display:none!important}</style>",
    "<form action=//canary.test><button autofocus>Approve</button></form>",
    "<button formaction=//canary.test>Approve</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video src=//canary.test/v.mp4 autoplay></video>",
    "<audio src=//canary.test/v.mp3 autoplay></audio>",
    "<body onload=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<a href=javascript:alert(1)>x</a>",
    '" autofocus onfocus=alert(1) x="',
    "' autofocus onfocus=alert(1) x='",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "{{ ''.__class__ }}{% for x in y %}${alert(1)}#{alert(1)}",
    "<div hx-get=//canary.test hx-trigger=load>x</div>",
    "<div data-hx-get=/console/logout data-hx-trigger=load>x</div>",
    "<div hx-on:load='alert(1)' hx-on::load='alert(1)'>x</div>",
    "<div hx-vals='js:{a:alert(1)}' hx-post=/ hx-trigger=load>x</div>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "\u2028<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "java\tscript:alert(1)",
    "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img\x0csrc=x\x0conerror=alert(1)>",
    "<IMG SRC=x ONERROR=alert(1)>",
    "<a href='https://canary.test' ping='https://canary.test/ping'>https://canary.test</a>",
]
MARK = "alert(1)"  # stands in what `Payloads` gives, where it fits
# Nothing but text, that turns the words after it around or is wider than a screen.
UNRULY = ["\u202egnp.evil\u2066", "\u2067\u05d0\u05d1\u202d", "W" * 60, "a\u0301\u0302\u0303" * 12]


@dataclass
class Payloads:
    """Others each time, so that every field of every row has another one."""

    _next: Iterator[str] = field(default_factory=lambda: itertools.cycle(PAYLOADS))
    _unruly: Iterator[str] = field(default_factory=lambda: itertools.cycle(UNRULY))

    def some(self, limit: int) -> str:
        """As many as fit into `limit` characters, at least one: for a short field the next short one."""
        text = next(each for each in self._next if len(each) + len(MARK) <= limit)
        while len(longer := f"{text} {next(self._unruly)} {next(self._next)}") <= limit - len(MARK):
            text = longer
        return text if MARK in text else f"{text}{MARK}"

    def line(self, limit: int) -> str:
        """The same in one line."""
        return _BREAKS.sub(" ", self.some(limit)).strip()
