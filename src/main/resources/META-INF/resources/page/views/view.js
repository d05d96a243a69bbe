import {LitElement} from 'lit';

/**
 * What all views have in common: they render at most once a frame, and no oftener than each `restMs`; none while the tab
 * is hidden. They stand in the document itself, under one style sheet.
 */
export class View extends LitElement {
  static restMs = 0;

  #renderedMs = 0;
  #hurried = false;
  #wake = () => {};
  #ends = [];

  /** What it shows; it renders when one of them changes. */
  get sources() {
    return [];
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#ends = this.sources.map(source => source.listen(() => this.requestUpdate()));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#ends.forEach(end => end());
  }

  /** Renders in the next frame, for what the user does. */
  hurry() {
    this.#hurried = true;
    this.#wake();
    this.requestUpdate();
  }

  async scheduleUpdate() {
    const restMs = this.#renderedMs + this.constructor.restMs - performance.now();
    if (restMs > 0 && !this.#hurried) {
      await new Promise(done => {
        this.#wake = done;
        setTimeout(done, restMs);
      });
    }
    this.#hurried = false;
    await new Promise(done => requestAnimationFrame(done));
    this.#renderedMs = performance.now();
    super.scheduleUpdate();
  }
}
