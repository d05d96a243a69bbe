const STEP_MS = 500;
const KEPT = 1200;

/** Spread and mid of one market over the last ten minutes: what they were at each half second. */
export class History {
  #seconds = [];
  #mids = [];
  #spreads = [];
  #lastMs = 0;

  /** @param midHalfTicks best bid and best ask together, in ticks: twice the mid; null without both */
  take(nowMs, midHalfTicks, spreadTicks) {
    if (nowMs - this.#lastMs < STEP_MS) {
      return;
    }
    this.#lastMs = nowMs;
    this.#seconds.push(nowMs / 1000);
    this.#mids.push(midHalfTicks === null ? null : midHalfTicks / 200);
    this.#spreads.push(spreadTicks === null ? null : spreadTicks / 100);
    if (this.#seconds.length > KEPT) {
      [this.#seconds, this.#mids, this.#spreads].forEach(values => values.shift());
    }
  }

  /** Seconds of the epoch, mids in cents, spreads in cents. */
  get columns() {
    return [this.#seconds, this.#mids, this.#spreads];
  }
}
