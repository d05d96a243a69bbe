import {hundredths, ticks, TICKS_PER_DOLLAR} from './exact.js';

const STAMPS = ['exchange_ms', 'feed_received_ms', 'kafka_published_ms', 'received_ms', 'server_published_ms'];

/**
 * One market's book as its messages make it: two ladders of bids, by price in ticks. A level has its quantity in
 * hundredths and the times of the record that touched it last.
 */
export class Book {
  #sides = {yes: new Map(), no: new Map()};
  #sorted = {yes: null, no: null};
  ticker;
  /** 'live', 'stale' or 'awaiting_snapshot', as the server says; 'lost' while nothing keeps it up to date. */
  state = 'lost';
  version = 0;
  /** How many messages it has had. */
  changes = 0;

  constructor(ticker) {
    this.ticker = ticker;
  }

  /** @param browserMs when this browser had the message, by its own clock */
  replace(msg, browserMs) {
    const stamp = {...stampOf(msg), browser_ms: browserMs};
    for (const side of ['yes', 'no']) {
      const levels = this.#sides[side];
      levels.clear();
      for (const [price, quantity] of msg[`${side}_dollars_fp`] ?? []) {
        levels.set(ticks(price), {priceTicks: ticks(price), quantity: hundredths(quantity), stamp, isOwn: false});
      }
      this.#sorted[side] = null;
    }
    this.#heard(msg);
  }

  change(msg, browserMs) {
    const levels = this.#sides[msg.side];
    const priceTicks = ticks(msg.price_dollars);
    const quantity = (levels.get(priceTicks)?.quantity ?? 0) + hundredths(msg.delta_fp);
    if (quantity > 0) {
      const stamp = {...stampOf(msg), exchange_ms: msg.ts_ms ?? null, browser_ms: browserMs};
      levels.set(priceTicks, {priceTicks, quantity, stamp, isOwn: true});
    } else {
      levels.delete(priceTicks);
    }
    this.#sorted[msg.side] = null;
    this.#heard(msg);
  }

  /** Nothing keeps it up to date any more. */
  lose() {
    this.state = 'lost';
    this.changes++;
  }

  /**
   * Takes where levels come from out of the REST answer for this market: a snapshot's message has one time for all of
   * them. A level that has changed since by a message keeps that one's times.
   */
  explain(answer) {
    for (const side of ['yes', 'no']) {
      for (const told of answer[side]) {
        const level = this.#sides[side].get(ticks(told.price_dollars));
        if (level && !level.isOwn && level.quantity === hundredths(told.quantity_fp)) {
          level.stamp = stampOf(told);
        }
      }
    }
    this.changes++;
  }

  /** Bids of that side, best first. */
  bids(side) {
    this.#sorted[side] ??= [...this.#sides[side].values()].sort((one, other) => other.priceTicks - one.priceTicks);
    return this.#sorted[side];
  }

  /** What yes can be bought for, best first: the bids for no, at a dollar less their price. */
  get asks() {
    return this.bids('no').map(level => ({...level, priceTicks: TICKS_PER_DOLLAR - level.priceTicks}));
  }

  /** Of yes, in ticks; null for an empty side. */
  get bestBid() {
    return this.bids('yes')[0]?.priceTicks ?? null;
  }

  get bestAsk() {
    const best = this.bids('no')[0];
    return best ? TICKS_PER_DOLLAR - best.priceTicks : null;
  }

  /** Best ask less best bid, in ticks; below 0 in a crossed book; null without both. */
  get spread() {
    return this.bestBid === null || this.bestAsk === null ? null : this.bestAsk - this.bestBid;
  }

  #heard(msg) {
    this.state = msg.state ?? 'live';
    this.version = msg.version ?? this.version;
    this.changes++;
  }
}

/** Sums of quantities from the best level on, as they are. */
export function cumulative(levels) {
  let sum = 0;
  return levels.map(level => (sum += level.quantity));
}

function stampOf(from) {
  return Object.fromEntries(STAMPS.map(name => [name, from[name] ?? null]));
}
