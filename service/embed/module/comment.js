// One comment in the thread, with what the reader may do about it.
const REASONS = ["spam", "abuse", "hate", "threat", "privacy", "misleading", "off_topic", "illegal", "other"];

class ShownComment {
  // host: the <gatehouse-comments> it belongs to. depth: 0 for a comment that answers none.
  constructor(host, data, depth) {
    Object.assign(this, { host, depth, id: data.id, panel: make("div") });
    this.article = make("article", { id: `comment-${data.id}`, part: "comment", tabindex: "-1" });
    this.replies = make("ol", { part: "replies" });
    this.item = make("li", {}, this.article);
    this.show(data);
  }

  get own() { return this.host.own.get(this.id); }
  get words() { return this.host.words; }

  // Shows it as it is now; a form that is open in it stays.
  show(data) {
    const own = this.own;
    const is = JSON.stringify([data, own?.status, own?.until, this.host.state]);
    if (is === this.is) return;
    Object.assign(this, { is, data });
    this.article.replaceChildren(...(data.status === "removed" ? this.gone() : this.content(data, own)), this.panel);
  }

  gone() { return [make("p", { class: "gone", part: "removed" }, this.words.removed)]; }

  content(data, own) {
    const { words, host } = this;
    const name = data.author.name;
    const when = exactly(data.created_at, host.language);
    this.article.classList.toggle("own", Boolean(own));
    this.time = make("time", { datetime: data.created_at, title: when }, ago(data.created_at, host.language));
    const answered = this.depth > DEPTH ? host.thread.shown.get(data.parent_id)?.data.author?.name : "";
    const isOut = !own || own.status === "approved";
    const changes = own && !["rejected", "spam"].includes(own.status) && Date.parse(own.until) > Date.now() && host.state !== "closed";
    return [
      make("div", { class: "who" },
        avatar(name),
        make("bdi", { part: "author" }, /^https?:/i.test(data.author.url) ? make("a", { href: data.author.url, rel: "nofollow ugc noopener", part: "website" }, name) : name),
        data.author.badge && make("span", { class: "badge", part: "badge" }, words.badges[data.author.badge]),
        make("a", { part: "permalink", href: `#comment-${this.id}`, "aria-label": words.link(when) }, this.time),
        data.edited_at && make("span", { class: "soft", part: "edited", title: exactly(data.edited_at, host.language) }, words.edited),
        data.picked && make("span", { class: "pick", part: "pick" }, words.picked),
        own && make("span", { class: "state", part: "state" }, words.states[own.status] ?? words.states.rejected),
        (this.depth > DEPTH || (!this.depth && data.parent_id)) && make("span", { class: "soft" }, words.answers(answered))),
      make("div", { class: data.html ? "said marked" : "said", part: "text", dir: "auto" }, ...(data.html ? marked(data.html) : linked(data.text))),
      make("div", { class: "actions", part: "actions" },
        isOut && host.state !== "closed" ? button(words.reply, () => host.form.answer(data), { "aria-label": words.replyTo(name) }) : null,
        changes ? button(words.edit, () => this.edit(), { class: "edit" }) : null,
        own ? button(words.withdraw, () => this.withdraw(), { class: "withdraw" }) : null,
        own ? null : button(words.report, () => this.report(), { class: "report", "aria-label": `${words.report}: ${name}` }),
        isOut && !own && make("a", { class: "legal", part: "legal", target: "_blank", rel: "noopener", href: `${HOME}/notices/new?comment=${this.id}&lang=${host.language}`,
          "aria-label": `${words.illegal}: ${name}` }, words.illegal)),
    ];
  }

  // A form below the comment. act: called when it is sent; what it throws is said, and all typed stays.
  open(trigger, submit, fields, act) {
    const { words } = this;
    const said = make("p", { role: "alert", class: "flaw" });
    const form = make("form", { part: "form" }, ...fields, said,
      make("div", { class: "row" }, make("button", { class: "main", part: "button" }, submit),
        button(words.cancel, () => this.close(trigger))));
    let sending = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      said.textContent = "";
      try {
        await act();
      } catch (error) {
        said.textContent = words.notDone(sentence(words, error));
      }
      sending = false;
    });
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(trigger); });
    this.panel.replaceChildren(form);
    (form.querySelector("textarea, select") ?? form.querySelector("button")).focus();
  }

  close(trigger) {
    this.panel.replaceChildren();
    (this.article.querySelector(`.${trigger}`) ?? this.article).focus();
  }

  edit() {
    const { words, host, id } = this;
    const text = make("textarea", { rows: "5", dir: "auto", required: true });
    text.value = this.data.text;
    this.open("edit", words.save, [make("label", {}, words.yourText, text)], async () => {
      const { status, editable_until } = await ask(`/api/v1/comments/${id}`, { method: "PATCH", token: this.own.token, body: { text: text.value } });
      host.own.keep(id, { text: text.value, status, until: editable_until, since: Date.now() });
      this.show({ ...this.data, text: text.value, html: null });
      this.close("edit");
      host.say(words.changed);
      host.watch();
    });
  }

  withdraw() {
    const { words, host, id } = this;
    this.open("withdraw", words.withdrawYes, [make("p", {}, words.withdrawSure)], async () => {
      await ask(`/api/v1/comments/${id}`, { method: "DELETE", token: this.own.token });
      host.own.forget(id);
      host.thread.take(id);
      host.say(words.withdrawn);
      host.heading.focus();
      host.watch();
    });
  }

  report() {
    const { words, host, id } = this;
    const reason = make("select", { required: true }, ...REASONS.map((code) => make("option", { value: code }, words.reasons[code])));
    const note = make("textarea", { rows: "2", maxlength: "500", dir: "auto" });
    const fields = [make("label", {}, words.why, reason), make("label", {}, words.note, note)];
    this.open("report", words.send, fields, async () => {
      const reader = host.own.browser ? { token: host.own.browser } : undefined;
      await ask(`/api/v1/comments/${id}/reports`, { method: "POST", body: { reason: reason.value, note: note.value.trim(), reader } });
      this.close("report");
      this.panel.replaceChildren(make("p", { class: "notice", part: "notice" }, words.thanks));
      host.tell(words.thanks);
    });
  }
}
