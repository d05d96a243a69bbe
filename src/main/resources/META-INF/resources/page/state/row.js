import {hundredths, ticks} from './exact.js';

const ACTIVITY_MS = 10_000;

/** One market as the list shows it. Times are epoch milliseconds of the server, prices ticks, sizes hundredths. */
export class Row {
  ticker;
  title = '';
  status = 'unknown';
  state = 'awaiting_snapshot';
  crossed = false;
  version = -1;
  changedMs = 0;
  bid = null;
  bidSize = null;
  ask = null;
  askSize = null;
  /** Changes a minute, by its versions. */
  activity = 0;
  /** How often what the list shows of it has changed. */
  changes = 0;
  /** Which way the best bid and ask went last, -1, 0 or 1, and when, by the browser's clock. */
  bidMove = 0;
  askMove = 0;
  movedMs = 0;
  /** The walk that saw it last. */
  walk = 0;
  /** The server's start that its version is of. */
  start = 0;
  #countedVersion = -1;
  #countedMs = 0;

  constructor(ticker) {
    this.ticker = ticker;
  }

  /** Best ask less best bid; null without both. */
  get spread() {
    return this.bid === null || this.ask === null ? null : this.ask - this.bid;
  }

  /** One line of `/api/v1/markets`. @returns whether it is news */
  takeListed(line, start, nowMs) {
    const isRenamed = (line.title ?? '') !== this.title;
    if (isRenamed) {
      this.title = line.title ?? '';
      this.changes++;
    }
    return this.#take(line, start, nowMs, ticks(line.yes_bid_dollars), hundredths(line.yes_bid_size_fp),
        ticks(line.yes_ask_dollars), hundredths(line.yes_ask_size_fp)) || isRenamed;
  }

  /** A `top_of_book`. @returns whether it is news */
  takeTop(top, start, nowMs) {
    return this.#take(top, start, nowMs, ticks(top.yes_bid?.price_dollars), hundredths(top.yes_bid?.quantity_fp),
        ticks(top.yes_ask_dollars), hundredths(top.no_bid?.quantity_fp));
  }

  #take(line, start, nowMs, bid, bidSize, ask, askSize) {
    const isOld = start === this.start && line.version < this.version;
    if (isOld) {
      return false;
    }
    const isFirst = this.version < 0 || start !== this.start;
    this.#count(line.version, nowMs, isFirst);
    const moved = bid !== this.bid || ask !== this.ask;
    if (!isFirst && moved) {
      this.bidMove = direction(this.bid, bid);
      this.askMove = direction(this.ask, ask);
      this.movedMs = nowMs;
    }
    const isNews = isFirst || moved || bidSize !== this.bidSize || askSize !== this.askSize
        || line.status !== this.status || line.state !== this.state || line.last_updated_ms !== this.changedMs;
    this.start = start;
    this.version = line.version;
    this.status = line.status;
    this.state = line.state;
    this.crossed = line.crossed;
    this.changedMs = line.last_updated_ms;
    this.bid = bid;
    this.bidSize = bidSize;
    this.ask = ask;
    this.askSize = askSize;
    this.changes += isNews ? 1 : 0;
    return isNews;
  }

  #count(version, nowMs, isFirst) {
    if (isFirst) {
      this.activity = 0;
    } else if (nowMs - this.#countedMs < ACTIVITY_MS) {
      return;
    } else {
      this.activity = (version - this.#countedVersion) * 60_000 / (nowMs - this.#countedMs);
    }
    this.#countedVersion = version;
    this.#countedMs = nowMs;
  }
}

function direction(before, after) {
  return before === null || after === null ? 0 : Math.sign(after - before);
}
