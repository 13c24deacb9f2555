// The search box: results while somebody types, by keyboard alone. Pages work without it.
// "/" and Ctrl-K or Cmd-K open it, and so does typing in a search field.

const store = (() => {
  try { localStorage.getItem('x'); return localStorage; } catch { return { getItem: () => null, setItem() {}, removeItem() {} }; }
})();
const base = document.querySelector('script[data-base]')?.dataset.base ?? ''; // of a preview
const RECENT = 'rutter.recent', SLASH = 'rutter.slash';
const recent = () => {
  try { const r = JSON.parse(store.getItem(RECENT)); return Array.isArray(r) ? r.filter((x) => typeof x === 'string') : []; } catch { return []; }
};
const remember = (q) => {
  q = q.trim();
  if (q && q.length <= 256) store.setItem(RECENT, JSON.stringify([q, ...recent().filter((x) => x !== q)].slice(0, 8)));
};

const make = (tag, attributes, ...children) => {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  e.append(...children);
  return e;
};

let box, input, list, notes, status, slash;
let from = null; // the field of the page in which the typing began

const build = () => {
  input = make('input', { type: 'search', name: 'q', role: 'combobox', 'aria-label': 'Search', 'aria-expanded': 'false', 'aria-controls': '/list', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false', maxlength: '4096', placeholder: 'Error line, alert or command' });
  list = make('div', { class: 'list', role: 'listbox', id: '/list', 'aria-label': 'Results' });
  notes = make('div');
  const pane = make('div', {}, list, notes);
  status = make('span', { role: 'status' });
  slash = make('button', { type: 'button' });
  const icon = document.querySelector('.mark svg');
  const form = make('form', { action: base + '/search', role: 'search' }, icon ? icon.cloneNode(true) : '', input, make('button', { type: 'submit', class: 'vh' }, 'Search'));
  const key = (...names) => names.map((n) => make('kbd', {}, n));
  box = make('dialog', { class: 'box', 'aria-label': 'Search' }, form, pane,
    make('p', { class: 'keys' }, make('span', {}, ...key('↑', '↓'), ' move'), make('span', {}, ...key('↵'), ' open'), make('span', {}, ...key('Esc'), ' close'), status, slash));
  document.body.append(box);
  label();
  slash.addEventListener('click', () => {
    if (store.getItem(SLASH)) store.removeItem(SLASH); else store.setItem(SLASH, 'off');
    label();
    input.focus();
  });
  input.addEventListener('input', () => { select(null); ask(); }); // what was chosen was chosen of another list
  input.addEventListener('keydown', keys);
  form.addEventListener('submit', () => remember(input.value));
  list.addEventListener('mousemove', (e) => { const o = e.target.closest('[role=option]'); if (o) select(o, false); });
  pane.addEventListener('click', (e) => {
    const again = e.target.closest('[data-ask]');
    if (again) { input.value = again.dataset.ask; input.focus(); ask(); return; }
    const o = e.target.closest('[role=option]');
    if (o) open(o, e.ctrlKey || e.metaKey);
  });
  box.addEventListener('click', (e) => { if (e.target === box) box.close(); });
  box.addEventListener('close', () => { if (from) { from.value = input.value; from = null; } }); // nothing typed is lost
};

const label = () => {
  slash.textContent = store.getItem(SLASH) ? 'Let “/” open this' : 'Turn “/” off';
};

const options = () => [...list.querySelectorAll('[role=option]')];
const selected = () => list.querySelector('[aria-selected=true]');

const select = (o, scroll = true) => {
  const was = selected();
  if (was) was.setAttribute('aria-selected', 'false');
  if (!o) { input.removeAttribute('aria-activedescendant'); return; }
  o.setAttribute('aria-selected', 'true');
  input.setAttribute('aria-activedescendant', o.id);
  if (scroll) o.scrollIntoView({ block: 'nearest' });
};

const open = (o, elsewhere) => {
  if (o.dataset.query !== undefined) { input.value = o.dataset.query; ask(); return; }
  if (o.dataset.clear !== undefined) { store.removeItem(RECENT); show(); input.focus(); return; }
  remember(input.value);
  if (elsewhere) { window.open(o.dataset.url, '_blank', 'noopener'); return; }
  box.close();
  location.assign(o.dataset.url);
};

const keys = (e) => {
  if (e.isComposing) return;
  const all = options(), at = all.indexOf(selected());
  const go = (o) => { e.preventDefault(); select(o); };
  switch (e.key) {
    case 'ArrowDown': go(all[(at + 1) % all.length]); break;
    case 'ArrowUp': go(at < 0 ? all[all.length - 1] : all[at - 1]); break;
    case 'Home': if (at >= 0) go(all[0]); break;
    case 'End': if (at >= 0) go(all[all.length - 1]); break;
    case 'Escape': e.preventDefault(); box.close(); break; // a search field would only be emptied
    case 'Enter':
      if (at >= 0) { e.preventDefault(); open(all[at], e.ctrlKey || e.metaKey); }
      break;
  }
};

// One request at a time; what was typed meanwhile is asked next, and an answer that is no longer wanted is dropped.
let busy = false, shown = null;
const ask = async () => {
  if (busy) return;
  busy = true;
  try {
    for (let q = input.value; q !== shown; q = input.value) {
      if (!q.trim()) { show(); break; }
      let html;
      try {
        const r = await fetch(base + '/-/suggest?q=' + encodeURIComponent(q.slice(0, 256)));
        html = r.ok ? await r.text() : '';
      } catch { html = ''; }
      if (input.value !== q) continue;
      shown = q;
      list.innerHTML = html || '<p class="none">The portal does not answer just now. Enter asks again, or searches what this browser keeps.</p>';
      notes.replaceChildren(...list.querySelectorAll('.none'));
      status.textContent = list.querySelector('[data-status]')?.textContent || '';
      input.setAttribute('aria-expanded', String(options().length > 0));
      select(null);
    }
  } finally { busy = false; }
};

// With nothing typed, the last searches, which stay in this browser.
const show = () => {
  shown = '';
  select(null);
  const past = recent();
  list.replaceChildren();
  notes.replaceChildren();
  status.textContent = '';
  if (past.length) {
    const group = make('div', { role: 'group', 'aria-labelledby': '/recent' }, make('span', { class: 'lab', id: '/recent' }, 'Searched before, in this browser'));
    past.forEach((q, i) => group.append(make('div', { role: 'option', id: '/r' + i, 'aria-selected': 'false', 'data-query': q }, make('b', {}, q))));
    group.append(make('div', { role: 'option', id: '/rc', 'aria-selected': 'false', 'data-clear': '' }, make('span', {}, 'Forget these')));
    list.append(group);
  }
  input.setAttribute('aria-expanded', String(past.length > 0));
};

const start = (text, at = text.length) => {
  if (!box) build();
  if (!box.open) {
    input.value = text;
    shown = null;
    box.showModal();
  }
  input.focus();
  if (text) { input.setSelectionRange(at, at); ask(); } else show();
};

addEventListener('keydown', (e) => {
  if (e.isComposing || box?.open) return;
  const typing = e.target.closest?.('input, select, textarea, [contenteditable]');
  const one = e.key === '/' && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && !store.getItem(SLASH);
  const chord = e.key.toLowerCase() === 'k' && (e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey;
  if (one || chord) {
    e.preventDefault();
    start('');
  }
});

// Typing in a field of the page goes on in the box.
for (const f of document.querySelectorAll('form[role=search] input[type=search]')) {
  const go = (e) => {
    if (e.isComposing || e.inputType === 'deleteContentBackward' && !f.value) return;
    const text = f.value, at = f.selectionStart ?? text.length;
    f.value = f.defaultValue;
    from = f;
    start(text, at);
  };
  f.addEventListener('input', go);
  f.addEventListener('compositionend', go);
  f.form.addEventListener('submit', () => remember(f.value));
  if (document.activeElement === f && f.value !== f.defaultValue) go({}); // typed before this was here
}

// A long text, or one of several lines, is posted: an address is too short for it.
for (const f of document.querySelectorAll('input[type=search]')) {
  f.addEventListener('paste', (e) => paste(e, f));
}
const paste = (e, f) => {
  const text = e.clipboardData?.getData('text') || '';
  if ([...text.trim()].length <= 256 && !/[\r\n]/.test(text.trim())) return;
  e.preventDefault();
  const form = make('form', { method: 'post', action: base + '/search', hidden: '' }, make('textarea', { name: 'q' }));
  const start = f.selectionStart ?? f.value.length, end = f.selectionEnd ?? start;
  form.firstChild.value = f.value.slice(0, start) + text + f.value.slice(end);
  document.body.append(form);
  form.submit();
};
document.addEventListener('paste', (e) => { if (e.target === input) paste(e, input); });
