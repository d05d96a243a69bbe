import {Observable} from './observable.js';

const NAME = 'orderbook.key';

/** The key that this tab asks with, where the server wants one; kept for the tab, and nowhere else. */
export class Keys extends Observable {
  #storage;
  /** Whether the server has refused what came, or that none came. */
  refused = false;

  constructor(storage = sessionStorage) {
    super();
    this.#storage = storage;
  }

  /** @returns {string} empty for none */
  get key() {
    return this.#storage.getItem(NAME) ?? '';
  }

  use(key) {
    this.#storage.setItem(NAME, key);
    this.refused = false;
    this.changed();
  }

  /** The server has refused that key; a late answer to an earlier key says nothing of the present one. */
  refuse(key) {
    this.#become(key, true);
  }

  /** The server has answered to that key. */
  accept(key) {
    this.#become(key, false);
  }

  #become(key, refused) {
    if (key === this.key && refused !== this.refused) {
      this.refused = refused;
      this.changed();
    }
  }
}
