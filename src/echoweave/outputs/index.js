"use strict";
/* A click on a head sorts its table, a second one the other way round; what is unknown stays last. */
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.onclick = () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => row.cells[column].dataset.value;
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        if (value(a) === "" || value(b) === "") return (value(a) === "") - (value(b) === "");
        const order = head.dataset.kind === "number" ? value(a) - value(b) : value(a).localeCompare(value(b), "en", { numeric: true });
        return down ? -order : order;
      });
      table.tBodies[0].append(...rows);
    };
  });
}
