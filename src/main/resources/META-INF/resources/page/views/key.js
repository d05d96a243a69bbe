import {html} from 'lit';
import {View} from './view.js';

/** Asks for the key that the server wants. */
class KeyForm extends View {
  static properties = {keys: {attribute: false}};

  render() {
    return html`
      <form class="key" @submit=${this.#use}>
        <h2>This server requires an API key</h2>
        <p>${this.keys.key ? 'The key was not accepted.' : 'Its operator issues keys.'} The key is kept for this tab only.</p>
        <label><span>Key</span>
          <input name="key" type="password" autocomplete="off" spellcheck="false" required></label>
        <button type="submit">Continue</button>
      </form>`;
  }

  firstUpdated() {
    this.querySelector('input').focus();
  }

  #use(event) {
    event.preventDefault();
    this.keys.use(event.target.elements.key.value.trim());
  }
}
customElements.define('key-form', KeyForm);
