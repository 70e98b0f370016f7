// Shows what the page around this frame sends. Only in a sandbox, where whatever runs here has no origin: elsewhere
// a page that puts this one into a frame could run its code as ours.
addEventListener('message', function (event) {
	if (self.origin !== 'null' || event.source !== parent) return;
	if (!event.data || typeof event.data.html !== 'string') return;
	document.open();
	document.write(event.data.html);
	document.close();
});
parent.postMessage('ready', '*');
