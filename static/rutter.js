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
    let warned = '';
    button.addEventListener('click', async () => {
      const missing = [...new Set([...figure.querySelectorAll('var.nil')].map((x) => x.textContent))].join(', ');
      if (missing && warned !== missing) { // nobody pastes a placeholder unawares; who wants it asks twice
        warned = missing;
        button.textContent = 'Copy as it is';
        said.textContent = missing + ' is not filled in. Copy again to have it as it is.';
        document.getElementById('/v-' + figure.querySelector('var.nil').dataset.v)?.focus();
        return;
      }
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

// A reader's values: what is filled in beside the page stands in every command, quoted for its place. Nothing is sent.
// Without this the form is sent to the page's own address, which shows the same.

const form = document.querySelector('.vals');
const vars = [...document.querySelectorAll('var[data-v]')];

// What the shell has in a place is exactly the value; null where that cannot be. content/shell does the same.
const harmless = /^[A-Za-z0-9_@%+:.\/-]+$/;
const quote = (v) => "'" + v.replaceAll("'", "'\\''") + "'";
const places = {
  w: (v) => (harmless.test(v) ? v : quote(v)),
  a: quote,
  d: (v) => v.replace(/[\\"$`]/g, '\\$&').replaceAll('!', '"\'!\'"'),
  s: (v) => v.replaceAll("'", "'\\''"),
  h: (v) => v.replace(/[\\$`]/g, '\\$&'),
  t: (v) => v,
  n: (v) => (/^-?[0-9]{1,18}$/.test(v) ? v : null),
  p: (v) => (harmless.test(v) ? v : null),
};
const write = (place, v) => (v === '' || /[\x00-\x1f\x7f-\x9f]/.test(v) || !v.isWellFormed() ? null : places[place](v));

if (form) {
  const fields = [...form.querySelectorAll('[data-f]')];
  const named = new Map(fields.map((f) => [f.dataset.f, f]));
  const KEY = 'rutter.values ' + location.pathname;
  for (const x of vars) x.dataset.o ??= x.textContent;

  const show = () => {
    const kept = {};
    for (const f of fields) {
      const good = f.value !== '' && f.checkValidity();
      f.removeAttribute('aria-invalid');
      if (f.value !== '' && !good) f.setAttribute('aria-invalid', 'true');
      if (f.value !== '' && f.type !== 'password') kept[f.dataset.f] = f.value;
      for (const x of vars) {
        if (x.dataset.v !== f.dataset.f) continue;
        const text = good ? write(x.dataset.q, f.value) : null;
        x.textContent = text ?? x.dataset.o;
        x.classList.toggle('nil', text === null);
        x.title = good && text === null ? 'Another program reads this: the value may have letters, digits and . _ - / : @ % + only' : '';
      }
    }
    try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* not kept over a reload */ }
  };

  // An alert's labels, or a link somebody sent: [id][?name=value&…]. They are taken out of view.
  const take = () => {
    const [id, values] = location.hash.slice(1).split('?');
    if (values === undefined) return;
    for (const [k, v] of new URLSearchParams(values)) {
      const name = k.toLowerCase().replace(/[_ .]/g, '-');
      for (const n of [name, name + '-name', name + 'name', name === 'namespace' ? 'ns' : '']) {
        const f = named.get(n);
        if (f && f.type !== 'password') f.value = v;
      }
    }
    history.replaceState(history.state, '', location.pathname + location.search + (id ? '#' + id : ''));
    if (id) document.getElementById(decodeURIComponent(id))?.scrollIntoView();
    show();
  };

  try {
    for (const [k, v] of Object.entries(JSON.parse(sessionStorage.getItem(KEY)) ?? {})) {
      const f = named.get(k);
      if (f && f.type !== 'password' && typeof v === 'string') f.value = v;
    }
  } catch { /* nothing kept */ }
  form.querySelector('.send').remove();
  form.querySelector('.stay').hidden = false;
  form.addEventListener('submit', (e) => e.preventDefault());
  form.addEventListener('input', show);
  addEventListener('hashchange', take);
  show();
  take();
}

// A run is one walk through a playbook: what was ticked and noted, and when. Runs stay in this browser, several of a page
// side by side; one can be taken along as a record.
const steps = [...document.querySelectorAll('.step')].map((li) => ({ li, tick: li.querySelector('.tick'), label: li.querySelector('label') })).filter((x) => x.tick && x.label);
if (steps.length) {
  const KEY = 'rutter.runs ' + location.pathname;
  const load = () => { try { const r = JSON.parse(localStorage.getItem(KEY)); return Array.isArray(r) ? r : []; } catch { return []; } };
  let runs = load(), run = null;
  const save = () => { try { localStorage.setItem(KEY, JSON.stringify(runs.slice(0, 20))); return true; } catch { return false; } };
  const stamp = () => new Date().toISOString();
  const title = (x) => x.label.textContent.replace(/^Step \d+ done: /, '').trim();
  const el = (tag, attributes, ...children) => {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.append(...children);
    return e;
  };

  const aside = document.querySelector('.run') ?? document.querySelector('main').appendChild(el('section', { class: 'run' }));
  const count = el('span', { class: 'n', role: 'status' });
  const pick = el('select', { 'aria-label': 'Runs of this page' });
  const fresh = el('button', { type: 'button' }, 'New run');
  const out = el('button', { type: 'button' }, 'Export record');
  aside.append(el('div', { class: 'runs' }, count, pick, el('p', {}, fresh, out)));

  const begin = () => {
    run ??= { began: stamp(), ticks: {}, notes: {} };
    if (!runs.includes(run)) runs.unshift(run);
  };
  const name = (r) => 'Run of ' + r.began.slice(0, 16).replace('T', ' ') + ' UTC';
  const show = () => {
    for (const x of steps) {
      x.tick.checked = Boolean(run?.ticks[x.tick.id]);
      if (x.note) x.note.value = run?.notes[x.tick.id] ?? '';
      if (x.details) x.details.open = Boolean(run?.notes[x.tick.id]);
    }
    tell();
  };
  const tell = () => {
    const done = steps.filter((x) => x.tick.checked).length;
    count.textContent = done + ' of ' + steps.length + ' steps done';
    for (const x of steps) {
      const entry = entries.get(x.tick.parentElement)?.parentElement;
      entry?.classList.toggle('done', x.tick.checked);
    }
    pick.replaceChildren(...runs.map((r, i) => el('option', { value: i, ...(r === run ? { selected: '' } : {}) }, name(r))));
    pick.hidden = runs.length < 2;
    fresh.hidden = out.hidden = !run || !runs.includes(run);
  };
  const keep = () => { save(); tell(); };

  for (const x of steps) {
    x.note = el('textarea', { 'aria-label': 'Note on: ' + title(x), maxlength: '4000' });
    x.details = el('details', { class: 'note' }, el('summary', {}, 'Note'), x.note);
    x.li.append(x.details);
    x.tick.addEventListener('change', () => {
      begin();
      if (x.tick.checked) run.ticks[x.tick.id] = stamp(); else delete run.ticks[x.tick.id];
      keep();
    });
    x.note.addEventListener('input', () => {
      begin();
      if (x.note.value) run.notes[x.tick.id] = x.note.value; else delete run.notes[x.tick.id];
      keep();
    });
  }
  pick.addEventListener('change', () => { run = runs[pick.value] ?? null; show(); });
  fresh.addEventListener('click', () => { run = null; show(); steps[0].tick.focus(); });
  out.addEventListener('click', () => {
    const fields = [...document.querySelectorAll('.vals [data-f]')].filter((f) => f.type !== 'password' && f.value);
    const lines = ['# ' + document.querySelector('h1').textContent, '', '- Page: ' + location.origin + location.pathname];
    const revision = [...document.querySelectorAll('.furn .n')].map((e) => e.textContent.trim()).find((t) => t.startsWith('Revision'));
    if (revision) lines.push('- ' + revision);
    lines.push('- Begun: ' + run.began, '- Exported: ' + stamp(), '');
    if (fields.length) lines.push('## Values', '', ...fields.map((f) => '- ' + f.dataset.f + ': `' + f.value + '`'), '');
    lines.push('## Steps', '');
    for (const x of steps) {
      const at = run.ticks[x.tick.id], note = run.notes[x.tick.id];
      lines.push('- [' + (at ? 'x' : ' ') + '] ' + title(x) + (at ? ', ' + at : ''));
      if (note) lines.push(...note.split('\n').map((l) => '  ' + l));
    }
    const link = el('a', { download: 'run-' + run.began.slice(0, 16).replace(/[T:]/g, '-') + '.md', href: URL.createObjectURL(new Blob([lines.join('\n') + '\n'], { type: 'text/markdown' })) });
    link.click();
    URL.revokeObjectURL(link.href);
  });

  run = runs[0] ?? null;
  show();
}
