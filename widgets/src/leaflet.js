// Leaflet puts itself into the window; taken out again, two maps on a page have each their own.
import leaflet from "leaflet";

export const L = leaflet.noConflict();
