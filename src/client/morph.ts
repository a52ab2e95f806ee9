/**
 * Makes one tree of elements into another in place: what is in both stays the same element, so that focus, selection and
 * what the reader has opened stay with it.
 */

/** What tells siblings apart: an id, else what they are headed by. */
function keyOf(node: Node): string {
  if (!(node instanceof Element)) return node.nodeName;
  if (node.id || !node.matches('section,article,details,li')) return node.nodeName + node.id;
  const head = node.querySelector('h2,h3,.name,time');
  return `${node.nodeName} ${head?.getAttribute('datetime') ?? head?.textContent}`;
}

/** Makes `from` what `to` is; `to` is used up. */
export function morph(from: Element, to: Element): void {
  if (from.isEqualNode(to)) return;
  syncAttributes(from, to);
  const free = new Map<string, ChildNode[]>();
  for (const child of from.childNodes) {
    const key = keyOf(child);
    const same = free.get(key);
    if (same) same.push(child);
    else free.set(key, [child]);
  }
  let place = from.firstChild;
  for (const next of [...to.childNodes]) {
    const kept = free.get(keyOf(next))?.shift();
    if (!kept) {
      from.insertBefore(next, place);
      continue;
    }
    if (kept === place) place = place.nextSibling;
    else from.insertBefore(kept, place);
    if (kept instanceof Element) morph(kept, next as Element);
    else if (kept.nodeValue !== next.nodeValue) kept.nodeValue = next.nodeValue;
  }
  for (const left of free.values()) {
    for (const child of left) if (!isKept(child)) child.remove();
  }
}

/** What the script put in stays where it is. */
function isKept(node: ChildNode): boolean {
  return node instanceof Element && node.matches('[data-kept]');
}

function syncAttributes(from: Element, to: Element): void {
  // What the reader has folded or unfolded stays so, until its state changes; and nothing is folded away.
  const keepsOpen =
    from instanceof HTMLDetailsElement &&
    (from.dataset.status === (to as HTMLElement).dataset.status || !to.hasAttribute('open'));
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(keepsOpen && name === 'open')) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !(keepsOpen && name === 'open')) from.setAttribute(name, value);
  }
}
