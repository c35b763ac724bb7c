// Word of changes of the thread, while the page is looked at; without it the thread is read every few seconds.
const AGAIN = 60_000; // ms until a stream that was refused is asked for again; each time longer
const SPREAD = 400; // ms over which the readers of a page read it again

class Changes {
  // told: called when the thread is another than before.
  constructor(path, told) { Object.assign(this, { path, told, refused: 0, notBefore: 0 }); }

  // Not before the first has come: a proxy may hold them back.
  get areHeard() { return this.version && this.source?.readyState === 1; }

  listen() {
    if (this.source || document.hidden || Date.now() < this.notBefore) return;
    const source = this.source = new EventSource(HOME + this.path);
    source.addEventListener("thread", ({ lastEventId }) => {
      this.refused = 0;
      if (lastEventId === this.version) return;
      this.version = lastEventId;
      this.told(Math.random() * SPREAD);
    });
    // Where it is only interrupted the browser comes back by itself.
    source.addEventListener("error", () => {
      if (source.readyState !== 2 || source !== this.source) return;
      this.stop();
      this.notBefore = Date.now() + AGAIN * 2 ** Math.min(4, this.refused++);
    });
  }

  stop() {
    this.source?.close();
    this.source = undefined;
  }
}
