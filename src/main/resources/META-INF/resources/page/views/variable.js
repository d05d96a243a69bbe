import {noChange} from 'lit';
import {Directive, directive} from 'lit/directive.js';

/** Sets a custom property of an element's style by script, which the content security policy allows; no attribute. */
class Variable extends Directive {
  #last;

  render() {
    return noChange;
  }

  update(part, [name, value]) {
    if (value !== this.#last) {
      this.#last = value;
      part.element.style.setProperty(name, value);
    }
    return noChange;
  }
}

export const variable = directive(Variable);
