// The forms of /verify and /counts work without this: it adds dropping files. Where the field takes
// several, what is given adds up; else the last of it is what is asked about.
"use strict";

const form = document.getElementById("ask");
const drop = document.getElementById("drop");
const file = form.elements.file;
const several = file.multiple;

for (const hint of document.querySelectorAll(".only-script")) hint.hidden = false;

// Anywhere on the page, so that a near miss does not leave it for the file.
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) drop.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length > 0) {
    file.files = event.dataTransfer.files;
    send();
    return;
  }
  const text = event.dataTransfer.getData("text/uri-list") || event.dataTransfer.getData("text/plain");
  if (text) {
    const before = several ? form.elements.text.value : "";
    form.elements.text.value = `${before}\n${text}`.trim();
    // Going back left a file in the field: what is dropped now is asked about.
    if (!several) file.value = "";
    send();
  }
});
file.addEventListener("change", send);

// A file and a text together would be two things where one is asked about.
function send() {
  if (!several && file.files.length > 0) form.elements.text.value = "";
  drop.classList.add("busy");
  form.requestSubmit();
}
