// <gatehouse-comments>: thread and form in a shadow, kept fresh while somebody looks at them.
const EVERY = 4; // seconds between two looks at the thread
const AT_MOST = 60; // seconds, when nothing happens or nothing answers
const CALM = 60; // looks without anything new, after which they become rarer
const RECENT = 600_000; // ms: so long every look also asks what became of one's own comment
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

class GatehouseComments extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) this.build();
    // A page that nobody looks at holds no connection: browsers have six for a server.
    this.onVisible = () => { if (document.hidden) this.changes.stop(); else this.watch(); };
    this.onHash = () => this.goTo();
    document.addEventListener("visibilitychange", this.onVisible);
    addEventListener("hashchange", this.onHash);
    // What was posted or linked to is shown without scrolling there first.
    if (location.hash.startsWith("#comment-") || this.returned) return this.start();
    this.observer = new IntersectionObserver(([seen]) => { if (seen.isIntersecting) this.start(); }, { rootMargin: "400px" });
    this.observer.observe(this.place ?? this);
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onVisible);
    removeEventListener("hashchange", this.onHash);
    this.observer?.disconnect();
    clearTimeout(this.timer);
    this.changes.stop();
    this.isStarted = false;
  }

  build() {
    const languages = [this.lang, document.documentElement.lang, navigator.language];
    this.language = (languages.find(Boolean) ?? "en").slice(0, 2).toLowerCase();
    if (!(this.language in WORDS)) this.language = "en";
    const words = this.words = WORDS[this.language];
    this.site = this.getAttribute("site") ?? "";
    this.key = this.getAttribute("site-key") ?? "";
    const here = new URL(this.getAttribute("page") || document.querySelector("link[rel=canonical]")?.href || location.href, location.href);
    here.hash = "";
    this.returned = here.searchParams.get("gatehouse") || new URLSearchParams(location.search).get("gatehouse");
    here.searchParams.delete("gatehouse");
    this.page = here.href;
    this.state = "open";
    this.own = new Own(this.site, this.page);
    this.thread = new Thread(this);
    this.changes = new Changes(`/api/v1/threads/events?${new URLSearchParams({ page_url: this.page, site_id: this.site })}`, (wait) => this.lookIn(wait));
    this.form = new ReplyForm(this);
    this.heading = make("h2", { tabindex: "-1", id: "comments", part: "heading" }, words.loading);
    this.status = make("p", { role: "status", class: "notice", part: "notice" });
    this.heard = make("p", { role: "status", class: "unseen" });
    this.trouble = make("p", { class: "notice bad", part: "error", hidden: true });
    this.retry = button(words.again, () => this.watch(), { hidden: true });
    this.freshButton = button("", () => { this.thread.reveal(); this.draw(); }, { class: "main fresh", part: "button fresh", hidden: true });
    this.moreButton = button(words.more, () => this.more(), { hidden: true });
    const order = make("select", {}, ...Object.entries(words.orders).map(([value, label]) => make("option", { value }, label)));
    order.addEventListener("change", () => this.sort(order.value));
    this.order = make("div", { class: "row", hidden: true }, make("label", {}, words.order, order));
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const inside = make("div", { lang: this.language, dir: "ltr", part: "comments" },
      make("section", { "aria-labelledby": "comments" },
        this.heading, this.status, this.heard, this.trouble, this.retry, this.order, this.freshButton, this.thread.list, this.moreButton),
      this.form.section);
    root.append(inside);
    this.form.section.hidden = true;
  }

  start() {
    if (this.isStarted) return;
    this.isStarted = true;
    this.observer?.disconnect();
    this.calm = this.failed = this.looks = 0;
    this.watch();
  }

  // Looks at once, and from now on often again.
  watch() {
    if (!this.isStarted) return;
    this.calm = this.failed = 0;
    clearTimeout(this.timer);
    this.look();
  }

  lookIn(wait) {
    this.isDue = true;
    clearTimeout(this.timer);
    if (this.isStarted && !document.hidden) this.timer = setTimeout(() => this.look(), wait);
  }

  async look() {
    if (this.looking) return;
    this.isDue = false;
    clearTimeout(this.timer);
    this.looking = true;
    const before = [...this.thread.known?.keys() ?? []].join();
    const isFirst = !this.thread.known;
    try {
      const now = Date.now();
      const isRare = this.looks++ % 15 === 0;
      await this.thread.ask((own) => isFirst
        || (["pending", "held"].includes(own.status) && (isRare || now - own.since < RECENT)));
      await this.thread.load({ isFirst });
      this.failed = 0;
      this.fail("");
    } catch (error) {
      this.failed++;
      this.fail(error.status === 404 ? this.words.unknown : this.words.away);
      if (!(error instanceof Refusal)) console.error(error);
    }
    this.draw();
    if (isFirst && this.thread.known) this.arrived();
    const changed = before !== [...this.thread.known?.keys() ?? []].join();
    this.calm = changed ? 0 : this.calm + 1;
    this.looking = false;
    const slower = 2 ** Math.min(4, this.failed + Math.max(0, this.calm - CALM));
    const waits = this.own.here.some((own) => ["pending", "held"].includes(own.status) && Date.now() - own.since < RECENT);
    // After a change once more: a stream that looks once a second says nothing of what came and went since.
    const every = this.changes.areHeard && !waits && !changed && !this.failed ? AT_MOST : Math.min(AT_MOST, EVERY * this.thread.pages * slower);
    if (this.isStarted && !document.hidden) this.timer = setTimeout(() => this.look(), this.isDue ? 0 : every * 1000);
    if (this.isStarted && this.thread.known) this.changes.listen();
  }

  fail(why) {
    this.trouble.hidden = this.retry.hidden = !why || Boolean(this.thread.known);
    this.trouble.textContent = why;
    if (why) this.hidden = false;
  }

  draw() {
    const { thread, words } = this;
    const count = [...thread.shown.values()].filter(({ data, own }) => data.status !== "removed" && (!own || own.status === "approved")).length;
    if (thread.known) this.heading.textContent = words.heading(count, thread.next);
    else if (this.failed) this.heading.textContent = words.labels.comment;
    this.moreButton.hidden = !thread.next;
    this.order.hidden = count < 2;
    this.freshButton.hidden = !thread.fresh.size;
    this.freshButton.textContent = words.fresh(thread.fresh.size);
    if (thread.fresh.size) this.tell(words.fresh(thread.fresh.size));
    this.wasShown ||= thread.known || this.failed;
    this.form.section.hidden = !this.wasShown;
    this.form.tell(this.state, this.opens);
    thread.tellTime();
  }

  async more() {
    const { thread } = this;
    const before = new Set(thread.shown.keys());
    try {
      await thread.load({ more: true });
    } catch (error) {
      return this.say(this.words.away);
    }
    this.draw();
    const first = [...thread.known.keys()].find((id) => !before.has(id));
    thread.shown.get(first)?.article.focus();
  }

  async sort(order) {
    const { thread } = this;
    const height = thread.list.offsetHeight;
    thread.list.style.minHeight = `${height}px`; // what is below stays where it is until the other order is there
    thread.clear(order);
    try {
      await thread.load({ isFirst: true });
    } catch (error) {
      this.failed++;
      this.fail(this.words.away);
    }
    thread.list.style.minHeight = "";
    this.draw();
  }

  // After the first look: the page's own list and form have done their part.
  arrived() {
    this.dispatchEvent(new CustomEvent("gatehouse-loaded", { bubbles: true }));
    if (this.returned) this.say(this.words.received.held);
    this.goTo();
  }

  // Shows the comment that the address names, wherever in the thread it is.
  async goTo() {
    const id = location.hash.replace("#comment-", "");
    if (!location.hash.startsWith("#comment-") || !this.thread.known) return;
    for (let pages = 0; !this.thread.shown.has(id) && this.thread.next && pages < 100; pages++) {
      await this.thread.load({ more: true }).catch(() => { pages = 100; });
    }
    this.draw();
    const comment = this.thread.shown.get(id);
    for (let above = comment; above; above = above.above) if (above.item.hidden) this.thread.unfold(above.item.parentNode);
    for (const each of this.thread.shown.values()) each.article.classList.toggle("target", each === comment);
    comment?.article.focus();
    comment?.article.scrollIntoView({ block: "center" });
  }

  posted(id) {
    const mine = this.own.here.find((own) => own.id === id);
    if (mine) this.thread.putOwn(mine);
    this.draw();
    this.say(this.words.received.pending);
    this.thread.shown.get(id)?.article.focus();
    this.watch();
  }

  say(sentence) { this.status.textContent = sentence; }

  // For those who listen, what others see where it happens.
  tell(sentence) { if (this.heard.textContent !== sentence) this.heard.textContent = sentence; }
}

customElements.define("gatehouse-comments", GatehouseComments);

// Each script element with this module's address puts the comments where it says.
for (const script of document.querySelectorAll("script[data-site]")) {
  if (script.src !== import.meta.url) continue;
  const { site, page, key, lang, theme, target } = script.dataset;
  const place = document.querySelector(target || "#comments");
  if (!place) console.error("gatehouse: no element is", target || "#comments");
  if (!place || place.querySelector("gatehouse-comments")) continue;
  // Until the thread is there the page's own list and form stand alone: one swap, nothing moves before.
  const element = make("gatehouse-comments", { site, page, "site-key": key, lang, theme, hidden: place.childElementCount > 0 });
  element.place = place;
  // What stands below is out of sight until the thread is there, and no margin inside moves what stands above.
  Object.assign(place.style, { minHeight: "100vh", contain: "layout" });
  element.addEventListener("gatehouse-loaded", () => {
    const { fields } = element.form;
    const { name: typing, selectionStart: start, selectionEnd: end } = place.querySelector(":focus") ?? {};
    for (const name in fields) {
      const plain = place.querySelector(`[name="${name}"]`);
      // What was typed just now goes before an older draft.
      if (plain && (plain.value !== plain.defaultValue || !fields[name].value)) fields[name].value = plain.value;
    }
    element.form.changed();
    for (const node of [...place.childNodes]) if (node !== element) node.remove();
    element.hidden = false;
    place.style.minHeight = "";
    fields[typing]?.focus();
    if (typing && start !== null) fields[typing]?.setSelectionRange(start, end);
  }, { once: true });
  place.append(element);
}
