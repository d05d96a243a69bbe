import {html, nothing} from 'lit';
import './board.js';
import {View} from './view.js';

const SUGGESTIONS = 20;

/** The markets of the address, side by side. */
class MarketView extends View {
  static properties = {
    route: {attribute: false}, boards: {attribute: false}, catalog: {attribute: false}, clock: {attribute: false},
    query: {state: true},
  };

  constructor() {
    super();
    this.query = '';
  }

  render() {
    const {tickers, scale} = this.route;
    return html`
      <div class="filters">
        <form class="add" @submit=${this.#add}>
          <label class="search"><span>${tickers.length ? 'Add a market' : 'Show a market'}</span>
            <input name="ticker" type="search" list="tickers" placeholder="ticker" autocomplete="off" spellcheck="false"
                @input=${event => (this.query = event.target.value)}></label>
          <datalist id="tickers">${this.#suggestions().map(row => html`<option value=${row.ticker}>${row.title}</option>`)}</datalist>
          <button type="submit">Show</button>
        </form>
        <fieldset class="scale"><legend>Ladder</legend>
          ${[['yes', 'yes bids and asks'], ['bids', 'yes bids and no bids']].map(([value, label]) => html`
            <label><input type="radio" name="scale" .value=${value} .checked=${scale === value}
                @change=${() => this.#go({scale: value, replace: true})}>${label}</label>`)}
        </fieldset>
      </div>
      ${tickers.length === 0 ? html`<p class="empty">No market is selected. Open one from the list, or enter its ticker above.</p>` : nothing}
      <div class="boards count-${Math.min(tickers.length, 4)}">${tickers.map(ticker => html`
        <market-board .ticker=${ticker} .scale=${scale} .boards=${this.boards} .catalog=${this.catalog} .clock=${this.clock}
            .isAlone=${tickers.length === 1}></market-board>`)}
      </div>`;
  }

  #suggestions() {
    return this.query.length < 2 ? []
      : this.catalog.select({query: this.query, status: '', state: '', sort: 'ticker', descending: false}).slice(0, SUGGESTIONS);
  }

  #add(event) {
    event.preventDefault();
    const input = event.target.elements.ticker;
    const ticker = input.value.trim();
    if (ticker !== '') {
      this.#go({tickers: [...new Set([...this.route.tickers, ticker])]});
      input.value = '';
      this.query = '';
    }
  }

  #go(change) {
    this.dispatchEvent(new CustomEvent('go', {bubbles: true, detail: change}));
  }
}
customElements.define('market-view', MarketView);
