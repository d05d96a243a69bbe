import {html, nothing} from 'lit';
import {recipes} from '../state/recipes.js';
import {View} from './view.js';

/** The same market by other means: lines to copy. */
class TryIt extends View {
  static properties = {ticker: {}, copied: {state: true}};

  render() {
    return html`
      <details class="try">
        <summary>Try it: this market by curl, wscat and Python</summary>
        ${recipes(location, this.ticker).map(({name, text}) => html`
          <div class="recipe">
            <h4>${name}</h4>
            <pre tabindex="0" aria-label=${name}>${text}</pre>
            <button type="button" class="quiet" @click=${() => this.#copy(name, text)}>${this.copied === name ? 'copied' : 'Copy'}</button>
          </div>`)}
        <span class="unseen" role="status">${this.copied ? `${this.copied} copied` : nothing}</span>
      </details>`;
  }

  async #copy(name, text) {
    await navigator.clipboard.writeText(text);
    this.copied = name;
  }
}
customElements.define('try-it', TryIt);
