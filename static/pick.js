// Versions as vendors write them, for the products a reader uses and for "am I affected?". content/version does the same.

const next = new Set('update u sp servicepack patch p pl patchlevel cu r release fp fixpack hf hotfix mr ep'.split(' '));
const silent = new Set('v version ga final stable lts ltsr x'.split(' '));
const generations = new Set(['i', 'g', 'c', 'ai']);
const early = { dev: 0, snapshot: 0, nightly: 0, alpha: 1, a: 1, beta: 2, b: 2, pre: 3, preview: 3, m: 3, milestone: 3, tp: 3, ea: 3, rc: 4, cr: 4, candidate: 4, releasecandidate: 4 };
const spaced = [['service pack', 'servicepack'], ['fix pack', 'fixpack'], ['patch level', 'patchlevel'], ['release candidate', 'releasecandidate'], ['cumulative update', 'cu'], ['technical preview', 'tp'], ['early access', 'ea']];
const refused = /^(?:windows |win)?1[01],? (?:version )?[0-9][0-9]h[12]|esxi?[ -]?[0-9][0-9](?:u|p|-|$)/;
const java = /(^|[^0-9.])(?:1\.)?([5-8])(?:\.0)?[_u]([0-9]+)(?:-b[0-9][0-9])?/g;
const number = (d) => { d = d.replace(/^0+/, '').slice(0, 60); return String.fromCharCode(48 + d.length) + d; };
const isNumber = (s) => /^[0-9]/.test(s ?? '');

// The first and the last key of a version and the key of its build, null where there is none in the text.
export const keys = (text) => {
  let s = text.trim().toLowerCase();
  if (s.length > 256) return null;
  for (const [a, b] of spaced) s = s.replaceAll(a, b);
  if (refused.test(s)) return null;
  s = s.replace(/^[0-9]+:/, '').replace(java, '$1$2u$3');
  const ps = [...s.matchAll(/[0-9]+|[a-z]+|~/g)], release = [];
  let rest = '', b = '', lettered = false;
  for (let i = 0; i < ps.length; i++) {
    const p = ps[i][0], after = ps[i + 1]?.[0] ?? '', digit = isNumber(p), stop = ps[i].index + p.length;
    const gap = i > 0 ? s.slice(ps[i - 1].index + ps[i - 1][0].length, ps[i].index) : '', follows = s.slice(stop, ps[i + 1]?.index);
    const tight = i > 0 && !gap, dashed = /[-(+]/.test(gap), was = lettered;
    lettered = false;
    if (p === 'build' && isNumber(after)) { b = number(after); rest += '%' + b; i++; }
    else if (digit && p.length >= 5 && (ps.length === 1 || dashed && release.length && (!rest || was) && (p.length > 5 || follows !== '-' || isNumber(after)))) { b = number(p); if (ps.length > 1) rest += '%' + b; }
    else if (digit && !rest && !dashed) release.push(p);
    else if (digit) rest += number(p);
    else if (p === '~') rest += '!';
    else if (!release.length || silent.has(p)) continue;
    else if (next.has(p) && isNumber(after) && !rest) { release.push(after); i++; }
    else if (tight && generations.has(p) && release.length === 1 && !rest && (release[0].length === 2 || p === 'i') && (follows || !after)) continue;
    else if (tight && p === 'h' && release.length === 1 && release[0].length === 2 && !rest && !follows && isNumber(after)) { release.push(after); i++; }
    else if (Object.hasOwn(early, p) && (p.length > 1 || isNumber(after) && (!follows || follows === '.') && (p !== 'm' || /[. _-]$/.test(gap)))) rest += '#' + early[p];
    else { lettered = tight && p.length === 1 && !rest; rest += '&' + p + '$'; }
  }
  if (!release.length) return b ? { lo: '', hi: '', b } : null;
  let last = release.length;
  while (last > 0 && /^0+$/.test(release[last - 1])) last--;
  const lo = '0' + release.slice(0, last).map(number).join('') + '$' + rest;
  return { lo: lo + '$', hi: rest ? lo + '~' : '0' + release.map(number).join('') + '~', b };
};

// A span as content.ScopeOf writes it, and whether a version lies in it: 0 no, 1 perhaps, 2 yes.
const spanOf = (s) => { const [lo, hi, build] = s.slice(1).split('|'); return { builds: s[0] === 'b', lo: lo ?? '', hi: hi ?? '', build: build ?? '' }; };
const has = (s, k) => {
  const from = s.builds ? k.b : k.lo, to = s.builds ? k.b : k.hi, same = s.build && s.build === k.b;
  if (!from) return same ? 2 : s.build && k.b ? 0 : 1;
  if (from >= s.lo && (!s.hi || to <= s.hi)) return 2;
  return s.hi && from > s.hi || to < s.lo ? (same ? 1 : 0) : 1;
};

// What site/advisory.go answers, from the rows of the page's table; '' where no version is given.
export const verdict = (rows, product, text) => {
  if (!text.trim()) return '';
  const k = keys(text), affected = [], fixes = [];
  if (!k) return 'unknown';
  for (const row of rows) {
    const [p, ...spans] = row.is.split(' ');
    if (decodeURIComponent(p.replace(/\+/g, ' ')) !== product.toLowerCase()) continue;
    if (spans.includes('?')) return 'unknown';
    (row.fixed ? fixes : affected).push(...(spans.length ? spans : ['v|']).map(spanOf));
  }
  const best = Math.max(0, ...affected.map((s) => has(s, k)));
  let fixed = false;
  for (const f of fixes) {
    const from = f.builds ? k.b : k.lo, to = f.builds ? k.b : k.hi;
    const begins = (after, until) => affected.some((s) => s.builds === f.builds && s.lo > after && s.lo <= until);
    if (has(f, k) !== 2 || begins(f.lo, to)) continue;
    fixed = true;
    if (!best || !affected.some((s) => s.builds === f.builds && s.lo < f.lo && has(s, k))) continue;
    if (fixes.some((g) => g.builds === f.builds && g.lo > from && !begins(from, g.lo))) return 'unknown';
  }
  if (fixed) return 'fixed';
  return best === 2 ? 'affected' : best || !affected.length ? 'unknown' : 'not';
};

// Am I affected? The browser answers from the table of the page.
const ask = document.querySelector('.ask-version');
if (ask) {
  ask.querySelector('.send')?.remove();
  ask.addEventListener('submit', (e) => {
    e.preventDefault();
    const rows = [...document.querySelectorAll('[data-is]')].map((row) => ({ is: row.dataset.is, fixed: 'fixed' in row.dataset }));
    const is = verdict(rows, ask.querySelector('select').value, ask.querySelector('input').value);
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
    const out = [], unread = [];
    for (const r of rows) {
      const v = r.version.value.trim(), k = v ? keys(v) : null;
      r.version.toggleAttribute('aria-invalid', Boolean(v && !k));
      if (v && !k) unread.push(v);
      if (r.use.checked) out.push({ p: r.row.dataset.p, n: r.row.dataset.n, v: k ? v : '', ...(k ?? { lo: '', hi: '', b: '' }) });
    }
    try {
      localStorage.setItem(KEY, JSON.stringify(out));
      said.textContent = out.length ? 'Kept in this browser: ' + out.map((m) => (m.n + ' ' + m.v).trim()).join(', ') : 'Nothing is chosen: every page is shown alike.';
      if (unread.length) said.textContent = 'Not a version that can be read: ' + unread.join(', ') + '. ' + said.textContent;
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
