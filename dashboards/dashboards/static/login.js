/* Signing in. */
'use strict';
(() => {
  const login = document.getElementById('login');
  if (login) {
    login.addEventListener('submit', async (event) => {
      event.preventDefault();
      const body = login.elements.token
        ? { token: login.elements.token.value.trim() }
        : { person: event.submitter.value };
      const error = document.getElementById('login-error');
      try {
        const answer = await fetch('/login', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
        if (answer.ok) {
          location.assign(login.dataset.next);
          return;
        }
        const no = await answer.json();
        error.textContent = document.documentElement.lang === 'en' ? no.en : no.zh;
      } catch (broken) {
        error.textContent = String(broken.message || broken);
      }
      error.hidden = false;
    });
  }
})();
