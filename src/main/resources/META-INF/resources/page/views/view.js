import {LitElement} from 'lit';

const MOST_REST_MS = 1000;

/** What is to be done behind the frame, when the browser has laid out and painted what was rendered in it. */
const behindTheFrame = [];
const tasks = new MessageChannel();
tasks.port1.onmessage = () => behindTheFrame.splice(0).forEach(done => done());

/**
 * What all views have in common: they render at most once a frame, no oftener than each `restMs`, and the less often the
 * longer a frame takes, layout and painting included; none while the tab is hidden. They stand in the document itself,
 * under one style sheet.
 */
export class View extends LitElement {
  static restMs = 0;
  /** It rests so many times as long as its last frame took, and no longer than a second: its share of the processor. */
  static restShare = 25;
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
      // its cost is a part of that one's frame
      super.scheduleUpdate();
      return null;
    }
    return this.#renderInTime();
  }

  async #renderInTime() {
    const pauseMs = Math.max(this.constructor.restMs, Math.min(MOST_REST_MS, this.constructor.restShare * this.#costMs));
    const restMs = this.#renderedMs + pauseMs - performance.now();
    if (restMs > 0 && !this.#hurried) {
      await new Promise(done => {
        this.#wake = done;
        setTimeout(done, restMs);
      });
    }
    this.#hurried = false;
    await new Promise(done => requestAnimationFrame(done));
    const beganMs = performance.now();
    super.scheduleUpdate();
    this.#renderedMs = performance.now();
    behindTheFrame.push(() => (this.#costMs = performance.now() - beganMs));
    if (behindTheFrame.length === 1) {
      tasks.port2.postMessage(null);
    }
  }
}
