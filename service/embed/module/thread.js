// The thread: what was loaded, in the order of a conversation, and what has come since.
const DEPTH = 3; // deeper replies are not indented further: a phone is narrow
const BATCH = 50; // comments of a page of the thread

class Thread {
  constructor(host) {
    this.host = host;
    this.shown = new Map(); // ShownComment by id
    this.fresh = new Map(); // approved since, not shown yet
    this.pages = 1;
    this.next = null;
    this.newestFirst = false;
    this.list = make("ol", { part: "thread" });
  }

  // Reads the pages that are shown; with more: one page more.
  async load({ more = false, isFirst = false } = {}) {
    const pages = this.pages + (more ? 1 : 0);
    const place = new URLSearchParams({ page_url: this.host.page, site_id: this.host.site, limit: BATCH });
    let path = `/api/v1/threads?${place}`;
    let batch;
    const found = new Map();
    const older = this.last ?? "";
    for (let number = 0; path && number < pages; number++) {
      batch = await ask(path);
      for (const comment of batch.comments) found.set(comment.id, comment);
      path = batch.next;
    }
    this.pages = Math.max(this.pages, pages);
    this.next = path;
    this.host.state = batch.state;
    this.update(found, (id) => isFirst || (more && id > older));
  }

  // isExpected: whether a comment that is not shown yet may appear without being asked for.
  update(found, isExpected) {
    const { own } = this.host;
    for (const [id, comment] of this.shown) {
      if (!found.has(id) && !own.get(id) && !(this.next && id > this.end(found))) this.take(id);
    }
    this.fresh.clear();
    for (const [id, comment] of found) {
      const mine = own.get(id);
      if (mine && mine.status !== "approved" && comment.status !== "removed") {
        if (mine.text !== comment.text) continue; // an answer from before the change
        own.keep(id, { status: "approved" });
        this.host.say(this.host.words.received.approved);
      }
      if (this.shown.has(id)) this.shown.get(id).show(comment);
      else if (mine || isExpected(id)) this.put(comment);
      else if (comment.status === "removed") continue;
      else this.fresh.set(id, comment);
    }
    for (const mine of own.here) {
      if (found.has(mine.id)) continue;
      const isRead = !this.next || mine.id < this.end(found);
      // Published until now: what became of it is asked next time.
      if (mine.status === "approved" && isRead) own.keep(mine.id, { status: "pending", since: Date.now() });
      this.putOwn(mine);
    }
    this.known = found;
    this.last = this.end(found);
  }

  end(found) { return [...found.keys()].at(-1) ?? ""; }

  putOwn({ id, name, text, parent_id, created_at }) {
    const comment = { id, parent_id, status: "approved", author: { name }, text, created_at };
    if (this.shown.has(id)) this.shown.get(id).show(comment);
    else this.put(comment);
  }

  put(data) {
    const above = this.shown.get(data.parent_id);
    const comment = new ShownComment(this.host, data, above ? above.depth + 1 : 0);
    comment.above = above;
    this.shown.set(data.id, comment);
    let list = this.list;
    if (above) list = above.depth < DEPTH ? above.replies : above.item.parentNode;
    if (above && above.depth < DEPTH && !above.replies.isConnected) above.item.append(above.replies);
    const turned = this.newestFirst && list === this.list;
    const following = [...list.children].find((item) => turned ? item.dataset.id < data.id : item.dataset.id > data.id);
    comment.item.dataset.id = data.id;
    list.insertBefore(comment.item, following ?? null);
    return comment;
  }

  // Takes a comment away; where something answers it, its place stays.
  take(id) {
    const comment = this.shown.get(id);
    if (!comment) return;
    const hasFocus = comment.article.contains(this.host.shadowRoot.activeElement);
    if (comment.replies.children.length) {
      comment.panel.replaceChildren();
      comment.show({ ...comment.data, status: "removed", author: null, text: null });
    } else {
      comment.item.remove();
      if (comment.above && !comment.above.replies.children.length) comment.above.replies.remove();
      this.shown.delete(id);
    }
    if (hasFocus) this.host.heading.focus();
  }

  reveal() {
    const [first] = this.fresh.keys();
    for (const comment of this.known.values()) if (!this.shown.has(comment.id)) this.put(comment);
    this.fresh.clear();
    this.shown.get(first)?.article.focus();
  }

  turn(newestFirst) {
    this.newestFirst = newestFirst;
    const items = [...this.list.children].sort((one, two) => (one.dataset.id < two.dataset.id) === newestFirst ? 1 : -1);
    this.list.append(...items);
  }

  // What became of the reader's own comments that are not published yet.
  async ask(isDue) {
    for (const mine of this.host.own.here.filter(isDue).slice(-20)) {
      try {
        const { status, editable_until: until } = await ask(`/api/v1/comments/${mine.id}`, { token: mine.token });
        if (status === "withdrawn" || status === "erased") this.host.own.forget(mine.id);
        else this.host.own.keep(mine.id, { status, until });
        const { received } = this.host.words;
        if (status !== mine.status) this.host.say(received[status === "spam" ? "rejected" : status] ?? "");
      } catch (error) {
        if (error.status === 401 || error.status === 404) this.host.own.forget(mine.id);
      }
    }
  }

  tellTime() {
    for (const { time } of this.shown.values()) if (time) time.textContent = ago(time.dateTime, this.host.language);
  }
}
