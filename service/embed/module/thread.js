// The thread: what was loaded, in the order of a conversation, and what has come since.
const DEPTH = 3; // deeper replies are not indented further: a phone is narrow
const BATCH = 50; // comments of a page of the thread
const FOLDED = 3; // replies to one comment that are shown of many

class Thread {
  constructor(host) {
    this.host = host;
    this.shown = new Map(); // ShownComment by id
    this.fresh = new Map(); // approved since, not shown yet
    this.pages = 1;
    this.next = null;
    this.sort = "oldest";
    this.list = make("ol", { part: "thread" });
  }

  // Reads the pages that are shown; with more: only the one after them.
  async load({ more = false, isFirst = false } = {}) {
    const place = new URLSearchParams({ page_url: this.host.page, site_id: this.host.site, limit: BATCH, sort: this.sort });
    // So that no cache answers from before the change.
    if (this.host.changes.version) place.set("version", this.host.changes.version);
    let path = more ? this.next : `/api/v1/threads?${place}`;
    const found = new Map(more ? this.known : []);
    const fresh = new Set();
    const { sort } = this;
    let batch;
    for (let number = 0; path && number < (more ? 1 : this.pages); number++) {
      batch = await ask(path);
      for (const comment of batch.comments) {
        if (!found.has(comment.id)) fresh.add(comment.id);
        found.set(comment.id, comment);
      }
      path = batch.next;
    }
    if (sort !== this.sort) return; // another order was chosen meanwhile
    if (more) this.pages++;
    this.next = path;
    this.host.state = batch.state;
    this.host.opens = batch.opens_at;
    this.host.asks = batch.asks ?? {};
    this.update(found, (id) => isFirst || (more && fresh.has(id)));
  }

  // Below zero where one stands before the other in the order that was chosen.
  compare(one, two) {
    const higher = { replies: "replies", picks: "picked" }[this.sort];
    const apart = higher ? (two[higher] ?? 0) - (one[higher] ?? 0) : 0;
    const older = one.id < two.id ? -1 : 1;
    return apart || (this.sort === "newest" ? -older : older);
  }

  // Whether a comment stands behind all that was read.
  isBeyond(comment, found) {
    const end = [...found.values()].at(-1);
    return this.next && (!end || this.compare(comment, end) > 0);
  }

  // isExpected: whether a comment that is not shown yet may appear without being asked for.
  update(found, isExpected) {
    const { own } = this.host;
    for (const [id, comment] of this.shown) {
      if (!found.has(id) && !own.get(id) && !this.isBeyond(comment.data, found)) this.take(id);
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
      const isRead = !this.isBeyond(mine, found);
      // Published until now: what became of it is asked next time.
      if (mine.status === "approved" && isRead) own.keep(mine.id, { status: "pending", since: Date.now() });
      this.putOwn(mine);
    }
    this.known = found;
  }

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
    this.place(comment);
    // What came before the comment that it answers, in this order, goes below it.
    for (const each of this.shown.values()) {
      if (each.data.parent_id !== data.id || each.above) continue;
      each.above = comment;
      each.depth = comment.depth + 1;
      each.is = "";
      each.show(each.data);
      this.place(each);
    }
    return comment;
  }

  place(comment) {
    const { above, data } = comment;
    let list = this.list;
    if (above) list = above.depth < DEPTH ? above.replies : above.item.parentNode;
    if (above && above.depth < DEPTH && !above.replies.isConnected) above.item.append(above.replies);
    // Replies are read in their order of time, whatever the order of the thread.
    const isBehind = (item) => item.shown && (list === this.list ? this.compare(item.shown.data, data) > 0 : item.shown.id > data.id);
    comment.item.shown = comment;
    list.insertBefore(comment.item, [...list.children].find(isBehind) ?? [...list.children].find((item) => !item.shown) ?? null);
    if (list !== this.list) this.fold(list);
  }

  // Of many replies the first are shown, until somebody wants the others.
  fold(list) {
    if (list.isOpen || (!list.folded && list.children.length <= FOLDED + 2)) return;
    const others = [...list.children].filter((item) => item.shown);
    list.folded ??= make("li", {}, button("", () => this.unfold(list, true), { class: "more" }));
    list.append(list.folded);
    others.forEach((item, number) => { item.hidden = number >= FOLDED && !item.shown.own; });
    const count = others.filter((item) => item.hidden).length;
    if (count) list.folded.firstChild.textContent = this.host.words.moreReplies(count);
    else this.unfold(list);
  }

  unfold(list, moves) {
    if (!list.folded) return;
    list.isOpen = true;
    list.folded.remove();
    const hidden = [...list.children].filter((item) => item.hidden);
    for (const item of hidden) item.hidden = false;
    if (moves) hidden[0]?.shown.article.focus();
  }

  // Takes a comment away; where something answers it, its place stays.
  take(id) {
    const comment = this.shown.get(id);
    if (!comment) return;
    const hasFocus = comment.article.contains(this.host.shadowRoot.activeElement);
    if (comment.replies.querySelector("article")) {
      comment.panel.replaceChildren();
      comment.show({ ...comment.data, status: "removed", author: null, text: null });
    } else {
      const list = comment.item.parentNode;
      comment.item.remove();
      if (list !== this.list) this.fold(list);
      const { above } = comment;
      if (above && !above.replies.querySelector("article")) above.replies.remove();
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

  // Another order: everything is read again.
  clear(sort) {
    Object.assign(this, { sort, pages: 1, next: null, known: undefined });
    this.shown.clear();
    this.fresh.clear();
    this.list.replaceChildren();
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
