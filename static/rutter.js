// Behaviour on top of pages that work without it.

// A copy button on every command: what is typed goes to the clipboard, without prompts and without output.
if (navigator.clipboard) {
  const said = document.createElement('span');
  said.className = 'vh';
  said.setAttribute('role', 'status');
  document.body.append(said);
  for (const figure of document.querySelectorAll('figure.cmd')) {
    const lines = [...figure.querySelectorAll('pre > code')];
    if (!lines.length) continue;
    let head = figure.querySelector('figcaption');
    if (!head) {
      head = document.createElement('figcaption');
      figure.prepend(head);
    }
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      const text = lines.map((l) => {
        const c = l.cloneNode(true);
        c.querySelectorAll('.prompt').forEach((p) => p.remove());
        return c.textContent;
      }).join('\n');
      let word = 'Copied';
      try {
        await navigator.clipboard.writeText(text + '\n');
      } catch {
        word = 'Not copied';
      }
      button.textContent = said.textContent = word;
      setTimeout(() => { button.textContent = 'Copy'; said.textContent = ''; }, 2000);
    });
    head.append(button);
  }
}

// A fragment may be [id][?name=value&…]: the values are an alert's, the browser knows ids alone.
const toId = () => {
  const [id, values] = location.hash.slice(1).split('?');
  if (id && values !== undefined) document.getElementById(decodeURIComponent(id))?.scrollIntoView();
};
addEventListener('hashchange', toId);
toId();

// Wide enough to show "On this page" always: then its summary is a label, and no stop on the way of the Tab key.
const wide = matchMedia('(width >= 48rem)');
const label = () => {
  for (const s of document.querySelectorAll('.toc summary')) s.tabIndex = wide.matches ? -1 : 0;
};
wide.addEventListener('change', label);
label();

// The heading that was passed last is marked in "On this page".
const entries = new Map();
for (const a of document.querySelectorAll('.toc a')) {
  const h = document.getElementById(decodeURIComponent(a.hash.slice(1)));
  if (h) entries.set(h, a);
}
if (entries.size) {
  const mark = () => {
    let now = null;
    for (const [h, a] of entries) {
      if (h.getBoundingClientRect().top < innerHeight / 4) now = a;
    }
    for (const a of entries.values()) {
      if (a === now) a.setAttribute('aria-current', 'location');
      else a.removeAttribute('aria-current');
    }
  };
  let queued = false;
  addEventListener('scroll', () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; mark(); });
  }, { passive: true });
  mark();
}
