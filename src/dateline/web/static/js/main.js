// Starts the behaviours that the page asks for: every element with data-behaviour="a b" is given to the default export of
// behaviours/a.js and of behaviours/b.js. Only what a page uses is run. Without scripts every page works; a behaviour
// saves a round trip or keeps a place on the screen.
//
// All modules are served as one script, of which this is the end: `use` gives what one of them exports (web/scripts.py).

for (const element of document.querySelectorAll("[data-behaviour]")) {
  for (const name of element.dataset.behaviour.split(/\s+/)) {
    try {
      use(`behaviours/${name}.js`).default(element);
    } catch (error) {
      reportError(error); // one that fails takes no other with it
    }
  }
}
document.documentElement.dataset.ready = "";

export { use };
