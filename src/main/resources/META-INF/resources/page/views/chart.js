import uPlot from 'uplot';

/** The colours of the style sheet, as they are now, light or dark: a canvas knows no custom properties. */
function colours(element) {
  const probe = element.appendChild(document.createElement('i'));
  const resolved = name => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(['bid', 'ask', 'bid-soft', 'ask-soft', 'text-soft', 'line', 'accent', 'accent-soft']
      .map(name => [name, resolved(name)]));
  probe.remove();
  return found;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * A chart of uPlot, as wide as the place it stands in and of the colours of the page. It draws when its data are another
 * object than before.
 */
class LineChart extends HTMLElement {
  #plot = null;
  #data = null;
  #sizes = new ResizeObserver(() => this.#fit());
  #repaint = () => this.#build();
  /** (colours) => options of uPlot but for width and height. */
  options = null;

  set data(data) {
    if (data === this.#data) {
      return;
    }
    this.#data = data;
    if (this.#plot) {
      this.#plot.setData(data);
    } else if (this.isConnected) {
      this.#build();
    }
  }

  connectedCallback() {
    this.#sizes.observe(this);
    dark.addEventListener('change', this.#repaint);
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    dark.removeEventListener('change', this.#repaint);
    this.#plot?.destroy();
    this.#plot = null;
  }

  #fit() {
    if (!this.#plot) {
      this.#build();
    } else if (this.clientWidth > 0) {
      this.#plot.setSize({width: this.clientWidth, height: this.clientHeight});
    }
  }

  #build() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.#data && this.options && this.clientWidth > 0) {
      this.#plot = new uPlot({
        width: this.clientWidth, height: this.clientHeight, legend: {show: false}, ...this.options(colours(this)),
      }, this.#data, this);
    }
  }
}
customElements.define('line-chart', LineChart);

const FONT = '11px system-ui, sans-serif';

export function axis(colour, more) {
  return {stroke: colour['text-soft'], font: FONT, grid: {stroke: colour.line, width: 1}, ticks: {show: false}, ...more};
}

export function stepped(align) {
  return uPlot.paths.stepped({align});
}
