// Page-wide things that no component can say: the language, zooming, and light or dark as the system has it.
document.documentElement.lang = 'en-GB';
document.querySelector('meta[name=viewport]').setAttribute('content', 'width=device-width, initial-scale=1');
theme.variant = 'auto';
document.getElementById('app').classList.toggle('theme--dark', prefersDarkScheme());
document.getElementById('app').classList.toggle('theme--light', !prefersDarkScheme());
