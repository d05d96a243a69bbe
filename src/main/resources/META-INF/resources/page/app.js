import {html, nothing} from 'lit';
import {Boards} from './state/boards.js';
import {Catalog} from './state/catalog.js';
import {Clients} from './state/clients.js';
import {ServerClock} from './state/clock.js';
import {Keys} from './state/keys.js';
import {Rest} from './state/rest.js';
import {format, parse} from './state/route.js';
import {Status} from './state/status.js';
import {Stream} from './state/stream.js';
import './views/clients.js';
import './views/header.js';
import './views/key.js';
import './views/market.js';
import './views/markets.js';
import {View} from './views/view.js';

const SOCKET = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/trade-api/ws/v2`;
const MOST_BESIDE = 4;

/** The page: the state, one view of it, and the address that says which. */
class OrderBooks extends View {
  #keys = new Keys();
  #clock = new ServerClock();
  #rest = new Rest(this.#keys);
  #status = new Status(this.#rest, this.#clock, this.#keys);
  #stream = new Stream(SOCKET, this.#keys);
  #catalog = new Catalog(this.#stream, this.#rest);
  #boards = new Boards(this.#stream, this.#rest);
  #clients = new Clients(this.#rest);
  #route = parse(location.hash);
  /** The markets that were last shown side by side, and the list as it was last asked for. */
  #beside = this.#route.tickers;
  #list = this.#route;

  constructor() {
    super();
    addEventListener('hashchange', () => this.#routed());
    addEventListener('keydown', event => this.#key(event));
    this.addEventListener('go', event => this.#go(event.detail));
    this.addEventListener('beside', event => this.#toggle(event.detail));
    this.#status.listen(() => {
      this.#catalog.began(this.#status.starts);
      this.#stream.want(this.#status.isRebuilt);
    });
    this.#routed();
    this.#status.run();
    this.#catalog.run(() => this.#status.isRebuilt && !document.hidden);
  }

  get sources() {
    return [this.#keys];
  }

  render() {
    const {view, tickers} = this.#route;
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>To the content</a>
      <header class="page">
        <div class="bar">
          <h1><img src="/page/icon.svg" alt="" width="20" height="20">Order books</h1>
          <nav aria-label="Views">
            ${this.#link('markets', format({...this.#list, view: 'markets', tickers: []}), 'Markets')}
            ${this.#link('market', format({...this.#route, view: 'market', tickers: view === 'market' ? tickers : this.#beside}), `Books${this.#beside.length ? ` (${this.#beside.length})` : ''}`)}
            ${this.#link('clients', '#/clients', 'Clients')}
            ${this.#documents()}
          </nav>
        </div>
        <server-header .status=${this.#status} .stream=${this.#stream}></server-header>
      </header>
      <main id="main" tabindex="-1" class=${view}>
        ${this.#keys.refused ? html`<key-form .keys=${this.#keys}></key-form>` : this.#view(view)}
      </main>`;
  }

  /** The API's documents, unless the server wants a key: a browser sends none when it follows a link. */
  #documents() {
    return this.#keys.key || this.#keys.refused ? nothing : html`<a href="/q/swagger-ui/">API</a>`;
  }

  #link(view, address, label) {
    return html`<a href=${address} aria-current=${view === this.#route.view ? 'page' : nothing}>${label}</a>`;
  }

  #view(view) {
    switch (view) {
      case 'market':
        return html`<market-view .route=${this.#route} .boards=${this.#boards} .catalog=${this.#catalog} .clock=${this.#clock}></market-view>`;
      case 'clients':
        return html`<clients-view .clients=${this.#clients}></clients-view>`;
      default:
        return html`<markets-view .route=${this.#route} .catalog=${this.#catalog} .beside=${this.#beside}></markets-view>`;
    }
  }

  #go({replace, ...change}) {
    const address = format({...this.#route, ...change});
    if (replace) {
      history.replaceState(null, '', address);
      this.#routed();
    } else {
      location.hash = address;
    }
  }

  #routed() {
    this.#route = parse(location.hash);
    const {view, tickers} = this.#route;
    if (view === 'markets') {
      this.#list = this.#route;
    } else {
      this.#catalog.look(tickers);
    }
    if (view === 'market') {
      this.#beside = tickers;
    }
    this.#boards.look(tickers);
    this.requestUpdate();
  }

  /** Beside the others, or no longer. */
  #toggle(ticker) {
    const isThere = this.#beside.includes(ticker);
    const tickers = isThere ? this.#beside.filter(one => one !== ticker) : [...this.#beside, ticker].slice(-MOST_BESIDE);
    this.#beside = tickers;
    if (this.#route.view === 'market') {
      this.#go({tickers});
    }
    this.requestUpdate();
  }

  #key(event) {
    const isTyping = event.target.matches('input, select, textarea');
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.querySelector('input[type=search]')?.focus();
    } else if (event.key === 'Escape' && this.#route.view !== 'markets') {
      location.hash = format({...this.#list, view: 'markets', tickers: []});
    }
  }

  #skip(event) {
    event.preventDefault();
    this.querySelector('main').focus();
  }
}
customElements.define('order-books', OrderBooks);
