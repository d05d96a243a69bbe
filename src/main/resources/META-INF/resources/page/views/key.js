import {html} from 'lit';
import {View} from './view.js';

/** Asks for the key that the server wants. */
class KeyForm extends View {
  static properties = {keys: {attribute: false}};

  render() {
    return html`
      <form class="key" @submit=${this.#use}>
        <h2>This server wants a key</h2>
        <p>${this.keys.key ? 'It does not take the one that was given.' : 'Ask whoever runs it.'} The key is kept for this tab only.</p>
        <label><span>Key</span>
          <input name="key" type="password" autocomplete="off" spellcheck="false" required></label>
        <button type="submit">Use it</button>
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
