const SAMPLES = 30;

/** How far the server's clock is ahead of this browser's: by the answer that came fastest of the last thirty. */
export class ServerClock {
  #samples = [];

  /** One question: when it was asked and answered by the browser's clock, and the moment that the answer tells. */
  heard(askedMs, answeredMs, serverMs) {
    this.#samples.push({aheadMs: serverMs - (askedMs + answeredMs) / 2, doubtMs: (answeredMs - askedMs) / 2});
    if (this.#samples.length > SAMPLES) {
      this.#samples.shift();
    }
  }

  /** @returns {{aheadMs: number, doubtMs: number}} the doubt is half the way there and back */
  get best() {
    return this.#samples.reduce((best, one) => (one.doubtMs < best.doubtMs ? one : best),
        {aheadMs: 0, doubtMs: Infinity});
  }

  /** The browser's time as the server's clock would tell it. */
  serverMs(browserMs) {
    return browserMs + this.best.aheadMs;
  }
}
