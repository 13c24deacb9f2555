// What a page with commands or steps does: values that are filled in, and runs.

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
    const sent = new URLSearchParams(values);
    if (values === undefined || sent.has('run')) return;
    for (const [k, v] of sent) {
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

  // On a phone the form folds into a line once all is filled in.
  const line = document.createElement('p'), change = document.createElement('button'), small = matchMedia('(width < 48rem)');
  change.type = 'button';
  change.textContent = 'Change';
  change.addEventListener('click', () => { fold(false); fields[0].focus(); });
  line.hidden = true;
  form.append(line);
  const fold = (on = small.matches && !form.contains(document.activeElement) && fields.every((f) => f.value !== '' && f.checkValidity())) => {
    form.classList.toggle('folded', on);
    line.hidden = !on;
    if (on) line.replaceChildren(fields.map((f) => f.labels[0].textContent + ' ' + (f.type === 'password' ? '••••' : f.value)).join(', ') + ' ', change);
  };
  form.addEventListener('focusout', () => setTimeout(fold));
  small.addEventListener('change', () => fold());

  form.querySelector('.send').remove();
  form.querySelector('.stay').hidden = false;
  form.addEventListener('submit', (e) => e.preventDefault());
  form.addEventListener('input', show);
  addEventListener('hashchange', take);
  show();
  take();
  fold();
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
  const clock = el('p', { class: 'clock' });
  const count = el('span', { class: 'n', role: 'status' });
  const pick = el('select', { 'aria-label': 'Runs of this page' });
  const button = (word, f) => { const b = el('button', { type: 'button' }, word); b.addEventListener('click', f); return b; };
  const fresh = button('New run', () => { run = null; show(); steps[0].tick.focus(); });
  const share = button('Copy link', () => copyLink());
  const records = el('details', { class: 'more' }, el('summary', {}, 'Export record'), el('p', {}, button('Markdown', () => save_as('md', markdown())), button('JSON', () => save_as('json', JSON.stringify(record(), null, 2) + '\n')), share));
  const tools = el('div', { class: 'runs' }, clock, count, pick, el('p', {}, fresh), records);
  aside.append(tools);

  // Somebody's run, sent as a link: shown, not kept, not changed.
  const sent = new URLSearchParams(location.hash.split('?')[1] ?? '').get('run');
  let shared = null;
  if (sent) {
    try {
      const r = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(sent.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))));
      if (r && typeof r.began === 'string' && r.ticks && r.notes) shared = r;
    } catch { /* not a link of ours */ }
  }

  const begin = () => {
    run ??= { began: stamp(), ticks: {}, notes: {} };
    if (!runs.includes(run)) runs.unshift(run);
  };
  const minute = (t) => t.slice(0, 16).replace('T', ' ') + ' UTC';
  const called = (r) => 'Run of ' + minute(r.began);
  const took = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000)), m = Math.floor(s / 60), h = Math.floor(m / 60);
    return h ? h + 'h ' + m % 60 + 'm' : m ? m + 'm ' + s % 60 + 's' : s + 's';
  };
  const show = () => {
    const now = shared ?? run;
    for (const x of steps) {
      x.tick.checked = Boolean(now?.ticks[x.tick.id]);
      x.note.value = now?.notes[x.tick.id] ?? '';
      x.note.readOnly = Boolean(shared);
      x.details.open = Boolean(now?.notes[x.tick.id]);
    }
    tell();
  };
  const tick = () => { // how long it has taken; of a finished run, how long it took
    const now = shared ?? run;
    clock.hidden = !now;
    if (!now) return;
    const times = steps.map((x) => now.ticks[x.tick.id]).filter(Boolean).sort();
    const end = shared?.at ?? (times.length === steps.length ? times.at(-1) : stamp());
    clock.replaceChildren(el('span', {}, times.length === steps.length ? 'Took' : 'Running for'), el('b', {}, took(Date.parse(end) - Date.parse(now.began))));
  };
  const tell = () => {
    const now = shared ?? run;
    const done = steps.filter((x) => x.tick.checked).length;
    count.textContent = done + ' of ' + steps.length + ' steps done';
    for (const x of steps) {
      document.querySelector('.toc a[href="#' + CSS.escape(encodeURI(x.tick.parentElement.id)) + '"]')?.parentElement.classList.toggle('done', x.tick.checked);
      const at = now?.ticks[x.tick.id];
      x.summary.textContent = at ? 'Note · done ' + at.slice(11, 16) + ' UTC' : 'Note';
    }
    pick.replaceChildren(...runs.map((r, i) => el('option', { value: i, ...(r === run ? { selected: '' } : {}) }, called(r))));
    pick.hidden = runs.length < 2 || Boolean(shared);
    tools.hidden = !now;
    fresh.hidden = records.hidden = Boolean(shared);
    tick();
  };
  const keep = () => { save(); tell(); };

  for (const x of steps) {
    x.note = el('textarea', { 'aria-label': 'Note on: ' + title(x), maxlength: '4000' });
    x.summary = el('summary', {}, 'Note');
    x.details = el('details', { class: 'note' }, x.summary, x.note);
    x.li.append(x.details);
    x.tick.addEventListener('click', (e) => { if (shared) e.preventDefault(); });
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

  // What was done, when, with which values (secrets left out) and on which revision of the page.
  const values = () => Object.fromEntries([...document.querySelectorAll('.vals [data-f]')].filter((f) => f.type !== 'password' && f.value).map((f) => [f.dataset.f, f.value]));
  const record = () => ({
    title: document.querySelector('h1').textContent, page: location.origin + location.pathname,
    revision: document.querySelector('[data-revision]')?.dataset.revision ?? '', began: run.began, exported: stamp(), values: values(),
    steps: steps.map((x) => ({ id: x.tick.parentElement.id, title: title(x), done: run.ticks[x.tick.id] ?? null, note: run.notes[x.tick.id] ?? '' })),
  });
  const fenced = (v) => { const ticks = '`'.repeat(Math.max(0, ...(v.match(/`+/g) ?? []).map((t) => t.length)) + 1); return ticks.length > 1 ? ticks + ' ' + v + ' ' + ticks : ticks + v + ticks; };
  const markdown = () => {
    const r = record(), lines = ['# ' + r.title, '', '- Page: ' + r.page];
    if (r.revision) lines.push('- Revision: ' + r.revision);
    lines.push('- Begun: ' + r.began, '- Exported: ' + r.exported, '');
    const vs = Object.entries(r.values);
    if (vs.length) lines.push('## Values', '', ...vs.map(([k, v]) => '- ' + k + ': ' + fenced(v)), '');
    lines.push('## Steps', '');
    for (const s of r.steps) {
      lines.push('- [' + (s.done ? 'x' : ' ') + '] ' + s.title + (s.done ? ', ' + s.done : ''));
      if (s.note) lines.push(...s.note.split('\n').map((l) => '  ' + l));
    }
    return lines.join('\n') + '\n';
  };
  const save_as = (ext, text) => {
    const link = el('a', { download: 'run-' + run.began.slice(0, 16).replace(/[T:]/g, '-') + '.' + ext, href: URL.createObjectURL(new Blob([text], { type: ext === 'md' ? 'text/markdown' : 'application/json' })) });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const copyLink = async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...run, at: stamp() }));
    const code = btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    const url = location.origin + location.pathname + '#?' + new URLSearchParams({ ...values(), run: code });
    try { await navigator.clipboard.writeText(url); share.textContent = 'Copied'; } catch { prompt('The link', url); }
    setTimeout(() => { share.textContent = 'Copy link'; }, 2000);
  };
  if (shared) {
    tools.prepend(el('p', {}, 'Somebody’s run, as it was at ' + minute(shared.at ?? shared.began) + '. It cannot be changed here. ', el('a', { href: location.pathname }, 'Show my own')));
  }

  run = runs[0] ?? null;
  show();
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
}
