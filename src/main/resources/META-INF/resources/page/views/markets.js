import {html, nothing} from 'lit';
import {guard} from 'lit/directives/guard.js';
import {cents, size} from '../state/exact.js';
import {format} from '../state/route.js';
import {moment, short, whole, words} from './text.js';
import {variable} from './variable.js';
import {View} from './view.js';

const ROW_PX = 30;
const HEAD_PX = 28;
const OVERSCAN = 8;
/** So few are all kept up to date, so that every order of them is of this moment. */
const FOLLOW_ALL = 500;
const FLASH_MS = 500;
/** What moved longer ago than this has no flash any more when it comes in sight. */
const RECENT_MS = 2500;
const SORT_MS = 1000;
const SORT_SHARE = 20;
const POINTER_MS = 1500;
const STATUSES = ['open', 'paused', 'initialized', 'closed', 'determined', 'settled', 'unknown'];
const STATES = ['live', 'stale', 'awaiting_snapshot'];
const COLUMNS = [
  {label: 'Market', sort: 'ticker', kind: 'ticker'},
  {label: 'State', kind: 'state'},
  {label: 'Bid size', kind: 'number size'},
  {label: 'Yes bid ¢', kind: 'number'},
  {label: 'Yes ask ¢', kind: 'number'},
  {label: 'Ask size', kind: 'number size'},
  {label: 'Spread ¢', sort: 'spread', kind: 'number spread'},
  {label: 'Changes/min', sort: 'activity', kind: 'number activity'},
  {label: 'Last change', sort: 'changed', kind: 'number changed'},
];

/** All markets, of which only the rows in sight are in the document. */
class MarketsView extends View {
  static restMs = 400;
  static properties = {catalog: {attribute: false}, route: {attribute: false}, beside: {attribute: false}};

  #rows = [];
  #selection = '';
  #members = -1;
  #changes = -1;
  #sortedMs = 0;
  #sortCostMs = 0;
  #pointerMs = -POINTER_MS;
  #active = 0;
  #isRevealing = false;
  #height = 0;
  #sizes = new ResizeObserver(([entry]) => {
    this.#height = entry.contentRect.height;
    this.requestUpdate();
  });
  #timer = null;
  /** By row: the move that was rendered last, and until when it flashes. */
  #moves = new WeakMap();

  get sources() {
    return [this.catalog];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    clearTimeout(this.#timer);
  }

  firstUpdated() {
    this.#sizes.observe(this.#list);
  }

  get #list() {
    return this.querySelector('.list');
  }

  willUpdate() {
    const {query, status, state, sort, descending} = this.route;
    const selection = JSON.stringify([query, status, state, sort, descending]);
    const isAsked = selection !== this.#selection;
    const isOrdered = sort === 'ticker' && status === '' && state === '';
    const isOld = this.#members !== this.catalog.members || !isOrdered && this.#changes !== this.catalog.changes;
    const nowMs = performance.now();
    const isDue = nowMs - this.#sortedMs > Math.max(SORT_MS, SORT_SHARE * this.#sortCostMs)
        && nowMs - this.#pointerMs > POINTER_MS;
    if (isAsked || isOld && (isDue || this.#rows.length === 0)) {
      this.#rows = this.catalog.select(this.route);
      this.#sortCostMs = performance.now() - nowMs;
      this.#sortedMs = nowMs;
      this.#selection = selection;
      this.#members = this.catalog.members;
      this.#changes = this.catalog.changes;
      this.#active = Math.max(0, Math.min(this.#active, this.#rows.length - 1));
      if (isAsked && this.hasUpdated) {
        this.#list.scrollTop = 0;
        this.#active = 0;
      }
    }
  }

  get #window() {
    const top = this.hasUpdated ? this.#list.scrollTop : 0;
    const first = Math.max(0, Math.floor(top / ROW_PX) - OVERSCAN);
    const last = Math.min(this.#rows.length, Math.ceil((top + this.#height) / ROW_PX) + OVERSCAN);
    return [first, last];
  }

  render() {
    const [first, last] = this.#window;
    const nowMs = Date.now();
    return html`
      ${this.#filters()}
      <div class="grid" role="grid" aria-label="Markets" aria-rowcount=${this.#rows.length + 1} tabindex="0"
          aria-activedescendant=${this.#rows.length ? `row-${this.#active}` : nothing} @keydown=${this.#key}>
        <div class="list" role="presentation" @scroll=${() => this.hurry()} @pointermove=${this.#pointed}>
          <div class="top" role="rowgroup">
            <div class="row head" role="row" aria-rowindex="1">${COLUMNS.map(column => this.#head(column))}</div>
          </div>
          <div class="all" role="rowgroup" ${variable('height', `${this.#rows.length * ROW_PX}px`)}>
            <div class="window" role="presentation" ${variable('transform', `translateY(${first * ROW_PX}px)`)}>
              ${this.#rows.slice(first, last).map((row, at) => this.#row(row, first + at, nowMs))}
            </div>
          </div>
          ${this.#rows.length === 0 ? html`<p class="empty">${this.#nothingFound}</p>` : nothing}
        </div>
      </div>`;
  }

  get #nothingFound() {
    return this.catalog.problem !== '' && !this.catalog.isWhole ? this.catalog.problem
      : !this.catalog.isWhole ? 'Loading the list of markets.'
      : this.catalog.size === 0 ? 'The server has no markets yet.' : 'No market matches.';
  }

  #filters() {
    const {status, state} = this.route;
    return html`
      <form class="filters" role="search" @submit=${event => event.preventDefault()}>
        <label class="search"><span>Search</span>
          <input id="search" type="search" placeholder="ticker or title    ( / )" autocomplete="off" spellcheck="false"
              @input=${event => this.#go({query: event.target.value})} @keydown=${this.#leaveSearch}></label>
        ${this.#choice('Status', STATUSES, status, value => ({status: value}))}
        ${this.#choice('Book', STATES, state, value => ({state: value}))}
        <output>${whole(this.#rows.length)} of ${whole(this.catalog.size)} markets${this.catalog.isWhole ? '' : ', loading …'}</output>
      </form>`;
  }

  #choice(label, values, chosen, change) {
    return html`
      <label><span>${label}</span>
        <select @change=${event => this.#go(change(event.target.value))}>
          <option value="" ?selected=${chosen === ''}>any</option>
          ${values.map(value => html`<option value=${value} ?selected=${value === chosen}>${words(value)}</option>`)}
        </select></label>`;
  }

  #head({label, sort, kind}) {
    if (!sort) {
      return html`<span class=${kind} role="columnheader">${label}</span>`;
    }
    const {sort: sorted, descending} = this.route;
    const order = sort !== sorted ? 'none' : descending ? 'descending' : 'ascending';
    const next = order === 'none' ? sort === 'changed' || sort === 'activity' : !descending;
    return html`
      <span class=${kind} role="columnheader" aria-sort=${order}>
        <button type="button" class="sort" @click=${() => this.#go({sort, descending: next})}>${label}<span
            class="arrow" aria-hidden="true">${order === 'none' ? '' : descending ? '▾' : '▴'}</span></button>
      </span>`;
  }

  #row(row, index, nowMs) {
    const flashes = this.#flashes(row, nowMs);
    const isActive = index === this.#active;
    const isBeside = this.beside.includes(row.ticker);
    return guard([row, row.changes, index, flashes, isActive, isBeside, Math.round(row.activity)], () => html`
      <div class="row ${row.status} ${row.state} ${isActive ? 'active' : ''}" id="row-${index}" role="row"
          aria-rowindex=${index + 2} aria-selected=${isActive} data-ticker=${row.ticker}
          @click=${event => this.#clicked(event, row, index)}>
        <span class="ticker" role="gridcell"><a tabindex="-1" href=${format({view: 'market', tickers: [row.ticker]})}>${row.ticker}</a>
          ${row.title ? html`<span class="title">${row.title}</span>` : nothing}
          <button type="button" class="beside" tabindex="-1" aria-pressed=${isBeside}
              aria-label="Show beside the others" title="Show beside the others (B)">${isBeside ? '−' : '+'}</button></span>
        <span class="state" role="gridcell">${badges(row)}</span>
        <span class="number size" role="gridcell">${size(row.bidSize)}</span>
        <span class="number bid ${row.bid === null ? 'none' : flashes ? move(row.bidMove) : ''}" role="gridcell">${cents(row.bid)}</span>
        <span class="number ask ${row.ask === null ? 'none' : flashes ? move(row.askMove) : ''}" role="gridcell">${cents(row.ask)}</span>
        <span class="number size" role="gridcell">${size(row.askSize)}</span>
        <span class="number spread" role="gridcell">${cents(row.spread)}</span>
        <span class="number activity" role="gridcell">${row.activity < 0.5 ? '·' : short(row.activity)}</span>
        <span class="number changed" role="gridcell">${moment(row.changedMs)}</span>
      </div>`);
  }

  /** A move flashes from the first rendering behind it on, however late that is. */
  #flashes(row, nowMs) {
    let move = this.#moves.get(row);
    if (move?.movedMs !== row.movedMs) {
      move = {movedMs: row.movedMs, untilMs: nowMs - row.movedMs < RECENT_MS ? nowMs + FLASH_MS : 0};
      this.#moves.set(row, move);
    }
    const flashes = nowMs < move.untilMs;
    if (flashes) {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.requestUpdate();
      }, FLASH_MS);
    }
    return flashes;
  }

  updated() {
    // the window asks for the layout, which so counts as a cost of rendering
    const [first, last] = this.#window;
    const looked = this.#rows.length <= FOLLOW_ALL ? this.#rows : this.#rows.slice(first, last);
    this.catalog.look(looked.map(row => row.ticker));
    if (this.#isRevealing) {
      const before = this.#list.scrollTop;
      this.#scrollToActive();
      this.#isRevealing = this.#list.scrollTop !== before;
      if (this.#isRevealing) {
        this.hurry();
      }
    }
    const search = this.querySelector('#search');
    // whoever types is ahead of what is rendered
    if (search !== document.activeElement && search.value !== this.route.query) {
      search.value = this.route.query;
    }
  }

  #clicked(event, row, index) {
    this.#active = index;
    if (event.target.closest('.beside')) {
      this.#toggle(row);
    } else if (!event.target.closest('a')) {
      this.#open(row);
    }
  }

  #pointed() {
    this.#pointerMs = performance.now();
  }

  #leaveSearch(event) {
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      this.querySelector('.grid').focus();
    }
  }

  #key(event) {
    const page = Math.max(1, Math.floor((this.#height - HEAD_PX) / ROW_PX) - 1);
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity};
    const row = this.#rows[this.#active];
    if (event.target.closest('button')) {
      return;
    }
    if (event.key in steps) {
      event.preventDefault();
      this.#active = Math.max(0, Math.min(this.#rows.length - 1, this.#active + steps[event.key]));
      this.#reveal();
    } else if (event.key === 'Enter' && row) {
      this.#open(row);
    } else if (event.key.toLowerCase() === 'b' && row) {
      this.#toggle(row);
    }
  }

  /** Until a rendering finds the active row in sight: the list may not be as long yet as its rows are many. */
  #reveal() {
    this.#isRevealing = true;
    this.#scrollToActive();
    this.hurry();
  }

  #scrollToActive() {
    const top = this.#active * ROW_PX;
    const list = this.#list;
    if (top < list.scrollTop) {
      list.scrollTop = top;
    } else if (top + ROW_PX > list.scrollTop + list.clientHeight - HEAD_PX) {
      list.scrollTop = top + ROW_PX - list.clientHeight + HEAD_PX;
    }
  }

  #go(change) {
    this.dispatchEvent(new CustomEvent('go', {bubbles: true, detail: {...change, replace: true}}));
    this.hurry();
  }

  #open(row) {
    this.dispatchEvent(new CustomEvent('go', {bubbles: true, detail: {view: 'market', tickers: [row.ticker]}}));
  }

  #toggle(row) {
    this.dispatchEvent(new CustomEvent('beside', {bubbles: true, detail: row.ticker}));
  }
}
customElements.define('markets-view', MarketsView);

function move(direction) {
  return direction > 0 ? 'up' : direction < 0 ? 'down' : '';
}

/** What is out of the ordinary, in words: an open market with a live book needs none. */
export function badges({status, state, crossed}) {
  return html`<span class="badge status-${status}">${words(status)}</span>${
    state === 'live' ? nothing : html` <span class="badge state-${state}">${state === 'awaiting_snapshot' ? 'awaiting' : state}</span>`}${
    crossed ? html` <span class="badge crossed">crossed</span>` : nothing}`;
}
