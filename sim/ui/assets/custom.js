// Page-wide things that no component can say: the language, zooming, and light or dark as the system has it.
document.documentElement.lang = 'en-GB';
document.querySelector('meta[name=viewport]').setAttribute('content', 'width=device-width, initial-scale=1');
theme.variant = 'auto';
document.getElementById('app').classList.toggle('theme--dark', prefersDarkScheme());
document.getElementById('app').classList.toggle('theme--light', !prefersDarkScheme());
// The thin line that shows a busy page has no name and stands outside every landmark; the status line says it in words.
const busyLine = '.v-progress-linear--absolute:not([aria-hidden])';
new MutationObserver(() => document.querySelectorAll(busyLine).forEach((line) => line.setAttribute('aria-hidden', 'true')))
  .observe(document.body, { childList: true, subtree: true });
