import {waitMs} from './backoff.js';
import {Book} from './book.js';
import {hundredths, ticks} from './exact.js';
import {History} from './history.js';
import {Observable} from './observable.js';

const TRADES_KEPT = 50;
const SAMPLE_MS = 500;

/** What is known of one market that is looked at: its book, its trades, and how its spread went. */
class Board {
  trades = [];
  history = new History();
  /** Why there is no book; empty if there is one. */
  problem = '';
  /** How many snapshots it has had: what was asked for after one is not for the next. */
  snapshots = 0;

  constructor(ticker) {
    this.ticker = ticker;
    this.book = new Book(ticker);
  }

  sample(nowMs) {
    const {bestBid, bestAsk, spread} = this.book;
    this.history.take(nowMs, spread === null ? null : bestBid + bestAsk, spread);
  }
}

/** The markets that are looked at closely, by `orderbook_delta` and, where the server offers it, `trade`. */
export class Boards extends Observable {
  #rest;
  #boards = new Map();
  #books;
  #trades;

  constructor(stream, rest) {
    super();
    this.#rest = rest;
    this.#books = stream.channel('orderbook_delta', {}, {
      message: (type, msg) => this.#book(type, msg),
      lost: () => this.#lost(),
    });
    this.#trades = stream.channel('trade', {}, {message: (type, msg) => this.#trade(type, msg), lost: () => {}});
    setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** Why there are no trades; empty if there are. */
  get tradesRefused() {
    return this.#trades.refused;
  }

  /** Why no book comes; empty if they do. */
  get booksRefused() {
    return this.#books.refused;
  }

  look(tickers) {
    for (const ticker of this.#boards.keys()) {
      if (!tickers.includes(ticker)) {
        this.#boards.delete(ticker);
      }
    }
    tickers.filter(ticker => !this.#boards.has(ticker)).forEach(ticker => this.#boards.set(ticker, new Board(ticker)));
    this.#books.want(tickers);
    this.#trades.want(tickers);
    this.changed();
  }

  of(ticker) {
    return this.#boards.get(ticker);
  }

  #book(type, msg) {
    const board = this.#boards.get(msg?.market_ticker);
    if (!board) {
      return;
    }
    if (type === 'orderbook_snapshot') {
      board.book.replace(msg, Date.now());
      this.#explain(board, ++board.snapshots);
    } else if (type === 'orderbook_delta') {
      board.book.change(msg, Date.now());
    }
    this.changed();
  }

  /** Asks for each level's own times. The book is whole without them: its levels have the snapshot's meanwhile. */
  async #explain(board, snapshot, failures = 0) {
    const isCurrent = () => this.#boards.get(board.ticker) === board && board.snapshots === snapshot;
    if (board.book.state === 'awaiting_snapshot' || !isCurrent()) {
      return;
    }
    try {
      const answer = await this.#rest.get(`/api/v1/books/${encodeURIComponent(board.ticker)}`);
      if (isCurrent()) {
        board.book.explain(answer);
        this.changed();
      }
    } catch (refusal) {
      if (canPass(refusal)) {
        setTimeout(() => this.#explain(board, snapshot, failures + 1), waitMs(0, failures));
      }
    }
  }

  #trade(type, msg) {
    const board = this.#boards.get(msg?.market_ticker);
    if (type !== 'trade' || !board) {
      return;
    }
    board.trades.unshift({
      atMs: msg.ts_ms ?? 1000 * msg.ts,
      priceTicks: ticks(msg.yes_price_dollars ?? String(msg.yes_price / 100)),
      quantity: hundredths(msg.count_fp ?? String(msg.count)),
      taker: msg.taker_side ?? '',
    });
    board.trades.length = Math.min(board.trades.length, TRADES_KEPT);
    this.changed();
  }

  #lost() {
    this.#boards.forEach(board => board.book.lose());
    this.changed();
  }

  #sample() {
    const nowMs = Date.now();
    this.#boards.forEach(board => board.sample(nowMs));
  }
}

/** Whether the same question may be answered later. */
function canPass({status}) {
  return status === 0 || status === 429 || status >= 500;
}
