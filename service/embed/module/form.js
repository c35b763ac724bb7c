// "Leave a Reply". What is typed is kept until Gatehouse has it.
const TEXT_LIMIT = 65_525; // bytes of UTF-8
const FIELDS = { "/text": "comment", "/author/name": "author", "/author/email": "email", "/author/url": "url" };

class ReplyForm {
  constructor(host) {
    this.host = host;
    const { words } = host;
    this.draftName = `gatehouse:${host.site}:draft:${host.page}`;
    const star = () => make("span", { class: "star", "aria-hidden": "true" }, " *");
    const field = (name, control, isRequired) => make("div", {},
      make("label", { for: name }, words.labels[name], isRequired && star()), control, make("span", { class: "flaw", id: `${name}-flaw` }));
    const text = make("textarea", { id: "comment", name: "comment", rows: "6", required: true, dir: "auto", part: "input" });
    const author = make("input", { id: "author", name: "author", maxlength: "245", autocomplete: "name", required: true, dir: "auto", part: "input" });
    const email = make("input", { id: "email", name: "email", type: "email", maxlength: "100", autocomplete: "email", part: "input" });
    const url = make("input", { id: "url", name: "url", inputmode: "url", maxlength: "200", autocomplete: "url", part: "input" });
    this.fields = { comment: text, author, email, url };
    this.website = field("url", url);
    this.parent = make("input", { type: "hidden", name: "comment_parent" });
    this.counter = make("p", { class: "soft", part: "counter" });
    this.title = make("h2", { tabindex: "-1", id: "leave" });
    this.quote = make("blockquote", { dir: "auto", part: "quote" });
    this.cancel = button(words.cancelReply, () => this.answer(null));
    this.post = make("button", { class: "main", part: "button submit" }, words.post);
    this.said = make("p", { role: "alert", class: "notice bad", part: "error" });
    this.state = make("p", { class: "notice", part: "notice" });
    this.form = make("form", { part: "form", action: `${HOME}/reply/${encodeURIComponent(host.site)}`, method: "post", "accept-charset": "utf-8", novalidate: true },
      make("p", { class: "soft" }, `${words.email} ${words.required} `,
        make("span", { "aria-hidden": "true" }, "*"), make("span", { class: "unseen" }, words.star)),
      field("comment", text, true), this.counter,
      make("div", { class: "pair" }, field("author", author, true), field("email", email), this.website),
      make("input", { type: "hidden", name: "page_url", value: host.page }),
      make("input", { type: "hidden", name: "page_title", value: document.title }), this.parent,
      this.said, make("div", {}, this.post));
    this.section = make("section", { part: "respond", "aria-labelledby": "leave" },
      this.title, this.state, this.quote, this.cancel, this.form);
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", (event) => this.send(event));
    let draft = passing.read(this.draftName);
    if (draft?.sent && host.returned) draft = { ...draft, comment: "", answered: null };
    for (const name in this.fields) this.fields[name].value = draft?.[name] ?? "";
    this.answer(draft?.answered ?? null, false);
  }

  get typed() { return Object.fromEntries(Object.entries(this.fields).map(([name, control]) => [name, control.value])); }

  // As typed, with the scheme that people leave out; "" where the site does not ask.
  get site() {
    const { value, disabled } = this.fields.url;
    const typed = disabled ? "" : value.trim();
    return /^[^:]+$/.test(typed) ? "https://" + typed : typed;
  }

  changed() {
    this.key = ""; // what is sent again unchanged is one comment; this is another
    passing.write(this.draftName, { ...this.typed, answered: this.answered });
    const used = new TextEncoder().encode(this.fields.comment.value).length;
    this.counter.textContent = used ? this.host.words.counter(used.toLocaleString(this.host.language), TEXT_LIMIT.toLocaleString(this.host.language)) : "";
  }

  // comment: to reply to, null for none.
  answer(comment, moves = true) {
    const { words } = this.host;
    this.answered = comment && { id: comment.id, text: comment.text, author: { name: comment.author.name } };
    this.title.textContent = comment ? words.leaveTo(comment.author.name) : words.leave;
    this.quote.textContent = comment ? [...comment.text].slice(0, 300).join("") + (comment.text.length > 300 ? "…" : "") : "";
    this.quote.hidden = this.cancel.hidden = !comment;
    this.parent.value = comment?.id ?? "";
    if (!moves) return;
    this.changed();
    (comment ? this.fields.comment : this.title).focus();
  }

  // What the page does with comments, said beforehand; a form with a text in it is not taken away.
  // opens: when closed hours end.
  tell(state, opens) {
    const { words, language } = this.host;
    this.state.textContent = state === "closed" ? words.closed(opens ? exactly(opens, language) : "") : state === "premoderated" ? words.premoderated : "";
    this.website.hidden = this.fields.url.disabled = !this.host.asks?.website;
    this.form.hidden = this.title.hidden = state === "closed" && !this.fields.comment.value;
  }

  flaw(name, why) {
    this.form.querySelector(`#${name}-flaw`).textContent = why;
    const control = this.fields[name];
    for (const [attribute, value] of [["aria-invalid", "true"], ["aria-describedby", `${name}-flaw`]]) {
      if (why) control.setAttribute(attribute, value);
      else control.removeAttribute(attribute);
    }
  }

  // The first field that breaks a rule, by what can be known here.
  check() {
    const { words } = this.host;
    const { comment, author, email } = this.fields;
    const used = new TextEncoder().encode(comment.value).length;
    this.flaw("comment", !comment.value.trim() ? words.flaws.comment : used > TEXT_LIMIT ? words.tooLong : "");
    this.flaw("author", author.value.trim() ? "" : words.flaws.author);
    this.flaw("email", email.validity.valid ? "" : words.flaws.email);
    this.flaw("url", /^(https?:\/\/[^\s"<>\\]+\.[^\s"<>\\]+)?$/i.test(this.site) ? "" : words.flaws.url);
    return this.form.querySelector("[aria-invalid]");
  }

  refuse(why) {
    this.said.textContent = why && this.host.words.notSent(why);
    this.form.querySelector("[aria-invalid]")?.focus();
  }

  async send(event) {
    const { host } = this;
    const isWrong = this.check();
    if (!isWrong && !host.key) { // without a key it is a form like any other; a page that comes back has it
      passing.write(this.draftName, { ...this.typed, answered: this.answered, sent: true });
      return;
    }
    event.preventDefault();
    if (this.sending) return;
    this.said.textContent = "";
    if (isWrong) return this.refuse(host.words.marked);
    this.sending = true;
    this.post.setAttribute("aria-disabled", "true");
    this.post.textContent = host.words.posting;
    try {
      if (await this.mayPass()) await this.handIn();
    } catch (error) {
      this.refused(error);
    }
    this.post.textContent = host.words.post;
    this.post.removeAttribute("aria-disabled");
    this.sending = false;
  }

  // Whether to post now: says once of each text that it may be held. No answer, or a late one, stops nobody.
  async mayPass() {
    const { host } = this;
    const text = this.fields.comment.value;
    if (!host.asks?.forewarn || text === this.forewarned) return true;
    this.forewarned = text;
    const { may_be_held, why } = await ask("/api/v1/forewarnings", { method: "POST", token: host.key, body: { text, page: { url: host.page } }, within: 1500 }).catch(() => ({}));
    if (may_be_held) this.said.textContent = host.words.forewarn(why.replaceAll("_", " "));
    return !may_be_held;
  }

  async handIn() {
    const { host, fields } = this;
    this.key ||= Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join("-");
    const [name, email, text] = [fields.author.value.trim(), fields.email.value.trim(), fields.comment.value];
    const parent_id = this.answered?.id ?? "";
    const proof = host.asks?.proof_of_work ? await prove(host.site) : undefined;
    const receipt = await ask("/api/v1/comments", {
      method: "POST", token: host.key, key: this.key,
      body: {
        page: { url: host.page, title: [...document.title].slice(0, 500).join("") },
        author: { name, email, url: this.site, token: host.own.browser }, text, parent_id, proof,
      },
    });
    host.own.browser = receipt.browser_token;
    const { id, author_token: token, created_at, status } = receipt;
    if (token) host.own.keep(id, { token, page: host.page, name, text, parent_id: parent_id || null, created_at, status, since: Date.now() });
    fields.comment.value = "";
    this.answer(null, false);
    this.changed();
    host.posted(id);
  }

  refused(error) {
    const { words } = this.host;
    const errors = error.problem?.errors ?? [];
    for (const { pointer, detail } of errors) {
      if (FIELDS[pointer]) this.flaw(FIELDS[pointer], this.host.language === "en" ? detail : words.flaws[FIELDS[pointer]]);
    }
    if (errors.some(({ pointer }) => pointer === "/parent_id")) {
      this.answer(null, false);
      this.changed();
      return this.refuse(words.parentGone);
    }
    this.refuse(errors.some(({ pointer }) => FIELDS[pointer]) ? words.marked : sentence(words, error));
  }
}
