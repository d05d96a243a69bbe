import {Observable} from './observable.js';

const LOOK_MS = 1000;

/** Who is connected, looked at each second while somebody wants to know. */
export class Clients extends Observable {
  #rest;
  #timer = null;
  /** The newest list, or null before the first. */
  list = null;
  asOfMs = 0;
  problem = '';

  constructor(rest) {
    super();
    this.#rest = rest;
  }

  want(wanted) {
    if (wanted && this.#timer === null) {
      this.#timer = setInterval(() => this.#look(), LOOK_MS);
      this.#look();
    } else if (!wanted && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  async #look() {
    try {
      const answer = await this.#rest.get('/api/v1/clients');
      this.list = answer.clients;
      this.asOfMs = answer.as_of_ms;
      this.problem = '';
    } catch (refusal) {
      this.problem = refusal.message;
    }
    this.changed();
  }
}
