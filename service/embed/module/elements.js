// Builds elements from data. Data only ever becomes text or the value of a harmless attribute.
function make(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute === "click") made.addEventListener("click", value);
    else if (value !== undefined && value !== false) made.setAttribute(attribute, value === true ? "" : value);
  }
  made.append(...inside.filter((each) => each !== null && each !== undefined && each !== false && each !== ""));
  return made;
}

const button = (label, click, attributes = {}) => make("button", { type: "button", part: "button", click, ...attributes }, label);

// A picture for a name: its first letter, on a colour of its own. Nothing is asked of anybody for it.
function avatar(name) {
  const made = make("span", { class: "avatar", part: "avatar", "aria-hidden": "true" }, /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? "·");
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  made.style.setProperty("--_hue", hue); // unlike an attribute, a policy of the page's lets it pass
  return made;
}

const ADDRESS = /https?:\/\/[^\s<>"'`\\]+/gi;
const AFTER = /[.,;:!?…)\]}»”’*_]+$/;

// A text with its http and https addresses as links.
function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    let address = match[0].replace(AFTER, "");
    // A bracket that the address itself opened belongs to it: /wiki/Mill_(grinding).
    if (match[0][address.length] === ")" && address.split("(").length > address.split(")").length) address += ")";
    if (address.length < 9) continue; // "https://" alone
    parts.push(text.slice(end, match.index), make("a", { href: address, rel: "nofollow ugc noopener" }, address));
    end = match.index + address.length;
  }
  return [...parts, text.slice(end)];
}

const MARKS = ["p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"];
const SIGNS = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0" };
const plain = (html) => html.replace(/&(\w+);/g, (entity, name) => SIGNS[name] ?? entity);

// The service's HTML of a comment, built from what it may contain and nothing else: no policy of a page's stands against it.
function marked(html) {
  const whole = make("div");
  let place = whole;
  for (const [, end, name, attributes, text] of html.matchAll(/<(\/?)(\w+)([^>]*)>|([^<]+)/g)) {
    if (text) place.append(plain(text));
    else if (!MARKS.includes(name)) continue;
    else if (end) place = place.parentNode ?? whole;
    else {
      const [, attribute, value] = /(?:^| )(href|start)="([^"]*)"/.exec(attributes) ?? [];
      const href = name === "a" && attribute === "href" && /^https?:/i.test(value) ? plain(value) : undefined;
      const made = make(name, { href, rel: href && "nofollow ugc noopener", start: name === "ol" && attribute === "start" && value });
      place.append(made);
      if (name !== "br") place = made;
    }
  }
  return [...whole.childNodes];
}

const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

function ago(moment, language) {
  const seconds = Math.min(0, (Date.parse(moment) - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const unit = UNITS.find(([, size]) => -seconds >= size);
  return unit ? format.format(Math.trunc(seconds / unit[1]), unit[0]) : format.format(0, "second");
}

const exactly = (moment, language) => new Date(moment).toLocaleString(language, { dateStyle: "full", timeStyle: "short" });
