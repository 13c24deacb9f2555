// What a page with commands or steps does: values that are filled in, and runs.

// Somebody's run, sent as a link, is taken out of the address first: values stand beside it.
const sentRun = new URLSearchParams(location.hash.split('?')[1] ?? '').get('run');
addEventListener('hashchange', () => { if (new URLSearchParams(location.hash.split('?')[1] ?? '').has('run')) location.reload(); });

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
const decode = (s) => { try { return decodeURIComponent(s); } catch { return s; } };
const wild = /[\x00-\x1f\x7f-\x9f]/;
const write = (place, v) => (v === '' || wild.test(v) || !v.isWellFormed() ? null : places[place](v));

if (form) {
  const fields = [...form.querySelectorAll('[data-f]')];
  const named = new Map(fields.map((f) => [f.dataset.f, f]));
  const KEY = 'rutter.values ' + location.pathname;
  const whys = new Map(fields.map((f) => {
    const why = document.createElement('small');
    why.className = 'why';
    why.id = f.id + '-why';
    f.setAttribute('aria-describedby', [f.getAttribute('aria-describedby'), why.id].filter(Boolean).join(' '));
    f.parentElement.append(why);
    return [f, why];
  }));
  for (const x of vars) x.dataset.o ??= x.textContent;

  // A pattern is the author's, written for Go: the browser's own reading of patterns differs, so it is asked here.
  const accepts = (f) => {
    if (!f.pattern) return f.type !== 'text' || !f.value.startsWith('-'); // which would be an option
    const [, fold, re] = /^(\(\?i\))?([^]*)$/.exec(f.pattern);
    try { return new RegExp('^(?:' + re + ')$', fold ? 'iu' : 'u').test(f.value); } catch { return f.checkValidity(); }
  };
  const good = (f) => f.value !== '' && accepts(f);
  const show = () => {
    const kept = {};
    for (const f of fields) {
      const ok = good(f);
      f.toggleAttribute('aria-invalid', false);
      if (f.value !== '' && !ok) f.setAttribute('aria-invalid', 'true');
      if (f.type !== 'password' && (f.value !== '' || f.defaultValue)) kept[f.dataset.f] = f.value;
      let refused = 0, whole = 0;
      for (const x of vars) {
        if (x.dataset.v !== f.dataset.f) continue;
        const text = ok ? write(x.dataset.q, f.value) : null;
        x.textContent = text ?? x.dataset.o;
        x.classList.toggle('nil', text === null);
        if (ok && text === null) { refused++; whole += x.dataset.q === 'n'; }
      }
      const why = whys.get(f), option = f.value.startsWith('-') && !ok && !f.pattern;
      why.hidden = !refused && !option;
      why.textContent = option ? 'It may not begin with a hyphen: a program would take it for an option.'
        : 'Not filled in at ' + (refused === 1 ? 'one place' : refused + ' places') + ': ' + (whole ? 'only a whole number can stand there.' : 'another program reads it there, so it may have letters, digits and . _ - / : @ % + only.');
    }
    try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* not kept over a reload */ }
  };

  // An alert's labels, or a link somebody sent: [id][?name=value&…]. They are taken out of view.
  const take = () => {
    const [id, values] = location.hash.slice(1).split('?');
    const sent = new URLSearchParams(values);
    if (values === undefined) return;
    for (const [k, v] of sent) {
      if (v.length > 256 || wild.test(v) || /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(v) || v.startsWith('-')) continue; // nobody's label

      const name = k.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      for (const n of [name, name + '-name', name + 'name', name === 'namespace' ? 'ns' : '']) {
        const f = named.get(n);
        if (f && f.type !== 'password') f.value = v;
      }
    }
    history.replaceState(history.state, '', location.pathname + location.search + (id ? '#' + id : ''));
    if (id) document.getElementById(decode(id))?.scrollIntoView();
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
  const fold = (on = small.matches && !form.contains(document.activeElement) && fields.every(good)) => {
    form.classList.toggle('folded', on);
    line.hidden = !on;
    if (on) line.replaceChildren(...fields.flatMap((f) => {
      const b = document.createElement('b');
      b.textContent = f.type === 'password' ? '••••' : f.value;
      return [f.labels[0].textContent + ': ', b, document.createElement('br')];
    }), change);
  };
  let tab = false; // who came here by Tab goes on from here
  form.addEventListener('keydown', (e) => { tab = e.key === 'Tab' && !e.shiftKey; });
  form.addEventListener('focusout', () => setTimeout(() => { fold(); if (tab && !line.hidden) change.focus(); tab = false; }));
  small.addEventListener('change', () => fold());

  for (const s of form.querySelectorAll('.why.sent')) s.remove();
  form.querySelector('.send')?.remove();
  form.querySelector('.stay').hidden = false;
  form.addEventListener('submit', (e) => e.preventDefault());
  form.addEventListener('input', show);
  addEventListener('hashchange', take);
  show();
  take();
  fold();
}

// A run is one walk through a playbook: what was ticked and noted, and when. Runs stay in this browser, several of a page
// side by side; one can be taken along as a record, or shown to somebody by a link.
const element = (tag, attributes, ...children) => {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.append(...children);
  return e;
};
const title = (x) => x.label.textContent.replace(/^Step \d+ done: /, '').trim().replace(/^\d+[.:)] */, '');
const steps = [...document.querySelectorAll('.step')].map((li) => ({ li, tick: li.querySelector('.tick'), label: li.querySelector('label') })).filter((x) => x.tick && x.label);
if (steps.length) {
  const KEY = 'rutter.runs ' + location.pathname;
  const sound = (r) => typeof r?.id === 'string' && typeof r.began === 'string' && !Number.isNaN(Date.parse(r.began)) && r.steps && typeof r.steps === 'object' && Object.values(r.steps).every((s) => typeof s?.title === 'string' && !Number.isNaN(Date.parse(s.done || r.began)) && typeof (s.done ?? '') === 'string' && typeof (s.note ?? '') === 'string') && typeof (r.at ?? '') === 'string';
  const load = () => { try { return JSON.parse(localStorage.getItem(KEY)).filter(sound); } catch { return []; } };
  const stamp = () => new Date().toISOString();
  const revision = document.querySelector('[data-revision]')?.dataset.revision ?? '';
  for (const x of steps) { // what a step says, by which it is known again on a page that changed
    const c = x.li.cloneNode(true);
    for (const v of c.querySelectorAll('var[data-o]')) v.textContent = v.dataset.o;
    c.querySelector('label').remove();
    let sum = 7;
    for (const ch of c.textContent) sum = (sum * 31 + ch.codePointAt(0)) >>> 0;
    Object.assign(x, { id: x.tick.parentElement.id, title: title(x), sum });
  }
  let runs = load(), run = runs[0] ?? null, shared = null, lost = false;
  if (sentRun && sentRun.length < 2e5) {
    try {
      const r = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(sentRun.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))));
      if (sound(r)) shared = r;
    } catch { /* no link of ours */ }
  }

  // Where the entries of a run belong: a step of the same words, else the only one of its title. The rest is kept for the record.
  const placed = (r) => {
    const at = new Map(), left = [];
    for (const s of Object.values(r?.steps ?? {})) {
      const same = steps.filter((x) => x.title === s.title), exact = same.filter((x) => x.sum === s.sum);
      const x = exact.find((y) => y.id === s.id) ?? (exact.length === 1 ? exact[0] : exact.length ? null : same.length === 1 ? same[0] : null);
      if (x && !at.has(x)) at.set(x, s); else left.push(s);
    }
    return { at, left };
  };

  // A change is made to what is kept now, which another tab may have written.
  const change = (x, what) => {
    const now = stamp();
    runs = load();
    run = runs.find((r) => r.id === run?.id) ?? run ?? { id: crypto.randomUUID?.() ?? stamp() + Math.random(), began: now, revision, steps: {} };
    if (!runs.includes(run)) runs = [run, ...runs.filter((r) => r.id !== run.id)];
    const was = placed(run).at.get(x);
    for (const [k, s] of Object.entries(run.steps)) if (s === was) delete run.steps[k];
    const s = { ...was, id: x.id, title: x.title, sum: x.sum, ...what(now) };
    if (s.done || s.note) run.steps[x.id] = s;
    keep();
  };
  const keep = () => {
    try { localStorage.setItem(KEY, JSON.stringify(runs)); lost = false; } catch { lost = true; }
    tell();
  };

  const aside = document.querySelector('.run') ?? document.querySelector('.aside') ?? document.querySelector('main');
  const clock = element('p', { class: 'clock' });
  const count = element('span', { class: 'n', role: 'status' });
  const pick = element('select', { 'aria-label': 'Runs of this page' });
  const button = (word, f) => { const b = element('button', { type: 'button' }, word); b.addEventListener('click', f); return b; };
  const fresh = button('New run', () => { run = null; show(); steps[0].tick.focus(); });
  const share = button('Copy link', () => copyLink());
  const forget = button('Forget this run', () => {
    if (!confirm('Forget this run, its ticks and its notes?')) return;
    runs = load().filter((r) => r.id !== run.id); run = runs[0] ?? null; keep(); show(); });
  const records = element('details', { class: 'more' }, element('summary', {}, 'Export record'),
    element('p', {}, button('Markdown', () => download('md', 'text/markdown', markdown())), button('JSON', () => download('json', 'application/json', JSON.stringify(record(), null, 2) + '\n')), share, forget));
  const tools = element('div', { class: 'runs' }, clock, count, pick, element('p', {}, fresh), records);
  if (shared) {
    tools.prepend(element('p', {}, 'Somebody’s run, as it was at ' + (shared.at ?? shared.began).slice(0, 16).replace('T', ' ') + ' UTC. It cannot be changed here. ', element('a', { href: location.pathname }, 'Show my own')));
  }
  aside.append(tools);

  const took = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000)), m = Math.floor(s / 60), h = Math.floor(m / 60);
    return h ? h + 'h ' + m % 60 + 'm' : m ? m + 'm ' + s % 60 + 's' : s + 's';
  };
  const tick = () => { // how long it has taken; of a finished run, how long it took
    const now = shared ?? run;
    clock.hidden = !now;
    if (!now) return;
    const times = steps.map((x) => placed(now).at.get(x)?.done).filter(Boolean).sort(), all = times.length === steps.length;
    const word = all ? 'Took' : 'Running for', text = took(Date.parse(all ? times.at(-1) : shared?.at ?? stamp()) - Date.parse(now.began));
    if (clock.textContent !== word + text) clock.replaceChildren(element('span', {}, word), element('b', {}, text));
  };
  const tell = () => {
    const { at, left } = placed(shared ?? run);
    const done = steps.filter((x) => x.tick.checked).length;
    count.textContent = done + ' of ' + steps.length + ' steps done' + (left.length ? ', ' + left.length + ' of steps that are no longer here' : '') + (lost ? '. This browser cannot keep it: export the record before you leave.' : '');
    for (const x of steps) {
      document.querySelector('.toc a[href="#' + CSS.escape(encodeURI(x.id)) + '"]')?.parentElement.classList.toggle('done', x.tick.checked);
      x.summary.textContent = at.get(x)?.done ? 'Note · done ' + at.get(x).done.slice(11, 16) + ' UTC' : 'Note';
    }
    pick.replaceChildren(element('option', { value: '' }, 'Not begun'), ...runs.map((r) => element('option', { value: r.id }, 'Run of ' + r.began.slice(0, 16).replace('T', ' ') + ' UTC')));
    pick.value = run?.id ?? '';
    pick.hidden = Boolean(shared) || runs.length < 1 || runs.length < 2 && Boolean(run);
    tools.hidden = !shared && !run && !runs.length;
    fresh.hidden = Boolean(shared) || !run;
    records.hidden = Boolean(shared) || !run;
    tick();
  };
  const show = (again) => {
    const { at } = placed(shared ?? run);
    for (const x of steps) {
      const s = at.get(x);
      x.tick.checked = Boolean(s?.done);
      if (document.activeElement === x.note) continue; // somebody is writing
      x.note.value = s?.note ?? '';
      x.note.readOnly = Boolean(shared);
      x.details.open = Boolean(s?.note) || again === true && x.details.open;
    }
    tell();
  };

  for (const x of steps) {
    x.note = element('textarea', { 'aria-label': 'Note on: ' + x.title, maxlength: '4000' });
    x.summary = element('summary', {}, 'Note');
    x.details = element('details', { class: 'note' }, x.summary, x.note);
    x.li.append(x.details);
    x.tick.addEventListener('click', (e) => { if (shared) e.preventDefault(); });
    x.tick.addEventListener('change', () => change(x, (now) => ({ done: x.tick.checked ? now : '' })));
    x.note.addEventListener('input', () => change(x, () => ({ note: x.note.value })));
  }
  pick.addEventListener('change', () => { run = runs.find((r) => r.id === pick.value) ?? null; show(); });
  addEventListener('storage', (e) => {
    if (e.key !== KEY && e.key !== null) return;
    runs = load();
    run = runs.find((r) => r.id === run?.id) ?? (run ? null : runs[0] ?? null);
    show(true);
  });

  // What was done, when, with which values (secrets left out) and on which revision of the page.
  const values = () => Object.fromEntries([...document.querySelectorAll('.vals [data-f]')].filter((f) => f.type !== 'password' && f.value).map((f) => [f.dataset.f, f.value]));
  const record = () => {
    const { at, left } = placed(run);
    const entry = (s) => ({ id: s.id, title: s.title, done: s.done || null, note: s.note ?? '' });
    return {
      title: document.querySelector('h1').textContent, page: location.origin + location.pathname, revision, begun_on_revision: run.revision, began: run.began, exported: stamp(), values: values(),
      steps: steps.map((x) => entry({ ...at.get(x), id: x.id, title: x.title })), steps_no_longer_there: left.map(entry),
    };
  };
  const literal = (v) => {
    const ticks = '`'.repeat(Math.max(0, ...(v.match(/`+/g) ?? []).map((t) => t.length)) + 1);
    return ticks.length > 1 ? ticks + ' ' + v + ' ' + ticks : ticks + v + ticks;
  };
  const markdown = () => {
    const r = record(), lines = ['# ' + r.title, '', '- Page: ' + r.page];
    if (r.revision) lines.push('- Revision: ' + r.revision + (run.revision && run.revision !== r.revision ? ', begun on ' + run.revision : ''));
    lines.push('- Begun: ' + r.began, '- Exported: ' + r.exported, '');
    const vs = Object.entries(r.values);
    if (vs.length) lines.push('## Values', '', ...vs.map(([k, v]) => '- ' + k + ': ' + literal(v)), '');
    const list = (ss) => {
      for (const s of ss) {
        lines.push('- [' + (s.done ? 'x' : ' ') + '] ' + s.title + (s.done ? ', ' + s.done : ''));
        if (s.note) lines.push('', ...s.note.split('\n').map((l) => '      ' + l), ''); // as it stands: a note is no Markdown
      }
    };
    lines.push('## Steps', '');
    list(r.steps);
    if (r.steps_no_longer_there.length) {
      lines.push('', '## Steps that are no longer on the page', '');
      list(r.steps_no_longer_there);
    }
    return lines.join('\n') + '\n';
  };
  const download = (ext, type, text) => {
    const link = element('a', { download: 'run-' + run.began.slice(0, 16).replace(/[T:]/g, '-') + '.' + ext, href: URL.createObjectURL(new Blob([text], { type })) });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const copyLink = async () => {
    let bytes = '';
    for (const b of new TextEncoder().encode(JSON.stringify({ ...run, at: stamp() }))) bytes += String.fromCharCode(b);
    const code = btoa(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    const url = location.origin + location.pathname + '#?' + new URLSearchParams({ ...values(), run: code });
    try { await navigator.clipboard.writeText(url); share.textContent = 'Copied'; } catch { prompt('The link', url); }
    setTimeout(() => { share.textContent = 'Copy link'; }, 2000);
  };

  show();
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
}
