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

  refuse() {
    if (!this.refused) {
      this.refused = true;
      this.changed();
    }
  }
}
