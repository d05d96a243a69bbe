import {html, nothing} from 'lit';
import {short, span, whole} from './text.js';
import {View} from './view.js';

const SHOWN = 200;

/** Who is connected: first those that do not read, then those for whom most waits. */
class ClientsView extends View {
  static properties = {clients: {attribute: false}};

  get sources() {
    return [this.clients];
  }

  connectedCallback() {
    super.connectedCallback();
    this.clients.want(true);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.clients.want(false);
  }

  render() {
    const {list, problem} = this.clients;
    if (list === null || list.length === 0) {
      return html`<p class="empty">${problem || (list === null ? 'Loading the list of clients.' : 'No client is connected.')}</p>`;
    }
    const sorted = list.toSorted((one, other) =>
      (one.not_reading_since_ms ?? Infinity) - (other.not_reading_since_ms ?? Infinity)
      || other.unsent_bytes - one.unsent_bytes || one.since_ms - other.since_ms);
    return html`
      ${problem ? html`<p class="doubt" role="status">${problem}</p>` : nothing}
      <div class="scroll" tabindex="0" role="region" aria-label="Clients">
        <table class="clients">
          <thead><tr><th>Address</th><th>Connected for</th><th>Follows</th><th class="number">Messages</th>
            <th class="number" title="Bytes that wait for this client">Unsent</th>
            <th class="number" title="Markets with a newer state than this client has been sent">Waiting markets</th>
            <th class="number" title="Messages replaced by a newer one because the client was slow (conflation)">Conflated</th><th>Reading</th></tr></thead>
          <tbody>${sorted.slice(0, SHOWN).map(client => this.#client(client))}</tbody>
        </table>
        ${sorted.length > SHOWN ? html`<p class="soft">and ${whole(sorted.length - SHOWN)} more</p>` : nothing}
      </div>`;
  }

  #client(client) {
    const since = client.not_reading_since_ms;
    return html`
      <tr class=${since == null ? '' : 'slow'}>
        <th scope="row">${client.address}</th>
        <td>${span(client.age_ms)}</td>
        <td>${client.subscriptions.length === 0 ? html`<span class="soft">nothing</span>`
          : client.subscriptions.map(one => html`<span class="badge">${one.channel} × ${whole(one.markets)}</span> `)}</td>
        <td class="number">${short(client.messages)}</td>
        <td class="number">${bytes(client.unsent_bytes)}</td>
        <td class="number">${whole(client.waiting_markets)}</td>
        <td class="number">${whole(client.conflated)}</td>
        <td>${since == null ? 'yes' : html`<strong>no, for ${span(this.clients.asOfMs - since)}</strong>`}</td>
      </tr>`;
  }
}
customElements.define('clients-view', ClientsView);

function bytes(count) {
  return count < 10_000 ? whole(count) : `${whole(count / 1024)} KiB`;
}
