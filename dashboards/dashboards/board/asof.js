/* Looking back: the slider jumps from change to change; letting go loads the board of that moment. */
'use strict';
(() => {
  const slider = document.getElementById('asof');
  if (!slider) return;
  const day = document.getElementById('asof-day');
  const ticks = [...document.querySelectorAll('#asof-ticks option')].map((option) => Number(option.value));
  const clock = (minutes) => {
    const at = minutes + Number(slider.dataset.opens);
    return `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
  };
  const show = () => {
    document.getElementById('asof-clock').textContent = clock(Number(slider.value)).replace(/^0(\d)/, '$1');
    slider.setAttribute('aria-valuetext', clock(Number(slider.value)));
  };
  const go = (minute) => {
    const here = new URL(location.href);
    here.searchParams.set('as_of', `${day.value}T${clock(minute)}`);
    location.assign(here);
  };
  slider.addEventListener('input', show);
  slider.addEventListener('change', () => go(Number(slider.value)));
  day.addEventListener('change', () => {
    if (day.value) go(Number(slider.value));
  });
  slider.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const here = Number(slider.value);
    const next = step > 0 ? ticks.find((tick) => tick > here) : ticks.filter((tick) => tick < here).pop();
    const to = event.shiftKey ? here + step * 15 : next;
    if (to === undefined) return;
    sessionStorage.setItem('asof-focus', '1');
    go(Math.min(Number(slider.max), Math.max(0, to)));
  });
  if (sessionStorage.getItem('asof-focus')) {
    sessionStorage.removeItem('asof-focus');
    slider.focus();
  }
  show();
})();
