/* The customer's rating, without a login: what is rated is asked of the API by the link's code. */
'use strict';
(() => {
  const box = document.getElementById('rate');
  const zh = document.documentElement.lang !== 'en';
  const form = document.getElementById('rate-form');
  const what = document.getElementById('rate-what');
  const no = document.getElementById('rate-no');
  const address = `/api/ratings/${encodeURIComponent(box.dataset.code)}`;
  const refuse = async (answer) => {
    const said = answer ? await answer.json().catch(() => ({})) : {};
    no.textContent =
      (answer?.status === 404 ? '' : zh ? said.zh : said.en) || (answer ? box.dataset.bad : box.dataset.offline);
    no.hidden = false;
  };
  const ask = (how) => fetch(address, how).catch(() => null);
  ask().then(async (answer) => {
    if (!answer?.ok) {
      what.hidden = true;
      await refuse(answer);
      return;
    }
    const rated = await answer.json();
    what.textContent = `${rated.product} · ${rated.visited_on}`;
    if (rated.rating) {
      form.elements.rating.value = String(rated.rating);
      form.elements.comment.value = rated.comment || '';
    }
    form.hidden = false;
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    no.hidden = true;
    const body = JSON.stringify({
      rating: Number(form.elements.rating.value),
      comment: form.elements.comment.value.trim(),
    });
    const answer = await ask({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    if (!answer?.ok) {
      await refuse(answer);
      return;
    }
    form.hidden = true;
    what.textContent = box.dataset.thanks;
  });
})();
