import {LitElement} from 'lit';

/** A view rests so many times as long as it took to render, and no longer than a second: its share of the processor. */
const REST_SHARE = 25;
const MOST_REST_MS = 1000;

/**
 * What all views have in common: they render at most once a frame, no oftener than each `restMs`, and the less often the
 * longer it takes; none while the tab is hidden. They stand in the document itself, under one style sheet.
 */
export class View extends LitElement {
  static restMs = 0;
  /** The view that this one is a part of: it renders in the same frame as that one, so that both show the same moment. */
  whole = null;

  #renderedMs = 0;
  #costMs = 0;
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

  scheduleUpdate() {
    if (this.whole) {
      this.whole.#costMs += this.#renderNow();
      return null;
    }
    return this.#renderInTime();
  }

  async #renderInTime() {
    const pauseMs = Math.max(this.constructor.restMs, Math.min(MOST_REST_MS, REST_SHARE * this.#costMs));
    const restMs = this.#renderedMs + pauseMs - performance.now();
    if (restMs > 0 && !this.#hurried) {
      await new Promise(done => {
        this.#wake = done;
        setTimeout(done, restMs);
      });
    }
    this.#hurried = false;
    await new Promise(done => requestAnimationFrame(done));
    this.#costMs = this.#renderNow();
    this.#renderedMs = performance.now();
  }

  /** How long it took, in milliseconds. */
  #renderNow() {
    const beganMs = performance.now();
    super.scheduleUpdate();
    return performance.now() - beganMs;
  }
}
