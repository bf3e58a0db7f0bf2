"use strict";
// A slider says what it is set to, and asks for it once it is let go.
for (const slider of document.querySelectorAll("input[type=range]")) {
  const told = slider.parentElement.querySelector("output");
  slider.addEventListener("input", () => { told.textContent = slider.value; });
  slider.addEventListener("change", () => slider.form.requestSubmit());
}
