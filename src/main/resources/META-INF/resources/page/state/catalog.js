import {Observable} from './observable.js';
import {Row} from './row.js';

const FIRST_PAGE = 5000;
const PAGE = 1000;
const BETWEEN_PAGES_MS = 1000;
const BETWEEN_WALKS_MS = 10_000;
const AFTER_REFUSAL_MS = 2000;
/** A market's newest top at most so often: what an eye reads of few, and of many. Each message costs the browser 0.1 ms. */
const FEW = 100;
const OF_FEW = {interval_ms: 500};
const OF_MANY = {interval_ms: 1000};

const KEYS = {
  changed: row => row.changedMs,
  activity: row => row.activity,
  spread: row => row.spread,
};

/**
 * All markets of the server. A walk through the listing, page by page, gives what each was a moment ago; those that are
 * looked at are kept up to date by `top_of_book`. So a page that shows thirty of 100,000 markets costs the server one
 * subscription of thirty and one short page of the listing a second.
 */
export class Catalog extends Observable {
  #rest;
  #tops;
  #rows = new Map();
  #walks = 0;
  #start = 0;
  /** Whether every market has been seen once. */
  isWhole = false;
  /** Why the last page did not come; empty if it did. */
  problem = '';
  /** Grows with every row that is new, gone or changed. */
  changes = 0;
  /** Grows with every row that is new or gone. */
  members = 0;

  constructor(stream, rest) {
    super();
    this.#rest = rest;
    this.#tops = stream.channel('top_of_book', OF_FEW, {
      message: (type, msg) => type === 'top_of_book' && this.takeTop(msg),
      lost: () => {},
    });
  }

  get size() {
    return this.#rows.size;
  }

  row(ticker) {
    return this.#rows.get(ticker);
  }

  /** The markets to keep up to date. */
  look(tickers) {
    this.#tops.want(tickers, tickers.length > FEW ? OF_MANY : OF_FEW);
  }

  /** The server is another one than before: its versions count anew. */
  began(start) {
    this.#start = start;
  }

  /** Walks through the listing for ever, while `mayWalk`. */
  async run(mayWalk) {
    for (;;) {
      const begunMs = Date.now();
      const ended = mayWalk() && await this.#walk(mayWalk);
      const restMs = ended ? Math.max(BETWEEN_PAGES_MS, BETWEEN_WALKS_MS - (Date.now() - begunMs)) : BETWEEN_PAGES_MS;
      await pause(restMs);
    }
  }

  async #walk(mayWalk) {
    this.#walks++;
    let cursor = '';
    do {
      try {
        const size = this.isWhole ? PAGE : FIRST_PAGE;
        const page = await this.#rest.get(`/api/v1/markets?limit=${size}&cursor=${encodeURIComponent(cursor)}`);
        this.takePage(page.markets);
        cursor = page.cursor;
        this.problem = '';
      } catch (refusal) {
        this.problem = refusal.message;
        await pause(Math.max(refusal.retryAfterMs, AFTER_REFUSAL_MS));
        return false;
      }
      if (this.isWhole && cursor !== '') {
        await pause(BETWEEN_PAGES_MS);
      }
      if (!mayWalk()) {
        return false;
      }
    } while (cursor !== '');
    this.#forget();
    this.isWhole = true;
    this.changed();
    return true;
  }

  takePage(lines) {
    const nowMs = Date.now();
    for (const line of lines) {
      const row = this.#known(line.market_ticker);
      row.walk = this.#walks;
      this.changes += row.takeListed(line, this.#start, nowMs) ? 1 : 0;
    }
    this.changed();
  }

  takeTop(top) {
    if (top.version === 0 && !this.#rows.has(top.market_ticker)) {
      return; // no record has named it
    }
    const row = this.#known(top.market_ticker);
    row.walk = Math.max(row.walk, this.#walks);
    if (row.takeTop(top, this.#start, Date.now())) {
      this.changes++;
      this.changed();
    }
  }

  #known(ticker) {
    let row = this.#rows.get(ticker);
    if (!row) {
      row = new Row(ticker);
      this.#rows.set(ticker, row);
      this.members++;
    }
    return row;
  }

  /** The server has forgotten what a whole walk has not seen. */
  #forget() {
    for (const [ticker, row] of this.#rows) {
      if (row.walk < this.#walks) {
        this.#rows.delete(ticker);
        this.members++;
      }
    }
  }

  /** The markets that a route asks for, in its order. */
  select({query, status, state, sort, descending}) {
    const words = query.toLowerCase().split(/\s+/).filter(word => word !== '');
    const found = [];
    for (const row of this.#rows.values()) {
      if ((status === '' || row.status === status) && (state === '' || row.state === state)
          && (words.length === 0 || matches(row, words))) {
        found.push(row);
      }
    }
    return found.sort(order(sort, descending));
  }
}

function matches(row, words) {
  const ticker = row.ticker.toLowerCase();
  const title = row.title.toLowerCase();
  return words.every(word => ticker.includes(word) || title.includes(word));
}

/** By that key, then by ticker; what has no such key comes last in both directions. */
function order(sort, descending) {
  const sign = descending ? -1 : 1;
  const byTicker = (one, other) => (one.ticker < other.ticker ? -1 : one.ticker > other.ticker ? 1 : 0);
  const key = KEYS[sort];
  if (!key) {
    return (one, other) => sign * byTicker(one, other);
  }
  return (one, other) => {
    const a = key(one);
    const b = key(other);
    if (a === null || b === null) {
      return a === b ? byTicker(one, other) : a === null ? 1 : -1;
    }
    return a === b ? byTicker(one, other) : sign * (a - b);
  };
}

function pause(ms) {
  return new Promise(done => setTimeout(done, ms));
}
