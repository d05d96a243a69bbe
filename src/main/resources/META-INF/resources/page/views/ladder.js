import {html, nothing} from 'lit';
import {cents, contracts} from '../state/exact.js';
import {cumulative} from '../state/book.js';
import {variable} from './variable.js';
import {View} from './view.js';

const SHOWN = 10;

/**
 * Both sides of a book. On the scale of yes, asks stand above bids, the best of both in the middle; else both sides' bids
 * stand beside each other, best first. A bar is as long as the level's share of the largest one shown.
 */
class BookLadder extends View {
  static properties = {
    board: {attribute: false}, changes: {attribute: false}, scale: {}, chosen: {attribute: false}, isWhole: {state: true},
  };

  constructor() {
    super();
    this.isWhole = false;
  }

  render() {
    const {book} = this.board;
    const [upper, lower] = this.scale === 'yes' ? [book.asks, book.bids('yes')] : [book.bids('yes'), book.bids('no')];
    const shown = this.isWhole ? Infinity : SHOWN;
    const [above, below] = [upper, lower].map(levels => this.#lines(levels.slice(0, shown)));
    const most = Math.max(1, ...above.concat(below).map(line => line.level.quantity));
    const hidden = Math.max(0, upper.length - shown) + Math.max(0, lower.length - shown);
    return html`
      <div class="ladder ${this.scale}" @keydown=${this.#key}>
        ${this.scale === 'yes' ? this.#oneScale(book, above, below, most) : this.#bothBids(above, below, most)}
      </div>
      ${hidden > 0 || this.isWhole ? html`
        <button type="button" class="quiet" aria-expanded=${this.isWhole} @click=${() => (this.isWhole = !this.isWhole)}>
          ${this.isWhole ? `Best ${SHOWN} levels of each side` : `${hidden} more ${hidden === 1 ? 'level' : 'levels'}`}</button>` : nothing}`;
  }

  #lines(levels) {
    const sums = cumulative(levels);
    return levels.map((level, at) => ({level, sum: sums[at]}));
  }

  #oneScale(book, asks, bids, most) {
    return html`
      <table>
        <thead><tr><th>Price ¢</th><th>Contracts</th><th>Cumulative</th></tr></thead>
        <tbody class="asks" aria-label="Asks">
          ${this.#filler(asks)}
          ${asks.toReversed().map(line => this.#line('no', 'ask', line, most))}
        </tbody>
        <tbody class="middle"><tr><td colspan="3">${book.spread === null ? 'one side is empty'
          : html`spread <b>${cents(book.spread)}</b> · mid <b>${((book.bestBid + book.bestAsk) / 200).toFixed(2)}</b>`}</td></tr></tbody>
        <tbody class="bids" aria-label="Bids">
          ${bids.map(line => this.#line('yes', 'bid', line, most))}
          ${this.#filler(bids)}
        </tbody>
      </table>`;
  }

  #bothBids(yes, no, most) {
    return html`${[['yes', 'bid', yes], ['no', 'ask', no]].map(([side, kind, lines]) => html`
      <table>
        <thead><tr><th>${side} bid ¢</th><th>Contracts</th><th>Cumulative</th></tr></thead>
        <tbody class="bids" aria-label="Bids for ${side}">
          ${lines.map(line => this.#line(side, kind, line, most))}${this.#filler(lines)}
        </tbody>
      </table>`)}`;
  }

  /** Empty lines, so that the middle stays where it is while levels come and go. */
  #filler(lines) {
    return Array.from({length: Math.max(0, SHOWN - lines.length)},
        () => html`<tr class="filler" aria-hidden="true"><td></td><td></td><td></td></tr>`);
  }

  #line(side, kind, {level, sum}, most) {
    const id = `${side} ${kind === 'ask' && this.scale === 'yes' ? 10_000 - level.priceTicks : level.priceTicks}`;
    const isChosen = this.chosen === id;
    const choose = () => this.#choose(id);
    return html`
      <tr class="${kind} ${isChosen ? 'chosen' : ''}" data-level=${id} tabindex=${isChosen || !this.chosen ? 0 : -1}
          @pointerenter=${choose} @focus=${choose} ${variable('--share', `${100 * level.quantity / most}%`)}>
        <td class="price">${cents(level.priceTicks)}</td><td class="quantity">${contracts(level.quantity)}</td>
        <td class="sum">${contracts(sum)}</td>
      </tr>`;
  }

  #choose(id) {
    if (id !== this.chosen) {
      this.dispatchEvent(new CustomEvent('choose', {bubbles: true, detail: id}));
    }
  }

  #key(event) {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const lines = [...this.querySelectorAll('tr[data-level]')];
    const at = lines.indexOf(event.target.closest('tr'));
    if (step && at >= 0) {
      event.preventDefault();
      lines[Math.max(0, Math.min(lines.length - 1, at + step))].focus();
    }
  }
}
customElements.define('book-ladder', BookLadder);
