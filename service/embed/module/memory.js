// What this browser remembers of its reader: a draft, and the tokens of the reader's own comments.
// Where storage is blocked, it lasts as long as the page.
class BrowserStorage {
  #kept = new Map();
  constructor(kind) { this.kind = kind; }
  read(name) {
    try {
      const stored = globalThis[this.kind].getItem(name);
      if (stored !== null) return JSON.parse(stored);
    } catch { /* blocked */ }
    return this.#kept.get(name);
  }
  write(name, value) {
    this.#kept.set(name, value);
    try {
      globalThis[this.kind].setItem(name, JSON.stringify(value));
    } catch { /* blocked or full */ }
  }
}
const lasting = new BrowserStorage("localStorage");
const passing = new BrowserStorage("sessionStorage");
const OWN_LIMIT = 100; // comments whose tokens are kept

// The reader's own comments on a site, by id: token, page, name, text, parent_id, created_at, status, until,
// since (when it was sent, or sent again).
class Own {
  constructor(site, page) {
    this.name = `gatehouse:${site}:own`;
    this.browserName = `gatehouse:${site}:browser`;
    this.page = page;
  }
  get all() { return lasting.read(this.name) ?? {}; }
  get here() { return Object.entries(this.all).filter(([, own]) => own.page === this.page).map(([id, own]) => ({ id, ...own })); }
  get(id) { return this.all[id]; }
  keep(id, fields) {
    const all = this.all;
    all[id] = { ...all[id], ...fields };
    lasting.write(this.name, Object.fromEntries(Object.entries(all).sort().slice(-OWN_LIMIT)));
  }
  forget(id) {
    const { [id]: _, ...others } = this.all;
    lasting.write(this.name, others);
  }
  get browser() { return lasting.read(this.browserName) ?? ""; }
  set browser(token) { if (token) lasting.write(this.browserName, token); }
}
