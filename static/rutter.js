// Behaviour on top of pages that work without it.

// A copy button on every command: what is typed goes to the clipboard, without prompts and without output.
if (navigator.clipboard) {
  const said = document.createElement('span');
  said.className = 'vh';
  said.setAttribute('role', 'status');
  document.body.append(said);
  for (const figure of document.querySelectorAll('figure.cmd:not(.difference *)')) {
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
    const miss = document.createElement('small');
    let warned = '';
    button.addEventListener('click', async () => {
      const missing = [...new Set([...figure.querySelectorAll('var.nil')].map((x) => x.textContent))].join(', ');
      if (missing && warned !== missing) { // nobody pastes a placeholder unawares; who wants it asks twice
        warned = missing;
        button.textContent = 'Copy as it is';
        said.textContent = missing + ' is not filled in. Copy again to have it as it is.';
        miss.textContent = missing + ' is missing';
        if (matchMedia('(width >= 75rem)').matches) document.getElementById('/v-' + figure.querySelector('var.nil').dataset.v)?.focus(); // it stands beside
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
      warned = miss.textContent = '';
      setTimeout(() => { button.textContent = 'Copy'; said.textContent = ''; }, 2000);
    });
    head.append(miss, button);
  }
}

// A fragment may be [id][?name=value&…]: the values are an alert's, the browser knows ids alone.
const decode = (s) => { try { return decodeURIComponent(s); } catch { return s; } };
const toId = () => {
  const [id, values] = location.hash.slice(1).split('?');
  if (id && values !== undefined) document.getElementById(decode(id))?.scrollIntoView();
};
addEventListener('hashchange', toId);
toId();

// Wide enough to show "On this page" always: then its summary is a label, and no stop on the way of the Tab key.
const wide = matchMedia('(width >= 48rem)');
const label = () => {
  for (const s of document.querySelectorAll('.toc > details > summary')) s.tabIndex = wide.matches ? -1 : 0;
};
wide.addEventListener('change', label);
label();

// The heading that was passed last is marked in "On this page".
const entries = new Map();
for (const a of document.querySelectorAll('.toc a')) {
  const h = document.getElementById(decode(a.hash.slice(1)));
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


// The search box is fetched when somebody goes to search; the key that asked for it is then pressed again.
const script = document.querySelector('script[data-box]');
const local = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
let box = null;
const fetchBox = () => { box ??= import(script.dataset.box); return box; };
if (script) {
  const key = (e) => {
    const typing = e.target.closest?.('input, select, textarea, [contenteditable]');
    const plain = !e.ctrlKey && !e.metaKey && !e.altKey;
    const one = e.key === '/' && plain && !typing && !local('rutter.slash');
    const chord = e.key.toLowerCase() === 'k' && (e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey;
    if (e.isComposing || !one && !chord) return;
    e.preventDefault();
    removeEventListener('keydown', key);
    let typed = '', enter = false; // what the hands do meanwhile
    const hold = (x) => {
      if (x.ctrlKey || x.metaKey || x.altKey || x.isComposing) return;
      if (x.key === 'Enter') enter = true;
      else if (x.key === 'Backspace') typed = typed.slice(0, -1);
      else if (x.key.length === 1) typed += x.key;
      else return;
      x.preventDefault();
    };
    addEventListener('keydown', hold, true);
    fetchBox().then(() => {
      removeEventListener('keydown', hold, true);
      dispatchEvent(new KeyboardEvent('keydown', { key: e.key, ctrlKey: e.ctrlKey, metaKey: e.metaKey }));
      const input = document.activeElement;
      if (!typed || input?.type !== 'search') return;
      input.value = typed;
      input.dispatchEvent(new Event('input'));
      if (enter) input.form.requestSubmit();
    });
  };
  addEventListener('keydown', key);
  for (const f of document.querySelectorAll('input[type=search]')) {
    f.addEventListener('focus', fetchBox, { once: true });
    if (document.activeElement === f) fetchBox();
  }
}

// A chosen filter is applied at once. Back shows the page as it was made, not as it was left.
for (const f of document.querySelectorAll('form[data-submit]')) {
  f.addEventListener('change', () => f.requestSubmit());
  addEventListener('pageshow', (e) => { if (e.persisted) f.reset(); });
}

// Light, dark, or as the system has it. The head of the page applies it before anything is drawn.
const foot = document.querySelector('.foot');
if (foot) {
  const label = document.createElement('label');
  const pick = document.createElement('select');
  for (const [v, word] of [['', 'as the system'], ['light', 'light'], ['dark', 'dark']]) pick.add(new Option(word, v, false, v === (local('rutter.theme') ?? '')));
  label.append('Colours ', pick);
  label.className = 'theme';
  foot.append(label);
  pick.addEventListener('change', () => {
    document.documentElement.dataset.theme = pick.value;
    try { if (pick.value) localStorage.setItem('rutter.theme', pick.value); else localStorage.removeItem('rutter.theme'); } catch { /* for this page only */ }
  });
}

// Pages that were read are there without the network.
if (script?.dataset.worker && navigator.serviceWorker) {
  navigator.serviceWorker.register(script.dataset.worker).catch(() => {});
  if (foot && navigator.serviceWorker.controller) foot.insertAdjacentHTML('beforeend', '<a href="/-/offline">Without the network</a>');
}

// What the reader uses, chosen once at /-/products: what fits says so, what does not is quieter and says so too.
let mine = [];
try { mine = JSON.parse(local('rutter.products')) ?? []; } catch { /* none */ }
const name = (m) => (m.n + ' ' + m.v).trim();
const fitting = (scope) => scope.split(',').flatMap((one) => {
  const [product, ...spans] = one.split(' ');
  return mine.filter((m) => m.p === product && (!spans.length || spans.some((s) => {
    const [lo, hi] = s.slice(1).split('|'), from = s[0] === 'b' ? m.b : m.lo, to = s[0] === 'b' ? m.b : m.hi;
    return !from || !(hi && from > hi) && to >= lo;
  })));
});
const chosen = (scope) => scope.split(',').some((one) => mine.some((m) => m.p === one.split(' ')[0]));
if (Array.isArray(mine) && mine.length) {
  const all = mine.map(name).join(', ');
  const note = (text, cls) => { const p = document.createElement('p'); p.className = cls; p.textContent = text; return p; };
  for (const e of document.querySelectorAll('[data-page], [data-row], [data-for]')) {
    const scope = e.dataset.page ?? e.dataset.row ?? e.dataset.for, fit = fitting(scope);
    const words = fit.length ? note('Fits your ' + fit.map(name).join(', '), 'fits') : note(chosen(scope) ? 'Not for your ' + all : 'Not among your products: ' + all, 'fits no');
    if (e.dataset.row) {
      e.classList.toggle('unfit', !fit.length);
      e.append(words);
    } else if (e.dataset.page) {
      (e.querySelector('.trust') ?? e.querySelector('h1')).after(words);
      e.classList.toggle('unfit', !fit.length);
    } else {
      const own = e.closest('.step'), step = own?.querySelector('h2, h3, h4, h5, h6') === e ? own : null;
      (e.nextElementSibling?.matches('.scope') ? e.nextElementSibling : e).after(words);
      if (!fit.length) {
        const level = e.tagName;
        for (let s = step ?? e; s; s = step ? null : s.nextElementSibling) {
          if (s !== e && /^H[1-6]$/.test(s.tagName) && s.tagName <= level) break;
          s.classList.add('unfit');
        }
      }
    }
  }
}
