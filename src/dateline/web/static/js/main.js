// Starts the behaviours that the page asks for: every element with data-behaviour="a b" is given to the default export of
// behaviours/a.js and of behaviours/b.js. Only what a page uses is loaded. Without scripts every page works; a behaviour
// saves a round trip or keeps a place on the screen.

const wanted = [...document.querySelectorAll("[data-behaviour]")].flatMap((element) =>
  element.dataset.behaviour.split(/\s+/).map((name) => ({ element, load: import(`./behaviours/${name}.js`) })),
);

for (const { element, load } of wanted) {
  try {
    (await load).default(element);
  } catch (error) {
    reportError(error); // one that fails takes no other with it
  }
}
document.documentElement.dataset.ready = "";
