// Versions as vendors write them, for the products a reader uses and for "am I affected?". content/version does the same.

const next = new Set('update u sp servicepack patch p pl patchlevel cu r release fp fixpack hf hotfix mr ep'.split(' '));
const silent = new Set('v version ga final stable lts x'.split(' '));
const early = { dev: 0, snapshot: 0, nightly: 0, alpha: 1, a: 1, beta: 2, b: 2, pre: 3, preview: 3, m: 3, milestone: 3, tp: 3, ea: 3, rc: 4, cr: 4, candidate: 4, releasecandidate: 4 };
const spaced = [['service pack', 'servicepack'], ['fix pack', 'fixpack'], ['patch level', 'patchlevel'], ['release candidate', 'releasecandidate'], ['cumulative update', 'cu'], ['technical preview', 'tp'], ['early access', 'ea']];
const number = (d) => { d = d.replace(/^0+/, '').slice(0, 60); return String.fromCharCode(48 + d.length) + d; };
const isNumber = (s) => /^[0-9]/.test(s ?? '');

// The first and the last key of a version and the key of its build, null where there is none in the text.
export const keys = (text) => {
  let s = text.trim().toLowerCase(), epoch = '0';
  if (s.length > 256) return null;
  for (const [a, b] of spaced) s = s.replaceAll(a, b);
  const e = /^[0-9]+:/.exec(s);
  if (e) { s = s.slice(e[0].length); epoch = number(e[0].slice(0, -1)); }
  const ps = [...s.matchAll(/[0-9]+|[a-z]+|~/g)], release = [];
  let rest = '', b = '';
  for (let i = 0; i < ps.length; i++) {
    const p = ps[i][0], after = ps[i + 1]?.[0] ?? '', digit = isNumber(p);
    const dashed = i > 0 && /[-(+]/.test(s.slice(ps[i - 1].index + ps[i - 1][0].length, ps[i].index));
    if (p === 'build' && isNumber(after)) { b = number(after); rest += '%' + b; i++; }
    else if (digit && p.length >= 5 && (ps.length === 1 || dashed && !rest && release.length)) { b = number(p); if (ps.length > 1) rest += '%' + b; }
    else if (digit && !rest && !dashed) release.push(p);
    else if (digit) rest += number(p);
    else if (p === '~') rest += '!';
    else if (!release.length || silent.has(p)) continue;
    else if (next.has(p) && isNumber(after) && !rest) { release.push(after); i++; }
    else if (Object.hasOwn(early, p) && (p.length > 1 || isNumber(after))) rest += '#' + early[p];
    else rest += '&' + p + '$';
  }
  if (!release.length) return b ? { lo: '', hi: '', b } : null;
  let last = release.length;
  while (last > 0 && /^0+$/.test(release[last - 1])) last--;
  const lo = epoch + release.slice(0, last).map(number).join('') + '$' + rest;
  return { lo: lo + '$', hi: rest ? lo + '~' : epoch + release.map(number).join('') + '~', b };
};

// Whether a version lies in spans, as content.ScopeOf writes them: 0 no, 1 perhaps, 2 yes.
const within = (k, spans) => (spans.length ? Math.max(...spans.map((s) => {
  const [lo, hi] = s.slice(1).split('|'), from = s[0] === 'b' ? k.b : k.lo, to = s[0] === 'b' ? k.b : k.hi;
  if (!from) return 1;
  if (hi && from > hi || to < lo) return 0;
  return from >= lo && (!hi || to <= hi) ? 2 : 1;
})) : 2);

// Am I affected? The browser answers from the table of the page.
const ask = document.querySelector('.ask-version');
if (ask) {
  ask.querySelector('.send')?.remove();
  ask.addEventListener('submit', (e) => {
    e.preventDefault();
    const product = ask.querySelector('select').value.toLowerCase(), k = keys(ask.querySelector('input').value);
    let affected = 0, fixed = 0;
    for (const row of document.querySelectorAll('[data-is]')) {
      const [p, ...spans] = row.dataset.is.split(' ');
      if (!k || decodeURIComponent(p.replace(/\+/g, ' ')) !== product) continue;
      if ('fixed' in row.dataset) fixed = Math.max(fixed, within(k, spans)); else affected = Math.max(affected, within(k, spans));
    }
    const is = !k ? 'unknown' : fixed === 2 ? 'fixed' : affected === 2 ? 'affected' : affected ? 'unknown' : 'not';
    for (const a of document.querySelectorAll('.answer')) a.hidden = a.id !== '/is-' + is;
  });
}

// The products a reader uses, kept in this browser.
const mine = document.querySelector('.products');
if (mine) {
  const KEY = 'rutter.products';
  const said = mine.querySelector('[role=status]');
  let kept = [];
  try { kept = JSON.parse(localStorage.getItem(KEY)) ?? []; } catch { /* none */ }
  const rows = [...mine.querySelectorAll('[data-p]')].map((row) => ({ row, use: row.querySelector('[type=checkbox]'), version: row.querySelector('input:not([type])') }));
  for (const r of rows) {
    const m = kept.find?.((x) => x.p === r.row.dataset.p);
    r.use.checked = Boolean(m);
    r.version.value = m?.v ?? '';
  }
  const save = () => {
    const out = [];
    for (const r of rows) {
      const v = r.version.value.trim(), k = v ? keys(v) : null;
      r.version.toggleAttribute('aria-invalid', Boolean(v && !k));
      if (r.use.checked) out.push({ p: r.row.dataset.p, n: r.row.dataset.n, v, ...(k ?? { lo: '', hi: '', b: '' }) });
    }
    try {
      localStorage.setItem(KEY, JSON.stringify(out));
      said.textContent = out.length ? 'Kept in this browser: ' + out.map((m) => (m.n + ' ' + m.v).trim()).join(', ') : 'Nothing is chosen: every page is shown alike.';
    } catch { said.textContent = 'This browser does not keep it.'; }
  };
  mine.hidden = false;
  mine.addEventListener('input', (e) => {
    const r = rows.find((x) => x.version === e.target);
    if (r?.version.value) r.use.checked = true;
    save();
  });
  save();
}
