import {html, nothing} from 'lit';
import {cents, contracts, TICKS_PER_DOLLAR} from '../state/exact.js';
import {way} from '../state/provenance.js';
import {DEPTH, SPREAD} from './charts.js';
import './chart.js';
import './ladder.js';
import {badges} from './markets.js';
import './recipes.js';
import {exactTime, whole} from './text.js';
import {View} from './view.js';

const CHART_MS = 500;

/** One market looked at closely. */
class MarketBoard extends View {
  static restMs = 60;
  static restShare = 12;
  static properties = {
    ticker: {}, scale: {}, boards: {attribute: false}, catalog: {attribute: false}, clock: {attribute: false},
    isAlone: {attribute: false}, chosen: {state: true},
  };

  #chartsMs = 0;
  #depth = [[], [], []];
  #spread = [[], [], []];
  /** The chosen level as it was last, for as long as it is chosen. */
  #last = {id: '', level: null};

  constructor() {
    super();
    this.chosen = '';
  }

  get sources() {
    return [this.boards, this.catalog];
  }

  willUpdate() {
    const board = this.boards.of(this.ticker);
    if (board && performance.now() - this.#chartsMs > CHART_MS) {
      this.#chartsMs = performance.now();
      this.#depth = DEPTH.data(board.book);
      this.#spread = [...board.history.columns];
    }
  }

  render() {
    const board = this.boards.of(this.ticker);
    if (!board) {
      return nothing;
    }
    const {book} = board;
    return html`
      <section class="board" aria-label=${this.ticker}>
        ${this.#head(book)}
        ${this.#doubt(book)}
        <div class="columns">
          <div class="book">
            <h3>Book</h3>
            <book-ladder .whole=${this} .board=${board} .changes=${book.changes} .scale=${this.scale} .chosen=${this.chosen}
                @choose=${event => (this.chosen = event.detail)}></book-ladder>
          </div>
          <div class="charts">
            <h3>Depth <span class="soft">cumulative contracts by yes price in cents</span></h3>
            <line-chart class="depth" role="img" aria-label=${depthInWords(book)} .options=${DEPTH.options} .data=${this.#depth}></line-chart>
            <h3>Mid and spread <span class="soft">in cents, last 10 minutes</span></h3>
            <line-chart class="history" role="img" aria-label=${spreadInWords(book)} .options=${SPREAD.options} .data=${this.#spread}></line-chart>
            ${this.#provenance(book)}
          </div>
          <div class="trades"><h3>Trades</h3>${this.#trades(board)}</div>
        </div>
        <try-it .ticker=${this.ticker}></try-it>
      </section>`;
  }

  #head(book) {
    const row = this.catalog.row(this.ticker);
    return html`
      <header>
        <div class="name">
          <h2>${row?.title || this.ticker}</h2>
          ${row?.title ? html`<span class="soft">${this.ticker}</span>` : nothing}
        </div>
        <div class="marks">${row ? badges({...row, status: row.status, state: book.state, crossed: row.crossed}) : nothing}</div>
        <dl class="best">
          <div><dt>Bid</dt><dd class="bid">${cents(book.bestBid)}</dd></div>
          <div><dt>Ask</dt><dd class="ask">${cents(book.bestAsk)}</dd></div>
          <div><dt>Spread</dt><dd>${cents(book.spread)}</dd></div>
          <div><dt>Version</dt><dd data-version>${whole(book.version)}</dd></div>
        </dl>
        ${this.isAlone ? nothing : html`
          <button type="button" class="quiet close" aria-label="Remove ${this.ticker}" title="Remove"
              @click=${this.#close}>×</button>`}
      </header>`;
  }

  /** Whatever makes the book other than right now. */
  #doubt(book) {
    const text = {
      lost: this.boards.booksRefused || 'This book is not being updated: connecting to the server.',
      stale: 'This book may be missing updates until its next snapshot, or the server lags behind the topic. Changes are still applied.',
      awaiting_snapshot: this.catalog.row(this.ticker) ? 'No snapshot of this market has arrived yet.'
        : 'The server does not know this market.',
    }[book.state];
    return text ? html`<p class="doubt" role="status">${text}</p>` : nothing;
  }

  #provenance(book) {
    const now = this.#level(book);
    if (now || this.#last.id !== this.chosen) {
      this.#last = {id: this.chosen, level: now};
    }
    const {level} = this.#last;
    return html`
      <h3>From the exchange to here <span class="soft">${level ? nothing : 'point at a level, or move to it with the keyboard'}</span></h3>
      ${level ? html`
        <p class="level">${this.#levelInWords(level)}${now ? nothing : html`<span class="soft">, gone now</span>`}</p>
        <ol class="way">${way(level.stamp, ms => this.clock.serverMs(ms)).map(station => html`
          <li class=${station.ms === null ? 'unknown' : ''}>
            <span class="since">${station.sinceMs === null ? '' : `${station.sinceMs < 0 ? '−' : '+'}${whole(Math.abs(station.sinceMs))} ms`}</span>
            <span class="station">${station.name}</span>
            <span class="what">${station.what}</span>
            <time>${station.ms !== null ? exactTime(station.ms) : station.name === 'Browser' ? 'before you opened this book' : 'unknown'}</time>
          </li>`)}</ol>
        ${this.#clockInWords(level)}` : html`<p class="empty small">Shows when the last change of a level was received at each step: exchange, feed, Kafka, this server, this browser.</p>`}`;
  }

  #level(book) {
    const [side, price] = this.chosen.split(' ');
    return side ? book.bids(side).find(level => level.priceTicks === Number(price)) ?? null : null;
  }

  #levelInWords(level) {
    const side = this.chosen.split(' ')[0];
    const asAsk = side === 'no' && this.scale === 'yes';
    return `${contracts(level.quantity)} ${level.quantity === 100 ? 'contract' : 'contracts'} ${asAsk
      ? `offered at ${cents(TICKS_PER_DOLLAR - level.priceTicks)} ¢ (bid ${cents(level.priceTicks)} ¢ for no)`
      : `bid at ${cents(level.priceTicks)} ¢ for ${side}`}`;
  }

  #clockInWords(level) {
    const {aheadMs, doubtMs} = this.clock.best;
    return level.stamp.browser_ms == null || !Number.isFinite(doubtMs) ? nothing
      : html`<p class="soft small">This browser’s clock is ${whole(Math.abs(aheadMs))} ms ${aheadMs > 0 ? 'behind' : 'ahead of'}
          the server’s, ± ${Math.ceil(doubtMs)} ms. The browser’s time above is corrected for this difference.</p>`;
  }

  #trades({trades}) {
    if (trades.length === 0) {
      return html`<p class="empty small">${this.boards.tradesRefused ? 'This server does not offer trades.' : 'None since you opened this book.'}</p>`;
    }
    return html`
      <table>
        <thead><tr><th>Time</th><th>Yes ¢</th><th>Contracts</th></tr></thead>
        <tbody>${trades.map(trade => html`
          <tr class=${trade.taker === 'no' ? 'ask' : 'bid'} title="Side of the taker: ${trade.taker || 'unknown'}"><td>${exactTime(trade.atMs)}</td>
            <td class="price">${cents(trade.priceTicks)}</td><td>${contracts(trade.quantity)}</td></tr>`)}</tbody>
      </table>`;
  }

  #close() {
    this.dispatchEvent(new CustomEvent('beside', {bubbles: true, detail: this.ticker}));
  }
}
customElements.define('market-board', MarketBoard);

function depthInWords(book) {
  const sum = levels => contracts(levels.reduce((all, level) => all + level.quantity, 0));
  return `Cumulative depth: ${sum(book.bids('yes'))} contracts bid, ${sum(book.asks)} offered`;
}

function spreadInWords(book) {
  return book.spread === null ? 'Mid and spread: one side is empty'
    : `Mid ${((book.bestBid + book.bestAsk) / 200).toFixed(2)} cents, spread ${cents(book.spread)} cents`;
}
