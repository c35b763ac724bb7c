"""What a page must not have been made into by somebody's words: elements, handlers and addresses that none of our templates has."""

from typing import Any

# Each finding as a line. Ours are: scripts, styles, forms and pictures from the service itself, and links.
_FOUND = """() => {
  const found = [], OURS = new Set([location.origin]);
  const NEVER = new Set(["iframe", "frame", "object", "embed", "base", "style", "audio", "video", "source", "track", "math",
    "foreignobject", "use", "image", "animate", "set", "applet", "marquee", "portal", "xmp", "noembed", "plaintext"]);
  const ADDRESS = /^(src|href|xlink:href|action|formaction|poster|data|background|ping|manifest|(data-)?hx-(get|post|put|patch|delete))$/;
  const own = (value) => { try { return OURS.has(new URL(value, location.href).origin); } catch { return false; } };
  const isEmpty = (element, value) => element.localName === "link" && value === "data:,"; // no icon
  const leadsAway = (element, value) => element.localName === "a" && /^https?:/.test(value) && /noopener/.test(element.rel);
  function look(root) {
    for (const element of root.querySelectorAll("*")) {
      const tell = (why) => found.push(`${why}: ${element.outerHTML.slice(0, 160)}`);
      if (NEVER.has(element.localName)) tell("element");
      if (element.localName === "script" && !element.src && !/json/.test(element.type)) tell("script without a file");
      if (element.localName === "meta" && element.httpEquiv) tell("meta");
      for (const { name, value } of element.attributes) {
        if (/^(on|srcdoc|srcset|ping|(data-)?hx-(on|vars))/.test(name)) tell(name);
        if (/^(data-)?hx-(vals|headers|request)$/.test(name) && /^(js|javascript):/.test(value)) tell(name);
        if (name === "style" && /url\\(|@import|expression/i.test(value)) tell(name);
        if (ADDRESS.test(name) && !own(value) && !leadsAway(element, value) && !isEmpty(element, value)) tell(name);
        if (/[<>"'=\\s]/.test(name)) tell("attribute");
      }
      if (element.shadowRoot) look(element.shadowRoot);
      if (element.localName === "template") look(element.content);
    }
  }
  look(document);
  return found;
}"""


def found_in(page: Any) -> list[str]:
    """Empty for a page in which all words are text."""
    return page.evaluate(_FOUND)
