"use strict";
(() => {
  const root = document.documentElement;
  const errors = [];
  const night = matchMedia("(prefers-color-scheme: dark)");
  const CONFIG = {
    displaylogo: false,
    responsive: true,
    modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
    toImageButtonOptions: { format: "png", scale: 2 },
  };
  // A4 less its margins, in the pixels of paper.
  const PAPER_WIDTH = 686;
  let paper = false;
  let figures = {};

  const report = (what) => {
    errors.push(String(what));
    root.dataset.errors = String(errors.length);
    root.dataset.error = errors[0];
  };
  addEventListener("error", (event) => report(event.message));
  addEventListener("unhandledrejection", (event) => report(event.reason));
  addEventListener("securitypolicyviolation", (event) => report(`refused ${event.violatedDirective} ${event.blockedURI}`));

  const palette = () =>
    night.matches && !paper
      ? { ink: "#e2e6ea", soft: "#9aa4ae", grid: "#2b3138", zero: "#59636d", box: "#20252b", edge: "#3a424a" }
      : { ink: "#1c1f23", soft: "#5b636d", grid: "#e6e9ed", zero: "#9aa3ad", box: "#ffffff", edge: "#d9dde2" };

  const template = () => {
    const { ink, soft, grid, zero, box, edge } = palette();
    const axis = {
      gridcolor: grid,
      zerolinecolor: zero,
      zerolinewidth: 1,
      linecolor: zero,
      tickcolor: zero,
      tickfont: { color: soft },
      title: { font: { color: soft, size: 12 }, standoff: 8 },
      automargin: true,
      rangeselector: { bgcolor: box, activecolor: edge, bordercolor: edge, borderwidth: 1, font: { color: ink, size: 11 } },
    };
    return {
      layout: {
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        font: { color: ink, size: 12, family: getComputedStyle(document.body).fontFamily },
        hoverlabel: { bgcolor: box, bordercolor: edge, font: { color: ink, size: 12 }, align: "left" },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: soft, activecolor: ink },
        xaxis: axis,
        yaxis: axis,
      },
    };
  };

  const place = (name) => document.getElementById(`plot-${name}`);
  const picked = (name) => Number(document.getElementById(`pick-${name}`)?.value ?? 0);

  const draw = (name) => {
    const node = place(name);
    const figure = figures[name][picked(name)];
    const width = paper ? PAPER_WIDTH : undefined;
    const layout = { ...structuredClone(figure.layout), template: template(), width, autosize: !paper };
    node.querySelector(":scope > .waiting")?.remove();
    return Plotly.react(node, figure.data, layout, CONFIG);
  };

  // The library leaves prices as they were when time is zoomed; candles want the whole height.
  const fit = (node) => {
    const candles = node.data.find((trace) => trace.type === "candlestick");
    const asked = node.layout.xaxis.range;
    const [first, last] = asked.map((edge) => (typeof edge === "number" ? edge : Date.parse(`${edge.replace(" ", "T")}Z`)));
    const [times, lows, highs] = [node._fullData[0].x, node._fullData[0].low, node._fullData[0].high];
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; candles && i < times.length; i += 1) {
      if (times[i] < first || times[i] > last) continue;
      low = Math.min(low, lows[i]);
      high = Math.max(high, highs[i]);
    }
    if (low < high) Plotly.relayout(node, { "yaxis.range": [low - 0.04 * (high - low), high + 0.04 * (high - low)] });
  };

  const watch = (name) => {
    const node = place(name);
    document.getElementById(`pick-${name}`)?.addEventListener("change", () => draw(name));
    if (node.dataset.fits !== "yes") return;
    node.on("plotly_relayout", (change) => {
      if (Object.keys(change).some((key) => key.startsWith("xaxis."))) fit(node);
    });
  };

  const redraw = () => Object.keys(figures).forEach(draw);

  const unpacked = (name) => {
    const text = document.getElementById(name).textContent;
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };

  const library = async () => {
    const script = document.createElement("script");
    script.textContent = await unpacked("library");
    document.head.append(script);
  };

  const start = async () => {
    figures = JSON.parse(await unpacked("figures"));
    await library();
    for (const name of Object.keys(figures)) {
      await draw(name);
      watch(name);
      // Let the page answer between two figures.
      await new Promise((resolve) => setTimeout(resolve));
    }
    night.addEventListener("change", redraw);
    addEventListener("beforeprint", () => {
      paper = true;
      redraw();
    });
    addEventListener("afterprint", () => {
      paper = false;
      redraw();
    });
    root.dataset.drawn = String(Object.keys(figures).length);
  };

  start().catch((error) => {
    report(error);
    for (const node of document.querySelectorAll(".waiting")) {
      node.textContent = `This browser cannot draw it (${error}): use one of 2023 or later. All figures stand in the tables.`;
    }
  });
})();
