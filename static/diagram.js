// Diagrams written in Mermaid's language. The program for them is large, so only pages that have one load it.
const figures = [...document.querySelectorAll('figure.diagram')];
const script = document.querySelector('script[data-mermaid]');
const dark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
};
const load = () => new Promise((done, failed) => {
  const s = document.createElement('script');
  s.src = script.dataset.mermaid;
  s.onload = done;
  s.onerror = failed;
  document.head.append(s);
});
const texts = figures.map((f) => f.querySelector('pre').textContent);
const draw = async () => {
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: dark() ? 'dark' : 'neutral', fontFamily: getComputedStyle(document.body).fontFamily });
  for (const [i, f] of figures.entries()) {
    let svg;
    try {
      ({ svg } = await mermaid.render('diagram-' + i, texts[i]));
    } catch (e) {
      document.getElementById('ddiagram-' + i)?.remove(); // what it leaves behind
      f.querySelector('.wrong')?.remove();
      const p = document.createElement('p');
      p.className = 'wrong';
      p.textContent = 'This diagram cannot be drawn: ' + String(e.message ?? e).split('\n')[0];
      f.append(p);
      continue;
    }
    const picture = document.createElement('div');
    picture.className = 'picture';
    picture.innerHTML = svg; // cleaned by Mermaid, and no script may act in a page of ours
    const drawn = picture.querySelector('svg');
    drawn.setAttribute('role', 'img');
    if (!drawn.getAttribute('aria-labelledby')) drawn.setAttribute('aria-label', 'Diagram; its text is below');
    const source = f.querySelector('details') ?? document.createElement('details');
    if (!source.isConnected) {
      const summary = document.createElement('summary');
      summary.textContent = 'The diagram as text';
      source.append(summary, f.querySelector('pre'));
      f.append(source);
    }
    f.querySelector('.picture')?.remove();
    picture.classList.toggle('dark', dark());
    f.prepend(picture);
  }
};
if (figures.length && script) {
  await load();
  await draw();
  document.querySelector('.theme select')?.addEventListener('change', draw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}
