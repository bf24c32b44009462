// Elements. Whatever is shown becomes text nodes and attributes, never HTML: a hostile name stays a name.

/** Makes an element: attributes by name, `on` for listeners; null, false and undefined are left out, of attributes and of children. */
export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value !== null && value !== false && value !== undefined) {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...present(children));
  return node;
}

/** A name from elsewhere, kept from turning the text around it. */
export const name = text => el('bdi', null, text);

export const code = text => el('code', null, text);

/** Changes a text only where it differs, so that screen readers and selections are left alone. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Changes what is inside. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
}

/** Sets an attribute, or takes it away, where that changes something. */
export function mark(node, attribute, value) {
  if (value === null || value === false) node.removeAttribute(attribute);
  else if (node.getAttribute(attribute) !== String(value)) node.setAttribute(attribute, value);
}

/**
 * Keeps a parent's children in step with a list: an item keeps its element as long as its key is there, so that focus and open details stay.
 * `create` gives `{ node, update }`.
 */
export function keyed(parent, keyOf, create) {
  let known = new Map();
  return items => {
    const next = new Map();
    let place = parent.firstChild;
    for (const item of items) {
      const key = keyOf(item);
      const part = known.get(key) ?? create(item);
      known.delete(key);
      next.set(key, part);
      part.update(item);
      if (part.node === place) place = place.nextSibling;
      else parent.insertBefore(part.node, place);
    }
    for (const part of known.values()) part.node.remove();
    known = next;
  };
}

let ids = 0;

/** An id that no other element of the page has. */
export const freshId = () => `e${++ids}`;

const present = children => children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false);
