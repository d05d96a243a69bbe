import {html, nothing} from 'lit';
import './chart.js';
import {short, span, whole} from './text.js';
import {View} from './view.js';

const TILES = [
  {label: 'Records', unit: '/s', main: 'records', title: 'Records read from Kafka in the last second'},
  {label: 'Messages', unit: '/s', main: 'messages', title: 'Messages sent to WebSocket clients in the last second'},
  {label: 'Complete to', unit: ' ago', main: 'age', shows: span,
    title: 'The books contain everything that was published to Kafka before that moment'},
  {label: 'Kafka p50 / p99', main: 'kafkaP50', beside: 'kafkaP99',
    title: 'Time from publishing to Kafka to this server’s reading: median and 99th percentile of ten seconds, the slowest record of each batch'},
  {label: 'Socket p50 / p99', main: 'socketP50', beside: 'socketP99',
    title: 'Time from publishing to Kafka to the write to a client’s socket: median and 99th percentile of ten seconds, the oldest record of each batch'},
  {label: 'Markets open', main: 'open', title: 'Markets that can be traded now'},
  {label: 'Books live', main: 'live', title: 'Books without a known gap'},
  {label: 'Books stale', main: 'stale', title: 'Books that may have missed an update, or lag behind the topic'},
  {label: 'Books awaiting', main: 'awaiting', title: 'Markets whose first snapshot has not arrived yet'},
  {label: 'Clients', main: 'clients', title: 'Open WebSocket connections, including this page’s'},
];
const SECONDS = Array.from({length: 60}, (_, second) => second - 59);

function sparkline(colour) {
  return {
    axes: [{show: false}, {show: false}], cursor: {show: false}, padding: [2, 0, 2, 0],
    scales: {x: {time: false, range: [-59, 0]}, y: {range: (plot, low, high) => [Math.min(0, low ?? 0), Math.max(1, high ?? 1)]}},
    series: [{}, {stroke: colour.accent, fill: colour['accent-soft'], width: 1.25, points: {show: false}, spanGaps: false}],
  };
}

/** Two latencies in one unit. */
function pair(oneMs, otherMs) {
  return otherMs < 10_000 ? `${oneMs} / ${otherMs} ms` : `${Math.round(oneMs / 1000)} / ${Math.round(otherMs / 1000)} s`;
}

function minute(values) {
  return [SECONDS, [...new Array(60 - values.length).fill(null), ...values]];
}

/** How the server is: its condition, and each figure with a minute of history. */
class ServerHeader extends View {
  static properties = {status: {attribute: false}, stream: {attribute: false}};

  get sources() {
    return [this.status, this.stream];
  }

  render() {
    const condition = this.status.condition;
    return html`
      <div class="condition ${condition.kind}" role="status">
        <span class="dot" aria-hidden="true"></span>
        <strong>${condition.label}</strong>
        <span class="why">${this.#why(condition)}</span>
        ${condition.kind === 'rebuilding' ? this.#progress() : nothing}
      </div>
      ${this.#connector()}
      <div class="scrolled" role="region" aria-label="Figures" tabindex="0">
        <dl class="figures">${TILES.map(tile => this.#tile(tile))}</dl>
      </div>`;
  }

  #why(condition) {
    return condition.kind === 'live' && this.stream.state !== 'open' ? 'Connecting this page to the books.' : condition.text;
  }

  #progress() {
    const {records_read: read, records_to_read: all} = this.status.document.rebuild;
    return html`<progress max="100" .value=${all > 0 ? 100 * Math.min(1, read / all) : 0}
        aria-label="Records read of those in the topic at the start"></progress>`;
  }

  /** How the connector fares, where one runs in this server. */
  #connector() {
    const connector = this.status.refusal ? null : this.status.document?.connector;
    if (!connector) {
      return nothing;
    }
    const {connections, markets, partitions_owned: partitions, messages_per_second: rate} = connector;
    const lacks = partitions > 0 && (connections.open < connections.wanted || markets.confirmed < markets.wanted);
    return html`<p class="connector ${lacks ? 'lacking' : ''}">Connector: ${partitions === 0
      ? 'no markets are assigned to it'
      : `${connections.open} of ${connections.wanted} connections, ${whole(markets.confirmed)} of ${
        whole(markets.wanted)} markets subscribed, ${short(rate)} messages/s`}</p>`;
  }

  #tile({label, unit = '', main, beside, shows = short, title}) {
    const values = this.status.history[main];
    const now = values.at(-1);
    const other = beside && this.status.history[beside].at(-1);
    const alarm = main === 'stale' && now > 0;
    return html`
      <div class="tile ${alarm ? 'alarm' : ''}" title=${title}>
        <dt>${label}</dt>
        <dd>
          <span class="value" data-figure=${main}>${now == null ? '–' : beside ? pair(now, other) : shows(now) + unit}</span>
          <line-chart class="spark" aria-hidden="true" .options=${sparkline} .data=${minute(values)}></line-chart>
        </dd>
      </div>`;
  }
}
customElements.define('server-header', ServerHeader);
