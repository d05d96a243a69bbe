/** Something that tells those who listen that it has changed, and nothing more: what it is now they read themselves. */
export class Observable {
  #listeners = new Set();

  /** @returns {() => void} what ends the listening */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
